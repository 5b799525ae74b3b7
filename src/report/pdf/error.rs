//! Why a page did not become a PDF.

use thiserror::Error;

/// Why a page did not become a PDF.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PdfError {
    /// The program does not hold what sets pages.
    #[error("this program was built without PDF")]
    NotBuilt,
    /// A link or a mark leads to nothing.
    #[error("`{0}` leads to nothing on this page")]
    Nowhere(String),
    /// The typesetter refused, or warned.
    #[error("the page cannot be set: {0}")]
    Typesetting(String),
}
