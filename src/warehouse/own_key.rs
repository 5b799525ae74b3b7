//! The key of a warehouse: found, read, backed up, moved away from the data.
//!
//! In: an open warehouse. Out: its key. Never: a key that it was not made with, or one that is gone before its copy has
//! been read back.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Warehouse;
use super::error::WarehouseError;
use super::files::sync_folder;
use super::key::{self, FILE_VARIABLE, KeySource};
use super::key_place::{
    file_name, is_there, lies_within, make_user_folder, own_file, read_expected, user_folder,
};
use super::layout::{KEY_FOLDER, OBSERVATIONS_FOLDER};
use crate::pseudonym::{KEY_LENGTH, PseudonymKey};

/// A key that was moved out of a warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedKey {
    /// Where it lies now.
    pub to: PathBuf,
    /// What has to name it from now on; nothing where it is found by its fingerprint.
    pub variable: Option<&'static str>,
}

impl Warehouse {
    /// The same with the key in this file, whatever the environment names; a program that holds several
    /// warehouses says so of each.
    #[must_use]
    pub fn with_key_file(self, path: PathBuf) -> Self {
        Self { key_file: Some(path), ..self }
    }

    /// Where its key comes from: the file that was named, what the environment hands over, the user's
    /// folder of keys, or the warehouse itself.
    pub fn key_source(&self) -> Result<KeySource, WarehouseError> {
        Ok(self.source_of(&self.key_fingerprint()?))
    }

    fn source_of(&self, fingerprint: &str) -> KeySource {
        if let Some(path) = &self.key_file {
            return KeySource::File(path.clone());
        }
        if let Some(source) = KeySource::of_environment() {
            return source;
        }
        let own = own_file(&self.root);
        KeySource::File(match user_folder().map(|it| it.join(file_name(fingerprint))) {
            Some(file) if is_there(&file) || !is_there(&own) => file,
            _ => own,
        })
    }

    /// The key, if it is the one the warehouse was made with.
    pub fn key(&self) -> Result<PseudonymKey, WarehouseError> {
        let fingerprint = self.key_fingerprint()?;
        let source = self.source_of(&fingerprint);
        if let KeySource::File(path) = &source
            && lies_within(path, &self.root.join(OBSERVATIONS_FOLDER))
        {
            return Err(source.problem("lies in the table's folder; move it out of the warehouse"));
        }
        read_expected(&source, fingerprint)
    }

    /// A key that lies in the warehouse's folder, whether or not it is the one that is used.
    pub fn key_beside_data(&self) -> Result<Option<PathBuf>, WarehouseError> {
        let own = own_file(&self.root);
        if is_there(&own) {
            return Ok(Some(own));
        }
        Ok(match self.key_source()? {
            KeySource::File(path) if is_there(&path) && lies_within(&path, &self.root) => {
                Some(path)
            }
            _ => None,
        })
    }

    /// Copies the key to a new file, and reads it back.
    pub fn back_up_key(&self, path: &Path) -> Result<(), WarehouseError> {
        let key = self.key()?;
        key::write_new(&key, path)?;
        read_expected(&KeySource::File(path.to_owned()), key.fingerprint()).map(drop)
    }

    /// Moves the key that lies beside the data to the user's folder of keys, or to `path`. What was
    /// written is read back before the file in the warehouse is overwritten and removed.
    pub fn move_key(&self, path: Option<&Path>) -> Result<MovedKey, WarehouseError> {
        self.may_write()?;
        let own = own_file(&self.root);
        if !is_there(&own) {
            let from = self.key_source()?.to_string();
            return Err(WarehouseError::KeyApart { from });
        }
        let key = read_expected(&KeySource::File(own.clone()), self.key_fingerprint()?)?;
        let moved = match path {
            Some(path) => MovedKey { to: path.to_owned(), variable: Some(FILE_VARIABLE) },
            None => {
                let to = make_user_folder()?.join(file_name(&key.fingerprint()));
                MovedKey { to, variable: None }
            }
        };
        if lies_within(&moved.to, &self.root) {
            return Err(KeySource::File(moved.to).problem("would lie inside the warehouse"));
        }
        if !is_there(&moved.to) {
            key::write_new(&key, &moved.to)?;
        }
        read_expected(&KeySource::File(moved.to.clone()), key.fingerprint())?;
        remove(&own).map_err(WarehouseError::io(&own))?;
        // Whoever keeps something else in that folder goes on keeping it.
        let _kept = fs::remove_dir(self.root.join(KEY_FOLDER));
        sync_folder(&self.root)?;
        Ok(moved)
    }
}

/// Overwrites a key and removes its file. Where the disk keeps what was, this is all there is.
fn remove(path: &Path) -> std::io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).open(path)?;
    file.write_all(&[0; KEY_LENGTH])?;
    file.sync_all()?;
    fs::remove_file(path)
}
