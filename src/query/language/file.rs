//! The shape of a query file, read with every mistake at once.

use super::definition::{Band, Bands, OrderKey, Parameter, ParameterKind, Top, bounded};
use super::derived::{self, Derived};
use super::filter::Filter;
use super::list::{DELIMITER, written};
use super::picture::{self, Picture};
use super::shape::Shape;
use crate::document::{DocumentError, Labels, Placed, Problem, Table, read_document};
use crate::metric::{Banding, Dimension, Metric};

/// A named query as its file says it; names are resolved, values of parameters not yet given.
#[derive(Debug, Clone)]
pub struct Query {
    /// Name, the file's name without ending.
    pub name: String,
    /// Title by language.
    pub title: Labels,
    /// What it answers, by language.
    pub description: Labels,
    /// Metrics, in the order of the columns.
    pub metrics: Vec<Metric>,
    /// Dimensions, in the order of the columns.
    pub dimensions: Vec<Dimension>,
    /// The dimension whose values stand beside each other where people read.
    pub columns: Option<Dimension>,
    /// Bands of dimensions that are numbers.
    pub bands: Bands,
    /// Sort order; by the dimensions where nothing is said.
    pub order: Vec<OrderKey>,
    /// Metrics that the file defines itself.
    pub derived: Vec<Derived>,
    /// Dimensions kept by each kind of total, counted anew from the rows.
    pub totals: Vec<Vec<Dimension>>,
    /// The values of a dimension shown one by one; the others are one row.
    pub top: Option<Top>,
    /// Whether every combination of values has a row, also those without observations.
    pub complete: bool,
    /// Typed parameters of the filter.
    pub parameters: Vec<Parameter>,
    /// How its figures are drawn.
    pub picture: Picture,
    pub(crate) filter: Option<Filter>,
    /// BLAKE3 of the file, which names the query's exact text.
    pub hash: String,
}

/// Bands of a dimension.
const BANDS_MAX: usize = 100;

/// Bytes of a query file; what a filter may have and as much again.
const BYTES_MAX: usize = 512 * 1024;

impl Query {
    /// The filter as written.
    pub fn filter_text(&self) -> Option<&str> {
        self.filter.as_ref().map(Filter::text)
    }

    /// Reads a query file; `path` is shown in messages.
    pub fn read(name: &str, path: &str, text: &str) -> Result<Self, DocumentError> {
        let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
        if text.len() > BYTES_MAX {
            let message = format!("the file has {} bytes, and may have {BYTES_MAX}", text.len());
            let help = "long lists of values are given as a parameter, or are a dimension";
            let problem = Problem::new(0..1, message).help(help);
            return Err(DocumentError::new(path, "", vec![problem]));
        }
        read_document(path, text, |root| {
            let metrics = names(root, "metrics", Metric::named, &Metric::ALL.map(Metric::name));
            let known = Dimension::ALL.map(Dimension::name);
            let dimensions = names(root, "dimensions", Dimension::named, &known);
            if metrics.is_empty() && root.texts("metrics").is_empty() {
                let message = "`metrics` is missing: name at least one metric";
                let problem = Problem::new(0..text.len().min(1), message);
                root.problem(
                    problem.help(format!("known: {}", Metric::ALL.map(Metric::name).join(", "))),
                );
            }
            let mut entries = root.entries("parameters");
            bounded(root, "parameters", &mut entries, |(name, _)| name.span.clone());
            let parameters: Vec<_> =
                entries.iter().map(|(name, table)| parameter(name, table)).collect();
            let mut derived = root.entries("derived");
            bounded(root, "metrics", &mut derived, |(name, _)| name.span.clone());
            // Columns stand in the order of the file.
            derived.sort_by_key(|(name, _)| name.span.start);
            let derived: Vec<Derived> = derived
                .iter()
                .map(|(name, table)| derived::read(name, table, &dimensions))
                .collect();
            let columns: Vec<&str> = dimensions
                .iter()
                .map(|dimension| dimension.name())
                .chain(metrics.iter().map(|metric| metric.name()))
                .chain(derived.iter().map(|derived| derived.name.as_str()))
                .collect();
            let order = root.texts("order");
            let order = order.iter().filter_map(|key| order_key(root, key, &columns)).collect();
            let filter = root
                .text("filter")
                .and_then(|filter| Filter::read(root, text, &filter, &parameters));
            let shape = Shape::read(root, &dimensions, filter.as_ref(), &metrics, &derived);
            let mut title = root.labels("title");
            if title.any().is_none() {
                name.clone_into(&mut title.en);
            }
            let picture = picture::read(root, &dimensions, &metrics, &derived);
            Self {
                name: name.to_owned(),
                picture,
                totals: shape.totals,
                top: shape.top,
                complete: shape.complete,
                columns: shape.columns,
                derived,
                title,
                description: root.labels("description"),
                bands: bands(root),
                metrics,
                dimensions,
                order,
                filter,
                parameters,
                hash,
            }
        })
    }
}

fn names<T: Copy + PartialEq>(
    root: &Table<'_>,
    key: &'static str,
    named: fn(&str) -> Option<T>,
    known: &[&str],
) -> Vec<T> {
    let mut found = Vec::new();
    for text in root.texts(key) {
        match named(&text.value) {
            Some(it) if found.contains(&it) => {
                let message = format!("`{}` is named twice", text.value);
                root.problem(Problem::new(text.span, message));
            }
            Some(it) => found.push(it),
            None => {
                let singular = key.trim_end_matches('s');
                let message = format!("unknown {singular} `{}`", text.value);
                let problem = Problem::new(text.span, message);
                root.problem(problem.suggest(&text.value, known.iter().copied()));
            }
        }
    }
    found
}

fn parameter(name: &Placed<String>, table: &Table<'_>) -> Parameter {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.value.is_empty() || !name.value.bytes().all(legal) {
        let message = format!("`{}` is no name of a parameter", name.value);
        let problem = Problem::new(name.span.clone(), message);
        table.problem(problem.help("use lower-case letters, digits and `_`"));
    }
    let kind_text = table.required_text("type");
    let found = ParameterKind::NAMES.into_iter().find(|(known, _)| *known == kind_text.value);
    if found.is_none() && !kind_text.value.is_empty() {
        let message = format!("unknown type `{}`", kind_text.value);
        let names = ParameterKind::NAMES.iter().map(|(name, _)| *name);
        let problem = Problem::new(kind_text.span, message);
        table.problem(problem.suggest(&kind_text.value, names));
    }
    let kind = found.map_or(ParameterKind::Text, |(_, kind)| kind);
    let list = table.flag("list");
    let default: Vec<Placed<String>> =
        if list { table.values("default") } else { table.value("default").into_iter().collect() };
    if let Some(span) = table.empty_list("default").filter(|_| list) {
        let problem = Problem::new(span, "the list `default` has no value".to_owned());
        table
            .problem(problem.help("leave `default` out where the list must be given with `--set`"));
    }
    let allowed = table.values("allowed");
    for value in default.iter().chain(&allowed) {
        if !kind.accepts(&value.value) {
            let message = format!("`{}` is no value of type {}", value.value, kind.name());
            table.problem(Problem::new(value.span.clone(), message));
        }
    }
    let description = table.text("description").map_or_else(String::new, |text| text.value);
    table.finish();
    Parameter {
        name: name.value.clone(),
        kind,
        description,
        list,
        default: (!default.is_empty()).then(|| {
            let value = |text: Placed<String>| if list { written(&text.value) } else { text.value };
            default.into_iter().map(value).collect::<Vec<_>>().join(&DELIMITER.to_string())
        }),
        allowed: allowed.into_iter().map(|text| text.value).collect(),
    }
}

fn order_key(root: &Table<'_>, key: &Placed<String>, columns: &[&str]) -> Option<OrderKey> {
    let column = key.value.strip_prefix('-').unwrap_or(&key.value);
    if !columns.contains(&column) {
        let message = format!("`{column}` is no metric or dimension of this query");
        let problem = Problem::new(key.span.clone(), message);
        root.problem(problem.suggest(column, columns.iter().copied()));
        return None;
    }
    Some(OrderKey { column: column.to_owned(), descending: key.value.starts_with('-') })
}

fn bands(root: &Table<'_>) -> Bands {
    let table = root.table("bands");
    let banding = Dimension::ALL.into_iter().filter_map(|it| Some((it, it.bands()?)));
    let bands = banding.map(|(dimension, banding)| {
        let own = table.as_ref().and_then(|table| own_bands(root, table, dimension, banding));
        (dimension, own.unwrap_or_else(|| banded(banding.usual)))
    });
    let bands = Bands(bands.collect());
    table.iter().for_each(Table::finish);
    bands
}

/// The bands of a dimension, if the file says some.
fn own_bands(
    root: &Table<'_>,
    table: &Table<'_>,
    dimension: Dimension,
    Banding { lowest, highest, .. }: Banding,
) -> Option<Vec<Band>> {
    let starts = table.integers(dimension.name());
    if let Some(start) = starts.get(BANDS_MAX) {
        let message = format!("`{}` has more than {BANDS_MAX} bands", dimension.name());
        root.problem(Problem::new(start.span.clone(), message));
        return None;
    }
    for (at, start) in starts.iter().enumerate() {
        let rising = at == 0 || starts[at - 1].value < start.value;
        if !rising || !(lowest..=highest).contains(&start.value) {
            let message = format!(
                "the lowest numbers of the bands must rise, between {lowest} and {highest}"
            );
            root.problem(Problem::new(start.span.clone(), message));
        }
    }
    if let Some(span) = table.empty_list(dimension.name()) {
        let message = format!("the list `{}` has no band", dimension.name());
        let help = "leave it out for the usual bands, or name the lowest number of each";
        root.problem(Problem::new(span, message).help(help));
    }
    // What lies below the first has a band of its own, or it would stand with the unknown.
    let below = starts.first().filter(|first| first.value > lowest).map(|_| lowest);
    let starts: Vec<i64> = below.into_iter().chain(starts.iter().map(|it| it.value)).collect();
    Some(banded(&starts)).filter(|bands| !bands.is_empty())
}

fn banded(starts: &[i64]) -> Vec<Band> {
    let end = |at: usize| starts.get(at + 1).map(|next| next - 1);
    starts.iter().enumerate().map(|(at, from)| Band { from: *from, to: end(at) }).collect()
}
