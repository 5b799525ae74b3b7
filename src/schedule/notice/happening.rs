//! What notices are told of.
//!
//! In: what happened, from whoever did it. Out: the same for all ways of telling. Never: a figure; how many
//! changed is all that is said of them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An edition is begun.
    Start,
    /// An edition is made.
    Success,
    /// An edition could not be made.
    Failure,
    /// An edition is not there when it should be.
    Late,
    /// A delivery was taken in.
    Delivery,
    /// A delivery was refused.
    Refused,
    /// Nothing: somebody tries whether notices arrive.
    Trial,
}

impl Event {
    /// Those that a notice may ask for, by their names.
    pub const ALL: [(&str, Self); 6] = [
        ("start", Self::Start),
        ("success", Self::Success),
        ("failure", Self::Failure),
        ("late", Self::Late),
        ("delivery", Self::Delivery),
        ("refused", Self::Refused),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, it)| *it == self);
        found.map_or("trial", |(name, _)| name)
    }
}

/// One thing that happened, told once to each who wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// What it is known by: who is told twice can tell by it.
    pub id: String,
    /// What happened.
    pub event: Event,
    /// The report, if it is of one.
    pub report: Option<String>,
    /// The edition, if it is of one.
    pub edition: Option<String>,
    /// The delivery, if it is of one, with its revision.
    #[serde(default)]
    pub delivery: Option<String>,
    /// When, in milliseconds after 1970.
    pub at_ms: i64,
    /// The folder of the edition.
    pub folder: Option<PathBuf>,
    /// The version of the table that the edition is made of.
    pub version: Option<u64>,
    /// How long it took.
    pub seconds: Option<u64>,
    /// How many figures the edition before showed otherwise.
    pub revised: Option<usize>,
    /// How many rows the edition before did not have.
    pub new: Option<usize>,
    /// The error as the command line says it, or what became of a delivery; in English.
    pub text: Option<String>,
}

impl Happening {
    /// What is told where somebody tries whether notices arrive.
    pub fn trial(at_ms: i64) -> Self {
        Self {
            id: format!("trial-{at_ms}"),
            event: Event::Trial,
            report: None,
            edition: None,
            delivery: None,
            at_ms,
            folder: None,
            version: None,
            seconds: None,
            revised: None,
            new: None,
            text: None,
        }
    }

    /// The id in characters that the heads of mails and requests may have; its hash where it has others.
    pub(super) fn key(&self) -> String {
        let fits = |it: u8| it.is_ascii_alphanumeric() || b"-_+=".contains(&it);
        if !self.id.is_empty() && self.id.bytes().all(fits) {
            self.id.clone()
        } else {
            blake3::hash(self.id.as_bytes()).to_hex().to_string()
        }
    }
}
