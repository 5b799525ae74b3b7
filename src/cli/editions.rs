//! `sppis editions`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::{OfTexts, OutputArguments};
use super::output::{pretty_json, write_atomically};
use super::place::{Guard, unwritable};
use super::recorded::quoted;
use crate::export::Format;
use crate::finding::shown_path;
use crate::render::{count, terminal};
use crate::report::{
    Changes, ComparedWith, DefinitionChange, MANIFEST, MadeEdition, MadeError, index_page,
};
use crate::schedule::{FOLDER, Settings};
use crate::warehouse::Warehouse;
use crate::words::Language;

/// List the editions that were made, compare two of them, or check that their files are as they were.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis editions\n  sppis editions quarterly-figures\n  sppis editions quarterly-figures 2007-05 2007-11\n  \
                  sppis editions --check\n\nThe page that lists the editions of a report lies beside them, one for each language. \
                  `sppis report --again FOLDER` makes an edition again."
)]
pub(super) struct Arguments {
    /// The report; all where none is named.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Two editions of it: what the later one shows otherwise than the earlier one did.
    #[arg(value_name = "EDITION", num_args = 2, requires = "name", conflicts_with = "check")]
    compare: Vec<String>,

    /// Compare every file of every edition with its manifest.
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of_root(root), console)?;
    let folder = Settings::open(&Warehouse::open(root)?)?.editions;
    if let ([before, after], Some(name)) = (arguments.compare.as_slice(), &arguments.name) {
        let open = |it: &str| {
            let made = MadeEdition::open(&folder.join(name).join(it));
            let hint = || format!("`sppis editions {}` lists them", quoted(name.as_ref()));
            made.map_err(|error| CliError::of(&error).hint(hint()))
        };
        let (before, after) = (open(before)?, open(after)?);
        let manifest = after.manifest();
        let changes = Changes::since(&before, manifest, &|name| after.file(name))?;
        if sink.format == Format::Json {
            let document = compared(&changes, &before, &after);
            sink.put(pretty_json(&document)?.as_bytes(), console)?;
        } else {
            sink.put_text(&said(&changes, &before, &after), console)?;
        }
        return Ok(Exit::Done);
    }
    let reports = match &arguments.name {
        Some(name) if !folder.join(name).is_dir() => {
            let text =
                format!("no edition of `{}` lies in {}", terminal(name), shown_path(&folder));
            return Err(CliError::new(text).hint("`sppis editions` lists those of all reports"));
        }
        Some(name) => vec![folder.join(name)],
        None => reports(&folder)?,
    };
    let (mut editions, mut faults) = (Vec::new(), Vec::new());
    for report in &reports {
        editions.extend(MadeEdition::all(report)?);
    }
    if arguments.check {
        faults.extend(editions.iter().flat_map(MadeEdition::faults));
        faults.extend(reports.iter().flat_map(|it| MadeEdition::others(it)));
        faults.extend(editions.iter().filter_map(|it| changed_since(it, &editions)));
    }
    if sink.format == Format::Json {
        let all: Vec<Value> = editions.iter().map(described).collect();
        sink.put(pretty_json(&all)?.as_bytes(), console)?;
    } else {
        sink.put_text(&listed(&editions, &folder), console)?;
    }
    for fault in &faults {
        console.say(&format!("error: {fault}"));
    }
    if arguments.check && faults.is_empty() {
        let files = editions.iter().map(|it| it.manifest().files.len() as u64).sum();
        console.tell(&format!("{}, every one as it was written", count(files, "file")));
    }
    Ok(if faults.is_empty() { Exit::Done } else { Exit::BlockingFindings })
}

/// A manifest that is another one than a later edition was compared with.
fn changed_since(edition: &MadeEdition, all: &[MadeEdition]) -> Option<MadeError> {
    let manifest = edition.manifest();
    let of_report = all.iter().filter(|it| it.manifest().report == manifest.report);
    let mut named = of_report.filter_map(|it| it.manifest().compared_with.as_ref());
    let is_other = |it: &&ComparedWith| {
        it.edition == manifest.edition && it.manifest_blake3 != edition.manifest_hash()
    };
    named.find(is_other).map(|_| MadeError::Changed(edition.folder().join(MANIFEST)))
}

/// The folders of reports in that of editions.
fn reports(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| {
            CliError::new(format!("{} cannot be read: {error}", shown_path(folder)))
        })?,
    };
    let mut reports = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| CliError::of(&error))?.path();
        if path.is_dir() && !path.ends_with(FOLDER) {
            reports.push(path);
        }
    }
    reports.sort();
    Ok(reports)
}

fn listed(editions: &[MadeEdition], folder: &Path) -> String {
    if editions.is_empty() {
        return format!("no edition lies in {}\n", shown_path(folder));
    }
    let mut text = format!(
        "{:<24}{:<16}{:<16}{:>8}  {:<18}changed\n",
        "report", "edition", "quarters", "version", "data of"
    );
    for edition in editions {
        let manifest = edition.manifest();
        let changed = match &manifest.compared_with {
            None => String::new(),
            Some(it) => format!("{} revised since {}", it.revised, it.edition),
        };
        let committed = manifest.committed.get(..10).unwrap_or_default();
        let line = format!(
            "{:<24}{:<16}{:<16}{:>8}  {committed:<18}{}",
            terminal(&manifest.report),
            terminal(&manifest.edition),
            manifest.period.as_deref().unwrap_or_default(),
            manifest.version,
            terminal(&changed),
        );
        text.extend([line.trim_end(), "\n"]);
    }
    text
}

fn described(edition: &MadeEdition) -> Value {
    let manifest = edition.manifest();
    json!({
        "report": manifest.report,
        "edition": manifest.edition,
        "folder": edition.folder().display().to_string(),
        "quarters": manifest.period,
        "version": manifest.version,
        "committed": manifest.committed,
        "deliveries": manifest.deliveries,
        "program": manifest.program,
        "compared_with": manifest.compared_with,
        "for_publication": manifest.for_publication,
        "manifest_blake3": edition.manifest_hash(),
        "files": manifest.files.len(),
    })
}

/// What an edition shows otherwise, figure by figure.
fn said(changes: &Changes, before: &MadeEdition, after: &MadeEdition) -> String {
    let compared = changes.compared_with();
    let mut text = format!(
        "{} of {} since {}: {} revised, {} new, {} gone\n",
        terminal(&after.manifest().edition),
        terminal(&after.manifest().report),
        terminal(&before.manifest().edition),
        count(compared.revised as u64, "figure"),
        count(compared.rows_new as u64, "row"),
        count(compared.rows_gone as u64, "row"),
    );
    for definition in &changes.definitions {
        let _infallible = writeln!(text, "  {}", terminal(&definition_said(definition)));
    }
    for (table, changed) in after.manifest().tables.iter().zip(&changes.tables) {
        for revised in &changed.revised {
            let of = revised.of.join(", ");
            let figure = |value: &str, status: &str| {
                if value.is_empty() { status.to_owned() } else { value.to_owned() }
            };
            let _infallible = writeln!(
                text,
                "  {}: {}: {} {} -> {}",
                terminal(&table.name),
                terminal(&of),
                terminal(&revised.metric),
                terminal(&figure(&revised.before.value, &revised.before.status)),
                terminal(&figure(&revised.after.value, &revised.after.status)),
            );
        }
    }
    text
}

fn definition_said(change: &DefinitionChange) -> String {
    match change {
        DefinitionChange::Query(query) => format!("query {query} is another one"),
        DefinitionChange::Classification => "rows are classified otherwise".to_owned(),
        DefinitionChange::Program(before, after) => format!("{before}, then {after}"),
        DefinitionChange::Text(file) => format!("{file} is another one"),
    }
}

fn compared(changes: &Changes, before: &MadeEdition, after: &MadeEdition) -> Value {
    let tables = after.manifest().tables.iter().zip(&changes.tables);
    let revised = tables.flat_map(|(table, changed)| {
        changed.revised.iter().map(|it| {
            json!({
                "table": table.name,
                "of": table.dimensions.iter().cloned().zip(it.of.iter().cloned().map(Value::from)).collect::<serde_json::Map<_, _>>(),
                "figure": it.metric,
                "before": it.before.value,
                "status_before": it.before.status,
                "now": it.after.value,
                "status_now": it.after.status,
            })
        })
    });
    let totals = changes.compared_with();
    json!({
        "report": after.manifest().report,
        "before": before.manifest().edition,
        "now": after.manifest().edition,
        "rows_new": totals.rows_new,
        "rows_gone": totals.rows_gone,
        "definitions": changes.definitions.iter().map(definition_said).collect::<Vec<_>>(),
        "revised": revised.collect::<Vec<_>>(),
    })
}

/// Writes the pages that list the editions of a report, one for each language that any of them has.
pub(super) fn index_pages(folder: &Path, editions: &[MadeEdition]) -> Result<(), CliError> {
    let guard = Guard::default();
    for language in Language::ALL {
        let has = |it: &MadeEdition| it.manifest().title.contains_key(language.code());
        if !editions.iter().any(has) {
            continue;
        }
        let path = folder.join(format!("index.{}.html", language.code()));
        let place = guard.file(&path)?;
        let page = index_page(editions, language);
        write_atomically(&place, |out| {
            out.write_all(page.as_bytes()).map_err(|error| unwritable(&path, &error))
        })?;
    }
    Ok(())
}
