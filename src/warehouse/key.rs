//! The key: a file made once by `init`, or one that the environment or systemd hands over.
//!
//! In: where it comes from. Out: a [`PseudonymKey`]. Never: a key as an argument, one that others can
//! read, or bytes that no random source has made; they are overwritten after use. Where files of
//! it lie is the matter of `key_place`.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroize as _;

use super::durable::TEMPORARY_PREFIX;
use super::error::WarehouseError;
use super::files::sync_folder;
use crate::document::open_regular;
use crate::pseudonym::{KEY_LENGTH, PseudonymKey};

/// Names a file that holds the key.
pub(super) const FILE_VARIABLE: &str = "SPPIS_KEY_FILE";
/// Holds the key, in hexadecimal digits.
const VARIABLE: &str = "SPPIS_KEY";
/// The folder that systemd puts a service's credentials in.
const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";
/// Name of the credential.
const CREDENTIAL: &str = "sppis.key";

/// Where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file: in the user's folder of keys, the one that `SPPIS_KEY_FILE` names, or the warehouse's.
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
    /// The variables of the environment that a key or its place may stand in: no other program needs them.
    pub const VARIABLES: [&str; 3] = [FILE_VARIABLE, VARIABLE, CREDENTIALS_VARIABLE];

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

    pub(super) fn problem(&self, problem: &'static str) -> WarehouseError {
        WarehouseError::Key { place: self.to_string(), problem }
    }

    /// Reads the key, and refuses a file that others could read.
    pub(super) fn read(&self) -> Result<PseudonymKey, WarehouseError> {
        match self {
            Self::File(path) => self.read_file(path, true),
            Self::Credential(path) => self.read_file(path, false),
            Self::Variable => {
                // No figure: what is not there or no text is refused as no key.
                let mut text = std::env::var(VARIABLE).unwrap_or_default();
                let bytes = hexadecimal(text.trim());
                text.zeroize();
                let problem = || self.problem("is not 64 hexadecimal digits, that is 32 bytes");
                self.key_of(bytes.ok_or_else(problem)?)
            }
        }
    }

    fn read_file(&self, path: &Path, private: bool) -> Result<PseudonymKey, WarehouseError> {
        const MISSING: &str =
            "is missing; without it persons cannot be linked: restore it from its backup";
        let file = open_regular(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => self.problem(MISSING),
            _ => WarehouseError::Io { path: path.to_owned(), source: error },
        })?;
        let metadata = file.metadata().map_err(WarehouseError::io(path))?;
        if metadata.len() != KEY_LENGTH as u64 {
            return Err(self.problem("has not 32 bytes"));
        }
        if private && metadata.permissions().mode() & 0o077 != 0 {
            return Err(self.problem("can be read by others; run `chmod 600` on it"));
        }
        let mut content = Vec::with_capacity(KEY_LENGTH + 1);
        let most = (KEY_LENGTH + 1) as u64;
        file.take(most).read_to_end(&mut content).map_err(WarehouseError::io(path))?;
        let bytes: Result<[u8; KEY_LENGTH], _> = content.as_slice().try_into();
        content.zeroize();
        self.key_of(bytes.map_err(|_| self.problem("has not 32 bytes"))?)
    }

    /// A key of these bytes, which are overwritten; refused where they are not random.
    fn key_of(&self, mut bytes: [u8; KEY_LENGTH]) -> Result<PseudonymKey, WarehouseError> {
        let flaw = flaw(&bytes);
        let key = PseudonymKey::new(bytes);
        bytes.zeroize();
        flaw.map_or(Ok(key), |flaw| Err(self.problem(flaw)))
    }
}

/// Random keys have some thirty different bytes; fewer than this, one in 2^80.
const DIFFERENT_BYTES_MIN: usize = 12;

/// What shows that bytes are no random key: whoever can guess them has every number.
fn flaw(bytes: &[u8; KEY_LENGTH]) -> Option<&'static str> {
    let different: BTreeSet<u8> = bytes.iter().copied().collect();
    let steps: BTreeSet<u8> = bytes.windows(2).map(|it| it[1].wrapping_sub(it[0])).collect();
    if different.len() < DIFFERENT_BYTES_MIN || steps.len() == 1 {
        return Some("is no key: a key is 32 random bytes, and these repeat themselves");
    }
    let is_text = |text: &str| text.chars().all(|it| !it.is_control() || it.is_whitespace());
    let text = std::str::from_utf8(bytes).is_ok_and(is_text);
    text.then_some("is no key: a key is 32 random bytes, and these are text")
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

/// Takes bytes of the system's chance.
pub(super) fn fill_randomly(bytes: &mut [u8]) -> Result<(), WarehouseError> {
    let failed =
        |error: getrandom::Error| WarehouseError::table("taking random bytes")(error.to_string());
    getrandom::fill(bytes).map_err(failed)
}

/// A key of random bytes.
pub(super) fn random() -> Result<PseudonymKey, WarehouseError> {
    let mut bytes = [0; KEY_LENGTH];
    loop {
        fill_randomly(&mut bytes)?;
        // Once in a long while chance makes what would be refused later.
        if flaw(&bytes).is_none() {
            break;
        }
    }
    let key = PseudonymKey::new(bytes);
    bytes.zeroize();
    Ok(key)
}

/// Writes a key to a file that is not there yet, and that only its owner can read. It is on disk
/// before it has its name, and so is the name.
pub(super) fn write_new(key: &PseudonymKey, path: &Path) -> Result<(), WarehouseError> {
    let failed = || WarehouseError::io(path);
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder);
    // The operating system's word alone: the temporary name tells nobody anything.
    let plain = |error: std::io::Error| {
        error.raw_os_error().map_or(error, std::io::Error::from_raw_os_error)
    };
    let mut temporary = temporary.map_err(plain).map_err(failed())?;
    temporary.write_all(key.bytes()).map_err(failed())?;
    temporary.as_file().sync_all().map_err(failed())?;
    temporary.persist_noclobber(path).map_err(|error| failed()(error.error))?;
    sync_folder(folder)
}
