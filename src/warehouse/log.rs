//! The table's log read directly, where it holds nothing but what this program writes.
//!
//! In: the log's folder. Out: the same files and commits that the Delta library gives, in a tenth of
//! its time, which is most of the time of a short answer. Never: a guess. Whatever is out of the
//! ordinary (a checkpoint, an unknown action, a lost or damaged entry) gives `None`, and the library
//! reads the log, or says what is wrong with it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::durable_store::TEMPORARY_PREFIX;
use super::record::DeliveryRecord;
use super::snapshot::FileEntry;
use super::table::{FINGERPRINT_PROPERTY, LoggedCommit};
use crate::document::open_regular;

/// Digits of the version in the name of an entry.
const VERSION_DIGITS: usize = 20;

/// The entries of a log, by version.
#[derive(Debug)]
pub(super) struct Log(Vec<Vec<Line>>);

/// One action of an entry; every other name than these is out of the ordinary.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Line {
    add: Option<Add>,
    remove: Option<Remove>,
    commit_info: Option<CommitInfo>,
    meta_data: Option<MetaData>,
    protocol: Option<IgnoredAny>,
    #[serde(rename = "txn")]
    transaction: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Add {
    path: String,
    partition_values: HashMap<String, Option<String>>,
    size: u64,
    stats: String,
    tags: HashMap<String, Option<String>>,
    deletion_vector: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Remove {
    path: String,
}

#[derive(Debug, Deserialize)]
struct CommitInfo {
    timestamp: Option<i64>,
    sppis: Option<DeliveryRecord>,
}

#[derive(Debug, Deserialize)]
struct MetaData {
    configuration: HashMap<String, Option<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    num_records: u64,
}

impl Log {
    /// All entries, if they are as this program writes them.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let mut versions = Vec::new();
        for entry in fs::read_dir(folder).ok()? {
            let name = entry.ok()?.file_name().into_string().ok()?;
            if name.starts_with(TEMPORARY_PREFIX) {
                continue;
            }
            let digits = name.strip_suffix(".json").filter(|it| it.len() == VERSION_DIGITS)?;
            versions.push(digits.parse::<usize>().ok()?);
        }
        versions.sort_unstable();
        let is_whole = versions.iter().enumerate().all(|(at, version)| at == *version);
        if !is_whole || versions.is_empty() {
            return None;
        }
        let entry = |version: &usize| read_entry(folder, *version);
        let entries: Option<Vec<_>> = versions.par_iter().map(entry).collect();
        entries.map(Self)
    }

    /// The newest version.
    pub(super) fn version(&self) -> u64 {
        self.0.len() as u64 - 1
    }

    /// The fingerprint of the key the warehouse was made with.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let meta_data = self.0[0].iter().find_map(|line| line.meta_data.as_ref())?;
        meta_data.configuration.get(FINGERPRINT_PROPERTY).cloned().flatten()
    }

    /// The commits of deliveries up to a version, oldest first.
    pub(super) fn commits(&self, version: u64) -> Vec<LoggedCommit> {
        let commit = |(version, line): (u64, &Line)| {
            let info = line.commit_info.as_ref()?;
            let timestamp_ms = info.timestamp.unwrap_or_default();
            Some(LoggedCommit { version, timestamp_ms, record: info.sppis.clone()? })
        };
        self.lines(version).filter_map(commit).collect()
    }

    /// The files of a version.
    pub(super) fn files(&self, version: u64) -> Option<Vec<FileEntry>> {
        let mut files: BTreeMap<&str, &Add> = BTreeMap::new();
        for (_, line) in self.lines(version) {
            if let Some(add) = &line.add {
                files.insert(&add.path, add);
            }
            if let Some(remove) = &line.remove {
                files.remove(remove.path.as_str());
            }
        }
        files.into_values().map(Add::entry).collect()
    }

    fn lines(&self, version: u64) -> impl Iterator<Item = (u64, &Line)> {
        let entries = (0..=version).zip(&self.0);
        entries.flat_map(|(version, lines)| lines.iter().map(move |line| (version, line)))
    }
}

/// An entry is one action a line; only the first says what the table is.
fn read_entry(folder: &Path, version: usize) -> Option<Vec<Line>> {
    let path = folder.join(format!("{version:0VERSION_DIGITS$}.json"));
    let mut text = String::new();
    open_regular(&path).and_then(|mut file| file.read_to_string(&mut text)).ok()?;
    let lines: Result<Vec<Line>, _> = text.lines().map(serde_json::from_str).collect();
    let lines = lines.ok().filter(|lines| !lines.is_empty())?;
    let defines = lines.iter().any(|line| line.protocol.is_some() || line.meta_data.is_some());
    let infos: Vec<&CommitInfo> = lines.iter().filter_map(|it| it.commit_info.as_ref()).collect();
    let [info] = infos.as_slice() else { return None };
    let is_ours = if version == 0 { defines } else { !defines && info.sppis.is_some() };
    let says_one_thing = lines.iter().all(|line| line.action_count() == 1);
    (is_ours && says_one_thing).then_some(lines)
}

impl Line {
    fn action_count(&self) -> usize {
        let actions = [
            self.add.is_some(),
            self.remove.is_some(),
            self.commit_info.is_some(),
            self.meta_data.is_some(),
            self.protocol.is_some(),
            self.transaction.is_some(),
        ];
        actions.into_iter().filter(|it| *it).count()
    }
}

impl Add {
    fn entry(&self) -> Option<FileEntry> {
        // Other writers may escape their names, or name places outside the table.
        let is_plain = !self.path.contains(['%', ':']) && !self.path.starts_with('/');
        if !is_plain || self.deletion_vector.is_some() {
            return None;
        }
        let statistics: Statistics = serde_json::from_str(&self.stats).ok()?;
        Some(FileEntry {
            path: self.path.clone(),
            quarter: self.partition_values.get("quarter").cloned().flatten(),
            tags: self.tags.clone(),
            row_count: statistics.num_records,
            byte_count: self.size,
            statistics: self.stats.clone(),
        })
    }
}
