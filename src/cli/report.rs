//! `sppis report`

use std::path::{Path, PathBuf};

use super::console::Console;
use super::editions::index_pages;
use super::error::{CliError, Exit, say_unused_histories};
use super::means::MeansArguments;
use super::output::probe_folder;
use super::place::Guard;
use super::recorded::{Recorded, quoted};
use super::run::expect_delivered;
use super::state::StateArguments;
use crate::delivery::DeliveryId;
use crate::finding::shown_path;
use crate::pipeline::answer::{Basis, Means};
use crate::pipeline::edition::{Wanted, again, build};
use crate::quarter::QuarterRange;
use crate::query::Catalog;
use crate::render::{Language, count};
use crate::report::{
    MadeEdition, ReportCatalog, ReportCatalogError, Source, is_free, write_edition,
};
use crate::schedule::Settings;
use crate::warehouse::{Snapshot, Warehouse};

/// Build a report: pages, documents, workbooks and data, in a folder that appears whole.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis report quarterly-figures\n  sppis report yearly-overview --lang fr,nl --output overview\n  \
                  sppis report delivery-note --as-of 2008-11 --edition first\n  \
                  sppis report --again editions/delivery-note/first\n\nsppis reports lists the reports there are; \
                  reports/README.md says how to write one."
)]
pub(super) struct Arguments {
    /// The report.
    #[arg(value_name = "NAME", required_unless_present = "again")]
    name: Option<String>,

    /// Name of the edition; where none is given, the delivery with the latest quarters.
    #[arg(long, value_name = "EDITION", value_parser = edition_name)]
    edition: Option<String>,

    /// Languages; all that the report is written in where none is given.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LANG")]
    lang: Vec<Language>,

    /// Folder of the edition, which must not be there yet; NAME/EDITION in the folder of editions where none
    /// is given (`editions` beside the warehouse, or what schedule.toml says).
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,

    /// Edition that this one says the changes since: one that lies beside it, by name, or a folder, or
    /// `none`; the newest of an earlier state that lies beside it where none is given.
    #[arg(long, value_name = "EDITION")]
    compare_with: Option<String>,

    /// Make the edition in this folder again from what it keeps, and compare all bytes; with `--output`,
    /// write it too. Exit code 1 says that bytes differ.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["name", "edition", "lang", "compare_with", "as_of"])]
    again: Option<PathBuf>,

    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    means: MeansArguments,
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
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let warehouse = Warehouse::open(root)?;
    if let Some(folder) = &arguments.again {
        return make_again(arguments, folder, warehouse, console);
    }
    let reports = ReportCatalog::open(Some(&warehouse.reports_folder()))?;
    let report = arguments.name.as_deref().unwrap_or_default();
    let source = reports.report(report).map_err(|error| unknown(error, report))?;
    expect_languages(&source, &arguments.lang)?;
    let snapshot = arguments.state.snapshot(&warehouse, console)?;
    expect_delivered(&snapshot)?;
    let name = arguments.edition.clone().unwrap_or_else(|| latest(&snapshot));
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => Settings::open(&warehouse)?.editions.join(report).join(&name),
    };
    let place = Place::prepare(&folder, &warehouse)?;
    let edition = Edition {
        source: &source,
        name: &name,
        languages: &arguments.lang,
        compare_with: arguments.compare_with.as_deref(),
        means: arguments.means.means(),
    };
    let files = edition.make(&place, &warehouse, &snapshot, console)?;
    if arguments.output.is_none() {
        index_pages(&place.parent, &MadeEdition::all(&place.parent)?)?;
    }
    console.tell(&format!(
        "wrote {} of edition {name} to {}",
        count(files as u64, "file"),
        shown_path(&place.folder)
    ));
    Ok(Exit::Done)
}

/// An edition that is to be made.
pub(super) struct Edition<'a> {
    pub(super) source: &'a Source,
    pub(super) name: &'a str,
    pub(super) languages: &'a [Language],
    pub(super) compare_with: Option<&'a str>,
    pub(super) means: Means,
}

impl Edition<'_> {
    /// Makes it in its place; the number of its files.
    pub(super) fn make(
        &self,
        place: &Place,
        warehouse: &Warehouse,
        snapshot: &Snapshot,
        console: &mut Console,
    ) -> Result<usize, CliError> {
        let before = self.before(place, snapshot.version())?;
        let catalog = Catalog::open(Some(&warehouse.queries_folder()))?;
        let basis = Basis::new(warehouse, snapshot, self.means);
        let command = self.recorded(before.as_ref(), snapshot).text();
        let wanted = Wanted {
            source: self.source,
            catalog: &catalog,
            edition: self.name,
            languages: self.languages,
            before: before.as_ref(),
            command: &command,
        };
        let files = build(&wanted, warehouse, snapshot, &basis)?;
        say_unused_histories(&basis, console);
        write_edition(&place.folder, &files)?;
        Ok(files.len())
    }

    /// The command that gives the edition again; its folder is nobody else's business.
    fn recorded(&self, before: Option<&MadeEdition>, snapshot: &Snapshot) -> Recorded {
        let mut command = Recorded::new("report", &[&self.source.definition.name]);
        command.option("--edition", self.name);
        let languages: Vec<&str> = self.languages.iter().map(|it| it.code()).collect();
        if !languages.is_empty() {
            command.option("--lang", languages.join(","));
        }
        let compared = before.map(|it| it.manifest().edition.as_str()).or(self.compare_with);
        if let Some(compared) = compared {
            command.option("--compare-with", compared);
        }
        command.option("--as-of", snapshot.version().to_string());
        command
    }

    /// The edition before: the one that is asked for, or the newest of an earlier state beside this one.
    fn before(&self, place: &Place, version: u64) -> Result<Option<MadeEdition>, CliError> {
        let report = &self.source.definition.name;
        let of_report = |it: &MadeEdition| it.manifest().report == *report;
        let Some(asked) = self.compare_with else {
            let all = MadeEdition::all(&place.parent)?;
            let is_earlier = |it: &MadeEdition| it.place() < (version, self.name);
            return Ok(all.into_iter().rfind(|it| of_report(it) && is_earlier(it)));
        };
        if asked == "none" {
            return Ok(None);
        }
        let beside = edition_name(asked).map(|it| place.parent.join(it));
        let folder = beside.unwrap_or_else(|_| PathBuf::from(asked));
        let edition = MadeEdition::open(&folder).map_err(|error| {
            CliError::of(&error)
                .hint("name another with `--compare-with`, or `--compare-with none`")
        })?;
        if of_report(&edition) {
            return Ok(Some(edition));
        }
        let text = format!(
            "{} is an edition of `{}`, not of `{report}`",
            shown_path(&folder),
            edition.manifest().report,
        );
        Err(CliError::new(text).hint("name one of the same report, or `--compare-with none`"))
    }
}

/// Makes an edition again and says which of its bytes are not what they were.
fn make_again(
    arguments: &Arguments,
    folder: &Path,
    warehouse: Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let place = arguments.output.as_deref().map(|it| Place::prepare(it, &warehouse)).transpose()?;
    let means = arguments.means.means();
    let made =
        again(folder, warehouse, &|warehouse, snapshot| Basis::new(warehouse, snapshot, means))?;
    if let Some(place) = place {
        write_edition(&place.folder, &made.files)?;
        console.tell(&format!(
            "wrote {} of edition {} to {}",
            count(made.files.len() as u64, "file"),
            made.edition,
            shown_path(&place.folder)
        ));
    }
    if made.differing.is_empty() {
        let files = count(made.files.len() as u64, "file");
        console.tell(&format!("edition {}: {files}, every byte as it was", made.edition));
        return Ok(Exit::Done);
    }
    for name in &made.differing {
        console.say(&format!("differs: {}", crate::render::terminal(name)));
    }
    if let Some(program) = &made.program {
        console.say(&format!("note: it was made by {}", crate::render::terminal(program)));
    }
    Ok(Exit::BlockingFindings)
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

/// Where an edition goes: a folder that is not there yet, and the one it lies in.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    parent: PathBuf,
}

impl Place {
    /// The place of a folder, before anything is computed for it.
    pub(super) fn prepare(folder: &Path, warehouse: &Warehouse) -> Result<Self, CliError> {
        if !is_free(folder) {
            let text = format!("{} is there already", shown_path(folder));
            return Err(CliError::new(text).hint(
                "an edition is never written over: name another with `--edition` or `--output`, or remove it",
            ));
        }
        let above = folder.parent().filter(|it| !it.as_os_str().is_empty());
        let parent = Guard::of(warehouse).folder(above.unwrap_or(Path::new(".")))?;
        probe_folder(&parent)?;
        let name = folder.file_name().ok_or_else(|| {
            CliError::new(format!("{} is no name of a folder", shown_path(folder)))
        })?;
        Ok(Self { folder: parent.join(name), parent })
    }
}
