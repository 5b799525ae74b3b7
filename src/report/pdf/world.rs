//! What the typesetter can see: one file of rules, the data of a page, its pictures, the fonts of this
//! program.
//!
//! Never: a file or font of the machine, a package, the time of day.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};

use crate::fonts::FACES;

/// How a page is set.
const RULES: &str = include_str!("rules.typ");

/// Everything that one page is made of.
pub(super) struct Paper {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    rules: Source,
    files: Vec<(FileId, Bytes)>,
}

impl Paper {
    /// Paper with files on it, by their names.
    pub(super) fn new(files: Vec<(String, Vec<u8>)>) -> Result<Self, String> {
        let fonts = fonts();
        let features = [Feature::A11yExtras].into_iter().collect();
        let files = files.into_iter().map(|(name, bytes)| Ok((file(&name)?, Bytes::new(bytes))));
        Ok(Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            rules: Source::new(file("rules.typ")?, RULES.to_owned()),
            files: files.collect::<Result<_, String>>()?,
        })
    }
}

/// The fonts of this program.
pub(super) fn fonts() -> Vec<Font> {
    FACES.iter().filter_map(|face| Font::new(Bytes::new(*face), 0)).collect()
}

fn file(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|error| format!("{name}: {error}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.rules.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.rules.id() { Ok(self.rules.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(file, _)| *file == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
