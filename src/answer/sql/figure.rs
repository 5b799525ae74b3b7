//! The figures of an answer, metrics and derived ones alike.
//!
//! In: a query. Out: its figures in the order of their columns. Never: a figure that is computed here.

use crate::metric::Metric;
use crate::query::{Derived, Formula, Query};

/// A figure.
#[derive(Clone, Copy)]
pub(super) enum Figure<'a> {
    Metric(Metric),
    Derived(&'a Derived),
}

impl<'a> Figure<'a> {
    /// Those of a query.
    pub(super) fn all(query: &'a Query) -> Vec<Self> {
        let metrics = query.metrics.iter().map(|it| Self::Metric(*it));
        metrics.chain(query.derived.iter().map(Self::Derived)).collect()
    }

    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Metric(metric) => metric.name(),
            Self::Derived(derived) => &derived.name,
        }
    }

    pub(super) fn status(self) -> String {
        format!("{}{}", self.name(), crate::answer::STATUS_ENDING)
    }

    pub(super) fn decimals(self) -> u8 {
        match self {
            Self::Metric(metric) => metric.decimals(),
            Self::Derived(derived) => derived.decimals,
        }
    }

    pub(super) fn formula(self) -> Option<&'a Formula> {
        match self {
            Self::Metric(_) => None,
            Self::Derived(derived) => Some(&derived.formula),
        }
    }

    /// The metrics that it says something of.
    pub(super) fn about(self) -> Vec<Metric> {
        match self {
            Self::Metric(metric) => vec![metric],
            Self::Derived(derived) => derived.formula.about(),
        }
    }

    /// Whether it is a quotient that is rounded.
    pub(super) fn is_divided(self) -> bool {
        match self {
            Self::Metric(metric) => metric.is_ratio(),
            Self::Derived(derived) => match &derived.formula {
                Formula::Ratio(..) | Formula::Share(..) | Formula::Rate(..) => true,
                Formula::PerPerson(statistic) => {
                    matches!(statistic, crate::query::Statistic::Quantile(_))
                }
                _ => false,
            },
        }
    }
}
