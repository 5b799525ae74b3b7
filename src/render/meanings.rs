//! What metrics and dimensions say, in a sentence of the reader's language.

use super::heading;
use crate::disclosure::{Against, Formula, Statistic};
use crate::metric::{Dimension, Metric};
use crate::words::{Language, Words};

/// What the metric or dimension of a name says; its English stands with it.
pub(crate) fn meaning(name: &str, language: Language) -> Option<&'static str> {
    let english = || {
        let of_metric = Metric::named(name).map(Metric::meaning);
        of_metric.or_else(|| Dimension::named(name).map(Dimension::meaning))
    };
    Words::of(language).find("meaning", name).or_else(english)
}

/// What a metric that a query defines says.
pub(crate) fn meaning_of_formula(formula: &Formula, language: Language) -> String {
    let words = Words::of(language);
    let of = |metric: &Metric| heading(metric.name(), language).to_owned();
    let against = |against: &Against| match against {
        Against::PreviousQuarter => words.text("formula.previous_quarter").to_owned(),
        Against::YearBefore => words.text("formula.year_before").to_owned(),
        Against::Base(base) => words.quarters(&base.to_string()).into_owned(),
    };
    match formula {
        Formula::Ratio(one, other) => {
            words.fill("formula.ratio", &[("one", &of(one)), ("other", &of(other))])
        }
        Formula::Share(metric, within) if within.is_empty() => {
            words.fill("formula.share_of_all", &[("metric", &of(metric))])
        }
        Formula::Share(metric, within) => {
            let names: Vec<&str> = within.iter().map(|it| heading(it.name(), language)).collect();
            let dimensions = joined(&names, words);
            words.fill("formula.share", &[("metric", &of(metric)), ("dimensions", &dimensions)])
        }
        Formula::Change(metric, other) => {
            words.fill("formula.change", &[("metric", &of(metric)), ("other", &against(other))])
        }
        Formula::Rate(metric, other) => {
            words.fill("formula.rate", &[("metric", &of(metric)), ("other", &against(other))])
        }
        Formula::Cumulative(metric) => words.fill("formula.cumulative", &[("metric", &of(metric))]),
        Formula::Moving(metric, quarters) => {
            let values = [("metric", &*of(metric)), ("count", &quarters.to_string())];
            words.fill("formula.moving", &values)
        }
        Formula::PerPerson(Statistic::Minimum) => words.text("formula.minimum").to_owned(),
        Formula::PerPerson(Statistic::Maximum) => words.text("formula.maximum").to_owned(),
        Formula::PerPerson(Statistic::Quantile(50)) => words.text("formula.median").to_owned(),
        Formula::PerPerson(Statistic::Quantile(percent)) => {
            words.fill("formula.quantile", &[("percent", &percent.to_string())])
        }
    }
}

/// Words in a row, the last two joined by `and`.
fn joined(names: &[&str], words: &Words) -> String {
    let Some((first, rest)) = names.split_first() else { return String::new() };
    rest.iter().fold((*first).to_owned(), |first, last| {
        words.fill("formula.and", &[("first", &first), ("last", last)])
    })
}
