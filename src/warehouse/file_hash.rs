//! The hash of a delivered file, by which the same bytes are known again.
//!
//! In: the hash of bytes that hold identifiers. Out: that hash, hashed under the warehouse's key. Never: the
//! hash itself, in anything that is written. Of a file of one row all but the identifier may stand in the
//! table, and whoever has the file's hash tries the numbers one by one.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pseudonym::PseudonymKey;

/// Beginning of a keyed hash, which tells it from one of old.
const KEYED: &str = "keyed:";

/// What is known of a delivered file's bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct FileHash(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// In hexadecimal digits.
    Keyed(String),
    /// Of a log that was written before hashes were keyed.
    Plain(blake3::Hash),
    /// Not to be made out.
    Unknown,
}

impl FileHash {
    /// The hash of a file's bytes as it may be told.
    pub fn new(hash: &blake3::Hash, key: &PseudonymKey) -> Self {
        Self(Kind::Keyed(key.keyed_hash(hash).to_hex().to_string()))
    }

    /// The same, where a log of old says it without a key.
    #[must_use]
    pub fn keyed(&self, key: &PseudonymKey) -> Self {
        match &self.0 {
            Kind::Plain(hash) => Self::new(hash, key),
            Kind::Keyed(_) | Kind::Unknown => self.clone(),
        }
    }

    /// Whether a log of old says it without a key.
    pub fn is_plain(&self) -> bool {
        matches!(self.0, Kind::Plain(_))
    }

    /// As it stands in the log.
    pub(super) fn read(text: &str) -> Self {
        match text.strip_prefix(KEYED) {
            Some(digits) => Self(Kind::Keyed(digits.to_owned())),
            None => Self(blake3::Hash::from_hex(text).map_or(Kind::Unknown, Kind::Plain)),
        }
    }
}

/// What may be shown: nothing of a hash that has no key.
impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Keyed(digits) => write!(f, "{KEYED}{digits}"),
            Kind::Plain(_) | Kind::Unknown => Ok(()),
        }
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({self})")
    }
}

impl Serialize for FileHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FileHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::KEY_LENGTH;

    #[test]
    fn a_hash_is_written_with_a_key_or_not_at_all() {
        let (one, other) = (PseudonymKey::new([1; KEY_LENGTH]), PseudonymKey::new([2; KEY_LENGTH]));
        let plain = blake3::hash(b"a file");
        let of_old: FileHash = serde_json::from_str(&format!("\"{}\"", plain.to_hex())).unwrap();
        assert!(of_old.is_plain());
        assert_eq!(serde_json::to_string(&of_old).unwrap(), "\"\"");
        assert!(!format!("{of_old:?} {of_old}").contains(&plain.to_hex().as_str()[..8]));
        // It is the same hash, whether it was keyed at once or later.
        let keyed = FileHash::new(&plain, &one);
        assert!(of_old.keyed(&one) == keyed && of_old.keyed(&other) != keyed);
        let text = serde_json::to_string(&keyed).unwrap();
        assert!(text.starts_with("\"keyed:") && !text.contains(plain.to_hex().as_str()));
        let read: FileHash = serde_json::from_str(&text).unwrap();
        assert!(read == keyed && read.keyed(&other) == keyed && !read.is_plain());
    }
}
