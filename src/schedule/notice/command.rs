//! Telling by a command.
//!
//! In: a program and its arguments. Out: the program, started with the text on its standard input. Never: a
//! shell that would read the arguments again, the key in its environment, a program that outlives its time.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::error::NoticeError;
use super::happening::Happening;
use super::message::Message;
use crate::document::{Problem, Table};
use crate::visible::line;
use crate::warehouse::KeySource;

/// How often one looks whether a program has ended.
const STEP: Duration = Duration::from_millis(10);
/// Bytes of what a program says on its standard error that are shown.
const SAID_MAX: u64 = 200;

/// A program and its arguments.
#[derive(Debug, Clone)]
pub(super) struct Command {
    program: PathBuf,
    arguments: Vec<String>,
    /// Where it runs: in the warehouse's folder, whoever calls it from wherever.
    folder: PathBuf,
}

impl Command {
    /// Reads the keys of this way.
    pub(super) fn read(table: &Table<'_>, root: &Path) -> Option<Self> {
        let mut words = table.texts("command").into_iter();
        let Some(program) = words.next().filter(|it| !it.value.is_empty()) else {
            let message = "`command` names no program";
            let problem = Problem::new(table.place_of("command"), message);
            table.problem(
                problem
                    .help("such as `command = [\"/usr/local/bin/tell\", \"--topic\", \"sppis\"]`"),
            );
            return None;
        };
        // A name without a folder is looked up where programs are.
        let has_folder = program.value.contains('/');
        let program = PathBuf::from(program.value);
        let folder = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let program = if has_folder { folder.join(program) } else { program };
        Some(Self { program, arguments: words.map(|it| it.value).collect(), folder })
    }

    /// The program.
    pub(super) fn shown(&self) -> String {
        self.program.display().to_string()
    }

    /// Starts the program and waits for its end.
    pub(super) fn tell(
        &self,
        happening: &Happening,
        message: &Message,
        limit: Duration,
    ) -> Result<(), NoticeError> {
        let failed = |problem| NoticeError::Command { program: self.program.clone(), problem };
        let (ended, said) = self
            .run(happening, &message.whole(), limit)
            .map_err(|error| failed(format!("cannot be run: {error}")))?;
        let found = match ended {
            Some(status) if status.success() => return Ok(()),
            Some(status) => match (status.code(), status.signal()) {
                (Some(code), _) => format!("exit code {code}"),
                (None, signal) => format!("an end by signal {}", signal.unwrap_or_default()),
            },
            None => {
                let seconds = limit.as_secs();
                return Err(failed(format!(
                    "expected its end within {seconds} s, found it running, and ended it; \
                     `timeout` waits longer"
                )));
            }
        };
        let said = if said.is_empty() { said } else { format!(": {said}") };
        Err(failed(format!("expected exit code 0, found {found}{said}")))
    }

    /// How the program ended, if it did in time, and what it said of it.
    fn run(
        &self,
        happening: &Happening,
        text: &str,
        limit: Duration,
    ) -> io::Result<(Option<ExitStatus>, String)> {
        // Files, not pipes: nobody waits for who does not read or goes on writing.
        let mut input = tempfile::tempfile()?;
        input.write_all(text.as_bytes())?;
        input.rewind()?;
        let said = tempfile::tempfile()?;
        let mut command = std::process::Command::new(&self.program);
        command.current_dir(&self.folder);
        command.args(&self.arguments).stdin(input).stdout(Stdio::null()).stderr(said.try_clone()?);
        for variable in KeySource::VARIABLES {
            command.env_remove(variable);
        }
        let folder = happening.folder.as_ref().map(|it| it.as_os_str());
        let texts = [
            ("SPPIS_EVENT", Some(happening.event.name().as_ref())),
            ("SPPIS_REPORT", happening.report.as_ref().map(AsRef::as_ref)),
            ("SPPIS_EDITION", happening.edition.as_ref().map(AsRef::as_ref)),
            ("SPPIS_FOLDER", folder),
            ("SPPIS_ID", Some(happening.id.as_ref())),
        ];
        for (name, value) in texts {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // A group of its own, so that what it started ends with it.
        let mut child = command.process_group(0).spawn()?;
        let ended = wait(&mut child, limit)?;
        Ok((ended, first_line(said)?))
    }
}

/// How a program ended; one that does not end in time is ended, with all that it started.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            break;
        }
        thread::sleep(STEP);
    }
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        kill_process_group(group, Signal::KILL)?;
    }
    child.wait()?;
    Ok(None)
}

/// The beginning of what was said.
fn first_line(mut said: File) -> io::Result<String> {
    said.rewind()?;
    let mut bytes = Vec::new();
    said.take(SAID_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(line(text.trim().lines().next().unwrap_or_default()).into_owned())
}
