//! `sppis timer`

use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::write_atomically;
use super::place::{FilePlace, Guard, unwritable};
use super::recorded::quoted;
use crate::finding::shown_path;
use crate::schedule::Settings;
use crate::schedule::calendar::{Calendar, CalendarError};
use crate::schedule::timer::{CRONTAB_FILE, MARK, SERVICE_FILE, TIMER_FILE, Timer, timer};
use crate::warehouse::{KeySource, Warehouse};

/// Print what makes `sppis due --run` run by itself: a service and a timer of systemd, or lines of a
/// crontab.
///
/// With `--user` the service is for the system's systemd: it runs as that user, writes to the warehouse and
/// to the folders of editions and deliveries only, and is handed the key. Without, it is for the systemd of who
/// installs it, which has no right to shut a service in like that.
#[derive(Debug, clap::Args)]
#[command(
    group(clap::ArgGroup::new("kind").required(true).args(["systemd", "cron"])),
    after_help = "Examples:\n  sppis timer --systemd --user statistics --output units\n  sppis timer --systemd \
                  --every \"Mon..Fri 06:30\"\n  sppis timer --cron\n\nHow to install them is said with them. The \
                  program, the warehouse and the key are named by where they lie now: make the files anew where \
                  one of them moves."
)]
pub(super) struct Arguments {
    /// A service and a timer of systemd (247 or later).
    #[arg(long)]
    systemd: bool,

    /// Lines for a crontab.
    #[arg(long)]
    cron: bool,

    /// When it is looked what is due, as systemd writes it: `man systemd.time`.
    #[arg(long, value_name = "CALENDAR", value_parser = calendar, default_value = "*:0/10", conflicts_with = "cron")]
    every: String,

    /// User that the service runs as, under the system's systemd: the one that the warehouse belongs to.
    #[arg(long, value_name = "NAME", value_parser = user_name, conflicts_with = "cron")]
    user: Option<String>,

    /// Folder to write the files to. One that this command made before is written over, and no other.
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// An expression as systemd writes it itself.
fn calendar(text: &str) -> Result<String, String> {
    let expected = |error: CalendarError| {
        format!("{error}; expected a calendar expression such as `*:0/10` or `Mon..Fri 06:30`")
    };
    // A unit that names no zone goes by that of its machine, as the expression does here.
    Calendar::parse(text, Tz::UTC).map(|_| text.to_owned()).map_err(expected)
}

/// A name that stands in a unit by itself.
fn user_name(text: &str) -> Result<String, String> {
    let legal = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
    if text.is_empty() || text.starts_with(['-', '.']) || !text.chars().all(legal) {
        return Err("expected the name of a user: letters, digits, `_`, `-` and `.`".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let written = written(warehouse)?;
    let run = of_warehouse(warehouse, &written)?;
    let files = match &arguments.user {
        _ if arguments.cron => vec![(CRONTAB_FILE, run.crontab())],
        Some(user) => {
            vec![(SERVICE_FILE, run.system_service(user)), (TIMER_FILE, timer(&arguments.every))]
        }
        None => vec![(SERVICE_FILE, run.user_service()), (TIMER_FILE, timer(&arguments.every))],
    };
    let steps = steps(arguments, &written);
    let Some(folder) = &arguments.output else {
        let out = console.out();
        for (name, text) in files {
            writeln!(out, "# {name}\n{text}")?;
        }
        writeln!(out, "# To install:")?;
        for step in steps {
            writeln!(out, "#   {step}")?;
        }
        return Ok(Exit::Done);
    };
    write(&files, folder, &Guard::of(warehouse), console)?;
    console.tell("to install:");
    for step in steps {
        console.tell(&format!("  {step}"));
    }
    Ok(Exit::Done)
}

/// The folders that a run writes to besides the warehouse, which need not be there yet: those of editions, of
/// deliveries that arrive, and of measurements.
fn written(warehouse: &Warehouse) -> Result<Vec<PathBuf>, CliError> {
    let settings = Settings::open(warehouse)?;
    let measured =
        settings.notices.iter().filter(|it| it.measures()).map(|it| PathBuf::from(it.place()));
    let measured = measured.filter_map(|it| it.parent().map(Path::to_owned));
    let inbox = settings.inbox.iter().map(|it| it.folder().to_owned());
    let folders = std::iter::once(settings.editions).chain(inbox).chain(measured);
    folders.map(|it| whole_place(&it)).collect()
}

/// The same of a folder that need not be there yet.
fn whole_place(path: &Path) -> Result<PathBuf, CliError> {
    let path = std::path::absolute(path)
        .map_err(|error| CliError::new(format!("{}: {error}", shown_path(path))))?;
    match (path.exists(), path.parent(), path.file_name()) {
        (false, Some(parent), Some(name)) => Ok(whole(parent)?.join(name)),
        _ => whole(&path),
    }
}

/// A run of what is due of a warehouse, by this program and with the key that there is now.
fn of_warehouse(warehouse: &Warehouse, written: &[PathBuf]) -> Result<Timer, CliError> {
    let program = std::env::current_exe()
        .map_err(|error| CliError::new(format!("where this program lies is not known: {error}")))?;
    // Another key than the warehouse's would fail at every run.
    warehouse.key()?;
    let KeySource::File(key) = warehouse.key_source()? else {
        let from = warehouse.key_source()?;
        let text = format!("the key comes from {from}, which is not there for what runs by itself");
        return Err(CliError::new(text).hint(
            "`sppis key --backup FILE` writes it to a file; run this command with SPPIS_KEY_FILE naming it",
        ));
    };
    let (root, key) = (whole(warehouse.root())?, whole(&key)?);
    Timer::new(&program, &root, &key, written).map_err(|error| CliError::of(&error))
}

/// A path that means the same in every folder.
fn whole(path: &Path) -> Result<PathBuf, CliError> {
    fs::canonicalize(path)
        .map_err(|error| CliError::new(format!("{} cannot be found: {error}", shown_path(path))))
}

/// What installs the files, line by line.
fn steps(arguments: &Arguments, written: &[PathBuf]) -> Vec<String> {
    if arguments.cron {
        return vec![format!("(crontab -l 2>/dev/null; cat {CRONTAB_FILE}) | crontab -")];
    }
    let files = format!("{SERVICE_FILE} {TIMER_FILE}");
    let Some(user) = &arguments.user else {
        return vec![
            format!("install -D -m 0644 -t ~/.config/systemd/user {files}"),
            "systemctl --user daemon-reload".to_owned(),
            format!("systemctl --user enable --now {TIMER_FILE}"),
            "loginctl enable-linger   # also while nobody is logged in".to_owned(),
        ];
    };
    // A service that may write to a folder does not start without it.
    let missing = written.iter().filter(|it| !it.exists());
    let made =
        |it: &PathBuf| format!("sudo install -d -m 0700 -o {user} {}", quoted(it.as_os_str()));
    missing
        .map(made)
        .chain([
            format!("sudo install -m 0644 {files} /etc/systemd/system/"),
            "sudo systemctl daemon-reload".to_owned(),
            format!("sudo systemctl enable --now {TIMER_FILE}"),
        ])
        .collect()
}

/// Writes the files; no other's is written over.
fn write(
    files: &[(&str, String)],
    folder: &Path,
    guard: &Guard,
    console: &mut Console,
) -> Result<(), CliError> {
    let folder = guard.folder(folder)?;
    let places = files.iter().map(|(name, _)| guard.file(&folder.join(name)));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    let were_there = places.iter().map(made_before).collect::<Result<Vec<_>, _>>()?;
    for (((_, text), place), was_there) in files.iter().zip(&places).zip(were_there) {
        write_atomically(place, |out| Ok(out.write_all(text.as_bytes())?))?;
        let path = place.path();
        if was_there {
            console.tell(&format!("wrote over {}, which was made here before", shown_path(path)));
        } else {
            // There is no secret in it, and systemd complains of units that not everybody can read.
            let set = fs::set_permissions(path, Permissions::from_mode(0o644));
            set.map_err(|error| unwritable(path, &error))?;
            console.tell(&format!("wrote {}", shown_path(path)));
        }
    }
    Ok(())
}

/// Whether a file is there, which must have been made by this command.
fn made_before(place: &FilePlace) -> Result<bool, CliError> {
    let path = place.path();
    let mut start = Vec::new();
    match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        file => file.and_then(|it| it.take(MARK.len() as u64).read_to_end(&mut start)),
    }
    .map_err(|error| unwritable(path, &error))?;
    if start == MARK.as_bytes() {
        return Ok(true);
    }
    Err(CliError::new(format!("{} is there already, and not by this command", shown_path(path)))
        .hint("name another folder, or move it away"))
}
