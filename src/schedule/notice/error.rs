//! Why somebody could not be told.
//!
//! In: what failed. Out: one sentence with the place and what was found. Never: a password, a secret, or the
//! path of an address, which may be one.

use std::io;
use std::path::{Path, PathBuf};

use crate::finding::shown_path;
use crate::report::MadeError;

/// Somebody who could not be told.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// A file of a secret or of certificates is not as it has to be.
    #[error("{}: {problem}", shown_path(path))]
    File {
        /// The file.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// The edition's files, which were to be sent, are not as they were made.
    #[error(transparent)]
    Edition(#[from] MadeError),
    /// A mail cannot be made of it.
    #[error("no mail can be made of it: {0}")]
    Mail(String),
    /// A server did not take it.
    #[error("{server}: {problem}")]
    Server {
        /// Its address, as far as it holds no secret.
        server: String,
        /// What was found.
        problem: String,
    },
    /// A command did not take it.
    #[error("the command {}: {problem}", shown_path(program))]
    Command {
        /// The program.
        program: PathBuf,
        /// What was found.
        problem: String,
    },
    /// The file of measurements cannot be written.
    #[error("{} cannot be written: {source}", shown_path(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl NoticeError {
    /// A file and what was found there.
    pub(super) fn file(path: &Path, problem: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), problem: problem.into() }
    }
}
