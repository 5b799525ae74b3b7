//! Where the figures of an export come from, the same in every format.

use super::words::{condition, notes};
use crate::disclosure::ReleasedTable;
use crate::render::{Language, Look};
use crate::words::Words;

/// What an export says of where its figures come from.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// Version of the table.
    pub version: u64,
    /// What its rows are classified by: the beginning of a hash, where it is known.
    pub classification: Option<String>,
    /// The same of the state that stands beside it, where it is another.
    pub compared_classification: Option<String>,
    /// The deliveries of that version, as `id@revision`.
    pub deliveries: Vec<String>,
    /// The quarters that it has data of.
    pub quarters: Vec<String>,
    /// The command that gives the same bytes; empty where a program has asked.
    pub command: String,
}

impl Provenance {
    /// The source in a line: deliveries and version.
    pub(super) fn source(&self) -> String {
        let deliveries = self.deliveries.join(", ");
        format!("DWH_SPPIS_Formulaires · {deliveries} · version {}", self.version)
    }
}

/// The program and its version.
pub(crate) fn tool() -> String {
    format!("sppis {}", env!("CARGO_PKG_VERSION"))
}

/// Key of what a reader must know, which exports for people say elsewhere.
const NOTES: &str = "notes";

/// Names and values, notes in a language; a value is empty where nothing was asked for. `complete_only`
/// stands there where partial figures were left out, `partial_without` only where a number lacks
/// quarters, and notes only where there are some. A state is known by its version, whatever it was
/// asked for by: the command says the version too.
pub(crate) fn pairs(
    table: &ReleasedTable,
    provenance: &Provenance,
    language: Language,
) -> Vec<(&'static str, String)> {
    let parameters = table.parameters().into_iter().map(|(name, value)| format!("{name}={value}"));
    let parameters: Vec<String> = parameters.collect();
    let mut pairs = vec![
        ("query", table.query_name().to_owned()),
        ("query_blake3", table.query_hash().to_owned()),
        ("quarters", table.range().map_or_else(String::new, |range| range.to_string())),
        ("only", table.conditions().join(",")),
        ("parameters", parameters.join(",")),
        ("policy", table.policy().name().to_owned()),
        ("version", provenance.version.to_string()),
    ];
    let compared = provenance.compared_classification.clone();
    pairs.extend(provenance.classification.clone().map(|it| ("classification", it)));
    pairs.extend(compared.map(|it| ("compared_classification", it)));
    pairs.extend(table.is_complete_only().then(|| ("complete_only", "yes".to_owned())));
    pairs.extend([
        ("deliveries", provenance.deliveries.join(",")),
        ("quarters_with_data", provenance.quarters.join(",")),
    ]);
    let lacking = table.lacking();
    pairs.extend((!lacking.is_empty()).then(|| ("partial_without", lacking.join(","))));
    let notes = notes(table, language);
    pairs.extend((!notes.is_empty()).then(|| (NOTES, notes.join(" "))));
    pairs.push(("tool", tool()));
    let command = Some(provenance.command.clone()).filter(|it| !it.is_empty());
    pairs.extend(command.map(|it| ("command", it)));
    pairs
}

/// The pairs that have a value, in words for people; the command is what it is.
pub(super) fn said(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
) -> Vec<(&'static str, String)> {
    let words = Words::of(look.language);
    let said = |(key, value): &(&str, String)| !value.is_empty() && *key != NOTES;
    let in_words = |(key, value): (&'static str, String)| {
        let value = match key {
            "quarters" => table.range().map_or_else(String::new, |range| words.range(range)),
            "quarters_with_data" => words.all_quarters(&provenance.quarters),
            "partial_without" => words.all_quarters(table.lacking()),
            "only" => {
                let asked = table.conditions().into_iter().map(|it| condition(&it, look));
                asked.collect::<Vec<_>>().join(", ")
            }
            "complete_only" => words.text("answer.yes").to_owned(),
            "policy" => words.find("policy", &value).unwrap_or(&value).to_owned(),
            _ => value,
        };
        (words.find("provenance", key).unwrap_or(key), value)
    };
    pairs(table, provenance, look.language).into_iter().filter(said).map(in_words).collect()
}
