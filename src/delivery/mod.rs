//! What arrived: a delivery's id and window, and its files with their hashes and dialects.
//!
//! In: paths, and what the user declares. Out: a [`Delivery`] whose parts have a recognised header,
//! and the [`Chunk`]s of each part. Never: a delimiter, an encoding or an id guessed from data.

mod archive;
mod chunks;
mod encoding;
mod foreign;
mod gzip;
mod header;
mod held_text;
mod id;
mod likeness;
mod misnamed;
mod near_id;
mod packing;
mod part;
mod part_name;
mod progress;
mod record;
mod refusal;
mod rows;
mod source;
mod typed;

use std::path::PathBuf;

pub use chunks::{Chunk, ChunkReader};
pub use encoding::{Encoding, EncodingError};
pub(crate) use header::REQUIRED;
pub use header::{Header, HeaderError};
pub(crate) use id::calendar;
pub use id::{DeliveryId, DeliveryIdError};
pub(crate) use misnamed::misnamed;
pub use misnamed::{IgnoredColumns, Misnamed, MisnamedColumns};
pub(crate) use near_id::near_id;
pub use packing::Packing;
pub use part::{Part, PartError};
pub(crate) use part_name::{PartName, part_label, part_name};
#[doc(hidden)]
pub use record::{Field, RecordEnd, Shape, count_line_ends, next_record};
#[doc(hidden)]
pub use rows::{RowFault, Rows, UnreadRow};
pub use typed::{About, Identifiers, Sheets};

use crate::quarter::QuarterRange;

/// A delivery whose files have been opened and recognised.
#[derive(Debug, Clone)]
pub struct Delivery {
    id: DeliveryId,
    window: QuarterRange,
    parts: Vec<Part>,
}

/// A delivery that cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The id or window is missing, malformed or contradicted.
    #[error(transparent)]
    Id(#[from] DeliveryIdError),
    /// A file cannot be read or recognised; all such files are listed.
    #[error("{}", list(.0))]
    Parts(Vec<PartError>),
    /// Lines are told apart by the names of files.
    #[error(
        "two files of the delivery are called `{0}`; rename one, so that lines can be told apart"
    )]
    SameName(String),
}

fn list(errors: &[PartError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Delivery {
    /// Opens every file, reads its header, and settles id and window. `encoding` is the one that
    /// files without a byte-order mark are declared to have.
    pub fn open(
        paths: &[PathBuf],
        declared: Option<&str>,
        window: Option<QuarterRange>,
        encoding: Option<Encoding>,
    ) -> Result<Self, DeliveryError> {
        DeliveryId::check_declared(declared, window)?;
        Self::of_parts(paths.iter().map(|path| Part::open(path, encoding)), declared, window)
    }

    /// The same of files that were opened, or could not be.
    pub(crate) fn of_parts(
        parts: impl Iterator<Item = Result<Part, PartError>>,
        declared: Option<&str>,
        window: Option<QuarterRange>,
    ) -> Result<Self, DeliveryError> {
        DeliveryId::check_declared(declared, window)?;
        let (parts, errors): (Vec<_>, Vec<_>) = parts.partition(Result::is_ok);
        if !errors.is_empty() {
            let errors = errors.into_iter().filter_map(Result::err).collect();
            return Err(DeliveryError::Parts(errors));
        }
        let parts: Vec<Part> = parts.into_iter().filter_map(Result::ok).collect();
        let names: Vec<String> = parts.iter().map(Part::name).collect();
        if let Some(at) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
            return Err(DeliveryError::SameName(names[at].clone()));
        }
        let paths: Vec<PathBuf> = parts.iter().map(|it| it.path().to_owned()).collect();
        let (id, window) = id::settle(&paths, declared, window)?;
        Ok(Self { id, window, parts })
    }

    /// The delivery's id.
    pub fn id(&self) -> &DeliveryId {
        &self.id
    }

    /// The quarters it covers.
    pub fn window(&self) -> QuarterRange {
        self.window
    }

    /// Its files, in the order given.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Bytes of all files together.
    pub fn byte_count(&self) -> u64 {
        self.parts.iter().map(Part::byte_count).sum()
    }
}
