//! What is wrong with a file, as an error of reading it.

use std::io;

/// What is wrong with a file and what to do, in a text that needs no other.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(String);

/// An error that says in its text what is wrong with a file, and what to do.
pub(super) fn refused(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Refusal(text))
}
