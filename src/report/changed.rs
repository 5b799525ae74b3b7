//! What a page says of what has changed since the edition before.
//!
//! In: the changes, and the tables of now. Out: a section of the page. Never: a revised figure that is not
//! counted there; a figure before that is not the one handed out.

use super::changes::{CHANGES, Changes, DefinitionChange, Revised, TableChanges};
use super::page::{PageBlock, PageFigure};
use super::text::Inline;
use crate::disclosure::ReleasedTable;
use crate::export::{RevisedFigure, revised};
use crate::render::{Look, grouped, label};
use crate::words::Words;

/// Revised figures of a table that a page shows; the file has them all.
const SHOWN_MAX: usize = 40;

/// The section, its tables numbered behind those that there are.
pub(super) fn section(
    changes: &Changes,
    tables: &[ReleasedTable],
    numbered: usize,
    look: Look<'_>,
) -> Vec<PageBlock> {
    let words = Words::of(look.language);
    let edition = ("edition", changes.edition.as_str());
    let paragraph = |text: String| PageBlock::Paragraph(vec![Inline::Text(text)]);
    let heading = words.fill("changes.title", &[edition]);
    let mut blocks = vec![PageBlock::Heading(2, "changes".to_owned(), vec![Inline::Text(heading)])];
    let sentences = sentences(changes, words, look);
    let item = |text| vec![paragraph(text)];
    blocks.push(PageBlock::List(None, sentences.into_iter().map(item).collect()));
    let with_tables = changes.tables.iter().zip(tables);
    let shown = with_tables.filter(|(changed, _)| !changed.revised.is_empty());
    for ((changed, table), number) in shown.zip(numbered + 1..) {
        blocks.push(figure(changed, table, number, (edition, words), look));
    }
    blocks
}

/// What is said in words: how many figures are others, what is new, what figures are made by.
fn sentences(changes: &Changes, words: &'static Words, look: Look<'_>) -> Vec<String> {
    let edition = ("edition", changes.edition.as_str());
    let counted = |count: usize, one: &str, several: &str| {
        let number = grouped(&count.to_string());
        let key = if count == 1 { one } else { several };
        words.fill(key, &[("count", &number), edition, ("file", CHANGES)])
    };
    let sum = |of: fn(&TableChanges) -> usize| changes.tables.iter().map(of).sum::<usize>();
    let mut said = vec![match sum(|it| it.revised.len()) {
        0 => words.fill("changes.none_revised", &[edition]),
        count => counted(count, "changes.revised_one", "changes.revised"),
    }];
    let mut times: Vec<String> =
        changes.tables.iter().flat_map(|it| it.times_new.iter().cloned()).collect();
    times.sort();
    times.dedup();
    if !times.is_empty() {
        let times = look.language.spoken(&words.all_quarters(&times)).into_owned();
        said.push(words.fill("changes.times_new", &[("times", &times)]));
    }
    let gone = sum(|it| it.rows_gone);
    if gone > 0 {
        said.push(counted(gone, "changes.gone_one", "changes.gone"));
    }
    said.extend(changes.definitions.iter().filter_map(|change| {
        Some(match change {
            DefinitionChange::Query(query) => words.fill("changes.query", &[("query", query)]),
            DefinitionChange::Classification => words.text("changes.classification").to_owned(),
            DefinitionChange::Program(before, after) => {
                words.fill("changes.program", &[("before", before), ("after", after)])
            }
            // Whoever reads the page reads its text of now.
            DefinitionChange::Text(_) => return None,
        })
    }));
    said
}

/// The revised figures of a table, as many as a page has room for.
fn figure(
    changed: &TableChanges,
    table: &ReleasedTable,
    number: usize,
    (edition, words): ((&str, &str), &'static Words),
    look: Look<'_>,
) -> PageBlock {
    let count = changed.revised.len();
    let figures: Vec<RevisedFigure<'_>> = changed.revised.iter().take(SHOWN_MAX).map(of).collect();
    let before = words.fill("changes.before", &[edition]);
    let headings = [words.text("page.figure"), &*before, words.text("changes.now")];
    let mut grid = revised(table, &figures, headings, look);
    let title = words.fill("changes.table", &[("table", label(table.title(), look.language))]);
    grid.title.clone_from(&title);
    let [shown, all] = [SHOWN_MAX, count].map(|it| grouped(&it.to_string()));
    let note = (count > SHOWN_MAX).then(|| {
        words.fill("changes.first", &[("shown", &shown), ("count", &all), ("file", CHANGES)])
    });
    let number = number.to_string();
    let (id, number) =
        (format!("table-{number}"), words.fill("report.table", &[("number", &number)]));
    PageBlock::Figure(Box::new(PageFigure { id, number, title, note, picture: None, grid }))
}

fn of(revised: &Revised) -> RevisedFigure<'_> {
    let Revised { row, of: _, metric, before, after: _ } = revised;
    RevisedFigure { row: *row, metric, value: &before.value, status: &before.status }
}
