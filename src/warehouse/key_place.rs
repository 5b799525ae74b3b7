//! Where keys lie: apart from the data, so that a copy of a warehouse gives no number back.
//!
//! In: a warehouse, or the wish where the key of a new one is to be. Out: the file it lies in. Never:
//! a key within the table's folder, or one that is gone before its copy has been read back.
//!
//! Without another wish it is a file of the user's configuration folder, named by its fingerprint:
//! `sppis/keys/FINGERPRINT.key`. The warehouse knows the fingerprint, and so finds it again.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::WarehouseError;
use super::files::{create_private_folder, make_private_folder, sync_folder};
use super::key::{self, FILE_VARIABLE, KeySource};
use super::{KEY_FILE, KEY_FOLDER, OBSERVATIONS_FOLDER, Warehouse};
use crate::pseudonym::{KEY_LENGTH, PseudonymKey};

/// Where the key of a new warehouse is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the user's configuration folder.
    #[default]
    User,
    /// In this file; a key that is there is used.
    File(PathBuf),
    /// In the warehouse, beside the data.
    Warehouse,
}

/// A key in its place.
pub(super) struct PlacedKey {
    pub(super) key: PseudonymKey,
    /// The file, if it was made.
    pub(super) made: Option<PathBuf>,
}

impl KeyPlace {
    /// The key of the warehouse that is being made at `root`: the one that the environment hands
    /// over, or that is there already, or a new one.
    pub(super) fn settle(&self, root: &Path) -> Result<PlacedKey, WarehouseError> {
        let handed = KeySource::of_environment();
        let path = match (self, handed) {
            (Self::User, Some(source)) => {
                return Ok(PlacedKey { key: source.read()?, made: None });
            }
            (_, Some(source)) => {
                let from = source.to_string();
                return Err(WarehouseError::KeyTwice { from });
            }
            (Self::User, None) => return make_for_user(root),
            (Self::File(path), None) => {
                if lies_within(path, root) {
                    let problem = "would lie inside the warehouse";
                    return Err(KeySource::File(path.clone()).problem(problem));
                }
                if path.symlink_metadata().is_ok() {
                    let key = KeySource::File(path.clone()).read()?;
                    return Ok(PlacedKey { key, made: None });
                }
                path.clone()
            }
            (Self::Warehouse, None) => {
                create_private_folder(&root.join(KEY_FOLDER))?;
                own_file(root)
            }
        };
        let key = key::random()?;
        key::write_new(&key, &path)?;
        Ok(PlacedKey { key, made: Some(path) })
    }
}

/// Makes a key in the user's folder.
fn make_for_user(root: &Path) -> Result<PlacedKey, WarehouseError> {
    let folder = make_user_folder()?;
    if lies_within(&folder, root) {
        let reason = "it lies inside the warehouse".to_owned();
        return Err(WarehouseError::NoKeyFolder { folder: Some(folder), reason });
    }
    let key = key::random()?;
    let path = folder.join(file_name(&key.fingerprint()));
    let unwritable = |error: WarehouseError| WarehouseError::NoKeyFolder {
        folder: Some(folder.clone()),
        reason: reason(&error),
    };
    key::write_new(&key, &path).map_err(unwritable)?;
    Ok(PlacedKey { key, made: Some(path) })
}

/// What the system says, without the path.
fn reason(error: &WarehouseError) -> String {
    match error {
        WarehouseError::Io { source, .. } => source.to_string(),
        error => error.to_string(),
    }
}

/// The user's folder of keys; `None` for a user without a home.
fn user_folder() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("sppis/keys"))
}

/// The same, made if it is not there.
fn make_user_folder() -> Result<PathBuf, WarehouseError> {
    let Some(folder) = user_folder() else {
        let reason = "this user has no home folder".to_owned();
        return Err(WarehouseError::NoKeyFolder { folder: None, reason });
    };
    let private = fs::Permissions::from_mode(0o700);
    make_private_folder(&folder).and_then(|()| fs::set_permissions(&folder, private)).map_err(
        |error| WarehouseError::NoKeyFolder {
            folder: Some(folder.clone()),
            reason: error.to_string(),
        },
    )?;
    Ok(folder)
}

fn file_name(fingerprint: &str) -> String {
    format!("{fingerprint}.key")
}

/// Where a key lies beside the data.
fn own_file(root: &Path) -> PathBuf {
    root.join(KEY_FOLDER).join(KEY_FILE)
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a file, or one that would be made there, lies below a folder, links followed.
fn lies_within(path: &Path, folder: &Path) -> bool {
    let place = fs::canonicalize(path).or_else(|_| {
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        fs::canonicalize(parent.unwrap_or(Path::new(".")))
    });
    let folder = fs::canonicalize(folder);
    place.is_ok_and(|place| folder.is_ok_and(|folder| place.starts_with(folder)))
}

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

/// The key from a source, if it has this fingerprint.
fn read_expected(source: &KeySource, expected: String) -> Result<PseudonymKey, WarehouseError> {
    let key = source.read()?;
    let found = key.fingerprint();
    if found != expected {
        let place = source.to_string();
        return Err(WarehouseError::WrongKey { place, expected, found });
    }
    Ok(key)
}

/// Overwrites a key and removes its file. Where the disk keeps what was, this is all there is.
fn remove(path: &Path) -> std::io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).open(path)?;
    file.write_all(&[0; KEY_LENGTH])?;
    file.sync_all()?;
    fs::remove_file(path)
}
