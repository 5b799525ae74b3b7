// Looks at HTML pages as a desktop and as a phone show them: nothing that keeps people out (axe-core), nothing wider
// than the screen, nothing fetched from elsewhere, no script. Usage: look.mjs FOLDER…

import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [1280, 375];

const pages = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path).sort().flatMap((name) => pages(join(path, name)))
    : path.endsWith(".html") ? [resolve(path)] : [];

const files = process.argv.slice(2).flatMap(pages);
if (files.length === 0) {
  console.error("no HTML page in " + process.argv.slice(2).join(", "));
  process.exit(2);
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
let faults = 0;
const say = (file, width, text) => {
  faults += 1;
  console.error(`${file} (${width} wide): ${text}`);
};
for (const file of files) {
  for (const width of WIDTHS) {
    const page = await browser.newPage();
    await page.setViewport({ width, height: 900, isMobile: width < 600 });
    const address = pathToFileURL(file).href;
    page.on("request", (request) => {
      const asked = request.url();
      if (asked !== address && !asked.startsWith("data:")) say(file, width, `asks for ${asked}`);
    });
    page.on("pageerror", (error) => say(file, width, `a script failed: ${error.message}`));
    await page.goto(address, { waitUntil: "load" });
    const [wide, scripts] = await page.evaluate(() => [
      document.documentElement.scrollWidth - document.documentElement.clientWidth,
      document.scripts.length,
    ]);
    if (wide > 0) say(file, width, `${wide} pixels wider than the screen`);
    if (scripts > 0) say(file, width, "has a script");
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const it of violations) {
      say(file, width, `${it.id} (${it.impact}): ${it.help}: ${it.nodes.map((node) => node.target.join(" ")).join(", ")}`);
    }
    await page.close();
  }
}
await browser.close();
console.log(`${files.length} pages, ${WIDTHS.length} widths: ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
