//! The journal of a schedule: what was begun, made, failed, and who has been told of it.
//!
//! In: entries, one line of JSON each, appended to `.schedule/journal.ndjson` in the folder of editions. Out: all of
//! them, oldest first. Never: an entry that is changed or removed. A line that a process died over is
//! skipped, and the next entry begins on a line of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The folder of what a schedule keeps, in that of editions.
pub const FOLDER: &str = ".schedule";
const FILE: &str = "journal.ndjson";

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Editions of a report are made from here on.
    Scheduled {
        /// The report.
        report: String,
        /// From where on.
        from: super::due::Begin,
    },
    /// An edition is being made.
    Began {
        /// The report.
        report: String,
        /// The edition.
        edition: String,
        /// The version of the table that it is made of.
        version: u64,
    },
    /// It is there.
    Made {
        /// The report.
        report: String,
        /// The edition.
        edition: String,
        /// How long it took, in milliseconds; none where the process died before it could say so.
        milliseconds: Option<u64>,
        /// What is to be told, and by whom.
        telling: Telling,
    },
    /// It could not be made.
    Failed {
        /// The report.
        report: String,
        /// The edition.
        edition: String,
        /// Why.
        error: String,
        /// What is to be told, and by whom.
        telling: Telling,
    },
    /// Something else that is to be told: an edition is late, a delivery was taken in or refused.
    Noted {
        /// What, so that it is noted once.
        what: String,
        /// What is to be told, and by whom.
        telling: Telling,
    },
    /// Somebody has been told.
    Told {
        /// Who.
        notice: String,
        /// Of what: the id of the happening.
        happening: String,
    },
}

/// What is to be told, and the notices that want it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Telling {
    /// The notices that wanted it when it happened.
    pub notices: Vec<String>,
    /// What happened.
    pub happening: Option<super::notice::Happening>,
}

/// The journal in a folder of editions.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Journal {
    /// Reads the journal of a folder of editions, which need not be there.
    pub fn read(editions: &Path) -> io::Result<Self> {
        let path = editions.join(FOLDER).join(FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            text => text?,
        };
        let lines = text.split(|it| *it == b'\n');
        // What is no entry is what a process died over, or of a later version of the program.
        let entries = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        Ok(Self { path, entries })
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes sure that another entry fits on the disk: something that is told and cannot be noted is told again.
    pub fn reserve(&self) -> io::Result<()> {
        const LENGTH: usize = 1024;
        let mut blank = vec![b' '; LENGTH];
        blank.push(b'\n');
        self.write(blank)
    }

    /// Appends an entry; it is on disk when this returns.
    pub fn append(&mut self, entry: Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        self.write(line)?;
        self.entries.push(entry);
        Ok(())
    }

    fn write(&self, mut line: Vec<u8>) -> io::Result<()> {
        let is_new = !self.path.exists();
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        if !ends_a_line(&mut file)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        file.sync_all()?;
        if is_new {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

/// Whether the next line can begin at the end of a file.
fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == [b'\n'])
}
