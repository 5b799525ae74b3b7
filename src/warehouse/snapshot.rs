//! The table at one version: its files, and the deliveries they come from.

use std::path::PathBuf;

use super::checked::Written;
use super::clock;
use super::error::WarehouseError;
use super::footer::Tail;
use super::log_entry::Add;
use super::logged::{Logged, LoggedCommit, LoggedReclassification};
use super::meaning::{EARLIER_CONVENTIONS, Meaning};
use crate::exact::known;
use crate::pseudonym::PseudonymKey;
use crate::quarter::{Quarter, QuarterRange};

/// A fixed version of the observations.
#[derive(Debug, Clone)]
pub struct Snapshot {
    version: u64,
    files: Vec<TableFile>,
    commits: Vec<LoggedCommit>,
    reclassifications: Vec<LoggedReclassification>,
    meaning: Option<Meaning>,
    doubt: Option<String>,
}

/// A file of a snapshot.
#[derive(Debug, Clone)]
pub struct TableFile {
    path: PathBuf,
    quarter: Quarter,
    delivery: String,
    row_count: u64,
    byte_count: u64,
    blake3: String,
    tail: Option<Tail>,
    statistics: String,
}

const READING: &str = "reading the table's files";

impl Snapshot {
    pub(super) fn new<'l>(
        version: u64,
        folder: &std::path::Path,
        files: impl Iterator<Item = &'l Add>,
        logged: Logged,
    ) -> Result<Self, WarehouseError> {
        let files = files.map(|add| TableFile::new(folder, add));
        let mut files: Vec<_> = files.collect::<Result<_, _>>()?;
        files.sort_by(|a, b| (a.quarter, &a.path).cmp(&(b.quarter, &b.path)));
        let Logged { deliveries: commits, reclassifications } = logged;
        let of_deliveries = commits.iter().map(|it| (it.version, it.record.meaning.as_ref()));
        let of_all = reclassifications.iter().map(|it| (it.version, Some(&it.record.meaning)));
        let said = of_deliveries.chain(of_all).filter_map(|(at, said)| Some((at, said?)));
        let meaning = said.max_by_key(|(at, _)| *at).map(|(_, said)| said.clone());
        Ok(Self { version, files, commits, reclassifications, meaning, doubt: None })
    }

    /// The same where it is known what figures mean although no commit says it.
    pub(super) fn with_meaning(self, meaning: Meaning) -> Self {
        Self { meaning: Some(meaning), ..self }
    }

    /// What figures mean, if its commits say it.
    pub fn meaning(&self) -> Option<&Meaning> {
        self.meaning.as_ref()
    }

    /// The guidances under a partnership convention.
    pub fn conventions(&self) -> impl Iterator<Item = &str> {
        let earlier = if self.meaning.is_none() { EARLIER_CONVENTIONS.as_slice() } else { &[] };
        let said = self.meaning.iter().flat_map(|meaning| meaning.terms().conventions());
        said.chain(earlier.iter().copied())
    }

    pub(super) fn with_doubt(self, doubt: Option<String>) -> Self {
        Self { doubt, ..self }
    }

    /// Why it may not be what was known on the day it was asked for by, in words.
    pub fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// What has to be said of the clock before another commit is made, in words.
    pub(crate) fn doubt_about_now(&self) -> Option<String> {
        clock::doubt_about_now(&self.stamps())
    }

    /// Each version that a commit made, and when, in order.
    pub fn stamps(&self) -> Vec<(u64, i64)> {
        let of_deliveries = self.commits.iter().map(|it| (it.version, it.timestamp_ms));
        let of_all = self.reclassifications.iter().map(|it| (it.version, it.timestamp_ms));
        let mut stamps: Vec<(u64, i64)> = of_deliveries.chain(of_all).collect();
        stamps.sort_unstable();
        stamps
    }

    /// The table's version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The files, by quarter and path.
    pub fn files(&self) -> &[TableFile] {
        &self.files
    }

    /// Every commit of a delivery, oldest first.
    pub fn commits(&self) -> &[LoggedCommit] {
        &self.commits
    }

    /// Every commit that classified all deliveries anew, oldest first.
    pub fn reclassifications(&self) -> &[LoggedReclassification] {
        &self.reclassifications
    }

    /// The last version in which a commit of a delivery was the current one.
    pub fn last_version_of(&self, commit: &LoggedCommit) -> u64 {
        let of_delivery = |it: &&LoggedCommit| it.record.delivery == commit.record.delivery;
        let mut later = self.commits.iter().filter(|it| it.version > commit.version);
        later.find(of_delivery).map_or(self.version, |it| it.version - 1)
    }

    /// Whether a log of old says hashes of delivered files without a key.
    pub(crate) fn has_plain_hashes(&self) -> bool {
        let mut parts = self.commits.iter().flat_map(|commit| &commit.record.parts);
        parts.any(|part| part.blake3.is_plain())
    }

    /// The same, with keyed hashes of delivered files also where a log of old says them without a key.
    #[must_use]
    pub(crate) fn with_keyed_hashes(mut self, key: &PseudonymKey) -> Self {
        self.commits.iter_mut().for_each(|commit| commit.record.key_hashes(key));
        self
    }

    /// The current commit of each delivery, by id.
    pub fn deliveries(&self) -> Vec<&LoggedCommit> {
        let mut current: Vec<&LoggedCommit> = Vec::new();
        for commit in &self.commits {
            current.retain(|earlier| earlier.record.delivery != commit.record.delivery);
            current.push(commit);
        }
        current.sort_by(|a, b| a.record.delivery.cmp(&b.record.delivery));
        current
    }

    /// The current commit of one delivery.
    pub fn delivery(&self, id: &str) -> Option<&LoggedCommit> {
        self.commits.iter().rfind(|commit| commit.record.delivery == id)
    }

    /// The current delivery of the latest period that ends before `window` begins.
    pub(crate) fn latest_before(&self, window: QuarterRange) -> Option<&LoggedCommit> {
        let earlier = self.deliveries().into_iter().filter_map(|commit| {
            let own = known(commit.record.quarters());
            (own.last() < window.first()).then_some((own.last(), commit))
        });
        earlier.max_by_key(|(last, _)| *last).map(|(_, commit)| commit)
    }

    /// The commit of `id@revision`, or the current one of `id`.
    pub fn named(&self, name: &str) -> Result<&LoggedCommit, WarehouseError> {
        let revision = |(id, revision): (&str, &str)| {
            let revision: u32 = revision.parse().ok()?;
            let mut commits = self.commits.iter().map(|commit| (&commit.record, commit));
            commits.find(|(it, _)| it.delivery == id && it.revision == revision)
        };
        let found = match name.split_once('@') {
            Some(parts) => revision(parts).map(|(_, commit)| commit),
            None => self.delivery(name),
        };
        found.ok_or_else(|| match name.split_once('@') {
            Some((id, revision)) if self.delivery(id).is_some() => {
                WarehouseError::Unknown(format!("revision `{revision}` of delivery `{id}`"))
            }
            _ => WarehouseError::unknown_delivery(name),
        })
    }

    /// A current delivery other than `id` whose window overlaps.
    pub(super) fn overlapping(
        &self,
        id: &str,
        window: QuarterRange,
    ) -> Option<(String, QuarterRange)> {
        self.deliveries().into_iter().find_map(|commit| {
            let other = known(commit.record.quarters());
            let clash = commit.record.delivery != id && other.overlaps(window);
            clash.then(|| (commit.record.delivery.clone(), other))
        })
    }
}

impl TableFile {
    /// A file that names no quarter is an error: its rows must not be missing from figures.
    pub(super) fn new(folder: &std::path::Path, add: &Add) -> Result<Self, WarehouseError> {
        let tail = add.tail().map(str::parse);
        Ok(Self {
            path: folder.join(&add.path),
            quarter: add.quarter().parse().map_err(WarehouseError::table(READING))?,
            delivery: add.delivery().to_owned(),
            row_count: add.row_count,
            byte_count: add.size,
            blake3: add.hash().to_owned(),
            tail: tail.transpose().map_err(WarehouseError::table(READING))?,
            statistics: add.stats.clone(),
        })
    }

    /// What the log says of it for readers that skip files, as JSON.
    pub(super) fn statistics(&self) -> &str {
        &self.statistics
    }

    /// Where it lies.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// What its bytes must be, by which it is read.
    pub fn written(&self) -> Written<'_> {
        let Self { path, byte_count, blake3, tail, .. } = self;
        Written { path, byte_count: *byte_count, blake3, tail: tail.as_ref() }
    }

    /// Its quarter.
    pub fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// The delivery it comes from.
    pub fn delivery(&self) -> &str {
        &self.delivery
    }

    /// Observations in it.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// Bytes.
    pub fn byte_count(&self) -> u64 {
        self.byte_count
    }

    /// BLAKE3 of its bytes, as committed.
    pub fn blake3(&self) -> &str {
        &self.blake3
    }
}
