//! Answers as one workbook: a table for people each, a chart where there is one, and the values of CSV.
//!
//! In: answers, each with how it is laid out and drawn. Out: a [`Book`]'s bytes.

use std::io::Write;

use super::picture::plot;
use super::provenance::said;
use super::workbook::{Book, Sheet, workbook};
use super::{Answer, ExportError, Grid, Plot, Shape, grid};
use crate::disclosure::Picture;
use crate::render::{Look, label};
use crate::words::Words;

pub(super) fn write(
    answers: &[Answer<'_>],
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let words = Words::of(look.language);
    let laid_out = answers.iter().map(|it| LaidOut::of(it, look)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<[String; 2]> = (1..=answers.len())
        .map(|at| {
            ["report.table", "report.chart"]
                .map(|key| words.fill(key, &[("number", &at.to_string())]))
        })
        .collect();
    let mut sheets = Vec::new();
    for (it, [of_table, of_chart]) in laid_out.iter().zip(&names) {
        sheets.push(Sheet {
            name: of_table,
            title: &it.grid.title,
            remark: None,
            grid: &it.grid,
            chart: None,
        });
        sheets.extend(it.plot.as_ref().map(|Plot { chart, grid }| Sheet {
            name: of_chart,
            title: &chart.title,
            remark: None,
            grid,
            chart: Some(chart),
        }));
    }
    let (title, description) = match (answers, laid_out.as_slice()) {
        ([one], [it]) => (it.grid.title.as_str(), label(one.table.description(), look.language)),
        _ => (words.text("workbook.several"), ""),
    };
    let book = Book {
        language: look.language,
        title,
        description,
        about: Vec::new(),
        sheets,
        tables: answers.iter().map(|it| (it.table, look)).collect(),
        sources: sources(answers, &names, look),
    };
    out.write_all(&workbook(&book)?)?;
    Ok(())
}

/// An answer as it is shown.
struct LaidOut {
    grid: Grid,
    plot: Option<Plot>,
}

impl LaidOut {
    fn of(answer: &Answer<'_>, look: Look<'_>) -> Result<Self, ExportError> {
        let Answer { table, provenance, wide, drawing } = *answer;
        let shape = Shape { wide, metrics: &[], as_named: false };
        let grid = grid(table, shape, look).map_err(ExportError::Layout)?;
        let is_said = *table.picture() != Picture::default();
        let plot = match plot(table, provenance, drawing, look) {
            _ if !is_said && !drawing.is_asked_for() => None,
            Err(error) if drawing.is_asked_for() => return Err(error.into()),
            plot => plot.ok(),
        };
        Ok(Self { grid, plot })
    }
}

/// Where the figures come from; what is not the same of all answers, under the name of the table.
fn sources(answers: &[Answer<'_>], names: &[[String; 2]], look: Look<'_>) -> Vec<(String, String)> {
    let words = Words::of(look.language);
    let said: Vec<Vec<(&str, String)>> =
        answers.iter().map(|it| said(it.table, it.provenance, look)).collect();
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in said.iter().flatten() {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    let mut sources = Vec::new();
    for key in keys {
        let of = |pairs: &Vec<(&str, String)>| {
            pairs.iter().find(|it| it.0 == key).map(|it| it.1.clone())
        };
        let texts: Vec<Option<String>> = said.iter().map(of).collect();
        if texts.iter().all(|it| *it == texts[0]) {
            sources.extend(texts[0].clone().map(|it| (key.to_owned(), it)));
            continue;
        }
        let of_tables = names.iter().zip(texts).filter_map(|([name, _], text)| Some((name, text?)));
        sources.extend(of_tables.map(|(name, text)| {
            (words.fill("page.labelled", &[("label", name), ("meaning", key)]), text)
        }));
    }
    sources
}
