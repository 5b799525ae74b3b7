//! A file of an edition, before it is written.

/// A file of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionFile {
    /// Its path within the edition's folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
