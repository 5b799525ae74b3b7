//! Where files go once it is known what became of them: together, in one step.
//!
//! In: the files of a delivery and what is said of them. Out: a folder in `done` or `refused` that
//! holds both. Never: a file that has changed since it was read, or half of a delivery.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::arrivals::{Arrival, Arrived};
use super::fate::InboxError;
use super::folder::Folder;
use super::layout::{DONE, LOCK, MOVING, REFUSED, REFUSED_ENDING};
use crate::delivery::DeliveryId;

/// An inbox with the folders that its files are moved to, held by one pass.
#[derive(Debug)]
pub(super) struct Shelves {
    inbox: Folder,
    done: Folder,
    refused: Folder,
    _lock: File,
}

/// The name of a file that is made, and what stands in it.
pub(super) type Written = (String, String);

impl Shelves {
    /// Takes hold of an inbox; none where another pass has.
    pub(super) fn of(inbox: Folder) -> Result<Option<Self>, InboxError> {
        let failed = |name: &str| InboxError::io(inbox.path().join(name));
        let Some(lock) = inbox.lock(LOCK).map_err(failed(LOCK))? else { return Ok(None) };
        let shelf = |name| {
            let shelf = inbox.within(name);
            shelf.and_then(|it| it.may_write().map(|()| it)).map_err(failed(name))
        };
        let (done, refused) = (shelf(DONE)?, shelf(REFUSED)?);
        Ok(Some(Self { inbox, done, refused, _lock: lock }))
    }

    /// The inbox.
    pub(super) fn inbox(&self) -> &Folder {
        &self.inbox
    }

    /// Moves a delivery and what is written of it to a folder `name` in `shelf`, with a number behind
    /// the name where it is taken; gives where, or nothing where a file has changed since it was read:
    /// then all stay in the inbox.
    pub(super) fn put_away(
        &self,
        arrival: &Arrival,
        (shelf, name): (&str, &str),
        (written, mode): (&[Written], u32),
    ) -> Result<Option<String>, InboxError> {
        let moving = self.moving()?;
        for (name, text) in written {
            let made = moving.make(name, text.as_bytes(), mode);
            made.map_err(InboxError::io(moving.path().join(name)))?;
        }
        for file in arrival.files.iter().chain(&arrival.markers) {
            match self.inbox.move_to(&file.name, &moving, &file.name) {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    self.put_back()?;
                    return Ok(None);
                }
                moved => moved.map_err(InboxError::io(self.at(&file.name)))?,
            };
        }
        for file in &arrival.files {
            if !is_on_disk_as_read(&moving, file)? {
                self.put_back()?;
                return Ok(None);
            }
        }
        moving.sync().map_err(InboxError::io(moving.path()))?;
        let shelf_folder = if shelf == DONE { &self.done } else { &self.refused };
        let mut free = name.to_owned();
        for number in 2_u32.. {
            let to = OsStr::new(&free);
            let moved = self.inbox.move_to(OsStr::new(MOVING), shelf_folder, to);
            if moved.map_err(InboxError::io(shelf_folder.path().join(to)))? {
                break;
            }
            free = format!("{name}-{number}");
        }
        shelf_folder.sync().map_err(InboxError::io(shelf_folder.path()))?;
        self.inbox.sync().map_err(InboxError::io(self.inbox.path()))?;
        Ok(Some(format!("{shelf}/{free}")))
    }

    /// Puts files back that a pass before was moving when it ended. What it had written of them is
    /// written again.
    pub(super) fn put_back(&self) -> Result<(), InboxError> {
        let is_there = self.inbox.metadata(OsStr::new(MOVING)).is_ok();
        if !is_there {
            return Ok(());
        }
        let moving = self.moving()?;
        for name in moving.names().map_err(InboxError::io(moving.path()))? {
            let done = if is_own_report(&name.to_string_lossy()) {
                moving.remove_own(&name)
            } else {
                move_to_free_name(&moving, &name, &self.inbox)
            };
            done.map_err(InboxError::io(moving.path().join(&name)))?;
        }
        let removed = self.inbox.remove_empty(MOVING).and_then(|()| self.inbox.sync());
        removed.map_err(InboxError::io(moving.path()))
    }

    fn moving(&self) -> Result<Folder, InboxError> {
        self.inbox.within(MOVING).map_err(InboxError::io(self.at(OsStr::new(MOVING))))
    }

    fn at(&self, name: &OsStr) -> PathBuf {
        self.inbox.path().join(name)
    }
}

/// Moves a file where nothing is replaced: its name may have been given to another one meanwhile.
fn move_to_free_name(from: &Folder, name: &OsStr, to: &Folder) -> io::Result<()> {
    let mut free = name.to_owned();
    for number in 2_u32.. {
        if from.move_to(name, to, &free)? {
            break;
        }
        free = OsString::from(format!("{}-{number}", name.to_string_lossy()));
    }
    Ok(())
}

/// Whether a file that was moved is the one that was read, unchanged; its bytes are on disk then.
fn is_on_disk_as_read(folder: &Folder, file: &Arrived) -> Result<bool, InboxError> {
    let failed = || InboxError::io(folder.path().join(&file.name));
    let found = folder.metadata(&file.name).map_err(failed())?;
    if !is_same(&found, &file.metadata) {
        return Ok(false);
    }
    let opened = folder.file(&file.name).map_err(failed())?;
    opened.sync_all().map_err(failed())?;
    Ok(is_same(&opened.metadata().map_err(failed())?, &file.metadata))
}

/// Whether it is the same file with the same content; moving it changes neither.
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    let stamp = |it: &Metadata| (it.dev(), it.ino(), it.len(), it.mtime(), it.mtime_nsec());
    one.is_file() && stamp(one) == stamp(other)
}

/// `validation-2007-05@1.html`, `2007-05.refused.txt`: names that no file of a delivery can have, since
/// those say the id behind the name of the source, and no marker, since those have one point.
fn is_own_report(name: &str) -> bool {
    let of_validation = || {
        let (name, ending) = name.strip_prefix("validation-")?.rsplit_once('.')?;
        let id = name.split_once('@').map_or(name, |(id, _)| id);
        ["html", "json"].contains(&ending).then_some(id)
    };
    let id = name.strip_suffix(REFUSED_ENDING).or_else(of_validation);
    id.is_some_and(|id| DeliveryId::calendar(id).is_ok())
}
