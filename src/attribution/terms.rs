//! What the attribution of a delivery depends on besides its rows.

use crate::dictionary::Dictionary;
use crate::pseudonym::PseudonymKey;
use crate::quarter::QuarterRange;

/// Which quarter or quarters a row counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AttributionRule {
    /// In each quarter that its days touch; the amount is shared out by days.
    #[default]
    Days,
    /// In the quarter of the first day.
    Start,
    /// In the quarter of the last day.
    End,
}

impl AttributionRule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Days, Self::Start, Self::End];

    /// As written in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// A delivery's constants for attribution.
#[derive(Debug)]
pub(crate) struct Attribution<'a> {
    /// The delivery's id.
    pub delivery: &'a str,
    /// The quarters that are stored.
    pub window: QuarterRange,
    /// The rule.
    pub rule: AttributionRule,
    /// The key of pseudonyms.
    pub key: &'a PseudonymKey,
    /// Names of regimes, measures and guidances.
    pub dictionary: &'a Dictionary,
}
