//! What an edition says of itself: `manifest.json`.
//!
//! In: the manifest of an edition, as it was written. Out: what it is made of, and its files with their
//! hashes; editions are listed, compared and made again by it. Never: a moment of building.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The name of its file.
pub const MANIFEST: &str = "manifest.json";

/// What an edition is, what it is made of, and its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The report.
    pub report: String,
    /// The name of the edition.
    pub edition: String,
    /// Its title by language.
    pub title: BTreeMap<String, String>,
    /// The quarters that it is about, such as `2007Q1..2008Q4`.
    pub period: Option<String>,
    /// The policy that released its tables.
    pub policy: Option<String>,
    /// Whether it may be handed out.
    pub for_publication: bool,
    /// The version of the table of observations that it was made of.
    pub version: u64,
    /// When the newest of its data were committed: RFC 3339, UTC.
    #[serde(default)]
    pub committed: String,
    /// The classification of its rows.
    pub classification: Option<String>,
    /// The deliveries, each with its revision.
    pub deliveries: Vec<String>,
    /// The program and its version.
    pub program: String,
    /// The command that makes it again.
    pub command: String,
    /// The edition before, and how figures differ from it.
    #[serde(default)]
    pub compared_with: Option<ComparedWith>,
    /// The files of the report.
    pub made_of: Vec<SourceFile>,
    /// Its tables.
    pub tables: Vec<ManifestTable>,
    /// All other files of its folder.
    pub files: Vec<ManifestFile>,
}

/// The edition before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedWith {
    /// Its name.
    pub edition: String,
    /// Hash of its manifest.
    pub manifest_blake3: String,
    /// Figures that it showed otherwise.
    pub revised: usize,
    /// Rows that it did not have.
    pub rows_new: usize,
    /// Rows of the same time that it had and this one has not.
    pub rows_gone: usize,
}

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name in the report's folder.
    pub file: String,
    /// Its hash.
    pub blake3: String,
}

/// A table of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestTable {
    /// Its name in the report.
    pub name: String,
    /// The query that answered it.
    pub query: String,
    /// Hash of the query's file.
    pub query_blake3: String,
    /// The quarters asked for.
    pub quarters: Option<String>,
    /// Conditions besides those of the query.
    #[serde(rename = "where")]
    pub conditions: Vec<String>,
    /// Values of the query's parameters.
    pub parameters: BTreeMap<String, String>,
    /// What its rows are of.
    #[serde(default)]
    pub dimensions: Vec<String>,
    /// Its columns of numbers.
    #[serde(default)]
    pub figures: Vec<String>,
    /// How many rows it has.
    pub rows: usize,
}

/// A file of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its path in the edition's folder.
    pub name: String,
    /// How long it is.
    pub bytes: usize,
    /// Its hash.
    pub blake3: String,
}

/// The hash that manifests have of bytes.
pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
