//! `sppis report`

use std::fs;
use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::{CliError, Exit, say_unused_histories};
use super::options::StateArguments;
use super::output::{probe_folder, unwritable};
use super::place::Guard;
use super::recorded::{Recorded, quoted};
use super::run::expect_delivered;
use crate::delivery::DeliveryId;
use crate::finding::shown_path;
use crate::pipeline::answer::{Basis, Means, provenance};
use crate::pipeline::report::tables;
use crate::quarter::QuarterRange;
use crate::query::Catalog;
use crate::render::{Language, count};
use crate::report::{
    EditionFile, Figures, MadeEdition, ReportCatalog, ReportCatalogError, Source, edition,
};
use crate::warehouse::{Snapshot, Warehouse};

/// Build a report: pages, documents, workbooks and data, in a folder that appears whole.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis report quarterly-figures\n  sppis report yearly-overview --lang fr,nl --output overview\n  \
                  sppis report delivery-note --as-of 2008-11 --edition first\n\nsppis reports lists the reports there are; \
                  reports/README.md says how to write one."
)]
pub(super) struct Arguments {
    /// The report.
    #[arg(value_name = "NAME")]
    name: String,

    /// Name of the edition; where none is given, the delivery with the latest quarters.
    #[arg(long, value_name = "EDITION", value_parser = edition_name)]
    edition: Option<String>,

    /// Languages; all that the report is written in where none is given.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LANG")]
    lang: Vec<Language>,

    /// Folder of the edition, which must not be there yet; editions/NAME/EDITION where none is given.
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,

    /// Edition that this one says the changes since: one that lies beside it, by name, or a folder, or
    /// `none`; the newest of an earlier state that lies beside it where none is given.
    #[arg(long, value_name = "EDITION")]
    compare_with: Option<String>,

    #[command(flatten)]
    state: StateArguments,

    /// Count from the observations alone, without person histories; the figures are the same.
    #[arg(long)]
    without_histories: bool,
}

/// An edition's name is that of a folder.
fn edition_name(text: &str) -> Result<String, String> {
    let legal = |it: char| it.is_alphanumeric() || "-_.@".contains(it);
    if !text.is_empty() && !text.starts_with('.') && text.chars().all(legal) {
        Ok(text.to_owned())
    } else {
        Err("expected letters, digits, `-`, `_`, `@` and `.`, which is not first".to_owned())
    }
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let reports = ReportCatalog::open(Some(&warehouse.reports_folder()))?;
    let source =
        reports.report(&arguments.name).map_err(|error| unknown(error, &arguments.name))?;
    expect_languages(&source, &arguments.lang)?;
    let snapshot = arguments.state.snapshot(warehouse, console)?;
    expect_delivered(&snapshot)?;
    let name = arguments.edition.clone().unwrap_or_else(|| latest(&snapshot));
    let place = Place::prepare(arguments, &name, warehouse)?;
    let before = before(arguments, &place, (snapshot.version(), &name))?;
    let catalog = Catalog::open(Some(&warehouse.queries_folder()))?;
    let means = if arguments.without_histories { Means::Observations } else { Means::Histories };
    let basis = Basis::new(warehouse, &snapshot, means);
    let answered = tables(&source, &catalog, &snapshot, &basis)?;
    say_unused_histories(&basis, console);
    let mut provenance = provenance(&snapshot);
    provenance.command = recorded(arguments, &name, before.as_ref(), &snapshot).text();
    let last = snapshot.commits().last();
    let figures = Figures {
        tables: &answered.tables,
        provenance: &provenance,
        dictionary: basis.dictionary(),
        edition: &name,
        delivery: last.map_or("", |it| it.record.delivery.as_str()),
        period: answered.period,
        before: before.as_ref(),
        moment: last.map_or(0, |it| it.timestamp_ms),
    };
    let files = edition(&source, &figures, &arguments.lang)?;
    place.write(&files)?;
    console.tell(&format!(
        "wrote {} of edition {name} to {}",
        count(files.len() as u64, "file"),
        shown_path(&place.folder)
    ));
    Ok(Exit::Done)
}

/// A delivery may be meant, as the command once was called.
fn unknown(error: ReportCatalogError, name: &str) -> CliError {
    let is_delivery = name.split('@').next().is_some_and(|it| DeliveryId::calendar(it).is_ok());
    match error {
        ReportCatalogError::Unknown { .. } => {
            let hint = if is_delivery {
                format!(
                    "the validation report of a delivery is `sppis validation {}`",
                    quoted(name.as_ref())
                )
            } else {
                "`sppis reports` lists them".to_owned()
            };
            CliError::new(error.to_string()).hint(hint)
        }
        error => error.into(),
    }
}

fn expect_languages(source: &Source, wanted: &[Language]) -> Result<(), CliError> {
    let languages = &source.definition.languages;
    match wanted.iter().find(|it| !languages.contains(it)) {
        None => Ok(()),
        Some(language) => {
            let known: Vec<&str> = languages.iter().map(|it| it.code()).collect();
            let text = format!("the report is not written in `{}`", language.code());
            Err(CliError::new(text).hint(format!("it is in {}", known.join(", "))))
        }
    }
}

/// The delivery with the latest quarters.
fn latest(snapshot: &Snapshot) -> String {
    let deliveries = snapshot.deliveries().into_iter();
    let latest = deliveries.max_by_key(|it| it.record.quarters().map(QuarterRange::last));
    latest.map(|it| it.record.delivery.clone()).unwrap_or_default()
}

/// The command that gives the edition again.
fn recorded(
    arguments: &Arguments,
    edition: &str,
    before: Option<&MadeEdition>,
    snapshot: &Snapshot,
) -> Recorded {
    // Every option stands here, so that none can be forgotten; the folder is nobody else's business.
    let Arguments {
        name,
        edition: _,
        lang,
        output: _,
        compare_with,
        state: _,
        without_histories: _,
    } = arguments;
    let mut command = Recorded::new("report", &[name]);
    command.option("--edition", edition);
    let languages: Vec<&str> = lang.iter().map(|it| it.code()).collect();
    if !languages.is_empty() {
        command.option("--lang", languages.join(","));
    }
    let compared = before.map(|it| it.manifest().edition.as_str()).or(compare_with.as_deref());
    if let Some(compared) = compared {
        command.option("--compare-with", compared);
    }
    command.option("--as-of", snapshot.version().to_string());
    command
}

/// The edition before: the one that is asked for, or the newest of an earlier state beside this one.
fn before(
    arguments: &Arguments,
    place: &Place,
    (version, name): (u64, &str),
) -> Result<Option<MadeEdition>, CliError> {
    let of_report = |it: &MadeEdition| it.manifest().report == arguments.name;
    let Some(asked) = &arguments.compare_with else {
        let all = MadeEdition::all(&place.parent)?;
        let is_earlier = |it: &MadeEdition| it.place() < (version, name);
        return Ok(all.into_iter().rfind(|it| of_report(it) && is_earlier(it)));
    };
    if asked == "none" {
        return Ok(None);
    }
    let beside = edition_name(asked).map(|it| place.parent.join(it));
    let folder = beside.unwrap_or_else(|_| PathBuf::from(asked));
    let edition = MadeEdition::open(&folder)?;
    if of_report(&edition) {
        return Ok(Some(edition));
    }
    let text = format!(
        "{} is an edition of `{}`, not of `{}`",
        shown_path(&folder),
        edition.manifest().report,
        arguments.name
    );
    Err(CliError::new(text).hint("name one of the same report, or `--compare-with none`"))
}

/// Where an edition goes: a folder that is not there yet, and the one it lies in.
struct Place {
    folder: PathBuf,
    parent: PathBuf,
}

impl Place {
    fn prepare(
        arguments: &Arguments,
        edition: &str,
        warehouse: &Warehouse,
    ) -> Result<Self, CliError> {
        let default = || Path::new("editions").join(&arguments.name).join(edition);
        let folder = arguments.output.clone().unwrap_or_else(default);
        let is_empty = |it: &Path| fs::read_dir(it).is_ok_and(|mut it| it.next().is_none());
        if folder.exists() && !is_empty(&folder) {
            let text = format!("{} is there already", shown_path(&folder));
            return Err(CliError::new(text).hint(
                "an edition is never written over: name another with `--edition` or `--output`, or remove it",
            ));
        }
        let above = folder.parent().filter(|it| !it.as_os_str().is_empty());
        let parent = Guard::of(warehouse).folder(above.unwrap_or(Path::new(".")))?;
        probe_folder(&parent)?;
        let name = folder.file_name().ok_or_else(|| {
            CliError::new(format!("{} is no name of a folder", shown_path(&folder)))
        })?;
        Ok(Self { folder: parent.join(name), parent })
    }

    /// Writes the files into a folder beside its place, which then gets its name at once.
    fn write(&self, files: &[EditionFile]) -> Result<(), CliError> {
        let failed = |error: std::io::Error| unwritable(&self.folder, &error);
        let made = tempfile::Builder::new().prefix(".sppis-edition-").tempdir_in(&self.parent);
        let made = made.map_err(failed)?;
        for file in files {
            let path = made.path().join(&file.name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            fs::write(&path, &file.bytes).map_err(failed)?;
            fs::File::open(&path).and_then(|it| it.sync_all()).map_err(failed)?;
        }
        // A folder that is empty gives way to one that has its name.
        fs::rename(made.path(), &self.folder).map_err(failed)?;
        fs::File::open(&self.parent).and_then(|it| it.sync_all()).map_err(failed)
    }
}
