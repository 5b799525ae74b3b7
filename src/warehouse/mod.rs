//! A warehouse on disk: settings, key, dictionary, and the observations as a Delta Lake table.
//!
//! In: staged observations of a delivery. Out: [`Snapshot`]s of the table at any version. Never: a
//! delivery that is half there, or the key inside the table's folder. The key lies elsewhere, unless
//! `init` was told otherwise.
//!
//! ```text
//! sppis.toml               settings
//! dictionary.toml          the warehouse's own variables, codes and measure rules (optional)
//! queries/                 its own named queries (optional)
//! schedule.toml            what runs on schedule, and who is told of it (optional)
//! key/pseudonym.key        the key, mode 0600 (only where it was wished beside the data)
//! observations/            the Delta table, partitioned by quarter
//! findings/                what was found in each delivery, named by its commit
//! histories/               person histories, derived from the observations
//! committed                the versions of the table, a line each, apart from its log
//! staging/                 ingestions under way
//! turn                     locked by who begins one
//! ```

mod agreement;
mod append;
mod as_of;
mod checked;
mod clock;
mod code_chunk;
mod commit;
mod committed;
mod compression;
mod configuration;
mod durable;
mod error;
mod file_hash;
mod files;
mod findings;
mod footer;
mod hybrid;
mod key;
mod key_place;
mod last_check;
mod layout;
mod log;
mod log_balance;
mod log_entry;
mod log_keying;
mod logged;
mod meaning;
mod order;
mod own_key;
mod parquet_file;
mod reclassification;
mod record;
mod rejected_rows;
mod sidecars;
mod snapshot;
mod staging;
mod statistics;
mod stored_records;
mod table;
mod turn;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};

pub use as_of::AsOf;
pub(crate) use checked::{CheckedBytes, Written, compare_all};
pub(crate) use commit::{Committed, Ingestion, NewCommit};
pub use configuration::{Configuration, DEFAULT_CONFIGURATION, Defaults, OutputMode};
pub use error::WarehouseError;
pub use file_hash::FileHash;
#[cfg(test)]
pub(crate) use files::tests::observations as sampled_observations;
pub(crate) use files::{Gather, ObservationWriter, StagedFile, make_private_folder};
pub(crate) use findings::{FindingsAsParquet, RowCounts};
pub use findings::{StoredFinding, StoredFindings};
pub use key::KeySource;
pub use key_place::KeyPlace;
pub use last_check::LastCheck;
pub use logged::{LoggedCommit, LoggedReclassification};
pub use meaning::Meaning;
pub(crate) use meaning::short;
pub use own_key::MovedKey;
pub use reclassification::Reclassification;
pub use record::{
    DeliveryFindingRecord, DeliveryRecord, PartRecord, QuarterRecord, ReclassificationRecord,
    ReconciliationRecord, RuleRecord,
};
pub(crate) use record::{rule_records, rules_of};
pub use rejected_rows::{StoredRow, StoredRows};
pub(crate) use sidecars::{SidecarWriter, StagedSidecars};
pub use snapshot::{Snapshot, TableFile};
pub use stored_records::{StoredRecord, StoredRecords};
pub use turn::Waiting;
pub use verify::{Fault, Verification};

use layout::{
    DICTIONARY_FILE, FINDINGS_FOLDER, HISTORIES_FOLDER, KEY_FOLDER, LOG_FOLDER,
    OBSERVATIONS_FOLDER, QUERIES_FOLDER, REPORTS_FOLDER, SCHEDULE_FILE, SETTINGS_FILE,
    STAGING_FOLDER,
};

use crate::check::Profile;
use crate::dictionary::Dictionary;
use crate::document::read_text;

/// An open warehouse.
#[derive(Debug)]
pub struct Warehouse {
    root: PathBuf,
    configuration: Configuration,
    dictionary: Dictionary,
    /// What extends the dictionary that is compiled in.
    own_dictionary: Option<String>,
    /// The file of the key, where the program that opened it has named one.
    key_file: Option<PathBuf>,
}

impl Defaults {
    /// Those of a warehouse, if there is one.
    pub fn of(warehouse: Option<&Warehouse>) -> Self {
        warehouse.map_or_else(Self::default, |it| it.configuration.defaults())
    }
}

impl Warehouse {
    /// Makes a new warehouse in a folder that is empty or not there, with its key at `place`.
    /// Where that fails, what was made of it is removed again.
    pub fn init(root: &Path, place: &KeyPlace) -> Result<Self, WarehouseError> {
        others_can_name(root)?;
        no_file(root)?;
        let entries = fs::read_dir(root).map_or(0, Iterator::count);
        if root.join(SETTINGS_FILE).exists() || entries > 0 {
            return Err(WarehouseError::Present(root.to_owned()));
        }
        let was_there = root.exists();
        files::create_private_folder(root)?;
        let mut key_file = None;
        let made = Self::make(root, place, &mut key_file).and_then(|()| Self::open(root));
        if made.is_err() {
            // The folder was empty: all that is in it was made here.
            let folders = [KEY_FOLDER, QUERIES_FOLDER, OBSERVATIONS_FOLDER];
            let _left = key_file.map(fs::remove_file);
            for folder in folders {
                let _left = fs::remove_dir_all(root.join(folder));
            }
            for file in [turn::TURN_FILE, SETTINGS_FILE] {
                let _left = fs::remove_file(root.join(file));
            }
            let _kept = if was_there { Ok(()) } else { fs::remove_dir(root) };
        }
        Ok(match place {
            KeyPlace::File(path) => made?.with_key_file(path.clone()),
            KeyPlace::User | KeyPlace::Warehouse => made?,
        })
    }

    fn make(
        root: &Path,
        place: &KeyPlace,
        key_file: &mut Option<PathBuf>,
    ) -> Result<(), WarehouseError> {
        let placed = place.settle(root)?;
        *key_file = placed.made;
        files::create_private_folder(&root.join(QUERIES_FOLDER))?;
        let observations = root.join(OBSERVATIONS_FOLDER);
        files::create_private_folder(&observations)?;
        table::create(&observations, &placed.key.fingerprint())?;
        // An ingestion that commits nothing then leaves the same files as before.
        drop(turn::take(root, None)?);
        // The settings are written last: a warehouse exists if and only if they do.
        let settings = root.join(SETTINGS_FILE);
        let mut file = files::create_private(&settings)?;
        std::io::Write::write_all(&mut file, DEFAULT_CONFIGURATION.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(WarehouseError::io(&settings))?;
        files::sync_folder(root)
    }

    /// Opens a warehouse and reads its settings and dictionary.
    pub fn open(root: &Path) -> Result<Self, WarehouseError> {
        others_can_name(root)?;
        no_file(root)?;
        let settings = root.join(SETTINGS_FILE);
        let text = match read_text(&settings) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(WarehouseError::Absent(root.to_owned()));
            }
            text => text.map_err(WarehouseError::io(&settings))?,
        };
        let configuration = Configuration::read(&settings.display().to_string(), &text)?;
        let own = root.join(DICTIONARY_FILE);
        let own_dictionary = match read_text(&own) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            text => Some(text.map_err(WarehouseError::io(&own))?),
        };
        let name = own.display().to_string();
        let dictionary =
            Dictionary::extended(own_dictionary.as_deref().map(|text| (name.as_str(), text)))?;
        let (root, key_file) = (root.to_owned(), None);
        Ok(Self { root, configuration, dictionary, own_dictionary, key_file })
    }

    /// The same with another dictionary of its own, or none.
    pub(crate) fn with_dictionary(
        self,
        name: &str,
        own: Option<&str>,
    ) -> Result<Self, WarehouseError> {
        let dictionary = Dictionary::extended(own.map(|text| (name, text)))?;
        Ok(Self { dictionary, own_dictionary: own.map(str::to_owned), ..self })
    }

    /// The text of what extends the dictionary that is compiled in.
    pub(crate) fn own_dictionary(&self) -> Option<&str> {
        self.own_dictionary.as_deref()
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its settings.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Its dictionary.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The folder of its own named queries.
    pub fn queries_folder(&self) -> PathBuf {
        self.root.join(QUERIES_FOLDER)
    }

    /// The folder of its own reports.
    pub fn reports_folder(&self) -> PathBuf {
        self.root.join(REPORTS_FOLDER)
    }

    /// The folder of what is derived from its observations; perhaps not there yet.
    pub fn histories_folder(&self) -> PathBuf {
        self.root.join(HISTORIES_FOLDER)
    }

    /// The file that says what runs on schedule, whether it is there or not.
    pub(crate) fn schedule_file(root: &Path) -> PathBuf {
        root.join(SCHEDULE_FILE)
    }

    /// The files and folders that are a warehouse's own, wherever links may have put them.
    pub(crate) fn own_places(root: &Path) -> Vec<PathBuf> {
        let names = [
            SETTINGS_FILE,
            DICTIONARY_FILE,
            QUERIES_FOLDER,
            REPORTS_FOLDER,
            KEY_FOLDER,
            OBSERVATIONS_FOLDER,
            FINDINGS_FOLDER,
            HISTORIES_FOLDER,
            STAGING_FOLDER,
            committed::COMMITTED_FILE,
            turn::TURN_FILE,
            last_check::LAST_CHECK_FILE,
            SCHEDULE_FILE,
        ];
        let mut places: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
        for folder in [QUERIES_FOLDER, REPORTS_FOLDER, KEY_FOLDER] {
            let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
            places.extend(entries.map(|entry| entry.path()));
        }
        places.push(root.to_owned());
        places
    }

    /// Whether a folder is a warehouse.
    pub fn is_at(folder: &Path) -> bool {
        folder.join(SETTINGS_FILE).is_file()
            && folder.join(OBSERVATIONS_FOLDER).join(LOG_FOLDER).is_dir()
    }

    /// Fingerprint of everything besides a delivery's bytes that its figures depend on.
    pub(crate) fn settings_fingerprint(&self) -> String {
        self.configuration.fingerprint(self.dictionary.fingerprint())
    }

    /// Hash of what says how rows are read and checked, besides their classification.
    pub(crate) fn reading_fingerprint(&self) -> String {
        self.configuration.reading(&self.dictionary.reading())
    }

    /// Fingerprint of the key that the warehouse was made with.
    pub fn key_fingerprint(&self) -> Result<String, WarehouseError> {
        let log = self.log()?;
        log.fingerprint().ok_or_else(|| {
            let text = "it says no fingerprint of the pseudonym key".to_owned();
            WarehouseError::damaged_log(&log.path(0), text)
        })
    }

    /// The id that the table was made with, which no other has.
    pub fn table_id(&self) -> Result<String, WarehouseError> {
        let log = self.log()?;
        log.table_id().ok_or_else(|| {
            WarehouseError::damaged_log(&log.path(0), "it says no id of the table".to_owned())
        })
    }

    /// Whether this user is its owner, whose files all of its files are.
    pub(crate) fn may_write(&self) -> Result<(), WarehouseError> {
        turn::may_write(&self.root)
    }

    /// The findings of a committed delivery, in file order.
    pub fn findings(&self, record: &DeliveryRecord) -> Result<StoredFindings, WarehouseError> {
        match &record.findings {
            Some(file) => Ok(StoredFindings::of(sidecars::read(&self.root.join(file))?)),
            None => Ok(StoredFindings::none()),
        }
    }

    /// The rejected rows of a committed delivery, without identifiers, in file order.
    pub fn rejected_rows(&self, record: &DeliveryRecord) -> Result<StoredRows, WarehouseError> {
        match &record.rejected_rows {
            Some(file) => Ok(StoredRows::of(sidecars::read(&self.root.join(file))?)),
            None => Ok(StoredRows::none()),
        }
    }

    /// What the accepted rows of a committed delivery are like; unknown for commits of old.
    pub fn profile(&self, record: &DeliveryRecord) -> Result<Option<Profile>, WarehouseError> {
        let path = record.profile.as_ref().map(|file| self.root.join(file));
        path.map(|path| sidecars::read_profile(&path)).transpose()
    }
}

/// A file in the place of the folder could be anything.
fn no_file(root: &Path) -> Result<(), WarehouseError> {
    if root.is_file() { Err(WarehouseError::NoFolder(root.to_owned())) } else { Ok(()) }
}

/// The engine that reads the files, and most other tools, know names as text only.
fn others_can_name(root: &Path) -> Result<(), WarehouseError> {
    let absolute = std::path::absolute(root).map_err(WarehouseError::io(root))?;
    match absolute.to_str() {
        Some(_) => Ok(()),
        None => Err(WarehouseError::NoText(absolute)),
    }
}
