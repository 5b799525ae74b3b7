//! Editions that were made: folders with a manifest, read back.
//!
//! In: a folder. Out: its manifest, and files whose bytes are those that were written. Never: a file that
//! is not the one the manifest names, a folder that is no edition taken for one.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use super::manifest::{MANIFEST, Manifest, hash};
use crate::document::{open_regular, read_bytes};

/// An edition that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeEdition {
    folder: PathBuf,
    manifest: Manifest,
    manifest_hash: String,
}

/// An edition that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MadeError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A manifest says what no edition does.
    #[error("{}: {text}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What was found.
        text: String,
    },
    /// A manifest names a file that lies elsewhere.
    #[error("{}: an edition has no files outside of its folder", .0.display())]
    Outside(PathBuf),
    /// A file is not the one that was written.
    #[error("{}: its bytes are not those that the edition's manifest names", .0.display())]
    Changed(PathBuf),
}

impl MadeEdition {
    /// The edition in a folder.
    pub fn open(folder: &Path) -> Result<Self, MadeError> {
        let path = folder.join(MANIFEST);
        let bytes =
            read_bytes(&path).map_err(|source| MadeError::Read { path: path.clone(), source })?;
        let manifest = serde_json::from_slice(&bytes)
            .map_err(|error| MadeError::Manifest { path, text: error.to_string() })?;
        Ok(Self { folder: folder.to_owned(), manifest, manifest_hash: hash(&bytes) })
    }

    /// The editions in the folder of a report, those of the earliest state first; none where the folder is
    /// not there. A folder without a manifest is none.
    pub fn all(folder: &Path) -> Result<Vec<Self>, MadeError> {
        let read_error = |source| MadeError::Read { path: folder.to_owned(), source };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(read_error)?,
        };
        let mut editions = Vec::new();
        for entry in entries {
            let path = entry.map_err(read_error)?.path();
            let is_hidden =
                path.file_name().is_some_and(|it| it.to_string_lossy().starts_with('.'));
            if is_hidden || !path.join(MANIFEST).is_file() {
                continue;
            }
            // Other programs have files of this name too, and other users folders of their own.
            editions.extend(Self::open(&path).ok());
        }
        editions.sort_by(|one, other| one.place().cmp(&other.place()));
        Ok(editions)
    }

    /// What lies in the folder of a report and cannot be read as an edition: damaged, or put there by somebody.
    pub fn others(folder: &Path) -> Vec<MadeError> {
        let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
        let is_hidden =
            |it: &PathBuf| it.file_name().is_some_and(|it| it.to_string_lossy().starts_with('.'));
        let mut folders: Vec<PathBuf> = paths.filter(|it| it.is_dir() && !is_hidden(it)).collect();
        folders.sort();
        folders.iter().filter_map(|it| Self::open(it).err()).collect()
    }

    /// Where it stands among the editions of its report: the state that it is made of, and its name.
    pub fn place(&self) -> (u64, &str) {
        (self.manifest.version, &self.manifest.edition)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Hash of its manifest, by which another edition names it.
    pub fn manifest_hash(&self) -> &str {
        &self.manifest_hash
    }

    /// The bytes of a file that it names, as they were written; none where it names no such file.
    pub fn file(&self, name: &str) -> Result<Option<Vec<u8>>, MadeError> {
        let Some(named) = self.manifest.files.iter().find(|it| it.name == name) else {
            return Ok(None);
        };
        let path = self.folder.join(name);
        if !is_within(name) {
            return Err(MadeError::Outside(path));
        }
        // Data may be longer than any file that a person writes, but not than its manifest says.
        let read = || {
            let (mut bytes, length) = (Vec::new(), named.bytes as u64);
            open_regular(&path)?.take(length + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match read() {
            Ok(bytes) if hash(&bytes) == named.blake3 => Ok(Some(bytes)),
            Ok(_) => Err(MadeError::Changed(path)),
            Err(source) => Err(MadeError::Read { path, source }),
        }
    }

    /// All that is not as it was written.
    pub fn faults(&self) -> Vec<MadeError> {
        let names = self.manifest.files.iter().map(|it| it.name.as_str());
        names.filter_map(|it| self.file(it).err()).collect()
    }
}

/// Whether a name is that of a file in the folder or below it, whatever folder that is.
pub(super) fn is_within(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    !name.is_empty() && parts.all(|it| matches!(it, Component::Normal(_)))
}
