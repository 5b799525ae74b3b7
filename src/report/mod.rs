//! Reports: texts with figures in them, in several languages, made of answers to named queries.
//!
//! In: a folder with `report.toml` and a Markdown text for each language; answers. Out: pages. Never: a
//! number in a sentence that stands in no table, or one that is missing without the text saying so.

mod build;
mod catalog;
mod changed;
mod changes;
mod definition;
mod edition;
mod edition_file;
mod figure;
mod folder;
mod html;
mod index;
mod made;
mod manifest;
mod number;
mod page;
mod pdf;
mod reference;
mod source;
mod template;
mod text;
mod workbook;

pub use build::Figures;
pub use catalog::{ReportCatalog, ReportCatalogError};
pub use changes::{Changes, DataFile, DefinitionChange, Figure, Revised, TableChanges};
pub use definition::{
    Against, Definition, List, NumberDefinition, Origin, Output, Period, TableDefinition,
};
pub use edition::{EditionError, edition};
pub use edition_file::EditionFile;
pub use figure::{FigureBlock, Shown};
pub use folder::{FolderError, is_free, remove_drafts, write_edition};
pub use html::html;
pub use index::index_page;
pub use made::{MadeEdition, MadeError};
pub use manifest::{ComparedWith, MANIFEST, Manifest, ManifestFile, ManifestTable, SourceFile};
pub use page::{Page, PageBlock, PageFigure, Picture};
pub use pdf::{IS_BUILT, PdfError, pdf};
pub use reference::{Aspect, Condition, Form, Reference};
pub use source::{DEFINITION, File, ReportError, Source};
pub use template::Template;
pub use text::{Block, Filled, Inline, blocks};
