//! Derived metrics: figures that a query file defines from the metrics there are.
//!
//! What cannot be added up is never added up here: a formula says at which level of dimensions and
//! over which quarters a metric is needed, and each such figure is counted from the rows.

use super::note::Note;
use super::span::Span;
use crate::document::{Labels, Placed, Problem, Table};
use crate::exact::fitting;
use crate::metric::{Dimension, Metric};
use crate::quarter::Quarter;

/// A derived metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Name of its column.
    pub name: String,
    /// What people read above the column; empty where the file says nothing.
    pub label: Labels,
    /// How it is computed.
    pub formula: Formula,
    /// Decimals it is rounded to, half to even.
    pub decimals: u8,
}

/// How a derived metric is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// One metric by another.
    Ratio(Metric, Metric),
    /// Percent of the same metric counted over all values of the other dimensions.
    Share(Metric, Vec<Dimension>),
    /// Difference from the same cell of another quarter.
    Change(Metric, Against),
    /// The same in percent of the other quarter.
    Rate(Metric, Against),
    /// Over the quarters of the year up to this one.
    Cumulative(Metric),
    /// Over this quarter and those before it.
    Moving(Metric, i32),
    /// A statistic of the amounts of the persons who have one.
    PerPerson(Statistic),
}

/// The quarter that another is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Against {
    /// The quarter before.
    PreviousQuarter,
    /// The same quarter of the year before.
    YearBefore,
    /// Always the same quarter.
    Base(Quarter),
}

impl Against {
    /// The quarter that `quarter` is compared with.
    pub(crate) fn of(self, quarter: Quarter) -> Quarter {
        match self {
            Self::PreviousQuarter => quarter.plus(-1),
            Self::YearBefore => quarter.plus(-4),
            Self::Base(base) => base,
        }
    }
}

/// A statistic over persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// The value below which that percentage lies, between two values in proportion.
    Quantile(u8),
}

impl Derived {
    /// What a reader must know where it is a share of, or a rate on, a figure below 0.
    pub(crate) fn note_of_less(&self) -> Option<Note> {
        match self.formula {
            Formula::Share(..) => Some(Note::ShareOfLess(self.name.clone())),
            Formula::Rate(..) => Some(Note::RateOnLess(self.name.clone())),
            _ => None,
        }
    }
}

impl Formula {
    /// The keys that name a formula.
    pub(crate) const KEYS: [&'static str; 7] =
        ["ratio", "share", "change", "rate", "cumulative", "moving", "per_person"];

    /// Whether it compares or gathers quarters.
    pub(crate) fn needs_quarter(&self) -> bool {
        self.span() != Span::Own || self.against().is_some()
    }

    /// The quarters that a row counts in.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Cumulative(_) => Span::YearToDate,
            Self::Moving(_, quarters) => Span::Moving(*quarters),
            _ => Span::Own,
        }
    }

    /// The quarters that a figure of one is computed from.
    pub(crate) fn sources(&self, quarter: Quarter) -> Vec<Quarter> {
        let mut sources = self.span().sources(quarter);
        sources.extend(self.against().map(|against| against.of(quarter)));
        sources
    }

    pub(crate) fn against(&self) -> Option<Against> {
        match self {
            Self::Change(_, against) | Self::Rate(_, against) => Some(*against),
            _ => None,
        }
    }

    /// The metrics it is computed from.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        match self {
            Self::Ratio(numerator, denominator) => vec![*numerator, *denominator],
            Self::Share(metric, _)
            | Self::Change(metric, _)
            | Self::Rate(metric, _)
            | Self::Cumulative(metric)
            | Self::Moving(metric, _) => vec![*metric],
            Self::PerPerson(_) => Vec::new(),
        }
    }

    /// The metrics that it says something of.
    pub(crate) fn about(&self) -> Vec<Metric> {
        match self {
            Self::PerPerson(_) => vec![Metric::AMOUNT],
            formula => formula.metrics(),
        }
    }
}

/// Reads `[derived.NAME]`.
pub(crate) fn read(name: &Placed<String>, table: &Table<'_>, dimensions: &[Dimension]) -> Derived {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    // Comparing states, statuses and labels make columns of their own.
    let made = ["_before", "_difference", "_status", "_label"];
    let taken = Metric::named(&name.value).is_some()
        || Dimension::named(&name.value).is_some()
        || name.value == "revision"
        || made.iter().any(|ending| name.value.ends_with(ending));
    if taken || name.value.is_empty() || !name.value.bytes().all(legal) {
        let message = format!("`{}` cannot name a derived metric", name.value);
        let help = "use lower-case letters, digits and `_`, and no name or ending that the program gives itself";
        table.problem(Problem::new(name.span.clone(), message).help(help));
    }
    let formula = formula(table, dimensions);
    let formula = formula.unwrap_or_else(|| {
        let message = format!("`{}` has no formula", name.value);
        let help = format!("give one of {}", Formula::KEYS.join(", "));
        table.problem(Problem::new(name.span.clone(), message).help(help));
        Formula::PerPerson(Statistic::Minimum)
    });
    if formula.needs_quarter() && !dimensions.contains(&Dimension::Quarter) {
        let message = format!("`{}` compares quarters", name.value);
        let help = "add `quarter` to the dimensions";
        table.problem(Problem::new(name.span.clone(), message).help(help));
    }
    let decimals = decimals(table, &formula);
    let label = table.labels("label");
    table.finish();
    Derived { name: name.value.clone(), label, formula, decimals }
}

fn formula(table: &Table<'_>, dimensions: &[Dimension]) -> Option<Formula> {
    let metric = |key| table.text(key).map(|text| metric(table, &text));
    let against = |table: &Table<'_>| against(table);
    if let [numerator, denominator] = table.texts("ratio").as_slice() {
        return Some(Formula::Ratio(
            self::metric(table, numerator),
            self::metric(table, denominator),
        ));
    }
    if let Some(of) = metric("share") {
        let within = table.texts("within");
        let dimension = |text: &Placed<String>| {
            let dimension = dimension(table, text)?;
            if !dimensions.contains(&dimension) {
                let message = format!("`{}` is no dimension of this query", text.value);
                table.problem(Problem::new(text.span.clone(), message));
            }
            Some(dimension)
        };
        return Some(Formula::Share(of, within.iter().filter_map(dimension).collect()));
    }
    if let Some(of) = metric("change") {
        return Some(Formula::Change(of, against(table)));
    }
    if let Some(of) = metric("rate") {
        return Some(Formula::Rate(of, against(table)));
    }
    if let Some(of) = metric("cumulative") {
        return Some(Formula::Cumulative(of));
    }
    if let Some(of) = metric("moving") {
        let quarters = within(table, "quarters", 4, 2..=40);
        return Some(Formula::Moving(of, fitting(quarters)));
    }
    table.text("per_person").map(|text| Formula::PerPerson(statistic(table, &text)))
}

/// A metric that is counted, not itself a ratio.
pub(crate) fn metric(table: &Table<'_>, text: &Placed<String>) -> Metric {
    let known = Metric::ALL.into_iter().filter(|metric| !metric.is_ratio());
    let names: Vec<&str> = known.map(Metric::name).collect();
    match Metric::named(&text.value).filter(|metric| !metric.is_ratio()) {
        Some(metric) => metric,
        None => {
            let message = format!("`{}` is no metric to compute from", text.value);
            let problem = Problem::new(text.span.clone(), message);
            table.problem(problem.suggest(&text.value, names.into_iter()));
            Metric::OBSERVATIONS
        }
    }
}

/// A dimension by name; an unknown one is a mistake.
pub(crate) fn dimension(table: &Table<'_>, text: &Placed<String>) -> Option<Dimension> {
    let found = Dimension::named(&text.value);
    if found.is_none() {
        let message = format!("unknown dimension `{}`", text.value);
        let problem = Problem::new(text.span.clone(), message);
        table
            .problem(problem.suggest(&text.value, Dimension::ALL.map(Dimension::name).into_iter()));
    }
    found
}

fn against(table: &Table<'_>) -> Against {
    let Some(text) = table.text("against") else { return Against::PreviousQuarter };
    match (text.value.as_str(), text.value.parse::<Quarter>()) {
        ("previous_quarter", _) => Against::PreviousQuarter,
        ("year_before", _) => Against::YearBefore,
        (_, Ok(quarter)) => Against::Base(quarter),
        (other, Err(_)) => {
            let message = format!("`{other}` is nothing to compare with");
            let help = "write `previous_quarter`, `year_before`, or a quarter such as `2010Q1`";
            table.problem(Problem::new(text.span, message).help(help));
            Against::PreviousQuarter
        }
    }
}

fn statistic(table: &Table<'_>, text: &Placed<String>) -> Statistic {
    const KNOWN: [&str; 4] = ["minimum", "median", "maximum", "quantile"];
    match text.value.as_str() {
        "minimum" => Statistic::Minimum,
        "maximum" => Statistic::Maximum,
        "median" => Statistic::Quantile(50),
        "quantile" => {
            let percent = within(table, "percent", 50, 1..=99);
            Statistic::Quantile(fitting(percent))
        }
        other => {
            let message = format!("unknown statistic `{other}`");
            let problem = Problem::new(text.span.clone(), message);
            table.problem(problem.suggest(other, KNOWN.into_iter()));
            Statistic::Minimum
        }
    }
}

fn decimals(table: &Table<'_>, formula: &Formula) -> u8 {
    let usual = match formula {
        Formula::Ratio(..) => 2,
        Formula::Share(..) | Formula::Rate(..) => 1,
        // Differences, sums and amounts are exact.
        _ => return formula.metrics().first().map_or(2, |metric| metric.decimals()),
    };
    fitting(within(table, "decimals", usual, 0..=6))
}

/// A whole number in a range, or the usual one.
pub(crate) fn within(
    table: &Table<'_>,
    key: &'static str,
    usual: i64,
    range: std::ops::RangeInclusive<i64>,
) -> i64 {
    let Some(number) = table.integer(key) else { return usual };
    if !range.contains(&number.value) {
        let message = format!("`{key}` must lie between {} and {}", range.start(), range.end());
        table.problem(Problem::new(number.span, message));
    }
    number.value
}
