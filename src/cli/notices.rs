//! `sppis notices`

use std::io::{self, Write as _};

use chrono::Utc;
use serde_json::{Value, json};

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::document::nearest;
use crate::export::Format;
use crate::finding::shown_path;
use crate::render::terminal;
use crate::schedule::Settings;
use crate::schedule::notice::{Happening, Notice};
use crate::warehouse::Warehouse;

/// List who is told of what happens on schedule, or try whether they can be told.
///
/// They stand in `schedule.toml` in the warehouse's folder, a table `[notices.NAME]` each.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis notices\n  sppis notices --test\n  sppis notices --test team"
)]
pub(super) struct Arguments {
    /// This notice alone.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Tell each that this is a trial, and say whether it could be told.
    #[arg(long, conflicts_with_all = ["format", "output"])]
    test: bool,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let settings = Settings::open(warehouse)?;
    let mut notices: Vec<&Notice> = settings.notices.iter().collect();
    if let Some(name) = &arguments.name {
        notices.retain(|it| it.name() == name);
        if notices.is_empty() {
            return Err(unknown(name, &settings));
        }
    }
    if notices.is_empty() {
        let file = shown_path(&Warehouse::schedule_file(warehouse.root()));
        console.say(&format!("note: nobody is told of anything: {file} has no `[notices.NAME]`"));
    }
    if arguments.test {
        return Ok(test(&notices, console)?);
    }
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    if sink.format == Format::Json {
        let all: Vec<Value> = notices.into_iter().map(described).collect();
        sink.put(pretty_json(&all)?.as_bytes(), console)?;
    } else {
        sink.put_text(&String::from_utf8_lossy(&listed(&notices)?), console)?;
    }
    Ok(Exit::Done)
}

fn unknown(name: &str, settings: &Settings) -> CliError {
    let known: Vec<&str> = settings.notices.iter().map(Notice::name).collect();
    let error = CliError::new(format!("there is no notice `{}`", terminal(name)));
    match nearest(name, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`sppis notices` lists them"),
    }
}

/// Tells each of a trial, one after the other.
fn test(notices: &[&Notice], console: &mut Console) -> io::Result<Exit> {
    let happening = Happening::trial(Utc::now().timestamp_millis());
    let mut exit = Exit::Done;
    for notice in notices {
        let name = terminal(notice.name());
        match notice.tell(&happening) {
            Ok(()) => writeln!(console.out(), "{name}: told, {} {}", notice.way(), notice.place())?,
            Err(error) => {
                exit = Exit::CouldNotRun;
                console.say(&format!("error: notice `{name}`: {error}"));
            }
        }
    }
    Ok(exit)
}

/// What a notice tells of.
fn events(notice: &Notice) -> Vec<&'static str> {
    notice.when().iter().map(|it| it.name()).collect()
}

/// The reports that it tells of; all where none is named.
fn reports(notice: &Notice) -> Vec<&str> {
    notice.reports().iter().map(|it| it.value.as_str()).collect()
}

fn listed(notices: &[&Notice]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for notice in notices {
        let name = terminal(notice.name());
        let mut place = vec![notice.place()];
        place.extend(notice.to());
        let what = if notice.measures() {
            "how all reports are doing".to_owned()
        } else if notice.reports().is_empty() {
            events(notice).join(", ")
        } else {
            format!("{}; of reports only {}", events(notice).join(", "), reports(notice).join(", "))
        };
        let (way, place) = (notice.way(), place.join(", "));
        writeln!(text, "{name:<16}{way:<9}{place}\n{:25}{what}", "")?;
    }
    Ok(text)
}

/// A notice for programs.
fn described(notice: &Notice) -> Value {
    json!({
        "name": notice.name(),
        "way": notice.way(),
        "place": notice.place(),
        "to": notice.to(),
        "when": events(notice),
        "reports": reports(notice),
        "language": notice.language().code(),
    })
}
