//! The editions of a report as one page that needs nothing else, to lie beside their folders.
//!
//! In: editions that were made. Out: HTML that lists them, the newest first, with links into their folders.
//! Never: a link to a page that an edition does not have, text that is taken for markup, a moment of building.

use std::fmt::Write as _;

use chrono::DateTime;

use super::made::MadeEdition;
use super::manifest::{ComparedWith, Manifest};
use crate::render::{grouped, html as escaped, moment};
use crate::words::{Language, Words};

/// Deliveries that are named at once; more are behind their number.
const NAMED_MAX: usize = 3;

/// What has no number, since nothing was compared.
const NONE: &str = "–";

/// The page that lists the editions of a report.
pub fn index_page(editions: &[MadeEdition], language: Language) -> String {
    let words = Words::of(language);
    let mut newest_first: Vec<&MadeEdition> = editions.iter().collect();
    newest_first.sort_by(|one, other| other.place().cmp(&one.place()));
    let (code, heading) = (language.code(), escaped(words.text("editions.title")));
    let title = newest_first.first().and_then(|it| title(it.manifest(), language));
    let (shown, marked) = match &title {
        None => (heading.clone(), heading),
        Some((title, marked)) => (format!("{} · {heading}", escaped(title)), marked.clone()),
    };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{shown}</title>\n<style>{}{}</style>\n</head>\n<body class=\"report\">\n\
         <header class=\"page-head\">\n",
        crate::export::STYLE,
        super::html::STYLE,
    );
    if newest_first.iter().any(|it| !it.manifest().for_publication) {
        let policy = escaped(words.text("report.policy"));
        let _infallible = writeln!(out, "<p class=\"policy\">{policy}</p>");
    }
    let _infallible = writeln!(out, "<h1>{marked}</h1>\n</header>\n<main>");
    if newest_first.is_empty() {
        let _infallible = writeln!(out, "<p>{}</p>", escaped(words.text("editions.none")));
    } else {
        table(&newest_first, words, &mut out);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The title in the language, otherwise the first there is; and the same as HTML that says its language.
fn title(manifest: &Manifest, language: Language) -> Option<(&str, String)> {
    let in_language = |it: Language| Some((it, manifest.title.get(it.code())?));
    let (of, title) = std::iter::once(language).chain(Language::ALL).find_map(in_language)?;
    let shown = escaped(title);
    if of == language {
        return Some((title, shown));
    }
    // Readers aloud have to know.
    Some((title, format!("<span lang=\"{}\">{shown}</span>", of.code())))
}

fn table(editions: &[&MadeEdition], words: &'static Words, out: &mut String) {
    let caption = escaped(words.text("editions.caption"));
    let _infallible = write!(
        out,
        "<div class=\"table wide\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n\
         <table>\n<caption>{caption}</caption>\n<thead>\n<tr>"
    );
    for (key, class) in [
        ("report.edition", ""),
        ("report.period", ""),
        ("report.state", ""),
        ("report.deliveries", ""),
        ("editions.compared_with", ""),
        ("editions.revised", " class=\"number\""),
        ("editions.rows_new", " class=\"number\""),
        ("editions.rows_gone", " class=\"number\""),
        ("report.program", ""),
    ] {
        let _infallible = write!(out, "<th scope=\"col\"{class}>{}</th>", escaped(words.text(key)));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for edition in editions {
        row(edition, words, out);
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn row(edition: &MadeEdition, words: &'static Words, out: &mut String) {
    let manifest = edition.manifest();
    let period = match &manifest.period {
        None => words.text("report.no_period").into(),
        Some(period) => words.quarters(period),
    };
    let _infallible = write!(
        out,
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td>",
        name(edition, words),
        escaped(&words.language().spoken(&period)),
        state(manifest, words),
        deliveries(&manifest.deliveries, words),
    );
    let (with, numbers) = match &manifest.compared_with {
        None => (words.text("editions.not_compared"), [NONE; 3].map(str::to_owned)),
        Some(ComparedWith { edition, manifest_blake3: _, revised, rows_new, rows_gone }) => {
            (edition.as_str(), [revised, rows_new, rows_gone].map(|it| grouped(&it.to_string())))
        }
    };
    let _infallible = write!(out, "<td>{}</td>", escaped(with));
    for number in numbers {
        let _infallible = write!(out, "<td class=\"number\">{}</td>", escaped(&number));
    }
    let _infallible = writeln!(out, "<td>{}</td></tr>", escaped(&manifest.program));
}

/// The name, as a link to the edition's page in the language, otherwise in the first that it has one in.
fn name(edition: &MadeEdition, words: &'static Words) -> String {
    let (manifest, own) = (edition.manifest(), words.language());
    let name = escaped(&manifest.edition);
    let has_page = |it: &Language| {
        let page = format!("index.{}.html", it.code());
        manifest.files.iter().any(|file| file.name == page)
    };
    let language = std::iter::once(own).chain(Language::ALL).find(has_page);
    let (Some(language), Some(folder)) = (language, edition.folder().file_name()) else {
        return name;
    };
    let (folder, code) = (in_address(&folder.to_string_lossy()), language.code());
    // A folder's name is never taken for the scheme of an address.
    let address = format!("./{folder}/index.{code}.html");
    if language == own {
        format!("<a class=\"short\" href=\"{address}\">{name}</a>")
    } else {
        format!("<a class=\"short\" href=\"{address}\" hreflang=\"{code}\">{name}</a> ({code})")
    }
}

/// A folder's name as part of an address.
fn in_address(name: &str) -> String {
    let mut address = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _infallible = write!(address, "%{byte:02X}");
        }
    }
    address
}

/// The version of the table, and when the newest of its data were committed.
fn state(manifest: &Manifest, words: &'static Words) -> String {
    let version = manifest.version.to_string();
    let committed = match DateTime::parse_from_rfc3339(&manifest.committed) {
        Ok(committed) => moment(committed.timestamp_millis()),
        // Manifests of old say nothing of it.
        Err(_) => manifest.committed.clone(),
    };
    let values = [("version", version.as_str()), ("moment", &committed)];
    let key = if committed.is_empty() { "editions.version" } else { "editions.state" };
    escaped(&words.fill(key, &values))
}

fn deliveries(deliveries: &[String], words: &'static Words) -> String {
    let all = escaped(&deliveries.join(", "));
    if deliveries.len() <= NAMED_MAX {
        return all;
    }
    let count = words.fill("editions.deliveries", &[("count", &deliveries.len().to_string())]);
    format!("<details><summary>{}</summary>{all}</details>", escaped(&count))
}
