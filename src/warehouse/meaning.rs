//! What the figures of a table mean.
//!
//! In: settings and dictionary. Out: a [`Meaning`] for each commit to say. Never: two deliveries of one
//! table that were read under different settings, or one answer over rows of two classifications.
//!
//! Identifiers, attribution and dropped zeros cannot be worked out anew from what is stored: the first
//! commit fixes them, as it does the key. Regime, measure, guidance and groups can, all codes being
//! stored: they are one state of the table, a hash, which only a reclassification changes. Commits of
//! earlier versions of the program say neither; what they were made under is told by the hash of all
//! settings that each of them has, or not at all.

use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use crate::dictionary::{Dictionary, Terms};

/// What earlier versions of the program counted as conventions, whatever the dictionary said.
pub(super) const EARLIER_CONVENTIONS: [&str; 2] = ["h50", "h100"];

/// What figures mean, as a commit says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// How persons are identified, as in the settings.
    pub(super) identifier: String,
    /// Which quarter a row counts in, as in the settings.
    pub(super) attribution: String,
    /// The variables whose codes are stored without their leading zero.
    pub(super) without_leading_zero: Vec<String>,
    /// Hash of what rows are classified by.
    pub(super) classification: String,
    /// Its names.
    pub(super) terms: Terms,
}

impl Meaning {
    pub(super) fn of(configuration: &Configuration, dictionary: &Dictionary) -> Self {
        Self {
            identifier: configuration.identifier().name().to_owned(),
            attribution: configuration.attribution().name().to_owned(),
            without_leading_zero: dictionary.without_leading_zero(),
            classification: dictionary.classification(),
            terms: dictionary.terms(),
        }
    }

    /// Hash of what rows are classified by.
    pub fn classification(&self) -> &str {
        &self.classification
    }

    /// Its names.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}

/// As much of a classification as tells it from others to people.
pub(crate) fn short(classification: &str) -> &str {
    classification.get(..12).unwrap_or(classification)
}
