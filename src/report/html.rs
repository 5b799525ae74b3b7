//! A report as one page that needs nothing else: no script, no other file.
//!
//! In: a [`Page`]. Out: HTML that a browser, a screen reader and a printer read alike. Never: text that
//! is taken for markup.

use std::fmt::Write as _;

use super::page::{Page, PageBlock, PageFigure};
use super::text::Inline;
use crate::export::html_table;
use crate::render::html as escaped;
use crate::words::Words;

pub(super) const STYLE: &str = include_str!("look.css");

/// The page.
pub fn html(page: &Page) -> String {
    let words = Words::of(page.language);
    let title = escaped(&page.title);
    let code = page.language.code();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · {}</title>\n<style>{}{STYLE}</style>\n</head>\n<body class=\"report\">\n",
        escaped(&page.edition),
        crate::export::STYLE,
    );
    let labelled = |key, meaning: &str| {
        let values = [("label", words.text(key)), ("meaning", meaning)];
        escaped(&words.fill("page.labelled", &values))
    };
    let _infallible = write!(
        out,
        "<header class=\"page-head\">\n<p class=\"policy\">{}</p>\n<h1>{title}</h1>\n<p class=\"lead\">{}</p>\n\
         <p class=\"edition\">{}<br>{}</p>\n</header>\n",
        escaped(&page.policy),
        escaped(&page.description),
        labelled("report.period", &page.period),
        labelled("report.edition", &page.edition),
    );
    contents(page, words, &mut out);
    out.push_str("<main>\n");
    for it in &page.blocks {
        block(it, words, &mut out);
    }
    out.push_str("</main>\n<footer>\n");
    section("sources", words.text("report.sources"), &mut out);
    out.push_str("<dl>\n");
    for (key, text) in &page.sources {
        let _infallible = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(key), escaped(text));
    }
    out.push_str("</dl>\n");
    if !page.files.is_empty() {
        section("files", words.text("report.files"), &mut out);
        out.push_str("<ul>\n");
        for (name, text) in &page.files {
            let (name, text) = (escaped(name), escaped(text));
            let _infallible = writeln!(out, "<li><a href=\"{name}\">{name}</a> {text}</li>");
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</footer>\n</body>\n</html>\n");
    out
}

fn section(id: &str, heading: &str, out: &mut String) {
    let _infallible = writeln!(out, "<h2 id=\"{id}\">{}</h2>", escaped(heading));
}

/// Links to the headings of the second level.
fn contents(page: &Page, words: &'static Words, out: &mut String) {
    let headings = page.blocks.iter().filter_map(|it| match it {
        PageBlock::Heading(2, id, text) => Some((id, text)),
        _ => None,
    });
    let heading = escaped(words.text("report.contents"));
    let _infallible = write!(
        out,
        "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">{heading}</h2>\n<ol>\n"
    );
    for (id, text) in headings {
        let _infallible = writeln!(out, "<li><a href=\"#{id}\">{}</a></li>", line(text));
    }
    out.push_str("</ol>\n</nav>\n");
}

fn block(block_: &PageBlock, words: &'static Words, out: &mut String) {
    let _infallible = match block_ {
        PageBlock::Heading(level, id, text) => {
            writeln!(out, "<h{level} id=\"{id}\">{}</h{level}>", line(text))
        }
        PageBlock::Paragraph(text) => writeln!(out, "<p>{}</p>", line(text)),
        PageBlock::List(first, items) => return list(*first, items, words, out),
        PageBlock::Quote(inner) => return within("blockquote", inner, words, out),
        PageBlock::Table(head, rows) => return authors_table(head, rows, out),
        PageBlock::Code(text) => writeln!(out, "<pre><code>{}</code></pre>", escaped(text)),
        PageBlock::Rule => writeln!(out, "<hr>"),
        PageBlock::Figure(it) => return figure(it, words, out),
        PageBlock::Notes(notes) => {
            section("notes", words.text("report.notes"), out);
            out.push_str("<ol class=\"notes\">\n");
            for (mark, text) in notes {
                let _infallible = writeln!(out, "<li id=\"note-{mark}\">");
                for it in text {
                    block(it, words, out);
                }
                out.push_str("</li>\n");
            }
            writeln!(out, "</ol>")
        }
    };
}

fn within(element: &str, blocks: &[PageBlock], words: &'static Words, out: &mut String) {
    let _infallible = writeln!(out, "<{element}>");
    for it in blocks {
        block(it, words, out);
    }
    let _infallible = writeln!(out, "</{element}>");
}

fn list(first: Option<u64>, items: &[Vec<PageBlock>], words: &'static Words, out: &mut String) {
    let (open, close) = match first {
        None => ("<ul>".to_owned(), "</ul>"),
        Some(1) => ("<ol>".to_owned(), "</ol>"),
        Some(first) => (format!("<ol start=\"{first}\">"), "</ol>"),
    };
    let _infallible = writeln!(out, "{open}");
    for item in items {
        match item.as_slice() {
            [PageBlock::Paragraph(text)] => {
                let _infallible = writeln!(out, "<li>{}</li>", line(text));
            }
            blocks => within("li", blocks, words, out),
        }
    }
    let _infallible = writeln!(out, "{close}");
}

fn authors_table(head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], out: &mut String) {
    let heads: String = head
        .iter()
        .flat_map(|it| ["<th scope=\"col\">".to_owned(), line(it), "</th>".to_owned()])
        .collect();
    let _infallible = write!(out, "<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n");
    for row in rows {
        let cells: String =
            row.iter().flat_map(|it| ["<td>".to_owned(), line(it), "</td>".to_owned()]).collect();
        let _infallible = writeln!(out, "<tr>{cells}</tr>");
    }
    out.push_str("</tbody>\n</table>\n");
}

/// A table with its caption, or a picture with its figures behind it.
fn figure(figure: &PageFigure, words: &'static Words, out: &mut String) {
    let caption = format!("{}. {}", figure.number, figure.title);
    let _infallible = writeln!(out, "<section class=\"figure\" id=\"{}\">", figure.id);
    match &figure.picture {
        None => out.push_str(&html_table(&figure.grid, &caption)),
        Some(picture) => {
            let _infallible = write!(
                out,
                "<figure>\n<figcaption>{}</figcaption>\n\
                 <div class=\"broad\">\n{}\n</div>\n<div class=\"narrow\">\n{}\n</div>\n</figure>\n\
                 <details class=\"data\">\n<summary>{}</summary>\n{}</details>\n",
                escaped(&caption),
                picture.svg.trim_end(),
                picture.narrow.trim_end(),
                escaped(words.text("report.figures")),
                html_table(&figure.grid, &caption),
            );
        }
    }
    if let Some(note) = &figure.note {
        let _infallible = writeln!(out, "<p class=\"note\">{}</p>", escaped(note));
    }
    out.push_str("</section>\n");
}

fn line(pieces: &[Inline]) -> String {
    let piece = |it: &Inline| match it {
        Inline::Text(text) => escaped(text),
        Inline::Code(text) => format!("<code>{}</code>", escaped(text)),
        Inline::Emphasis(inner) => format!("<em>{}</em>", line(inner)),
        Inline::Strong(inner) => format!("<strong>{}</strong>", line(inner)),
        Inline::Link(address, inner) => {
            format!("<a href=\"{}\">{}</a>", escaped(address), line(inner))
        }
        Inline::Mark(mark) => {
            format!("<sup><a href=\"#note-{mark}\" role=\"doc-noteref\">{mark}</a></sup>")
        }
        Inline::Break => "<br>".to_owned(),
    };
    pieces.iter().map(piece).collect()
}
