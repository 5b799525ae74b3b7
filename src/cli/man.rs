//! `sppis man`

use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::write_atomically;
use super::place::Guard;
use crate::document::nearest;
use crate::export::tool;
use crate::finding::{shown, shown_path};
use crate::render::count;

/// Print a page of the manual, or write all: one for the program and one for each command.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis man | man -l -\n  sppis man run | man -l -\n  sppis man --output \
                  ~/.local/share/man/man1"
)]
pub(super) struct Arguments {
    /// The command whose page is printed; the program's where none is named.
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Option<String>,

    /// Folder to write all pages to.
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(
    arguments: &Arguments,
    program: &Command,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let pages = pages(program);
    let Some(folder) = &arguments.output else {
        let wanted = match &arguments.command {
            None => program.get_name().to_owned(),
            Some(verb) => format!("{}-{verb}", program.get_name()),
        };
        let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
            return Err(unknown(arguments.command.as_deref().unwrap_or_default(), program));
        };
        console.data().write_all(&rendered(page)?)?;
        return Ok(Exit::Done);
    };
    let guard = Guard::of_root(root);
    let folder = guard.folder(folder)?;
    for (name, page) in &pages {
        let place = guard.file(&folder.join(format!("{name}.1")))?;
        let text = rendered(page)?;
        write_atomically(&place, |out| Ok(out.write_all(&text)?))?;
    }
    let pages = count(pages.len() as u64, "page");
    console.tell(&format!("wrote {pages} to {}", shown_path(&folder)));
    Ok(Exit::Done)
}

/// The program and its commands, each with the name of its page.
fn pages(program: &Command) -> Vec<(String, Command)> {
    let of = |command: &Command| {
        let name = command.get_display_name().unwrap_or(command.get_name());
        (name.to_owned(), command.clone())
    };
    std::iter::once(of(program)).chain(commands(program).map(of)).collect()
}

fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|it| it.get_name() != "help" && !it.is_hide_set())
}

/// A page as troff; it says no day, so that it is the same whenever it is made.
fn rendered(command: &Command) -> Result<Vec<u8>, CliError> {
    let mut page = Vec::new();
    Man::new(command.clone()).source(tool()).manual("sppis").render(&mut page)?;
    Ok(page)
}

fn unknown(verb: &str, program: &Command) -> CliError {
    let error = CliError::new(format!("there is no command {}", shown(verb)));
    match nearest(verb, commands(program).map(Command::get_name)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`sppis --help` lists them"),
    }
}
