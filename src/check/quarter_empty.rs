//! A quarter of the window that no row reaches.

use crate::finding::{DeliveryFinding, Rule, Severity};
use crate::quarter::{Quarter, QuarterRange};

/// `delivery.quarter-empty`
pub(super) static RULE: Rule = Rule {
    id: "delivery.quarter-empty",
    severity: Severity::Warn,
    meaning: "every quarter of the window has a row",
    help: "ask the sender whether rows are missing, or dates are wrong",
};

/// One finding for each run of quarters of the source without observations; `quarters` are those of
/// the window with their observations, in order.
pub fn quarters_empty(quarters: impl Iterator<Item = (Quarter, u64)>) -> Vec<DeliveryFinding> {
    let mut runs: Vec<QuarterRange> = Vec::new();
    for (quarter, observations) in quarters {
        if observations > 0 || quarter < Quarter::SOURCE_START {
            continue;
        }
        match runs.last().copied().filter(|run| run.last().next() == quarter) {
            Some(run) => {
                runs.pop();
                runs.extend(QuarterRange::new(run.first(), quarter));
            }
            None => runs.extend(QuarterRange::new(quarter, quarter)),
        }
    }
    let found = |run: QuarterRange| {
        let place =
            if run.first() == run.last() { run.first().to_string() } else { run.to_string() };
        DeliveryFinding { rule: &RULE, column: None, text: format!("no row lies in {place}") }
    };
    runs.into_iter().map(found).collect()
}
