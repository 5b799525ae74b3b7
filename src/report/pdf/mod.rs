//! A page as a PDF: PDF/A-2a and PDF/UA-1, for printing, keeping, and reading aloud.
//!
//! In: a [`Page`]. Out: bytes, the same for the same page. Never: a text taken for markup, a font that
//! is not in the file, a warning of the typesetter that nobody sees.

#[cfg(feature = "pdf")]
mod data;
mod error;
#[cfg(feature = "pdf")]
mod letters;
#[cfg(feature = "pdf")]
mod tables;
#[cfg(feature = "pdf")]
mod world;
#[cfg(feature = "pdf")]
mod written;

pub use error::PdfError;

use super::Page;

/// Whether this program can write PDF.
pub const IS_BUILT: bool = cfg!(feature = "pdf");

/// A page as a PDF.
#[cfg(not(feature = "pdf"))]
pub fn pdf(_: &Page) -> Result<Vec<u8>, PdfError> {
    Err(PdfError::NotBuilt)
}

/// A page as a PDF.
#[cfg(feature = "pdf")]
pub fn pdf(page: &Page) -> Result<Vec<u8>, PdfError> {
    let files = written::files(page)?;
    // The same page has the same name wherever it is written.
    let mut name = blake3::Hasher::new();
    for (file, bytes) in &files {
        name.update(file.as_bytes()).update(bytes);
    }
    let paper = world::Paper::new(files).map_err(PdfError::Typesetting)?;
    let bytes = set(&paper, &name.finalize().to_hex(), page.moment);
    // What the typesetter remembers for the next time would stay in memory.
    typst::comemo::evict(0);
    bytes
}

#[cfg(feature = "pdf")]
fn set(paper: &world::Paper, name: &str, moment: i64) -> Result<Vec<u8>, PdfError> {
    use typst::foundations::Smart;
    use typst_layout::PagedDocument;
    use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

    let set = typst::compile::<PagedDocument>(paper);
    if !set.warnings.is_empty() {
        return Err(refused(&set.warnings));
    }
    let document = set.output.map_err(|errors| refused(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| PdfError::Typesetting(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(name.to_owned()),
        creator: Smart::Custom(Some(format!("sppis {}", env!("CARGO_PKG_VERSION")))),
        // A file that is kept must say when it was made: when its figures were.
        timestamp: datetime(moment).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| refused(&errors))
}

/// Milliseconds since 1970 as a moment of the calendar.
#[cfg(feature = "pdf")]
fn datetime(moment: i64) -> Option<typst::foundations::Datetime> {
    use chrono::{Datelike as _, Timelike as _};
    let at = chrono::DateTime::from_timestamp_millis(moment)?;
    let small = |number: u32| u8::try_from(number).ok();
    typst::foundations::Datetime::from_ymd_hms(
        at.year(),
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )
}

/// What the typesetter says, in a line.
#[cfg(feature = "pdf")]
fn refused(said: &[typst::diag::SourceDiagnostic]) -> PdfError {
    let texts: Vec<&str> = said.iter().map(|it| it.message.as_str()).collect();
    PdfError::Typesetting(texts.join("; "))
}
