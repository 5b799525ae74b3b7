//! A folder that is held open: whatever is looked for, made or moved in it is in that very folder.
//!
//! In: names without a path. Out: files and folders in it. Never: a link that is followed, or a name
//! that is given to something else while it is taken.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, Dir, Mode, OFlags, RenameFlags};
use rustix::fs::{accessat, mkdirat, openat, renameat_with, unlinkat};
use rustix::io::Errno;

/// A folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    handle: File,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A pipe in the place of a file is not waited for, a link not followed.
const FILE: OFlags =
    OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens the folder at a path, whatever links lead there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let handle = rustix::fs::open(path, FOLDER, Mode::empty())?;
        Ok(Self { path: path.to_owned(), handle: handle.into() })
    }

    /// Opens a folder in this one, made where it is not there yet: whoever may read this one may read
    /// it, and its owner alone may write.
    pub(super) fn within(&self, name: &str) -> io::Result<Self> {
        let is_new = match mkdirat(&self.handle, name, Mode::RWXU) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(error) => return Err(error.into()),
        };
        let handle = match openat(&self.handle, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(handle) => File::from(handle),
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let text = "expected a folder, found a link or a file; remove it";
                return Err(io::Error::other(text));
            }
            Err(error) => return Err(error.into()),
        };
        if is_new {
            let mode = self.handle.metadata()?.mode() & 0o755 | handle.metadata()?.mode();
            handle.set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(Self { path: self.path.join(name), handle })
    }

    /// Where it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The names in it, sorted.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.handle)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// What lies under a name, links not followed.
    pub(super) fn metadata(&self, name: &OsStr) -> io::Result<Metadata> {
        std::fs::symlink_metadata(self.path.join(name))
    }

    /// Fails where nothing can be moved into it.
    pub(super) fn may_write(&self) -> io::Result<()> {
        let access = Access::WRITE_OK | Access::EXEC_OK;
        Ok(accessat(&self.handle, ".", access, AtFlags::empty())?)
    }

    /// Opens a file for reading.
    pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
        Ok(openat(&self.handle, name, OFlags::RDONLY | FILE, Mode::empty())?.into())
    }

    /// Makes a file, which is on disk with its mode when this returns.
    pub(super) fn make(&self, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | FILE;
        let mut file = File::from(openat(&self.handle, name, flags, Mode::RUSR | Mode::WUSR)?);
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    }

    /// Moves what lies under a name to another folder of the same disk; `false` where the name is
    /// taken there.
    pub(super) fn move_to(&self, name: &OsStr, other: &Self, new: &OsStr) -> io::Result<bool> {
        match renameat_with(&self.handle, name, &other.handle, new, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(Errno::INVAL | Errno::NOSYS) => Err(io::Error::other(
                "this disk cannot move a file so that none is replaced; put the inbox on another",
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file that the program made itself.
    pub(super) fn remove_own(&self, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Removes a folder that is empty.
    pub(super) fn remove_empty(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.handle, name, AtFlags::REMOVEDIR)?)
    }

    /// Waits until the names in it are on disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.handle.sync_all()
    }

    /// Locks a file in it, made for its owner alone where it is not there yet; none where it is locked.
    pub(super) fn lock(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDWR | OFlags::CREATE | FILE;
        let lock = File::from(openat(&self.handle, name, flags, Mode::RUSR | Mode::WUSR)?);
        if !lock.metadata()?.is_file() {
            return Err(io::Error::other("expected a regular file; remove what lies there"));
        }
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
