//! Names of a warehouse's files and folders, and of the entries of its log.

use std::path::{Path, PathBuf};

pub(super) const SETTINGS_FILE: &str = "sppis.toml";
pub(super) const DICTIONARY_FILE: &str = "dictionary.toml";
pub(super) const QUERIES_FOLDER: &str = "queries";
/// Folder of a warehouse's own reports.
pub(super) const REPORTS_FOLDER: &str = "reports";
pub(super) const KEY_FOLDER: &str = "key";
pub(super) const KEY_FILE: &str = "pseudonym.key";
pub(super) const OBSERVATIONS_FOLDER: &str = "observations";
pub(super) const LOG_FOLDER: &str = "_delta_log";
/// What runs on schedule.
pub(super) const SCHEDULE_FILE: &str = "schedule.toml";
pub(super) const FINDINGS_FOLDER: &str = "findings";
pub(super) const HISTORIES_FOLDER: &str = "histories";
pub(super) const STAGING_FOLDER: &str = "staging";

/// Digits of the version in the name of an entry.
pub(super) const VERSION_DIGITS: usize = 20;

/// The file of an entry.
pub(super) fn path_of(folder: &Path, version: u64) -> PathBuf {
    folder.join(format!("{version:0VERSION_DIGITS$}.json"))
}
