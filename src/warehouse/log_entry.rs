//! One entry of the table's log: its actions, a line each, and the hashes by which it is known.
//!
//! In: the bytes of an entry, or what a commit is to say. Out: its actions, or the bytes. Never: an
//! action or a field that this program does not write, which would be skipped by whoever reads on: with one
//! letter changed a quarter would vanish from all figures.
//!
//! ```text
//! {"commitInfo":{"sppisHash":"<BLAKE3 of all bytes after these digits>","sppisEntry":{…},…}}
//! {"add":{…}}
//! ```
//!
//! Entries of earlier versions of the program have no hashes; the first one after them says theirs.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::WarehouseError;
use super::record::{DeliveryRecord, ReclassificationRecord};
use crate::document::open_regular;

/// Key of the pseudonym key's fingerprint in the table's properties.
pub(super) const FINGERPRINT_PROPERTY: &str = "sppis.keyFingerprint";

/// What an entry begins with, up to the digits of its hash.
const BEGINNING: &str = "{\"commitInfo\":{\"sppisHash\":\"";
/// Digits of a hash.
const DIGITS: usize = 64;
/// Names of a file's tags.
pub(super) const TAG_DELIVERY: &str = "delivery";
pub(super) const TAG_BLAKE3: &str = "blake3";
pub(super) const TAG_TAIL: &str = "footer";
/// The name of the partition column.
const QUARTER: &str = "quarter";

/// An action.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Action {
    CommitInfo(Box<CommitInfo>),
    Add(Box<Add>),
    Remove(Box<Remove>),
    MetaData(Box<MetaData>),
    Protocol(Protocol),
    #[serde(rename = "txn")]
    Transaction(Transaction),
}

/// What is said of the commit as a whole; the hash comes first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CommitInfo {
    #[serde(rename = "sppisHash", default, skip_serializing_if = "Option::is_none")]
    pub(super) hash: Option<String>,
    #[serde(rename = "sppisEntry", default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
    pub(super) timestamp: i64,
    pub(super) operation: String,
    pub(super) operation_parameters: BTreeMap<String, String>,
    pub(super) engine_info: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_version: Option<String>,
    /// `null` beside a reclassification: earlier versions of the program, which know deliveries only,
    /// refuse the table then.
    #[serde(default)]
    pub(super) sppis: Option<DeliveryRecord>,
    #[serde(rename = "sppisReclassification", default, skip_serializing_if = "Option::is_none")]
    pub(super) reclassification: Option<ReclassificationRecord>,
}

/// Where an entry stands in the log.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// The version that it makes.
    pub(super) version: u64,
    /// BLAKE3 of the entries before it, the last of them last: from the newest one on that says such
    /// hashes itself, or from the first.
    pub(super) before: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Add {
    pub(super) path: String,
    pub(super) partition_values: BTreeMap<String, Option<String>>,
    pub(super) size: u64,
    pub(super) modification_time: i64,
    pub(super) data_change: bool,
    pub(super) stats: String,
    pub(super) tags: BTreeMap<String, Option<String>>,
    #[serde(default)]
    pub(super) base_row_id: Option<()>,
    #[serde(default)]
    pub(super) default_row_commit_version: Option<()>,
    #[serde(default)]
    pub(super) clustering_provider: Option<()>,
    /// Observations, as the statistics say.
    #[serde(skip)]
    pub(super) row_count: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Remove {
    pub(super) path: String,
    pub(super) data_change: bool,
    pub(super) deletion_timestamp: i64,
    pub(super) extended_file_metadata: bool,
    pub(super) partition_values: BTreeMap<String, Option<String>>,
    pub(super) size: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MetaData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) format: serde_json::Value,
    pub(super) schema_string: String,
    pub(super) partition_columns: Vec<String>,
    pub(super) created_time: i64,
    pub(super) configuration: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Protocol {
    min_reader_version: u32,
    min_writer_version: u32,
}

impl Protocol {
    /// The versions of the format that others must know at least.
    pub(super) const OURS: Self = Self { min_reader_version: 1, min_writer_version: 2 };
}

/// By which other writers know what was written already.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Transaction {
    pub(super) app_id: String,
    pub(super) version: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    num_records: u64,
}

/// An entry that was read.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) actions: Vec<Action>,
    /// BLAKE3 of all its bytes.
    pub(super) hash: blake3::Hash,
}

impl Entry {
    /// Reads the entry of a version.
    pub(super) fn read(path: &Path, version: u64) -> Result<Self, WarehouseError> {
        let mut bytes = Vec::new();
        let read = open_regular(path).and_then(|mut file| file.read_to_end(&mut bytes));
        read.map_err(WarehouseError::io(path))?;
        let damaged = |problem: String| WarehouseError::damaged_log(path, problem);
        let actions = match own_hash(&bytes) {
            Some((said, rest)) if !is_hash(said, rest) => {
                let line = actions(&bytes, version).err().and_then(|(line, _)| line);
                return Err(damaged(placed(line, CHANGED)));
            }
            _ => actions(&bytes, version).map_err(|(line, text)| damaged(placed(line, &text)))?,
        };
        Ok(Self { actions, hash: blake3::hash(&bytes) })
    }

    /// What is said of the commit.
    pub(super) fn info(&self) -> Option<&CommitInfo> {
        self.actions.iter().find_map(|action| match action {
            Action::CommitInfo(info) => Some(&**info),
            _ => None,
        })
    }

    /// Where it stands, if it says so.
    pub(super) fn place(&self) -> Option<&Place> {
        self.info().and_then(|info| info.place.as_ref())
    }

    /// What the table is, said by the first entry only.
    pub(super) fn meta_data(&self) -> Option<&MetaData> {
        self.actions.iter().find_map(|action| match action {
            Action::MetaData(meta_data) => Some(&**meta_data),
            _ => None,
        })
    }
}

/// The bytes of an entry, which begin with their own hash.
pub(super) fn bytes_of(mut info: CommitInfo, actions: &[Action]) -> serde_json::Result<Vec<u8>> {
    info.hash = Some("0".repeat(DIGITS));
    let mut text = serde_json::to_string(&Action::CommitInfo(Box::new(info)))?;
    for action in actions {
        text.push('\n');
        text.push_str(&serde_json::to_string(action)?);
    }
    let end = BEGINNING.len() + DIGITS;
    let hash = blake3::hash(&text.as_bytes()[end..]).to_hex();
    text.replace_range(BEGINNING.len()..end, &hash);
    Ok(text.into_bytes())
}

/// How a change of bytes is said.
pub(super) const CHANGED: &str = "its bytes are not those that were written";

/// The hash that an entry says of itself, and the bytes that it is of.
fn own_hash(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.strip_prefix(BEGINNING.as_bytes())?.split_at_checked(DIGITS)
}

fn is_hash(said: &[u8], rest: &[u8]) -> bool {
    blake3::hash(rest).to_hex().as_bytes() == said
}

fn placed(line: Option<usize>, problem: &str) -> String {
    line.map_or_else(|| problem.to_owned(), |line| format!("line {line}: {problem}"))
}

/// What is wrong, and on which line if it is one.
type Problem = (Option<usize>, String);

/// The actions of an entry, which must be those that this program writes.
fn actions(bytes: &[u8], version: u64) -> Result<Vec<Action>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        (Some(line), "expected text, found other bytes".to_owned())
    })?;
    let mut actions = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let action = action(line).map_err(|problem| match foreign(text) {
            Some(writer) => (None, writer),
            None => (Some(at + 1), problem),
        })?;
        actions.push(action);
    }
    whole(&actions, version, bytes).map_err(|problem| (None, problem))?;
    Ok(actions)
}

fn action(line: &str) -> Result<Action, String> {
    let mut action: Action = serde_json::from_str(line).map_err(|error| {
        let text = error.to_string();
        // It counts lines within the line.
        let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(before, _)| before);
        format!("expected what this program writes, found {text}")
    })?;
    if let Action::Add(add) = &mut action {
        add.check()?;
    }
    Ok(action)
}

/// Which other program has written an entry, if one has.
fn foreign(text: &str) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let info = lines.find_map(|line: serde_json::Value| line.get("commitInfo").cloned())?;
    if info.get("sppis").is_some() || info.get("sppisHash").is_some() {
        return None;
    }
    let writer = info.get("engineInfo").and_then(serde_json::Value::as_str).unwrap_or("unknown");
    Some(format!("another program (`{writer}`) has written to this table, which only `sppis` may"))
}

/// Whether an entry says what each of that place says, once.
fn whole(actions: &[Action], version: u64, bytes: &[u8]) -> Result<(), String> {
    let infos: Vec<&CommitInfo> = actions.iter().filter_map(info_of).collect();
    let [info] = infos.as_slice() else {
        return Err(format!("expected one action `commitInfo`, found {}", infos.len()));
    };
    if info.hash.is_some() != own_hash(bytes).is_some()
        || info.hash.is_some() != info.place.is_some()
    {
        return Err(CHANGED.to_owned());
    }
    let count = |is: fn(&Action) -> bool| actions.iter().filter(|action| is(action)).count();
    let defined = (
        count(|it| matches!(it, Action::Protocol(_))),
        count(|it| matches!(it, Action::MetaData(_))),
    );
    let expected = if version == 0 { (1, 1) } else { (0, 0) };
    if defined != expected {
        return Err("what the table is stands in the first entry, once".to_owned());
    }
    let protocols = actions.iter().filter_map(|action| match action {
        Action::Protocol(it) => Some(*it),
        _ => None,
    });
    if let Some(found) = protocols.into_iter().find(|it| *it != Protocol::OURS) {
        let Protocol { min_reader_version: reader, min_writer_version: writer } = found;
        return Err(format!(
            "expected versions 1 and 2 of the format, found {reader} and {writer}"
        ));
    }
    match (&info.sppis, &info.reclassification) {
        (None, None) if version > 0 => Err("it says nothing of a delivery".to_owned()),
        (Some(_), Some(_)) => Err("it says two things at once".to_owned()),
        _ => Ok(()),
    }
}

fn info_of(action: &Action) -> Option<&CommitInfo> {
    match action {
        Action::CommitInfo(info) => Some(info),
        _ => None,
    }
}

impl Add {
    /// Reads its statistics; what it says twice must be the same.
    fn check(&mut self) -> Result<(), String> {
        let statistics: Statistics = serde_json::from_str(&self.stats)
            .map_err(|_| "expected statistics with a number of rows".to_owned())?;
        self.row_count = statistics.num_records;
        let (quarter, hash) = (self.quarter(), self.hash());
        let folder = format!("{QUARTER}={quarter}/");
        let short = hash.get(..16).unwrap_or("");
        let is_named = self.path.starts_with(&folder)
            && !short.is_empty()
            && self.path.ends_with(&format!("-{short}.parquet"));
        if !is_named || self.partition_values.len() != 1 || self.delivery().is_empty() {
            return Err("expected the name of a file to say its quarter and hash".to_owned());
        }
        Ok(())
    }

    fn tag(&self, name: &str) -> &str {
        self.tags.get(name).and_then(Option::as_deref).unwrap_or("")
    }

    /// Its quarter.
    pub(super) fn quarter(&self) -> &str {
        self.partition_values.get(QUARTER).and_then(Option::as_deref).unwrap_or("")
    }

    /// The delivery that it comes from.
    pub(super) fn delivery(&self) -> &str {
        self.tag(TAG_DELIVERY)
    }

    /// BLAKE3 of all its bytes.
    pub(super) fn hash(&self) -> &str {
        self.tag(TAG_BLAKE3)
    }

    /// Where its footer begins, and the hash of that, if it says them.
    pub(super) fn tail(&self) -> Option<&str> {
        self.tags.get(TAG_TAIL).and_then(Option::as_deref)
    }

    /// The action that takes it out of the table.
    pub(super) fn removal(&self, timestamp_ms: i64) -> Action {
        Action::Remove(Box::new(Remove {
            path: self.path.clone(),
            data_change: true,
            deletion_timestamp: timestamp_ms,
            extended_file_metadata: true,
            partition_values: self.partition_values.clone(),
            size: self.size,
        }))
    }
}
