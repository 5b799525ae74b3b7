//! PX, for `PxWeb` and programs like it: a cube in which every combination of values is a cell.
//!
//! In: a table, and the language that comes first. Out: keywords, each in all languages, then the cells:
//! a number, or in quotes a symbol that says why there is none. The figures are a dimension of their own.
//! A cell that has no row is 0 where the answer has a row wherever somebody was, and the figure is a count
//! or sum; what is computed from these has a symbol. Codes are those of the other formats. Never: the time
//! of writing, a quotation mark in a text, two values with one text.
//!
//! <https://www.scb.se/en/services/statistical-programs-for-px-files/px-file-format/>

use std::io::{self, Write};

use super::cube::{Cube, Symbol, periods};
use super::named::{column_label, member_label};
use super::provenance::said;
use super::sdmx_csv::identifier;
use super::words::{not_additive, notes, unit_of};
use super::{ExportError, Provenance};
use crate::disclosure::{Member, ReleasedTable};
use crate::exact::known;
use crate::metric::NO_VALUE;
use crate::render::{Language, Look, decimal_text, label, px};
use crate::words::Words;

/// Longest text between quotation marks, in bytes: readers of lines have 256 for all of it.
const TEXT_MAX: usize = 240;

/// Longest name of a matrix.
const MATRIX_MAX: usize = 20;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let cube = Cube::of(table)?;
    let others = Language::ALL.into_iter().filter(|it| *it != look.language);
    let languages: Vec<Language> = std::iter::once(look.language).chain(others).collect();
    let said = languages.iter().map(|language| {
        let look = Look { language: *language, ..look };
        Said::of(table, provenance, &cube, look)
    });
    let said: Vec<Said> = said.collect();
    Keywords { out, table, cube: &cube, said: &said }.write(provenance)?;
    cells(&cube, out)?;
    Ok(())
}

/// What is said in a language.
struct Said {
    language: Language,
    title: String,
    description: String,
    /// What the dimension of figures is called.
    contents: String,
    /// The figures, and their units.
    figures: Vec<String>,
    units: Vec<&'static str>,
    /// Names of the other dimensions, and of their values.
    axes: Vec<(String, Vec<String>)>,
    policy: String,
    note: Vec<String>,
}

impl Said {
    fn of(table: &ReleasedTable, provenance: &Provenance, cube: &Cube<'_>, look: Look<'_>) -> Self {
        let language = look.language;
        let words = Words::of(language);
        let title = label(table.title(), language);
        let title = if title.is_empty() { table.query_name() } else { title };
        let figures = cube.figures.iter().map(|it| column_label(table, &it.0.name, language));
        let names = cube.axes.iter().map(|it| match it.name {
            Some(name) => column_label(table, name, language),
            None => words.text("px.row").to_owned(),
        });
        let mut names = apart(std::iter::once(words.text("px.contents").to_owned()).chain(names));
        let contents = names.remove(0);
        let values = cube.axes.iter().map(|axis| {
            let of = |member: &Member| match member {
                // Periods are told apart by what they are called everywhere.
                Member::Value(value) if axis.is_time => value.to_string(),
                member => member_label(axis.name.unwrap_or(""), member, look),
            };
            apart(axis.members.iter().map(of))
        });
        let mut note = notes(table, language);
        note.extend(
            not_additive(table, language)
                .map(|names| format!("{}: {names}", words.text("page.not_additive"))),
        );
        let pairs = said(table, provenance, look).into_iter();
        note.extend(pairs.map(|(name, value)| format!("{name}: {value}")));
        Self {
            language,
            title: title.to_owned(),
            description: label(table.description(), language).to_owned(),
            contents,
            figures: apart(figures),
            units: cube.figures.iter().map(|it| unit_of(it.0, words)).collect(),
            axes: names.into_iter().zip(values).collect(),
            policy: words.text("report.policy").to_owned(),
            note,
        }
    }
}

/// Texts of which no two are the same: one that another has already gets a number.
fn apart(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut apart: Vec<String> = Vec::new();
    let mut taken = std::collections::HashSet::new();
    for text in texts {
        let numbered = (2..).map(|number: u32| format!("{text} ({number})"));
        let free =
            std::iter::once(text.clone()).chain(numbered).find(|it| taken.insert(it.clone()));
        apart.extend(free);
    }
    apart
}

/// Everything before the cells.
struct Keywords<'a, 'o> {
    out: &'o mut dyn Write,
    table: &'a ReleasedTable,
    cube: &'a Cube<'a>,
    said: &'a [Said],
}

impl Keywords<'_, '_> {
    fn write(&mut self, provenance: &Provenance) -> io::Result<()> {
        let name = self.table.query_name();
        self.plain("CHARSET", "\"ANSI\"")?;
        self.plain("AXIS-VERSION", "\"2013\"")?;
        self.plain("CODEPAGE", "\"utf-8\"")?;
        self.plain("LANGUAGE", &format!("\"{}\"", self.said[0].language.code()))?;
        let codes = self.said.iter().map(|it| it.language.code().to_owned());
        self.listed("LANGUAGES", codes)?;
        self.texts("TABLEID", name)?;
        let decimals = || self.cube.figures.iter().map(|it| it.1.decimals);
        if let (Some(least), Some(most)) = (decimals().min(), decimals().max()) {
            self.plain("DECIMALS", &most.to_string())?;
            self.plain("SHOWDECIMALS", &least.to_string())?;
        }
        let matrix: String = identifier(name).chars().take(MATRIX_MAX).collect();
        self.texts("MATRIX", &matrix)?;
        // Counts of persons do not add up.
        self.plain("AGGREGALLOWED", "NO")?;
        self.texts("SUBJECT-CODE", "SPPIS")?;
        self.texts("SUBJECT-AREA", "DWH_SPPIS_Formulaires")?;
        self.each("DESCRIPTION", |it| vec![it.description.clone()])?;
        self.each("TITLE", |it| vec![it.title.clone()])?;
        self.each("CONTENTS", |it| vec![it.title.clone()])?;
        self.each("UNITS", |it| vec![distinct(&it.units)])?;
        let time = self.cube.axes.iter().position(|it| it.is_time);
        let dimensions: Vec<usize> =
            (0..self.cube.axes.len()).filter(|at| Some(*at) != time).collect();
        let stub = |it: &Said| dimensions.iter().map(|at| it.axes[*at].0.clone()).collect();
        let heading = |it: &Said| {
            let time = time.map(|at| it.axes[at].0.clone());
            std::iter::once(it.contents.clone()).chain(time).collect()
        };
        if !dimensions.is_empty() {
            self.each("STUB", stub)?;
        }
        self.each("HEADING", heading)?;
        self.each("CONTVARIABLE", |it| vec![it.contents.clone()])?;
        self.dimensions()?;
        self.figures()?;
        self.texts("SOURCE", &provenance.source())?;
        self.each("NOTEX", |it| vec![it.policy.clone()])?;
        self.each("NOTE", |it| vec![it.note.join("#")])?;
        self.partial()?;
        for symbol in Symbol::ALL {
            let keyword = format!("DATASYMBOL{}", symbol.number());
            self.each(&keyword, |it| {
                vec![Words::of(it.language).text(symbol.meaning()).to_owned()]
            })?;
        }
        Ok(())
    }

    /// Values and codes of the dimensions.
    fn dimensions(&mut self) -> io::Result<()> {
        let contents = |it: &Said| it.contents.clone();
        self.of_each("VALUES", contents, |it| it.figures.clone())?;
        for at in 0..self.cube.axes.len() {
            self.of_each("VALUES", |it| it.axes[at].0.clone(), |it| it.axes[at].1.clone())?;
        }
        for (at, axis) in self.cube.axes.iter().enumerate() {
            if let Some(periods) = periods(axis) {
                for said in self.said {
                    let keyword = self.keyword("TIMEVAL", said, &[&said.axes[at].0]);
                    self.plain(&keyword, &periods)?;
                }
            }
        }
        let codes: Vec<String> = self.cube.figures.iter().map(|it| it.0.name.clone()).collect();
        self.of_each("CODES", contents, |_| codes.clone())?;
        for (at, axis) in self.cube.axes.iter().enumerate() {
            let codes: Vec<String> = axis.members.iter().map(code).collect();
            self.of_each("CODES", |it| it.axes[at].0.clone(), |_| codes.clone())?;
        }
        for (at, axis) in self.cube.axes.iter().enumerate() {
            // The row over all values stands for the dimension where it is left out.
            let Some(total) = axis.members.iter().position(|it| *it == Member::Total) else {
                continue;
            };
            let of = |it: &Said| it.axes[at].0.clone();
            self.of_each("ELIMINATION", of, |it| vec![it.axes[at].1[total].clone()])?;
        }
        Ok(())
    }

    /// Units and decimals of the figures.
    fn figures(&mut self) -> io::Result<()> {
        let least = self.cube.figures.iter().map(|it| it.1.decimals).min();
        for (at, (_, numbers)) in self.cube.figures.iter().enumerate() {
            self.of_each("UNITS", |it| it.figures[at].clone(), |it| vec![it.units[at].to_owned()])?;
            for said in self.said.iter().filter(|_| Some(numbers.decimals) > least) {
                let names = [said.contents.as_str(), said.figures[at].as_str()];
                let keyword = self.keyword("PRECISION", said, &names);
                self.plain(&keyword, &numbers.decimals.to_string())?;
            }
        }
        Ok(())
    }

    /// The numbers over some of their quarters.
    fn partial(&mut self) -> io::Result<()> {
        for cell in self.cube.partial() {
            for said in self.said {
                let order = self.cube.order();
                let names: Vec<&str> = order
                    .map(|axis| match axis {
                        Some(at) => cell.members[at].map_or("*", |member| &said.axes[at].1[member]),
                        None => cell.figure.map_or("*", |figure| &said.figures[figure]),
                    })
                    .collect();
                let keyword = self.keyword("CELLNOTE", said, &names);
                let note = Words::of(said.language).text("status_meaning.partial");
                self.texts(&keyword, note)?;
            }
        }
        Ok(())
    }

    /// A keyword in a language, of a dimension or of values.
    fn keyword(&self, keyword: &str, said: &Said, of: &[&str]) -> String {
        let mut written = keyword.to_owned();
        if said.language != self.said[0].language {
            written.extend(["[", said.language.code(), "]"]);
        }
        if !of.is_empty() {
            let of: Vec<String> = of.iter().map(|it| format!("\"{}\"", px(it))).collect();
            written.extend(["(", &of.join(","), ")"]);
        }
        written
    }

    /// A keyword in each language.
    fn each(&mut self, keyword: &str, texts: impl Fn(&Said) -> Vec<String>) -> io::Result<()> {
        for said in self.said {
            let keyword = self.keyword(keyword, said, &[]);
            self.listed(&keyword, texts(said).into_iter())?;
        }
        Ok(())
    }

    /// A keyword of a dimension or a value, in each language.
    fn of_each(
        &mut self,
        keyword: &str,
        of: impl Fn(&Said) -> String,
        texts: impl Fn(&Said) -> Vec<String>,
    ) -> io::Result<()> {
        for said in self.said {
            let keyword = self.keyword(keyword, said, &[&of(said)]);
            self.listed(&keyword, texts(said).into_iter())?;
        }
        Ok(())
    }

    fn plain(&mut self, keyword: &str, value: &str) -> io::Result<()> {
        writeln!(self.out, "{keyword}={value};")
    }

    fn texts(&mut self, keyword: &str, text: &str) -> io::Result<()> {
        self.listed(keyword, std::iter::once(text.to_owned()))
    }

    /// Texts with commas between them, each on a line of its own where it is long. A keyword without a
    /// text is left out.
    fn listed(&mut self, keyword: &str, texts: impl Iterator<Item = String>) -> io::Result<()> {
        let texts: Vec<String> = texts.collect();
        if texts.iter().all(String::is_empty) {
            return Ok(());
        }
        let mut line = format!("{keyword}=");
        for (at, text) in texts.iter().enumerate() {
            let ends = if at + 1 == texts.len() { ";" } else { "," };
            for (part, is_last) in parts(&px(text)) {
                let written = format!("\"{part}\"{}", if is_last { ends } else { "" });
                if line.len() + written.len() > TEXT_MAX + 2 && !line.is_empty() {
                    writeln!(self.out, "{line}")?;
                    line.clear();
                }
                line.push_str(&written);
                if !is_last {
                    writeln!(self.out, "{line}")?;
                    line.clear();
                }
            }
        }
        writeln!(self.out, "{line}")
    }
}

/// Parts of a text that fit on a line, and whether each is the last.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while rest.len() > TEXT_MAX {
        // Blanks at the end of a part are lost in some readers.
        let fits = |at: &usize| rest.is_char_boundary(*at);
        let is_word = |at: &usize| {
            fits(at) && rest[..*at].ends_with(|it: char| it != ' ') && !rest[*at..].starts_with(' ')
        };
        let least = TEXT_MAX / 2;
        let at = (least..=TEXT_MAX).rev().find(is_word);
        let at = at.or_else(|| (1..=TEXT_MAX).rev().find(fits)).unwrap_or(rest.len());
        parts.push((&rest[..at], false));
        rest = &rest[at..];
    }
    parts.push((rest, true));
    parts
}

/// Distinct texts in their order, joined.
fn distinct(texts: &[&'static str]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts.iter().filter(|it| !it.is_empty()) {
        if !distinct.contains(text) {
            distinct.push(text);
        }
    }
    if distinct.is_empty() { "-".to_owned() } else { distinct.join(", ") }
}

/// A member as other formats write it; one without a value is named, and any that reads so is marked.
fn code(member: &Member) -> String {
    match member {
        Member::Unknown => NO_VALUE.to_owned(),
        Member::Value(value) if value.is_empty() => "''".to_owned(),
        Member::Value(value) if [NO_VALUE, ""].contains(&value.trim_start_matches('\'')) => {
            format!("'{value}")
        }
        member => known(member.text()).into_owned(),
    }
}

/// The cells: a line for each row of the stub, blanks between them.
fn cells(cube: &Cube<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "DATA=")?;
    let columns = cube.columns();
    let mut line = String::new();
    for at in 0..cube.cell_count() {
        let (decimals, cell) = cube.cell(at);
        match cell {
            Ok(value) => line.push_str(&decimal_text(value, decimals)),
            Err(symbol) => line.extend(["\"", symbol.dots(), "\""]),
        }
        if (at + 1) % columns == 0 {
            let end = if at + 1 == cube.cell_count() { ";" } else { "" };
            writeln!(out, "{line}{end}")?;
            line.clear();
        } else {
            line.push(' ');
        }
    }
    if cube.cell_count() == 0 {
        writeln!(out, ";")?;
    }
    Ok(())
}
