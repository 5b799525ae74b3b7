//! `report.toml`: what a report is made of, read with every mistake at once.
//!
//! In: the text of the file. Out: a [`Definition`]: title, languages, the tables that are asked of the
//! warehouse once for all languages, the numbers that texts name. Never: a name that means two things.

use crate::document::{DocumentError, Labels, Placed, Problem, Span, Table, read_document};
use crate::exact::known;
use crate::quarter::Quarter;
use crate::render::Language;

/// A report as its file says it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Name: that of its folder.
    pub name: String,
    /// Title by language.
    pub title: Labels,
    /// What it is for, by language.
    pub description: Labels,
    /// The languages it is written in.
    pub languages: Vec<Language>,
    /// Where they are named.
    pub(super) languages_span: Span,
    /// The tables that its figures come from.
    pub tables: Vec<TableDefinition>,
    /// Single numbers for sentences.
    pub numbers: Vec<NumberDefinition>,
    /// What is written of it.
    pub outputs: Vec<Output>,
}

/// What is written of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A page per language.
    Html,
    /// A document per language.
    Pdf,
    /// A workbook per language.
    Xlsx,
    /// Data, with what is said of them.
    Csv,
    /// Data and their structure.
    SdmxCsv,
    /// Data for `PxWeb`.
    Px,
}

impl Output {
    /// All of them, by the names that they have in files.
    pub const ALL: [(&str, Self); 6] = [
        ("html", Self::Html),
        ("pdf", Self::Pdf),
        ("xlsx", Self::Xlsx),
        ("csv", Self::Csv),
        ("sdmx-csv", Self::SdmxCsv),
        ("px", Self::Px),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, it)| *it == self);
        known(found).0
    }
}

/// Where a table comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A named query.
    Query(Placed<String>),
    /// What the warehouse has recorded.
    List(List),
}

/// What the warehouse has recorded, as a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Rows and amounts of each delivery.
    Deliveries,
    /// Observations and amounts by delivery and quarter.
    Quarters,
    /// Rows by delivery and broken rule.
    Findings,
}

impl List {
    /// All of them, by the names that they have in files.
    pub const ALL: [(&str, Self); 3] = [
        ("deliveries", Self::Deliveries),
        ("quarters", Self::Quarters),
        ("findings", Self::Findings),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, it)| *it == self);
        known(found).0
    }
}

/// A table with what is asked of it.
#[derive(Debug, Clone)]
pub struct TableDefinition {
    /// Its name in the report.
    pub name: Placed<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// The quarters asked for.
    pub period: Period,
    /// Dimension and value; of a list `delivery = "last"` is that which came in last.
    pub wheres: Vec<(Placed<String>, String)>,
    /// Parameter and value.
    pub sets: Vec<(Placed<String>, String)>,
}

/// Which quarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// All that were delivered.
    All,
    /// So many, up to the last that was delivered.
    Quarters(u16),
    /// So many years, up to the last whose four quarters were delivered.
    Years(u16),
    /// From one to another, both included.
    Between(Option<Quarter>, Option<Quarter>),
}

/// One number of a table.
#[derive(Debug, Clone)]
pub struct NumberDefinition {
    /// Its name in texts.
    pub name: Placed<String>,
    /// The table.
    pub table: Placed<String>,
    /// The column.
    pub metric: Placed<String>,
    /// The row: a value by dimension, or `first` and `last` of time.
    pub wheres: Vec<(Placed<String>, String)>,
    /// What it is compared with.
    pub against: Option<Against>,
}

/// What a number is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The quarter or year before.
    Before,
    /// The same quarter of the year before.
    YearBefore,
}

/// Names that texts have from the report itself.
pub(super) const OWN_NAMES: [&str; 8] =
    ["title", "edition", "period", "quarter", "year", "delivery", "deliveries", "version"];

impl Definition {
    /// The place of a table among all.
    pub(super) fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|it| it.name.value == name)
    }

    /// Reads the file called `path` of the report `name`.
    pub fn read(name: &str, path: &str, text: &str) -> Result<Self, DocumentError> {
        read_document(path, text, |root| {
            let tables: Vec<_> = sorted(root.entries("tables")).iter().map(table).collect();
            let numbers: Vec<_> = sorted(root.entries("numbers")).iter().map(number).collect();
            let known = || tables.iter().map(|it| it.name.value.as_str());
            for number in &numbers {
                let wanted = &number.table;
                if !known().any(|it| it == wanted.value) && !wanted.value.is_empty() {
                    let message = format!("there is no table `{}` in this report", wanted.value);
                    let problem = Problem::new(wanted.span.clone(), message);
                    root.problem(problem.suggest(&wanted.value, known()));
                }
                if OWN_NAMES.contains(&number.name.value.as_str()) {
                    let message =
                        format!("`{}` is what the report says of itself", number.name.value);
                    root.problem(Problem::new(number.name.span.clone(), message));
                }
            }
            // When it is made is read by what makes it.
            root.leave("schedule");
            Self {
                name: name.to_owned(),
                title: root.labels("title"),
                description: root.labels("description"),
                languages: languages(root),
                languages_span: root.place_of("languages"),
                tables,
                numbers,
                outputs: outputs(root),
            }
        })
    }
}

type Entry<'a> = (Placed<String>, Table<'a>);

/// In the order of the file.
fn sorted(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    entries.sort_by_key(|(name, _)| name.span.start);
    entries
}

fn outputs(root: &Table<'_>) -> Vec<Output> {
    let found = root.some_of("outputs", "output", &Output::ALL);
    if found.is_empty() { Output::ALL.map(|(_, output)| output).to_vec() } else { found }
}

fn languages(root: &Table<'_>) -> Vec<Language> {
    let found = root.some_of("languages", "language", &Language::ALL.map(|it| (it.code(), it)));
    if found.is_empty() {
        let problem =
            Problem::new(root.span().start..root.span().start + 1, "`languages` is missing");
        root.problem(problem.help("such as `languages = [\"fr\", \"nl\"]`, with a text for each"));
    }
    found
}

fn table((name, table): &Entry<'_>) -> TableDefinition {
    let definition = TableDefinition {
        name: name.clone(),
        origin: origin(table),
        period: period(table),
        wheres: pairs(table, "where"),
        sets: pairs(table, "parameters"),
    };
    table.finish();
    definition
}

/// A query or a list.
fn origin(table: &Table<'_>) -> Origin {
    let Some(text) = table.text("list") else {
        return Origin::Query(table.required_text("query"));
    };
    if let Some(query) = table.text("query") {
        let problem = Problem::new(query.span, "a table is of a query or a list, not of both");
        table.problem(problem);
    }
    Origin::List(table.one_of(&text, "list", &List::ALL).unwrap_or(List::Deliveries))
}

fn number((name, table): &Entry<'_>) -> NumberDefinition {
    const AGAINST: [(&str, Against); 2] =
        [("before", Against::Before), ("year_before", Against::YearBefore)];
    let text = table.text("against");
    let against = text.and_then(|text| table.one_of(&text, "word", &AGAINST));
    let definition = NumberDefinition {
        name: name.clone(),
        table: table.required_text("table"),
        metric: table.required_text("metric"),
        wheres: pairs(table, "where"),
        against,
    };
    table.finish();
    definition
}

/// Names and values under a key; a value is a text, a whole number or a day.
fn pairs(table: &Table<'_>, key: &'static str) -> Vec<(Placed<String>, String)> {
    let pairs = table.named_values(key).into_iter();
    pairs.map(|(name, value)| (name, value.value)).collect()
}

/// At most one way of saying which quarters.
fn period(table: &Table<'_>) -> Period {
    let count = |key| {
        let number = table.integer(key)?;
        let count = u16::try_from(number.value).ok().filter(|it| *it > 0);
        if count.is_none() {
            let message = format!("`{key}` must be at least 1, found {}", number.value);
            table.problem(Problem::new(number.span, message));
        }
        count
    };
    let end = |key| {
        let text = table.text(key)?;
        let quarter = text.value.parse();
        if quarter.is_err() {
            let message =
                format!("`{key}` must be a quarter such as `2008Q1`, found `{}`", text.value);
            table.problem(Problem::new(text.span, message));
        }
        quarter.ok()
    };
    let (quarters, years) = (count("quarters"), count("years"));
    let (from, to) = (end("from"), end("to"));
    let ways = [quarters.is_some(), years.is_some(), from.is_some() || to.is_some()];
    if ways.into_iter().filter(|it| *it).count() > 1 {
        let message = "the quarters are said in more than one way";
        let problem = Problem::new(table.span(), message);
        table.problem(problem.help("write `quarters`, `years`, or `from` and `to`"));
    }
    match (quarters, years) {
        (Some(quarters), _) => Period::Quarters(quarters),
        (None, Some(years)) => Period::Years(years),
        (None, None) if from.is_some() || to.is_some() => Period::Between(from, to),
        (None, None) => Period::All,
    }
}
