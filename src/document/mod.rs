//! A TOML document that a person wrote: parsed with places, read by name, all mistakes at once.
//!
//! In: the text of a query, a dictionary or a configuration, and its name. Out: typed values, and
//! one [`DocumentError`] that names every mistake with line, column and a suggestion. Never: a
//! key that is silently ignored; what was not asked for by the reader is a mistake.

mod choice;
mod duration;
mod file;
mod flag;
mod labels;
mod number;
mod problem;
mod several;
mod typography;

use std::cell::{Cell, RefCell};

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use file::{open_regular, read_bytes, read_text};
pub use labels::Labels;
pub use problem::{DocumentError, Problem, Span, nearest};
pub use typography::{dutch, french};

use crate::quarter::{Day, day_of};

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// Parses `text`, lets `read` take what it knows, and fails with every mistake met on the way.
pub fn read_document<T>(
    name: &str,
    text: &str,
    read: impl FnOnce(&Table<'_>) -> T,
) -> Result<T, DocumentError> {
    read_part(text, read).map_err(|problems| DocumentError::new(name, text, problems))
}

/// The same of a part of a document, whose places are those within the part.
pub fn read_part<T>(text: &str, read: impl FnOnce(&Table<'_>) -> T) -> Result<T, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let parsed = match DeTable::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let span = error.span().unwrap_or(0..text.len().min(1));
            return Err(vec![Problem::new(span, error.message().trim_end())]);
        }
    };
    let span = parsed.span();
    let root = Table::new(parsed.get_ref(), span, &problems);
    let value = read(&root);
    root.finish();
    let mut problems = problems.into_inner();
    if problems.is_empty() {
        return Ok(value);
    }
    problems.sort_by_key(|problem| problem.span.start);
    Err(problems)
}

/// A table of the document. Each key is taken by name; [`Table::finish`] reports the others.
#[derive(Debug)]
pub struct Table<'a> {
    fields: &'a DeTable<'a>,
    span: Span,
    problems: &'a RefCell<Vec<Problem>>,
    asked: RefCell<Vec<&'static str>>,
    leaves: Cell<bool>,
}

impl<'a> Table<'a> {
    fn new(fields: &'a DeTable<'a>, span: Span, problems: &'a RefCell<Vec<Problem>>) -> Self {
        Self { fields, span, problems, asked: RefCell::default(), leaves: Cell::default() }
    }

    /// Where the table stands.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Notes a mistake.
    pub fn problem(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Reports every key that was never asked for, with the nearest one that was.
    pub fn finish(&self) {
        if self.leaves.get() {
            return;
        }
        let asked = self.asked.borrow();
        for key in self.fields.keys() {
            let name: &str = key.get_ref();
            if !asked.contains(&name) {
                let message = format!("unknown key `{name}`");
                let problem = Problem::new(key.span(), message);
                self.problem(problem.suggest(name, asked.iter().copied()));
            }
        }
    }

    fn get(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        let found = self.fields.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(_, value)| value)
    }

    /// Where that stands which is under `key`; the beginning of the table where nothing is.
    pub fn place_of(&self, key: &'static str) -> Span {
        let start = self.span.start;
        self.get(key).map_or(start..start + 1, Spanned::span)
    }

    fn wrong_type(&self, span: Span, key: &str, expected: &str, found: &DeValue<'_>) {
        let message = format!("`{key}` must be {expected}, found {}", kind(found));
        self.problem(Problem::new(span, message));
    }

    fn missing(&self, key: &str, expected: &str) {
        let start = self.span.start;
        let message = format!("`{key}` is missing: {expected}");
        self.problem(Problem::new(start..start + 1, message));
    }

    /// The text under `key`, when there is one.
    pub fn text(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(Placed { value: text.to_string(), span: value.span() });
        }
        self.wrong_type(value.span(), key, "a text in quotes", value.get_ref());
        None
    }

    /// The text under `key`; its absence is a mistake.
    pub fn required_text(&self, key: &'static str) -> Placed<String> {
        let text = self.text(key);
        if text.is_none() && !self.has(key) {
            self.missing(key, "a text in quotes");
        }
        text.unwrap_or_else(|| Placed { value: String::new(), span: self.span() })
    }

    /// Where an empty list stands under `key`, if there is one.
    pub fn empty_list(&self, key: &'static str) -> Option<Span> {
        let value = self.get(key)?;
        matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()).then(|| value.span())
    }

    /// Whether something stands under `key`.
    pub fn has(&self, key: &str) -> bool {
        self.fields.keys().any(|name| name.get_ref() == key)
    }

    /// The whole number under `key`, when there is one.
    pub fn integer(&self, key: &'static str) -> Option<Placed<i64>> {
        let value = self.get(key)?;
        self.integer_of(key, value)
    }

    fn integer_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed<i64>> {
        if let DeValue::Integer(number) = value.get_ref()
            && let Ok(parsed) = number.as_str().parse()
        {
            return Some(Placed { value: parsed, span: value.span() });
        }
        self.wrong_type(value.span(), key, "a whole number", value.get_ref());
        None
    }

    /// The list of texts under `key`; absent is empty.
    pub fn texts(&self, key: &'static str) -> Vec<Placed<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        self.texts_of(key, value)
    }

    fn texts_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<Placed<String>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a list of texts", value.get_ref());
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            if let DeValue::String(text) = item.get_ref() {
                texts.push(Placed { value: text.to_string(), span: item.span() });
            } else {
                self.wrong_type(item.span(), key, "a list of texts", item.get_ref());
            }
        }
        texts
    }

    /// A text, whole number or day under `key`, as text.
    pub fn value(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        self.value_of(key, value, "a text in quotes, a whole number or a day")
    }

    /// The list of such under `key`; absent is empty.
    pub fn values(&self, key: &'static str) -> Vec<Placed<String>> {
        const EXPECTED: &str = "a list of texts, whole numbers or days";
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, EXPECTED, value.get_ref());
            return Vec::new();
        };
        items.iter().filter_map(|item| self.value_of(key, item, EXPECTED)).collect()
    }

    fn value_of(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        expected: &str,
    ) -> Option<Placed<String>> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Datetime(day) => day.to_string(),
            other => {
                self.wrong_type(value.span(), key, expected, other);
                return None;
            }
        };
        Some(Placed { value: text, span: value.span() })
    }

    /// The list of lists of texts under `key`; absent is empty.
    pub fn text_lists(&self, key: &'static str) -> Vec<Placed<Vec<Placed<String>>>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a list of lists of texts", value.get_ref());
            return Vec::new();
        };
        let list = |item| Placed { value: self.texts_of(key, item), span: item.span() };
        items.iter().map(list).collect()
    }

    /// The list of whole numbers under `key`; absent is empty.
    pub fn integers(&self, key: &'static str) -> Vec<Placed<i64>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a list of whole numbers", value.get_ref());
            return Vec::new();
        };
        items.iter().filter_map(|item| self.integer_of(key, item)).collect()
    }

    /// The day under `key`, written `"2016-01-01"` or as a TOML date.
    pub fn day(&self, key: &'static str) -> Option<Day> {
        let value = self.get(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            other => {
                self.wrong_type(value.span(), key, "a date", other);
                return None;
            }
        };
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d");
        if date.is_err() {
            let message = format!("`{key}` must be a date such as `2016-01-01`, found `{text}`");
            self.problem(Problem::new(value.span(), message));
        }
        date.ok().map(day_of)
    }

    /// The day under `key`; its absence is a mistake.
    pub fn required_day(&self, key: &'static str) -> Option<Day> {
        let day = self.day(key);
        if !self.has(key) {
            self.missing(key, "a date such as `2016-01-01`");
        }
        day
    }

    /// The table under `key`, when there is one.
    pub fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.get(key)?;
        if let DeValue::Table(fields) = value.get_ref() {
            return Some(Table::new(fields, value.span(), self.problems));
        }
        self.wrong_type(value.span(), key, "a table", value.get_ref());
        None
    }

    /// The tables of the list under `key`; absent is empty.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a list of tables", value.get_ref());
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            if let DeValue::Table(fields) = item.get_ref() {
                tables.push(Table::new(fields, item.span(), self.problems));
            } else {
                self.wrong_type(item.span(), key, "a list of tables", item.get_ref());
            }
        }
        tables
    }

    /// The entries of a table whose keys are names the writer chose.
    pub fn entries(&self, key: &'static str) -> Vec<(Placed<String>, Table<'a>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a table", value.get_ref());
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (name, value) in fields {
            let placed = Placed { value: name.get_ref().to_string(), span: name.span() };
            if let DeValue::Table(inner) = value.get_ref() {
                entries.push((placed, Table::new(inner, value.span(), self.problems)));
            } else {
                self.wrong_type(value.span(), &placed.value, "a table", value.get_ref());
            }
        }
        entries
    }

    /// The names of the table under `key`, in the order of the file, each with a text, whole number or
    /// day.
    pub fn named_values(&self, key: &'static str) -> Vec<(Placed<String>, Placed<String>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a table of names and values", value.get_ref());
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in fields {
            let placed = Placed { value: name.get_ref().to_string(), span: name.span() };
            let expected = "a text in quotes, a whole number or a day";
            let value = self.value_of(&placed.value, value, expected);
            pairs.extend(value.map(|value| (placed, value)));
        }
        pairs.sort_by_key(|(name, _)| name.span.start);
        pairs
    }

    /// For each name of the table under `key`: a list of texts, or the list under its `not`.
    /// The flag says whether the list excludes.
    pub fn conditions(&self, key: &'static str) -> Vec<(Placed<String>, bool, Vec<String>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a table of conditions", value.get_ref());
            return Vec::new();
        };
        let mut conditions = Vec::new();
        for (name, value) in fields {
            let placed = Placed { value: name.get_ref().to_string(), span: name.span() };
            let (excludes, texts) = match value.get_ref() {
                DeValue::Table(inner) => {
                    let inner = Table::new(inner, value.span(), self.problems);
                    let texts = inner.texts("not");
                    inner.finish();
                    (true, texts)
                }
                _ => (false, self.texts_of(&placed.value, value)),
            };
            let values = texts.into_iter().map(|text| text.value).collect();
            conditions.push((placed, excludes, values));
        }
        conditions
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
