//! The files beside the table that a commit names: findings, rejected rows, profile.
//!
//! They are written while the delivery is read, and moved to their place before the commit. Their names
//! say the beginning of their hash, which is compared whenever one is read.

use std::fs;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::error::WarehouseError;
use super::files::{HashingWriter, create_private};
use super::findings::{FindingWriter, StoredFinding, StoredFindings};
use super::rejected_rows::{RejectedRowWriter, StoredRow};
use crate::check::Profile;
use crate::document::open_regular;
use crate::exact::known;
use crate::finding::Finding;

/// Takes what is to stand beside the table.
#[derive(Debug)]
pub(crate) struct SidecarWriter {
    folder: PathBuf,
    parts: Vec<String>,
    findings: FindingWriter,
    rejected_rows: RejectedRowWriter,
}

/// Files that are complete and on disk, not yet named by a commit.
#[derive(Debug)]
pub(crate) struct StagedSidecars {
    findings: Staged,
    rejected_rows: Staged,
    profile: Staged,
}

/// A file, the word for it in its final name, and its hash.
#[derive(Debug)]
struct Staged {
    path: PathBuf,
    kind: &'static str,
    hash: String,
}

impl Staged {
    /// The final name begins with what the commit's files begin with; 16 characters of the hash
    /// are part of it, so that what was changed later is seen.
    fn name(&self, prefix: &str) -> String {
        let short: String = self.hash.chars().take(DIGITS).collect();
        let ending = known(self.path.extension()).to_string_lossy();
        format!("{prefix}{}-{short}.{ending}", self.kind)
    }
}

impl SidecarWriter {
    /// Writes into `folder`; `parts` are the names of the delivery's files.
    pub(super) fn create(folder: &Path, parts: Vec<String>) -> Result<Self, WarehouseError> {
        Ok(Self {
            findings: FindingWriter::create(&folder.join("findings.parquet"), parts.clone())?,
            rejected_rows: RejectedRowWriter::create(&folder.join("rejected.parquet"))?,
            folder: folder.to_owned(),
            parts,
        })
    }

    /// Takes findings, in file order.
    pub(crate) fn write_findings(&mut self, findings: &[Finding]) -> Result<(), WarehouseError> {
        self.findings.write(findings)
    }

    /// Takes findings of an earlier commit of the same delivery.
    pub(crate) fn write_stored_findings(
        &mut self,
        findings: &[StoredFinding],
    ) -> Result<(), WarehouseError> {
        self.findings.write_stored(findings)
    }

    /// Takes rejected rows, in file order.
    pub(crate) fn write_rejected(&mut self, rows: &[StoredRow]) -> Result<(), WarehouseError> {
        self.rejected_rows.write(rows)
    }

    /// Names of the delivery's files.
    pub(crate) fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Completes all files; `profile` is of all accepted rows.
    pub(crate) fn finish(self, profile: &Profile) -> Result<StagedSidecars, WarehouseError> {
        let staged = |name: &str, kind, hash| Staged { path: self.folder.join(name), kind, hash };
        let path = self.folder.join("profile.json");
        let json = serde_json::to_vec(profile);
        let json = json.map_err(WarehouseError::table("writing the profile"))?;
        let mut sink = HashingWriter::new(BufWriter::new(create_private(&path)?));
        sink.write_all(&json).map_err(WarehouseError::io(&path))?;
        let hash = sink.finish_durably(&path)?;
        Ok(StagedSidecars {
            findings: staged("findings.parquet", "", self.findings.finish()?),
            rejected_rows: staged("rejected.parquet", "-rejected", self.rejected_rows.finish()?),
            profile: staged("profile.json", "-profile", hash),
        })
    }
}

/// The names of sidecars in their place, relative to the warehouse.
#[derive(Debug)]
pub(super) struct SidecarNames {
    pub(super) findings: String,
    pub(super) rejected_rows: String,
    pub(super) profile: String,
}

impl StagedSidecars {
    /// What was found.
    pub(crate) fn findings(&self) -> Result<StoredFindings, WarehouseError> {
        Ok(StoredFindings::of(read_as(&self.findings.path, &self.findings.hash)?))
    }

    /// What the accepted rows are like.
    pub(crate) fn profile(&self) -> Result<Profile, WarehouseError> {
        profile(&read_as(&self.profile.path, &self.profile.hash)?)
    }

    /// Moves the files into `folder`, below `root`; `placed` learns of each.
    pub(super) fn place(
        &self,
        root: &Path,
        folder: &str,
        prefix: &str,
        placed: &mut Vec<PathBuf>,
    ) -> Result<SidecarNames, WarehouseError> {
        let mut place = |staged: &Staged| {
            let name = format!("{folder}/{}", staged.name(prefix));
            let target = root.join(&name);
            fs::rename(&staged.path, &target).map_err(WarehouseError::io(&target))?;
            placed.push(target);
            Ok::<String, WarehouseError>(name)
        };
        Ok(SidecarNames {
            findings: place(&self.findings)?,
            rejected_rows: place(&self.rejected_rows)?,
            profile: place(&self.profile)?,
        })
    }
}

/// Digits of a hash in a name.
const DIGITS: usize = 16;

/// The bytes of a committed file, which are those that its name says.
pub(super) fn read(path: &Path) -> Result<Bytes, WarehouseError> {
    let stem = path.file_stem().and_then(|it| it.to_str()).unwrap_or("");
    let hash = stem.rsplit_once('-').map(|(_, hash)| hash).filter(|it| it.len() == DIGITS);
    let unnamed = || WarehouseError::damaged_file(path, "its name says no checksum".to_owned());
    read_as(path, hash.ok_or_else(unnamed)?)
}

/// The bytes of a file, whose hash begins with these digits.
fn read_as(path: &Path, hash: &str) -> Result<Bytes, WarehouseError> {
    let damaged = |problem: &str| WarehouseError::damaged_file(path, problem.to_owned());
    let mut bytes = Vec::new();
    let read = open_regular(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => damaged("it is gone"),
        _ => WarehouseError::io(path)(error),
    })?;
    if !blake3::hash(&bytes).to_hex().starts_with(hash) {
        return Err(damaged("this is not what was committed"));
    }
    Ok(bytes.into())
}

/// A committed profile.
pub(super) fn read_profile(path: &Path) -> Result<Profile, WarehouseError> {
    profile(&read(path)?)
}

fn profile(bytes: &[u8]) -> Result<Profile, WarehouseError> {
    serde_json::from_slice(bytes).map_err(WarehouseError::table("reading the profile"))
}
