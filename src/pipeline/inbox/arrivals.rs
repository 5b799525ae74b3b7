//! What lies in an inbox: deliveries that are complete, and what is left alone and why.
//!
//! In: an inbox, its settings, and what time it is. Out: [`Arrival`]s, each a delivery to be taken in,
//! and [`Entry`]s for everything else. Never: a file that is opened.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::fate::{Entry, Fate, InboxError};
use super::folder::Folder;
use super::layout::{DONE, LOCK, MOVING, REFUSED};
use super::parts::{Standing, standing};
use super::settings::Inbox;
use crate::delivery::{DeliveryId, DeliveryIdError, part_label};
use crate::finding::shown_name;

/// The files of one delivery.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) delivery: String,
    pub(super) files: Vec<Arrived>,
    /// Files that say that these are complete.
    pub(super) markers: Vec<Arrived>,
}

/// A file, and what it was when it was looked at.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) name: OsString,
    pub(super) metadata: Metadata,
}

/// Endings of names that programs give files while they are being sent.
const UNFINISHED: [&str; 9] = [
    ".part",
    ".partial",
    ".filepart",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".uploading",
    "~",
];

/// Whether nothing lies in an inbox but what a pass made there.
pub(super) fn is_empty(folder: &Folder) -> Result<bool, InboxError> {
    let names = folder.names().map_err(InboxError::io(folder.path()))?;
    Ok(names.iter().all(|name| is_of_pass(name) && name != MOVING))
}

fn is_of_pass(name: &OsStr) -> bool {
    [DONE, REFUSED, LOCK, MOVING].iter().any(|it| name == *it)
}

/// Looks at every file once.
pub(super) fn look(
    folder: &Folder,
    inbox: &Inbox,
    now: DateTime<Utc>,
) -> Result<(Vec<Arrival>, Vec<Entry>), InboxError> {
    let mut left = Vec::new();
    let files = regular_files(folder, &mut left)?;
    let (markers, data): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| marked(&inbox.markers, &file.name).is_some());
    let mut arrivals: BTreeMap<String, Arrival> = BTreeMap::new();
    for file in data {
        match DeliveryId::of_file(Path::new(&file.name)) {
            Ok(id) => arrivals.entry(id.to_string()).or_insert_with(|| of(&id)).files.push(file),
            Err(error) => {
                left.push(file.left_alone(Fate::NoDelivery { text: nameless(error) }));
            }
        }
    }
    for marker in markers {
        let stem = marked(&inbox.markers, &marker.name);
        match arrivals.values_mut().find(|it| stem.is_some_and(|stem| it.is_named(stem))) {
            Some(arrival) => arrival.markers.push(marker),
            None => {
                let text = "a marker, and the file that it speaks of is not here".to_owned();
                left.push(marker.left_alone(Fate::NoDelivery { text }));
            }
        }
    }
    let mut complete = Vec::new();
    for mut arrival in arrivals.into_values() {
        arrival.files.sort_by_cached_key(Arrived::order);
        match arrival.waits(inbox, now) {
            Some(fate) => left.push(arrival.entry(fate)),
            None => complete.push(arrival),
        }
    }
    Ok((complete, left))
}

fn of(id: &DeliveryId) -> Arrival {
    Arrival { delivery: id.to_string(), files: Vec::new(), markers: Vec::new() }
}

/// Files that a delivery could be; what else lies there is left alone.
fn regular_files(folder: &Folder, left: &mut Vec<Entry>) -> Result<Vec<Arrived>, InboxError> {
    let mut files = Vec::new();
    for name in folder.names().map_err(InboxError::io(folder.path()))? {
        if is_of_pass(&name) {
            continue;
        }
        let metadata = match folder.metadata(&name) {
            // Its sender has taken it away again.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            metadata => metadata.map_err(InboxError::io(folder.path().join(&name)))?,
        };
        let file = Arrived { name, metadata };
        match file.no_file() {
            Some(text) => left.push(file.left_alone(Fate::PassedOver { text: text.to_owned() })),
            None => files.push(file),
        }
    }
    Ok(files)
}

/// The name of what a marker speaks of.
fn marked<'n>(markers: &[String], name: &'n OsStr) -> Option<&'n OsStr> {
    let stem = |ending: &String| name.as_bytes().strip_suffix(ending.as_bytes());
    markers.iter().find_map(stem).map(OsStr::from_bytes)
}

impl Arrived {
    /// Its name as it may be shown.
    pub(super) fn shown(&self) -> String {
        shown_name(&self.name.to_string_lossy())
    }

    fn left_alone(&self, fate: Fate) -> Entry {
        Entry { files: vec![self.shown()], fate, moved_to: None, notes: Vec::new() }
    }

    /// What it is, where no delivery could be.
    fn no_file(&self) -> Option<&'static str> {
        let (kind, name) = (self.metadata.file_type(), self.name.to_string_lossy().to_lowercase());
        if kind.is_symlink() {
            Some("a link, which is not followed; put the file itself here")
        } else if kind.is_dir() {
            Some("a folder; files are taken from the inbox itself only")
        } else if kind.is_fifo() || kind.is_socket() || !kind.is_file() {
            Some("a pipe, socket or device, and no file")
        } else if name.starts_with('.') {
            Some("a hidden file, as programs make them while they send")
        } else if UNFINISHED.iter().any(|ending| name.ends_with(ending)) {
            Some("its ending says that it is still being sent; rename it if it is complete")
        } else {
            None
        }
    }

    /// Parts stand in their order, the same at every pass.
    fn order(&self) -> (Option<(usize, String)>, OsString) {
        let label = part_label(&self.name.to_string_lossy());
        (label.map(|label| (label.len(), label)), self.name.clone())
    }

    fn modified(&self) -> (i64, i64) {
        (self.metadata.mtime(), self.metadata.mtime_nsec())
    }

    /// Whether nothing has changed for so long. A moment to come says nothing: the sender's clock may
    /// be wrong, or the one here.
    fn is_at_rest(&self, at_rest: Duration, now: DateTime<Utc>) -> bool {
        let it = &self.metadata;
        let changes = [(it.mtime(), it.mtime_nsec()), (it.ctime(), it.ctime_nsec())];
        let moments = changes.into_iter().filter_map(|(seconds, nanoseconds)| {
            DateTime::from_timestamp(seconds, u32::try_from(nanoseconds).ok()?)
        });
        let last = moments.filter(|moment| *moment <= now).max();
        last.is_some_and(|last| (now - last).to_std().is_ok_and(|it| it >= at_rest))
    }
}

impl Arrival {
    /// Whether a marker with this name before its ending speaks of it.
    fn is_named(&self, stem: &OsStr) -> bool {
        self.delivery.as_str() == stem || self.files.iter().any(|file| file.name == stem)
    }

    /// What became of it, while its files stay where they are.
    pub(super) fn entry(&self, fate: Fate) -> Entry {
        let files = self.files.iter().map(Arrived::shown).collect();
        Entry { files, fate, moved_to: None, notes: Vec::new() }
    }

    /// Why it is not taken in yet.
    fn waits(&self, inbox: &Inbox, now: DateTime<Utc>) -> Option<Fate> {
        let delivery = self.delivery.clone();
        for file in &self.files {
            if let Some(text) = self.grows(file, inbox, now) {
                let text = format!("{} {text}", file.shown());
                return Some(Fate::Growing { delivery, text });
            }
        }
        let names: Vec<String> =
            self.files.iter().map(|file| file.name.to_string_lossy().into_owned()).collect();
        let id = OsStr::new(&self.delivery);
        let is_said = self.marker(inbox, |stem| stem == id).is_some();
        match standing(&names, inbox.parts, is_said) {
            Standing::Whole => None,
            Standing::Missing(text) => Some(Fate::PartMissing { delivery, text }),
            Standing::Unclear(text) => Some(Fate::Unclear { delivery, text }),
        }
    }

    /// Why a file is not complete yet. A marker that was there before the file speaks of an earlier one.
    fn grows(&self, file: &Arrived, inbox: &Inbox, now: DateTime<Utc>) -> Option<String> {
        let id = OsStr::new(&self.delivery);
        let marker = self.marker(inbox, |stem| stem == id || stem == file.name);
        if marker.is_some_and(|marker| marker.modified() >= file.modified())
            || inbox.at_rest.is_some_and(|at_rest| file.is_at_rest(at_rest, now))
        {
            return None;
        }
        Some(match (marker, inbox.at_rest) {
            (Some(_), None) => "is newer than the marker that says it is complete".to_owned(),
            (None, None) => "has no marker beside it that says it is complete".to_owned(),
            (_, Some(at_rest)) => {
                format!("has changed in the last {} seconds", at_rest.as_secs())
            }
        })
    }

    /// The newest marker whose name before its ending is wanted.
    fn marker(&self, inbox: &Inbox, wanted: impl Fn(&OsStr) -> bool) -> Option<&Arrived> {
        let speaks = |it: &&Arrived| marked(&inbox.markers, &it.name).is_some_and(&wanted);
        self.markers.iter().filter(speaks).max_by_key(|it| it.modified())
    }
}

/// What is wrong with a name that says no delivery, and what helps here.
fn nameless(error: DeliveryIdError) -> String {
    let such_as = |id: &str| format!("rename it, for example to DWH_SPPIS_Formulaires_{id}.csv");
    match error {
        DeliveryIdError::Missing { near: Some(id), .. } => {
            format!("its name says no delivery; if `{id}` is meant, {}", such_as(&id))
        }
        DeliveryIdError::Missing { near: None, .. } => {
            format!("its name says no delivery; {}", such_as("2007-05"))
        }
        DeliveryIdError::Several { first, others, .. } => {
            format!(
                "its name says two deliveries, `{first}` and `{}`; rename it",
                others.join("`, `")
            )
        }
        error => error.to_string(),
    }
}
