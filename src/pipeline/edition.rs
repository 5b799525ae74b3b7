//! An edition of a report, from a state of the table to the bytes of its files; and the same again,
//! years later, from what it keeps.
//!
//! In: the files of a report, the queries there are, a snapshot, the edition before. Out: the files of the
//! edition, among them those that it is made of (`sources/`). Never: a figure that the snapshot does not
//! give, or a source that is not kept.

use std::collections::BTreeMap;
use std::path::Path;

use super::answer::{Basis, provenance};
use super::report::{TablesError, tables};
use crate::query::Catalog;
use crate::report::{
    EditionError, EditionFile, Figures, MANIFEST, MadeEdition, MadeError, Manifest, Origin,
    ReportError, Source, edition,
};
use crate::warehouse::{AsOf, Snapshot, Warehouse, WarehouseError};
use crate::words::Language;

/// The folder of what an edition is made of.
const SOURCES: &str = "sources";
const DICTIONARY: &str = "dictionary.toml";

/// What an edition is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The report.
    pub source: &'a Source,
    /// The queries there are.
    pub catalog: &'a Catalog,
    /// Its name.
    pub edition: &'a str,
    /// Its languages; all of the report where none is named.
    pub languages: &'a [Language],
    /// The edition whose figures stand beside its own.
    pub before: Option<&'a MadeEdition>,
    /// The command that makes it again.
    pub command: &'a str,
}

/// An edition that could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    /// Its tables could not be had.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// Its files could not be made.
    #[error(transparent)]
    Edition(#[from] EditionError),
}

/// The files of an edition.
pub(crate) fn build(
    wanted: &Wanted<'_>,
    warehouse: &Warehouse,
    snapshot: &Snapshot,
    basis: &Basis<'_>,
) -> Result<Vec<EditionFile>, BuildError> {
    let answered = tables(wanted.source, wanted.catalog, snapshot, basis)?;
    let mut provenance = provenance(snapshot);
    wanted.command.clone_into(&mut provenance.command);
    let last = snapshot.commits().last();
    let sources = sources(wanted, warehouse);
    let figures = Figures {
        tables: &answered.tables,
        provenance: &provenance,
        dictionary: basis.dictionary(),
        edition: wanted.edition,
        delivery: last.map_or("", |it| it.record.delivery.as_str()),
        period: answered.period,
        before: wanted.before,
        moment: last.map_or(0, |it| it.timestamp_ms),
        sources: &sources,
    };
    Ok(edition(wanted.source, &figures, wanted.languages)?)
}

/// What an edition is made of besides the table: the report, its queries, the warehouse's own dictionary.
fn sources(wanted: &Wanted<'_>, warehouse: &Warehouse) -> Vec<EditionFile> {
    let kept = |name: &str, text: &str| EditionFile {
        name: format!("{SOURCES}/{name}"),
        bytes: text.as_bytes().to_vec(),
    };
    let of_report = wanted.source.files().map(|it| kept(it.name(), &it.text));
    let mut queries: BTreeMap<&str, &str> = BTreeMap::new();
    for table in &wanted.source.definition.tables {
        if let Origin::Query(name) = &table.origin {
            let text = wanted.catalog.source(&name.value).map(|(_, text)| text);
            queries.extend(text.map(|text| (name.value.as_str(), text)));
        }
    }
    let queries = queries.iter().map(|(name, text)| kept(&format!("queries/{name}.toml"), text));
    let dictionary = warehouse.own_dictionary().map(|text| kept(DICTIONARY, text));
    of_report.chain(queries).chain(dictionary).collect()
}

/// An edition that was made, made again.
#[derive(Debug)]
pub(crate) struct Again {
    /// The name of the edition.
    pub edition: String,
    /// Its files, as they are made now.
    pub files: Vec<EditionFile>,
    /// Those that are not as they were.
    pub differing: Vec<String>,
    /// The program that made it, where it is another one.
    pub program: Option<String>,
}

/// An edition that could not be made again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgainError {
    /// The edition, or the one before it, cannot be read.
    #[error(transparent)]
    Made(#[from] MadeError),
    /// It keeps nothing of what it was made of.
    #[error("the edition keeps none of what it was made of; its manifest has the command: {0}")]
    NoSources(String),
    /// Its report has mistakes, which its text had not.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The table does not have its state.
    #[error(transparent)]
    Warehouse(#[from] Box<WarehouseError>),
    /// The table is another one.
    #[error(
        "version {version} of this table has the deliveries {found}; the edition was made of {expected}"
    )]
    OtherTable {
        /// The version.
        version: u64,
        /// The deliveries of the edition.
        expected: String,
        /// Those of the table.
        found: String,
    },
    /// The edition before is not the one that it was compared with.
    #[error("the edition `{0}`, which it was compared with, does not lie beside it as it was then")]
    NoBefore(String),
    /// It cannot be made.
    #[error(transparent)]
    Build(#[from] Box<BuildError>),
}

impl From<WarehouseError> for AgainError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

/// Makes an edition again from what it keeps and from the state of the table that it was made of.
pub(crate) fn again(
    folder: &Path,
    warehouse: Warehouse,
    basis_of: &dyn for<'a> Fn(&'a Warehouse, &'a Snapshot) -> Basis<'a>,
) -> Result<Again, AgainError> {
    // What lies beside it is looked for by its whole path.
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let made = MadeEdition::open(&folder)?;
    let manifest = made.manifest();
    let kept = kept(&made)?;
    let names: Vec<&String> = kept.keys().filter(|it| !it.contains('/')).collect();
    if names.is_empty() {
        return Err(AgainError::NoSources(manifest.command.clone()));
    }
    let source = Source::read(&manifest.report, SOURCES, &kept)?;
    let catalog = Catalog::of_files(kept.iter().filter_map(|(name, text)| {
        let name = name.strip_prefix("queries/")?.strip_suffix(".toml")?;
        Some((name, text.as_str()))
    }));
    let own = kept.get(DICTIONARY).map(String::as_str);
    let warehouse = warehouse.with_dictionary(&format!("{SOURCES}/{DICTIONARY}"), own)?;
    let snapshot = warehouse.agreed_snapshot(Some(&AsOf::Version(manifest.version)))?;
    same_table(manifest, &snapshot)?;
    let before = before(&made)?;
    let languages: Vec<Language> =
        manifest.title.keys().filter_map(|it| Language::of_code(it)).collect();
    let wanted = Wanted {
        source: &source,
        catalog: &catalog,
        edition: &manifest.edition,
        languages: &languages,
        before: before.as_ref(),
        command: &manifest.command,
    };
    let files = build(&wanted, &warehouse, &snapshot, &basis_of(&warehouse, &snapshot));
    let files = files.map_err(Box::new)?;
    let differing = differing(&made, &files);
    let program = (manifest.program != crate::export::tool()).then(|| manifest.program.clone());
    Ok(Again { edition: manifest.edition.clone(), files, differing, program })
}

/// What an edition keeps of what it was made of, by name.
fn kept(made: &MadeEdition) -> Result<BTreeMap<String, String>, MadeError> {
    let mut kept = BTreeMap::new();
    for file in &made.manifest().files {
        let Some(name) = file.name.strip_prefix(SOURCES).and_then(|it| it.strip_prefix('/')) else {
            continue;
        };
        let bytes = made.file(&file.name)?;
        kept.extend(bytes.map(|it| (name.to_owned(), String::from_utf8_lossy(&it).into_owned())));
    }
    Ok(kept)
}

fn same_table(manifest: &Manifest, snapshot: &Snapshot) -> Result<(), AgainError> {
    let found = provenance(snapshot).deliveries;
    if found == manifest.deliveries {
        return Ok(());
    }
    let said = |it: &[String]| if it.is_empty() { "none".to_owned() } else { it.join(", ") };
    let (expected, found) = (said(&manifest.deliveries), said(&found));
    Err(AgainError::OtherTable { version: manifest.version, expected, found })
}

/// The edition that it was compared with, which lies beside it.
fn before(made: &MadeEdition) -> Result<Option<MadeEdition>, AgainError> {
    let Some(compared) = &made.manifest().compared_with else { return Ok(None) };
    let parent = made.folder().parent().unwrap_or(Path::new(".."));
    let beside = MadeEdition::all(parent)?;
    let is_it = |it: &MadeEdition| it.manifest_hash() == compared.manifest_blake3;
    match beside.into_iter().find(is_it) {
        Some(before) => Ok(Some(before)),
        None => Err(AgainError::NoBefore(compared.edition.clone())),
    }
}

/// The names of files that are not the same now, or are there only then or now.
fn differing(made: &MadeEdition, files: &[EditionFile]) -> Vec<String> {
    let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let now: BTreeMap<&str, String> = files
        .iter()
        .filter(|it| it.name != MANIFEST)
        .map(|it| (it.name.as_str(), hash(&it.bytes)))
        .collect();
    let then: BTreeMap<&str, String> =
        made.manifest().files.iter().map(|it| (it.name.as_str(), it.blake3.clone())).collect();
    let mut names: Vec<&str> = now.keys().chain(then.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let differs = |name: &&str| now.get(name) != then.get(name);
    let mut differing: Vec<String> = names.into_iter().filter(differs).map(str::to_owned).collect();
    // What lies there must be what was made, too.
    let names = made.manifest().files.iter().map(|it| it.name.clone());
    differing.extend(names.filter(|it| !matches!(made.file(it), Ok(Some(_)))));
    differing.sort_unstable();
    differing.dedup();
    let manifest = files.iter().find(|it| it.name == MANIFEST);
    if manifest.is_none_or(|it| hash(&it.bytes) != made.manifest_hash()) {
        differing.push(MANIFEST.to_owned());
    }
    differing
}
