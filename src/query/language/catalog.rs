//! The named queries there are: those compiled in, and a warehouse's own, which come first.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::Query;
use crate::document::{DocumentError, nearest, read_bytes};
use crate::exact::known;

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../queries/", $name, ".toml")))),*]
    };
}

/// The queries compiled in.
static SHIPPED: [(&str, &str); 20] = shipped![
    "amount-by-measure",
    "amount-by-regime",
    "amount-distribution",
    "amount-per-person",
    "by-municipality",
    "by-region",
    "by-regime-and-measure",
    "by-sex-and-age",
    "by-year",
    "conventions-by-guidance",
    "entries-by-measure",
    "monthly-mean-persons",
    "persons-by-measure-count",
    "persons-by-quarter",
    "stays-by-measure",
    "top-municipalities",
    "totals-by-measure",
    "transitions",
    "trend-by-regime",
    "yearly-totals",
];

/// Query files by name. Files are parsed when asked for, so that one with mistakes does not keep
/// the others from running.
#[derive(Debug, Clone)]
pub struct Catalog {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    path: String,
    text: String,
}

/// A query that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// There is none of that name.
    #[error("there is no query `{name}`{}", suggestion(.near.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name most like it.
        near: Option<String>,
    },
    /// Its file has mistakes.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn suggestion(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

impl Catalog {
    /// The queries of `own`, a folder that need not be there, and then the shipped ones.
    pub fn open(own: Option<&Path>) -> Result<Self, CatalogError> {
        let mut entries = Vec::new();
        if let Some(folder) = own.filter(|folder| folder.is_dir()) {
            let read_error = |source| CatalogError::Read { path: folder.to_owned(), source };
            for file in fs::read_dir(folder).map_err(read_error)? {
                let path = file.map_err(read_error)?.path();
                if path.extension().is_some_and(|ending| ending == "toml") {
                    let read_error = |source| CatalogError::Read { path: path.clone(), source };
                    // Bytes that are not UTF-8 become marks that the parser points at.
                    let bytes = read_bytes(&path).map_err(read_error)?;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let name = known(path.file_stem()).to_string_lossy().into_owned();
                    entries.push(Entry { name, path: path.display().to_string(), text });
                }
            }
        }
        for (name, text) in SHIPPED {
            if !entries.iter().any(|entry| entry.name == name) {
                let path = format!("queries/{name}.toml");
                entries.push(Entry { name: name.to_owned(), path, text: text.to_owned() });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { entries })
    }

    /// Queries by name and text, and no others.
    pub fn of_files<'t>(files: impl Iterator<Item = (&'t str, &'t str)>) -> Self {
        let owned = |(name, text): (&str, &str)| Entry {
            name: name.to_owned(),
            path: format!("{name}.toml"),
            text: text.to_owned(),
        };
        Self { entries: files.map(owned).collect() }
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// The query of that name.
    pub fn query(&self, name: &str) -> Result<Query, CatalogError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            let near = nearest(name, self.names()).map(ToOwned::to_owned);
            return Err(CatalogError::Unknown { name: name.to_owned(), near });
        };
        Ok(Query::read(&entry.name, &entry.path, &entry.text)?)
    }

    /// The text of a query's file, and where it comes from.
    pub fn source(&self, name: &str) -> Option<(&str, &str)> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        Some((&entry.path, &entry.text))
    }
}
