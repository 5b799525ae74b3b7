//! The key: a file made once by `init`, or one that the environment or systemd hands over.
//!
//! It is never inside the table's folder, never an argument, and its bytes are overwritten after
//! use. Files of it are readable by their owner only.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroize as _;

use super::error::WarehouseError;
use crate::pseudonym::{KEY_LENGTH, PseudonymKey};

/// Names a file that holds the key.
const FILE_VARIABLE: &str = "SPPIS_KEY_FILE";
/// Holds the key, in hexadecimal digits.
const VARIABLE: &str = "SPPIS_KEY";
/// The folder that systemd puts a service's credentials in.
const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";
/// Name of the credential.
const CREDENTIAL: &str = "sppis.key";

/// Where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file: the warehouse's own, or the one that `SPPIS_KEY_FILE` names.
    File(PathBuf),
    /// The variable `SPPIS_KEY`.
    Variable,
    /// A credential of systemd, whose folder nobody else can enter.
    Credential(PathBuf),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable => write!(f, "the environment variable {VARIABLE}"),
            Self::Credential(path) => write!(f, "the systemd credential {}", path.display()),
        }
    }
}

impl KeySource {
    /// What the environment hands over.
    pub(super) fn of_environment() -> Option<Self> {
        if let Some(path) = std::env::var_os(FILE_VARIABLE) {
            return Some(Self::File(path.into()));
        }
        if std::env::var_os(VARIABLE).is_some() {
            return Some(Self::Variable);
        }
        let folder = PathBuf::from(std::env::var_os(CREDENTIALS_VARIABLE)?);
        let path = folder.join(CREDENTIAL);
        path.exists().then_some(Self::Credential(path))
    }

    fn problem(&self, problem: &'static str) -> WarehouseError {
        WarehouseError::Key { place: self.to_string(), problem }
    }

    /// Reads the key, and refuses a file that others could read.
    pub(super) fn read(&self) -> Result<PseudonymKey, WarehouseError> {
        match self {
            Self::File(path) => self.read_file(path, true),
            Self::Credential(path) => self.read_file(path, false),
            Self::Variable => {
                let mut text = std::env::var(VARIABLE).unwrap_or_default();
                let bytes = hexadecimal(text.trim());
                text.zeroize();
                bytes
                    .map(key_of)
                    .ok_or_else(|| self.problem("is not 64 hexadecimal digits, that is 32 bytes"))
            }
        }
    }

    fn read_file(&self, path: &Path, private: bool) -> Result<PseudonymKey, WarehouseError> {
        const MISSING: &str =
            "is missing; without it persons cannot be linked: restore it from its backup";
        let file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => self.problem(MISSING),
            _ => WarehouseError::Io { path: path.to_owned(), source: error },
        })?;
        let mode = file.metadata().map_err(WarehouseError::io(path))?.permissions().mode();
        if private && mode & 0o077 != 0 {
            return Err(self.problem("can be read by others; run `chmod 600` on it"));
        }
        let mut content = Vec::with_capacity(KEY_LENGTH + 1);
        let most = (KEY_LENGTH + 1) as u64;
        file.take(most).read_to_end(&mut content).map_err(WarehouseError::io(path))?;
        let bytes: Result<[u8; KEY_LENGTH], _> = content.as_slice().try_into();
        content.zeroize();
        bytes.map(key_of).map_err(|_| self.problem("has not 32 bytes"))
    }
}

/// A key of these bytes, which are overwritten.
fn key_of(mut bytes: [u8; KEY_LENGTH]) -> PseudonymKey {
    let key = PseudonymKey::new(bytes);
    bytes.zeroize();
    key
}

/// Bytes written as two hexadecimal digits each.
fn hexadecimal(text: &str) -> Option<[u8; KEY_LENGTH]> {
    let mut bytes = [0; KEY_LENGTH];
    if text.len() != 2 * KEY_LENGTH || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
        *byte = digit(digits[0])? << 4 | digit(digits[1])?;
    }
    Some(bytes)
}

/// Makes a key of random bytes and writes it to a new file.
pub(super) fn create(path: &Path) -> Result<PseudonymKey, WarehouseError> {
    let mut bytes = [0; KEY_LENGTH];
    getrandom::fill(&mut bytes).map_err(WarehouseError::table("making a random key"))?;
    let key = PseudonymKey::new(bytes);
    bytes.zeroize();
    write_new(&key, path)?;
    Ok(key)
}

/// Writes a key to a file that is not there yet, and that only its owner can read.
pub(super) fn write_new(key: &PseudonymKey, path: &Path) -> Result<(), WarehouseError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(WarehouseError::io(path))?;
    file.write_all(key.bytes()).map_err(WarehouseError::io(path))?;
    file.sync_all().map_err(WarehouseError::io(path))
}
