//! The key file: made once by `init`, outside the table's folder, readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use zeroize::Zeroize as _;

use super::error::WarehouseError;
use crate::pseudonym::{KEY_LENGTH, PseudonymKey};

/// Makes a key of random bytes and writes it to a new file.
pub(super) fn create(path: &Path) -> Result<PseudonymKey, WarehouseError> {
    let mut bytes = [0; KEY_LENGTH];
    getrandom::fill(&mut bytes).map_err(WarehouseError::table("making a random key"))?;
    let key = PseudonymKey::new(bytes);
    bytes.zeroize();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(WarehouseError::io(path))?;
    file.write_all(key.bytes()).map_err(WarehouseError::io(path))?;
    file.sync_all().map_err(WarehouseError::io(path))?;
    Ok(key)
}

/// Reads a key, and refuses one that others could read.
pub(super) fn read(path: &Path) -> Result<PseudonymKey, WarehouseError> {
    const MISSING: &str =
        "is missing; without it persons cannot be linked: restore it from its backup";
    let problem = |problem| WarehouseError::Key { path: path.to_owned(), problem };
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => problem(MISSING),
        _ => WarehouseError::Io { path: path.to_owned(), source: error },
    })?;
    let mode = file.metadata().map_err(WarehouseError::io(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(problem("can be read by others; run `chmod 600` on it"));
    }
    let mut content = Vec::new();
    let most = (KEY_LENGTH + 1) as u64;
    file.take(most).read_to_end(&mut content).map_err(WarehouseError::io(path))?;
    let bytes: Result<[u8; KEY_LENGTH], _> = content.as_slice().try_into();
    content.zeroize();
    let mut bytes = bytes.map_err(|_| problem("has not 32 bytes"))?;
    let key = PseudonymKey::new(bytes);
    bytes.zeroize();
    Ok(key)
}
