//! Levels: what has to be counted from the rows to answer a question.
//!
//! A level is a set of dimensions and a span of quarters. Every total, share, comparison and moving
//! figure names the level it needs; nothing that is distinct is ever added up from a finer level.

use std::collections::BTreeSet;

use crate::metric::{Dimension, Metric, Subject, Tally};
use crate::quarter::Quarter;
use crate::query::language::derived::{Against, Derived, Formula};
use crate::query::language::file::Query;
use crate::query::language::span::Span;

/// A set of dimensions and a span.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Level {
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) span: Span,
}

/// What is to be counted at a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) level: Level,
    pub(crate) metrics: Vec<Metric>,
    /// Whether also the amounts of single persons are needed.
    pub(crate) per_person: bool,
}

impl Query {
    /// The levels of the answer's rows: its dimensions, then its totals.
    pub(crate) fn row_levels(&self) -> Vec<Vec<Dimension>> {
        std::iter::once(self.dimensions.clone()).chain(self.totals.iter().cloned()).collect()
    }

    /// All that has to be counted, the rows themselves first.
    pub(crate) fn counts(&self) -> Vec<Count> {
        let mut counts = Counts::default();
        for dimensions in self.row_levels() {
            let base = self.metrics.iter().flat_map(|metric| metric.base());
            let base = base.chain(self.shows_what_holds()).collect();
            counts.add(&dimensions, Span::Own, base, false);
            for derived in &self.derived {
                counts.add_derived(&dimensions, derived);
            }
        }
        counts.0
    }

    /// The metrics that are counted at any level, also those that are ranked by.
    pub(crate) fn counted(&self) -> Vec<Metric> {
        let ranked_by = self.top.iter().flat_map(|top| top.by.base());
        self.counts().into_iter().flat_map(|it| it.metrics).chain(ranked_by).collect()
    }

    /// Whether a metric counts these.
    pub(crate) fn counts_distinct(&self, subject: Subject) -> bool {
        let is_one = |it: Metric| matches!(it.tally(), Tally::Distinct(own, _) if own == subject);
        self.counted().into_iter().any(is_one)
    }

    /// What says of the cells of a complete answer whether they hold something.
    fn shows_what_holds(&self) -> Vec<Metric> {
        let of_derived = self.derived.iter().flat_map(|derived| derived.formula.about());
        let metrics = self.metrics.iter().copied().chain(of_derived).filter(|_| self.complete);
        metrics.filter(|it| it.is_of_conventions()).flat_map(Metric::held_by).collect()
    }

    /// The quarters that its figures compare others with, each once.
    pub(crate) fn againsts(&self) -> BTreeSet<Against> {
        self.derived.iter().filter_map(|it| it.formula.against()).collect()
    }

    /// The spans of several quarters that its figures are over, each once.
    pub(crate) fn spans(&self) -> BTreeSet<Span> {
        self.derived.iter().map(|it| it.formula.span()).filter(|it| *it != Span::Own).collect()
    }

    /// Quarters before a range that its figures need.
    pub(crate) fn sources_of(&self, quarter: Quarter) -> Vec<Quarter> {
        let of = |derived: &Derived| derived.formula.sources(quarter);
        self.derived.iter().flat_map(of).chain([quarter]).collect()
    }
}

#[derive(Default)]
struct Counts(Vec<Count>);

impl Counts {
    fn add(
        &mut self,
        dimensions: &[Dimension],
        span: Span,
        metrics: Vec<Metric>,
        per_person: bool,
    ) {
        let level = Level { dimensions: dimensions.to_vec(), span };
        let at = self.0.iter().position(|count| count.level == level).unwrap_or_else(|| {
            self.0.push(Count { level, metrics: Vec::new(), per_person: false });
            self.0.len() - 1
        });
        let count = &mut self.0[at];
        count.per_person |= per_person;
        for metric in metrics {
            if !count.metrics.contains(&metric) {
                count.metrics.push(metric);
            }
        }
    }

    fn add_derived(&mut self, dimensions: &[Dimension], derived: &Derived) {
        let formula = &derived.formula;
        if formula.needs_quarter() && !dimensions.contains(&Dimension::Quarter) {
            return; // A total over quarters has nothing to be compared with.
        }
        let per_person = matches!(formula, Formula::PerPerson(_));
        self.add(dimensions, formula.span(), formula.metrics(), per_person);
        if let Formula::Share(metric, within) = formula {
            self.add(&kept(dimensions, within), Span::Own, vec![*metric], false);
        }
    }
}

/// The dimensions of a row that a share's whole keeps.
pub(crate) fn kept(dimensions: &[Dimension], within: &[Dimension]) -> Vec<Dimension> {
    dimensions.iter().copied().filter(|it| within.contains(it)).collect()
}
