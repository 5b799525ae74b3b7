//! Where the figures of an export come from, the same in every format.

use super::words::notes;
use crate::disclosure::ReleasedTable;
use crate::render::Language;

/// What an export says of where its figures come from.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// Version of the table.
    pub version: u64,
    /// The deliveries of that version, as `id@revision`.
    pub deliveries: Vec<String>,
    /// The quarters that it has data of.
    pub quarters: Vec<String>,
    /// The command that gives the same figures.
    pub command: String,
    /// The older state that was asked for.
    pub as_of: Option<String>,
}

/// The program and its version.
pub(super) fn tool() -> String {
    format!("sppis {}", env!("CARGO_PKG_VERSION"))
}

/// Key of what a reader must know, which exports for people say elsewhere.
const NOTES: &str = "notes";

/// Names and values; a value is empty where nothing was asked for. `as_of` stands there only when
/// an older state was, `complete_only` where partial figures were left out, `partial_without` only where a number lacks quarters, and notes only where
/// there are some.
pub fn pairs(table: &ReleasedTable, provenance: &Provenance) -> Vec<(&'static str, String)> {
    let parameters = table.parameters().into_iter().map(|(name, value)| format!("{name}={value}"));
    let parameters: Vec<String> = parameters.collect();
    let mut pairs = vec![
        ("query", table.query_name().to_owned()),
        ("query_blake3", table.query_hash().to_owned()),
        ("quarters", table.range().map(|range| range.to_string()).unwrap_or_default()),
        ("only", table.conditions().join(",")),
        ("parameters", parameters.join(",")),
        ("policy", table.policy().name().to_owned()),
        ("version", provenance.version.to_string()),
    ];
    pairs.extend(table.is_complete_only().then(|| ("complete_only", "yes".to_owned())));
    pairs.extend(provenance.as_of.clone().map(|as_of| ("as_of", as_of)));
    pairs.extend([
        ("deliveries", provenance.deliveries.join(",")),
        ("quarters_with_data", provenance.quarters.join(",")),
    ]);
    let lacking = table.lacking();
    pairs.extend((!lacking.is_empty()).then(|| ("partial_without", lacking.join(","))));
    let notes = notes(table, Language::En);
    pairs.extend((!notes.is_empty()).then(|| (NOTES, notes.join(" "))));
    pairs.extend([("tool", tool()), ("command", provenance.command.clone())]);
    pairs
}

/// The pairs that have a value, for people.
pub(super) fn said(table: &ReleasedTable, provenance: &Provenance) -> Vec<(&'static str, String)> {
    let said = |(key, value): &(&str, String)| !value.is_empty() && *key != NOTES;
    pairs(table, provenance).into_iter().filter(said).collect()
}
