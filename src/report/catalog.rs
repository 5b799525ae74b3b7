//! The reports there are: those compiled in, and a warehouse's own, which come first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::source::{DEFINITION, ReportError, Source};
use crate::document::{nearest, read_bytes};
use crate::exact::known;

macro_rules! shipped {
    ($($name:literal: $($file:literal),*;)*) => {
        [$(($name, &[$(($file, include_str!(concat!("../../reports/", $name, "/", $file)))),*])),*]
    };
}

/// The reports compiled in: name, files.
static SHIPPED: [(&str, &[(&str, &str)]); 3] = shipped![
    "delivery-note": "report.toml", "fr.md", "nl.md", "en.md";
    "quarterly-figures": "report.toml", "fr.md", "nl.md", "en.md";
    "yearly-overview": "report.toml", "fr.md", "nl.md", "en.md";
];

/// Reports by name. Files are read for what they say when a report is asked for.
#[derive(Debug, Clone)]
pub struct ReportCatalog {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    folder: String,
    files: BTreeMap<String, String>,
    /// A file that cannot be read, and why.
    unreadable: Option<(PathBuf, String)>,
}

/// A report that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReportCatalogError {
    /// There is none of that name.
    #[error("there is no report `{name}`{}", near.as_ref().map_or_else(String::new, |it| format!("; did you mean `{it}`?")))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name most like it.
        near: Option<String>,
    },
    /// Its files have mistakes.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ReportCatalog {
    /// The reports of `own`, a folder that need not be there, and then the shipped ones.
    pub fn open(own: Option<&Path>) -> Result<Self, ReportCatalogError> {
        let mut entries = BTreeMap::new();
        for (name, files) in SHIPPED {
            let folder = format!("reports/{name}");
            let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
            entries.insert(
                name.to_owned(),
                Entry { folder, files: files.iter().map(owned).collect(), unreadable: None },
            );
        }
        for path in own.map(within).transpose()?.into_iter().flatten().filter(|it| it.is_dir()) {
            let name = known(path.file_name()).to_string_lossy().into_owned();
            let (mut files, mut unreadable) = (BTreeMap::new(), None);
            for file in within(&path)? {
                let name = known(file.file_name()).to_string_lossy().into_owned();
                // Editors leave hidden files beside those that are being written.
                let is_text = name.strip_suffix(".md").is_some_and(|it| it != "README")
                    && !name.starts_with('.');
                if is_text || name == DEFINITION {
                    // One report that cannot be read leaves the others as they are.
                    let bytes = read_bytes(&file).unwrap_or_else(|error| {
                        unreadable = Some((file.clone(), error.to_string()));
                        Vec::new()
                    });
                    // Bytes that are not UTF-8 become marks that the parser points at.
                    files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
            if files.contains_key(DEFINITION) {
                let folder = path.display().to_string();
                entries.insert(name, Entry { folder, files, unreadable });
            }
        }
        Ok(Self { entries })
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The report of that name.
    pub fn report(&self, name: &str) -> Result<Source, ReportCatalogError> {
        let Some(entry) = self.entries.get(name) else {
            let near = nearest(name, self.names()).map(ToOwned::to_owned);
            return Err(ReportCatalogError::Unknown { name: name.to_owned(), near });
        };
        if let Some((path, text)) = &entry.unreadable {
            let (path, source) = (path.clone(), std::io::Error::other(text.clone()));
            return Err(ReportCatalogError::Read { path, source });
        }
        Ok(Source::read(name, &entry.folder, &entry.files)?)
    }

    /// The files of a report, by their names in its folder.
    pub fn files(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self.entries.get(name).into_iter().flat_map(|it| &it.files);
        files.map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// What lies in a folder, sorted; nothing where there is none.
fn within(folder: &Path) -> Result<Vec<PathBuf>, ReportCatalogError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let read_error = |source| ReportCatalogError::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(read_error)? {
        paths.push(entry.map_err(read_error)?.path());
    }
    paths.sort();
    Ok(paths)
}
