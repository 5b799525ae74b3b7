//! Where keys lie: apart from the data, so that a copy of a warehouse gives no number back.
//!
//! In: a warehouse, or the wish where the key of a new one is to be. Out: the file it lies in. Never:
//! a key within the table's folder, or one that is gone before its copy has been read back.
//!
//! Without another wish it is a file of the user's configuration folder, named by its fingerprint:
//! `sppis/keys/FINGERPRINT.key`. The warehouse knows the fingerprint, and so finds it again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::WarehouseError;
use super::files::{create_private_folder, make_private_folder};
use super::key::{self, KeySource};
use super::layout::{KEY_FILE, KEY_FOLDER};
use crate::pseudonym::PseudonymKey;

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
pub(super) fn user_folder() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("sppis/keys"))
}

/// The same, made if it is not there.
pub(super) fn make_user_folder() -> Result<PathBuf, WarehouseError> {
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

pub(super) fn file_name(fingerprint: &str) -> String {
    format!("{fingerprint}.key")
}

/// Where a key lies beside the data.
pub(super) fn own_file(root: &Path) -> PathBuf {
    root.join(KEY_FOLDER).join(KEY_FILE)
}

pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a file, or one that would be made there, lies below a folder, links followed.
pub(super) fn lies_within(path: &Path, folder: &Path) -> bool {
    let place = fs::canonicalize(path).or_else(|_| {
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        fs::canonicalize(parent.unwrap_or(Path::new(".")))
    });
    let folder = fs::canonicalize(folder);
    place.is_ok_and(|place| folder.is_ok_and(|folder| place.starts_with(folder)))
}

/// The key from a source, if it has this fingerprint.
pub(super) fn read_expected(
    source: &KeySource,
    expected: String,
) -> Result<PseudonymKey, WarehouseError> {
    let key = source.read()?;
    let found = key.fingerprint();
    if found != expected {
        let place = source.to_string();
        return Err(WarehouseError::WrongKey { place, expected, found });
    }
    Ok(key)
}
