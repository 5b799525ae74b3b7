//! How the figures of a query are drawn: `[chart]` of its file. In: its table. Out: a [`Picture`].
//! Never: a kind that the query's rows cannot be drawn in.

use super::derived::Derived;
use crate::document::{Labels, Problem, Table};
use crate::metric::{Dimension, Metric};
use crate::quarter::Quarter;

/// How figures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line for each series, over positions in time; small multiples above four series.
    Lines,
    /// Bars on each other, for what adds up.
    Stacked,
    /// Bars beside each other.
    Grouped,
    /// One bar for each row, from the left.
    Ranked,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lines, Self::Stacked, Self::Grouped, Self::Ranked];

    /// Its name in files and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Stacked => "stacked",
            Self::Grouped => "bars",
            Self::Ranked => "ranked",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a file says of the picture of its figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// How they are drawn.
    pub kind: Option<Kind>,
    /// Which column of numbers.
    pub metric: Option<String>,
    /// What is to be seen, by language.
    pub title: Labels,
    /// Quarters or years from which on figures are not comparable with those before, with why.
    pub breaks: Vec<(String, Labels)>,
}

/// Letters of what is said of a break: it stands on one line above the figures.
const BREAK_MAX: usize = 80;

/// Reads `[chart]` of a file with these columns.
pub(crate) fn read(
    root: &Table<'_>,
    dimensions: &[Dimension],
    metrics: &[Metric],
    derived: &[Derived],
) -> Picture {
    let Some(table) = root.table("chart") else { return Picture::default() };
    let time = dimensions.iter().find(|it| matches!(it, Dimension::Quarter | Dimension::Year));
    let names = metrics.iter().map(|it| it.name());
    let names: Vec<&str> = names.chain(derived.iter().map(|it| it.name.as_str())).collect();
    let metric = table.text("metric");
    if let Some(metric) = metric.as_ref().filter(|it| !names.contains(&it.value.as_str())) {
        let message = format!("`{}` is no metric of this query", metric.value);
        let problem = Problem::new(metric.span.clone(), message);
        table.problem(problem.suggest(&metric.value, names.iter().copied()));
    }
    let metric = metric.map(|it| it.value);
    let kind = table.text("kind").and_then(|text| {
        let kind = Kind::named(&text.value);
        // No figure: a file without a metric is refused besides.
        let drawn = metric.as_deref().or(names.first().copied()).map_or("", |it| it);
        let adds_up = Metric::named(drawn).is_some_and(Metric::is_additive);
        let problem = |message: String| Problem::new(text.span.clone(), message);
        match kind {
            None => {
                let message = format!("unknown kind of chart `{}`", text.value);
                let known = Kind::ALL.iter().map(|it| it.name());
                table.problem(problem(message).suggest(&text.value, known));
            }
            Some(Kind::Ranked) => {}
            Some(kind) if time.is_none() => {
                let message = format!("`{}` stand over quarters or years", kind.name());
                let help = "add the dimension `quarter` or `year`, or write `ranked`";
                table.problem(problem(message).help(help));
            }
            Some(Kind::Stacked) if !adds_up => {
                let message = format!("`{drawn}` does not add up: bars of it cannot be stacked");
                table
                    .problem(problem(message).help("write `bars` or `lines`, or another `metric`"));
            }
            Some(_) => {}
        }
        kind
    });
    let picture = Picture {
        kind,
        metric,
        title: table.labels("title"),
        breaks: table.tables("breaks").iter().map(|it| of_break(it, time.copied())).collect(),
    };
    table.finish();
    picture
}

fn of_break(table: &Table<'_>, time: Option<Dimension>) -> (String, Labels) {
    let from = table.required_text("from");
    let (is_place, example) = match time {
        Some(Dimension::Year) => {
            let is_digit = |it: u8| it.is_ascii_digit();
            (from.value.len() == 4 && from.value.bytes().all(is_digit), "a year such as `2016`")
        }
        _ => (from.value.parse::<Quarter>().is_ok(), "a quarter such as `2016Q1`"),
    };
    if !is_place && !from.value.is_empty() {
        let message = format!("`from` must be {example}, as the rows are; found `{}`", from.value);
        table.problem(Problem::new(from.span, message));
    }
    let text = table.labels("text");
    let place = table.place_of("text");
    let texts = [Some(&text.en), text.fr.as_ref(), text.nl.as_ref(), text.de.as_ref()];
    let longest = texts.into_iter().flatten().map(|it| it.chars().count()).max();
    match longest {
        Some(0) if text.any().is_none() => {
            let message = "`text` is missing: what is not comparable from there on";
            table.problem(Problem::new(place, message));
        }
        Some(BREAK_MAX..) => {
            let message = format!("`text` may have {} letters", BREAK_MAX - 1);
            table.problem(Problem::new(place, message));
        }
        _ => {}
    }
    table.finish();
    (from.value, text)
}
