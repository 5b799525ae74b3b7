//! Which quarters were delivered: by the windows of deliveries, not by whether anybody is there.
//!
//! A quarter without rows that a delivery covers says that nobody was there; a quarter that none
//! covers says nothing. What is told of a person from other quarters keeps the two apart.

use std::collections::BTreeSet;

use crate::quarter::{Quarter, QuarterRange};

/// The quarters that current deliveries cover.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered(BTreeSet<Quarter>);

impl Delivered {
    /// Of the windows of deliveries.
    pub fn new(windows: impl Iterator<Item = QuarterRange>) -> Self {
        Self(windows.flat_map(|window| window.iter().collect::<Vec<_>>()).collect())
    }

    /// Whether a quarter was delivered.
    pub fn has(&self, quarter: Quarter) -> bool {
        self.0.contains(&quarter)
    }

    /// Whether it is known of a quarter what a person had in it: it was delivered, and does not lie
    /// before the source, of which a first delivery's window can cover a part.
    pub(crate) fn tells(&self, quarter: Quarter) -> bool {
        self.has(quarter) && quarter >= Quarter::SOURCE_START
    }

    /// Whether the quarter before was not delivered, though an earlier one was.
    pub(crate) fn follows_gap(&self, quarter: Quarter) -> bool {
        !self.has(quarter.plus(-1)) && self.first().is_some_and(|first| first < quarter)
    }

    /// The quarters from the first delivered to this one that were not delivered.
    pub(crate) fn missing_until(&self, quarter: Quarter) -> impl Iterator<Item = Quarter> + '_ {
        let span = self.first().and_then(|first| QuarterRange::new(first, quarter).ok());
        span.into_iter()
            .flat_map(|span| span.iter().collect::<Vec<_>>())
            .filter(|it| !self.has(*it))
    }

    /// The first quarter delivered.
    pub fn first(&self) -> Option<Quarter> {
        self.0.first().copied()
    }

    /// The last quarter delivered.
    pub fn last(&self) -> Option<Quarter> {
        self.0.last().copied()
    }
}

/// Quarters as texts: one alone, or the range of those that follow each other.
pub(crate) fn ranges(quarters: &BTreeSet<Quarter>) -> Vec<String> {
    let quarters: Vec<Quarter> = quarters.iter().copied().collect();
    let runs = quarters.chunk_by(|earlier, later| earlier.next() == *later);
    let text = |run: &[Quarter]| match run {
        [first, .., last] => format!("{first}..{last}"),
        run => run.iter().map(ToString::to_string).collect(),
    };
    runs.map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter(text: &str) -> Quarter {
        text.parse().unwrap()
    }

    #[test]
    fn a_gap_lies_between_deliveries_and_not_before_them() {
        let windows = ["2005Q3..2005Q4", "2006Q3..2006Q4"].map(|it| it.parse().unwrap());
        let delivered = Delivered::new(windows.into_iter());
        let cases = [("2005Q3", false), ("2005Q4", false), ("2006Q3", true), ("2006Q4", false)];
        for (text, expected) in cases {
            assert_eq!(delivered.follows_gap(quarter(text)), expected, "{text}");
        }
        let missing: Vec<_> = delivered.missing_until(quarter("2007Q1")).collect();
        assert_eq!(missing, ["2006Q1", "2006Q2", "2007Q1"].map(quarter));
        assert_eq!(ranges(&missing.into_iter().collect()), ["2006Q1..2006Q2", "2007Q1"]);
        assert_eq!(Delivered::default().missing_until(quarter("2007Q1")).count(), 0);
    }

    #[test]
    fn nothing_is_told_of_quarters_before_the_source() {
        let window = ["2002Q3..2002Q4".parse().unwrap()];
        let delivered = Delivered::new(window.into_iter());
        assert!(delivered.has(quarter("2002Q3")) && !delivered.tells(quarter("2002Q3")));
        assert!(delivered.tells(quarter("2002Q4")));
    }
}
