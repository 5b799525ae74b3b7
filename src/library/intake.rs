//! A delivery to be taken in, as another program hands it over.
//!
//! In: files, or streams under the names that files would have. Out: an [`IngestReport`]. Never: a stream on
//! the disk, also not for a moment, since it holds identifiers; it is held in memory.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::delivery::{Delivery, DeliveryError, Encoding, Part, PartError};
use crate::finding::shown_path;
use crate::pipeline::ingest::{IngestError, IngestOptions, IngestReport, ingest};
use crate::pipeline::options::known_rule;
use crate::quarter::QuarterRange;
use crate::warehouse::{KeyPlace, Warehouse, WarehouseError};

/// The files of one delivery, and how they are to be taken in.
///
/// The id of the delivery is read off a name such as `DWH_SPPIS_Formulaires_2008-05.csv`, unless
/// [`delivery`](Self::delivery) says it.
#[derive(Debug, Clone)]
pub struct Intake {
    files: Vec<Arrived>,
    declared: Option<String>,
    window: Option<QuarterRange>,
    encoding: Option<Encoding>,
    options: IngestOptions,
}

/// A file by its path, or what came under its name.
#[derive(Clone)]
struct Arrived {
    path: PathBuf,
    bytes: Option<Bytes>,
}

impl fmt::Debug for Arrived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the bytes: they hold identifiers.
        f.write_str(&shown_path(&self.path))
    }
}

/// A delivery that was not taken in; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Its files are none of a delivery.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// A budget is for a rule that there is not, and would bound nothing.
    #[error("{0}")]
    NoRule(String),
    /// It could not be taken in.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

impl Intake {
    /// A delivery of one file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Arrived::file(path))
    }

    /// A delivery of one stream, read to its end into memory; `name` is what a file of it would be called.
    pub fn stream(name: &str, from: impl Read) -> io::Result<Self> {
        Ok(Self::of(Arrived::stream(name, from)?))
    }

    fn of(file: Arrived) -> Self {
        let options = IngestOptions { details: true, ..IngestOptions::default() };
        let (declared, window, encoding) = (None, None, None);
        Self { files: vec![file], declared, window, encoding, options }
    }

    /// The same with one more file.
    #[must_use]
    pub fn and_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(Arrived::file(path));
        self
    }

    /// The same with one more stream.
    pub fn and_stream(mut self, name: &str, from: impl Read) -> io::Result<Self> {
        self.files.push(Arrived::stream(name, from)?);
        Ok(self)
    }

    /// Says the delivery's id, such as `2008-05`.
    #[must_use]
    pub fn delivery(self, id: &str) -> Self {
        Self { declared: Some(id.to_owned()), ..self }
    }

    /// Says the quarters of a delivery whose id is none of the calendar.
    #[must_use]
    pub fn window(self, window: QuarterRange) -> Self {
        Self { window: Some(window), ..self }
    }

    /// Says the encoding of files without a byte-order mark; UTF-8 otherwise.
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding: Some(encoding), ..self }
    }

    /// How it is taken in: budgets, a trial, a replacement. Without these, up to 5 % of the rows may be
    /// rejected, and the report holds all findings.
    #[must_use]
    pub fn options(self, options: IngestOptions) -> Self {
        Self { options, ..self }
    }

    fn opened(&self) -> Result<Delivery, DeliveryError> {
        let parts = self.files.iter().map(|it| it.part(self.encoding));
        Delivery::of_parts(parts, self.declared.as_deref(), self.window)
    }
}

impl Arrived {
    fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), bytes: None }
    }

    fn stream(name: &str, mut from: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes)?;
        Ok(Self { path: name.into(), bytes: Some(bytes.into()) })
    }

    fn part(&self, encoding: Option<Encoding>) -> Result<Part, PartError> {
        match &self.bytes {
            Some(bytes) => Part::of_bytes(&self.path, bytes.clone(), encoding),
            None => Part::open(&self.path, encoding),
        }
    }
}

impl Warehouse {
    /// Opens the warehouse in a folder; makes a new one, with a new key at `place`, where there is none. A
    /// key that lies in a file of the caller's is looked for there again; otherwise the warehouse is opened as
    /// by [`open`](Self::open), which finds its key where `init` has put it.
    pub fn open_or_init(root: &Path, place: &KeyPlace) -> Result<Self, WarehouseError> {
        match place {
            _ if !Self::is_at(root) => Self::init(root, place),
            KeyPlace::File(path) => Ok(Self::open(root)?.with_key_file(path.clone())),
            KeyPlace::User | KeyPlace::Warehouse => Self::open(root),
        }
    }

    /// Takes a delivery in, whole or not at all. The report says what became of it
    /// ([`outcome`](IngestReport::outcome)), where every row and cent went
    /// ([`reconciliation`](IngestReport::reconciliation)), and what was found
    /// ([`details`](IngestReport::details)). A delivery that is refused for what was found is no error.
    ///
    /// Several programs may call this at once: one of them takes in, the others wait.
    pub fn take_in(&self, intake: &Intake) -> Result<IngestReport, IntakeError> {
        for (rule, _) in &intake.options.rule_budgets {
            known_rule(rule).map_err(|error| IntakeError::NoRule(error.to_string()))?;
        }
        Ok(ingest(self, &intake.opened()?, &intake.options, &|_| {})?)
    }
}
