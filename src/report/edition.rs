//! An edition: the files that a report is handed out as.
//!
//! In: pages, tables, where their figures come from. Out: names and bytes, the manifest last, which names
//! all others with their hashes. Never: the time of building, or anything else that differs the next
//! time.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::build::Figures;
use super::changes::{CHANGES, Changes};
use super::definition::{Origin, Output};
use super::edition_file::EditionFile;
use super::html::html;
use super::made::MadeError;
use super::manifest::{MANIFEST, Manifest, ManifestFile, ManifestTable, SourceFile, hash};
use super::page::Page;
use super::pdf::{IS_BUILT, PdfError, pdf};
use super::source::{ReportError, Source};
use super::workbook::workbook;
use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::export::{
    self, Drawing, ExportError, Format, Locale, Options, Package, Packaged, dimensions, tool,
};
use crate::render::{Look, instant, json_lines, label};
use crate::words::{Language, Words};

/// An edition that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// Its texts ask for what there is not.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Its data could not be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The edition before could not be read.
    #[error(transparent)]
    Before(#[from] MadeError),
    /// A page on paper could not be made.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// Its manifest could not be written.
    #[error("writing the manifest: {0}")]
    Manifest(#[from] serde_json::Error),
}

/// The files of an edition in some languages; in all where none is named.
pub fn edition(
    source: &Source,
    figures: &Figures<'_>,
    languages: &[Language],
) -> Result<Vec<EditionFile>, EditionError> {
    let outputs = &source.definition.outputs;
    if outputs.contains(&Output::Pdf) && !IS_BUILT {
        return Err(PdfError::NotBuilt.into());
    }
    // Data have one language for what is said of them: the first of the report.
    let language = source.definition.languages.first().copied().unwrap_or_default();
    let mut data = Vec::new();
    for (definition, table) in source.definition.tables.iter().zip(figures.tables) {
        let is_query = matches!(definition.origin, Origin::Query(_));
        for output in outputs {
            let name = &definition.name.value;
            data.extend(data_files(*output, (name, is_query), table, figures, language)?);
        }
    }
    data.extend(package(source, figures, &data, language)?);
    let mut manifest = manifest(source, figures);
    let changes = figures.before.map(|before| {
        let file = |name: &str| {
            let found = data.iter().find(|it| it.name == name);
            Ok(found.map(|it| it.bytes.clone()))
        };
        Changes::since(before, &manifest, &file)
    });
    let changes = changes.transpose()?;
    if let Some(changes) = &changes {
        manifest.compared_with = Some(changes.compared_with());
        let bytes = changes.lines(&manifest).into_bytes();
        data.push(EditionFile { name: CHANGES.to_owned(), bytes });
    }
    let mut pages = source.pages(figures, changes.as_ref(), languages)?;
    for page in &mut pages {
        page.files = named_files(source, page.language);
        if changes.is_some() {
            let said = Words::of(page.language).text("changes.file").to_owned();
            page.files.push((CHANGES.to_owned(), said));
        }
        let title = (page.language.code().to_owned(), page.title.clone());
        manifest.title.extend([title]);
    }
    let of_pages = pages.par_iter().map(|page| page_files(source, page));
    let of_pages: Vec<Vec<EditionFile>> = of_pages.collect::<Result<_, EditionError>>()?;
    let sources = figures.sources.iter().cloned();
    let files = of_pages.into_iter().flatten().chain(data).chain(sources);
    let mut files: Vec<EditionFile> = files.collect();
    let named = files.iter().map(|it| ManifestFile {
        name: it.name.clone(),
        bytes: it.bytes.len(),
        blake3: hash(&it.bytes),
    });
    manifest.files = named.collect();
    let mut bytes = Vec::new();
    json_lines(&mut bytes, &serde_json::to_value(&manifest)?)?;
    bytes.push(b'\n');
    files.push(EditionFile { name: MANIFEST.to_owned(), bytes });
    Ok(files)
}

/// The page of a language, and the documents that say the same.
fn page_files(source: &Source, page: &Page) -> Result<Vec<EditionFile>, EditionError> {
    let mut files = Vec::new();
    for output in &source.definition.outputs {
        let bytes = match output {
            Output::Html => html(page).into_bytes(),
            Output::Pdf => pdf(page)?,
            Output::Xlsx => workbook(page).map_err(ExportError::from)?,
            _ => continue,
        };
        let name = page_name(&source.definition.name, *output, page.language);
        files.extend(name.map(|name| EditionFile { name, bytes }));
    }
    Ok(files)
}

/// The name of what is written once for each language.
fn page_name(report: &str, output: Output, language: Language) -> Option<String> {
    let code = language.code();
    match output {
        Output::Html => Some(format!("index.{code}.html")),
        Output::Pdf => Some(format!("{report}.{code}.pdf")),
        Output::Xlsx => Some(format!("{report}.{code}.xlsx")),
        Output::Csv | Output::SdmxCsv | Output::Px => None,
    }
}

/// The other files that a page names, with what they are.
fn named_files(source: &Source, language: Language) -> Vec<(String, String)> {
    let words = Words::of(language);
    let mut named = Vec::new();
    for (output, key) in [(Output::Pdf, "report.pdf"), (Output::Xlsx, "report.xlsx")] {
        let name = page_name(&source.definition.name, output, language);
        let is_written = source.definition.outputs.contains(&output);
        named.extend(name.filter(|_| is_written).map(|name| (name, words.text(key).to_owned())));
    }
    if source.definition.outputs.contains(&Output::Csv) {
        for table in &source.definition.tables {
            let name = format!("data/{}.csv", table.name.value);
            named.push((name, words.text("report.data").to_owned()));
        }
    }
    named
}

/// The data of a table in a format, with what is said of them beside it.
fn data_files(
    output: Output,
    (name, is_query): (&str, bool),
    table: &ReleasedTable,
    figures: &Figures<'_>,
    language: Language,
) -> Result<Vec<EditionFile>, EditionError> {
    let format = match output {
        Output::Csv => Format::Csv,
        Output::SdmxCsv if is_query => Format::SdmxCsv,
        Output::Px if is_query => Format::Px,
        _ => return Ok(Vec::new()),
    };
    let look = Look { language, dictionary: figures.dictionary, fit_terminal: false };
    let drawing = &Drawing::default();
    let options = Options { format, locale: Locale::C, look, wide: None, drawing, stream: false };
    let (file, provenance) = (format!("{name}.{}", format.ending()), figures.provenance);
    let mut bytes = Vec::new();
    export::export(table, provenance, &options, &mut bytes)?;
    let beside = export::metadata(table, provenance, &file, &options)?;
    let data = |name: String, bytes| EditionFile { name: format!("data/{name}"), bytes };
    let mut files = Vec::new();
    match format {
        Format::SdmxCsv => {
            let structure = export::structure(table, look)?;
            files.push(data(format!("{name}.structure.xml"), structure));
        }
        // PX says of itself what others have beside them.
        Format::Px => {}
        _ => files.push(data(format!("{file}-metadata.json"), beside)),
    }
    files.push(data(file, bytes));
    Ok(files)
}

/// What is said of the folder of CSV files as a whole, where there are some.
fn package(
    source: &Source,
    figures: &Figures<'_>,
    files: &[EditionFile],
    language: Language,
) -> Result<Option<EditionFile>, EditionError> {
    let tables = source.definition.tables.iter().zip(figures.tables);
    let named = tables.map(|(definition, table)| (format!("{}.csv", definition.name.value), table));
    let named: Vec<(String, &ReleasedTable)> = named.collect();
    let packaged = named.iter().filter_map(|(path, table)| {
        let file = files.iter().find(|it| it.name.strip_prefix("data/") == Some(path))?;
        let (format, locale) = (Format::Csv, Locale::C);
        let (provenance, bytes) = (figures.provenance, file.bytes.len() as u64);
        Some(Packaged { table, provenance, path, bytes, format, locale })
    });
    let packaged: Vec<Packaged<'_>> = packaged.collect();
    if packaged.is_empty() {
        return Ok(None);
    }
    let definition = &source.definition;
    let package = Package {
        name: &definition.name,
        title: label(&definition.title, language),
        description: label(&definition.description, language),
        language,
    };
    let bytes = export::data_package(package, &packaged)?;
    Ok(Some(EditionFile { name: "data/datapackage.json".to_owned(), bytes }))
}

/// What the edition is and what it is made of, without its files and its pages.
fn manifest(source: &Source, figures: &Figures<'_>) -> Manifest {
    let sources = source
        .files()
        .map(|it| SourceFile { file: it.name().to_owned(), blake3: hash(it.text.as_bytes()) });
    let tables = source.definition.tables.iter().zip(figures.tables);
    let tables = tables.map(|(definition, table)| ManifestTable {
        name: definition.name.value.clone(),
        query: table.query_name().to_owned(),
        query_blake3: table.query_hash().to_owned(),
        quarters: table.range().map(|it| it.to_string()),
        conditions: table.conditions(),
        parameters: {
            let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            table.parameters().into_iter().map(owned).collect()
        },
        dimensions: dimensions(table).iter().map(|it| it.name.clone()).collect(),
        figures: {
            let is_number = |it: &&ResultColumn| matches!(it.values, Values::Numbers(_));
            table.columns().iter().filter(is_number).map(|it| it.name.clone()).collect()
        },
        rows: table.row_count(),
    });
    Manifest {
        report: source.definition.name.clone(),
        edition: figures.edition.to_owned(),
        title: BTreeMap::new(),
        period: figures.period.map(|it| it.to_string()),
        policy: figures.tables.first().map(|it| it.policy().name().to_owned()),
        for_publication: false,
        version: figures.provenance.version,
        committed: instant(figures.moment),
        classification: figures.provenance.classification.clone(),
        deliveries: figures.provenance.deliveries.clone(),
        program: tool(),
        command: figures.provenance.command.clone(),
        compared_with: None,
        made_of: sources.collect(),
        tables: tables.collect(),
        files: Vec::new(),
    }
}
