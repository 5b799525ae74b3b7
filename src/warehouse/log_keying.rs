//! Entries of the log that were written before hashes of delivered files were keyed, written anew.
//!
//! In: a log, and the key. Out: the same log, in which each such hash is hashed under the key. Never:
//! another change of an entry, or an entry that is half there. The hash of a file is keyed by hashing it
//! again, so files are not needed, and the same bytes are still known again.
//!
//! An entry is written beside its own place, flushed, and takes the name then. Readers see the old entry or
//! the new one, which say the same of the table. A crash leaves some entries for the next writer. Two
//! writers take turns, and would write the same. The time of an entry's file is kept: readers of
//! other makers tell by it which version was there on a day.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::durable::TEMPORARY_PREFIX;
use super::error::WarehouseError;
use super::file_hash::FileHash;
use super::files::sync_folder;
use super::layout::{LOG_FOLDER, OBSERVATIONS_FOLDER};
use super::record::RECORD_KEY;
use super::{Warehouse, turn};
use crate::exact::known;
use crate::pseudonym::PseudonymKey;

impl Warehouse {
    /// Keys what a log of old says without a key; gives the number of entries that were written anew.
    pub(crate) fn key_hashes_of_log(&self, key: &PseudonymKey) -> Result<u64, WarehouseError> {
        turn::may_write(&self.root)?;
        let _turn = turn::take(&self.root, None)?;
        let folder = self.root.join(OBSERVATIONS_FOLDER).join(LOG_FOLDER);
        let mut keyed = 0;
        for path in entries(&folder)? {
            let text = fs::read_to_string(&path).map_err(WarehouseError::io(&path))?;
            if let Some(text) = keyed_entry(&text, key) {
                replace(&path, &text).map_err(WarehouseError::io(&path))?;
                keyed += 1;
            }
        }
        sync_folder(&folder)?;
        Ok(keyed)
    }
}

/// The entries of a log, oldest first.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, WarehouseError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(WarehouseError::io(folder))? {
        let path = entry.map_err(WarehouseError::io(folder))?.path();
        let name = known(path.file_name()).to_string_lossy();
        let is_entry = !name.starts_with(TEMPORARY_PREFIX) && name.ends_with(".json");
        if is_entry && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// An entry with keyed hashes; `None` where it says none without a key. All other lines stay as they are.
fn keyed_entry(text: &str, key: &PseudonymKey) -> Option<String> {
    let mut changed = false;
    let mut keyed = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        match keyed_line(line, key) {
            Some(line) => {
                keyed.push_str(&line);
                keyed.push('\n');
                changed = true;
            }
            None => keyed.push_str(line),
        }
    }
    changed.then_some(keyed)
}

fn keyed_line(line: &str, key: &PseudonymKey) -> Option<String> {
    let mut action: Value = serde_json::from_str(line).ok()?;
    let parts = action.get_mut("commitInfo")?.get_mut(RECORD_KEY)?.get_mut("parts")?;
    let mut changed = false;
    for hash in parts.as_array_mut()?.iter_mut().filter_map(|part| part.get_mut("blake3")) {
        let told = FileHash::read(hash.as_str().unwrap_or(""));
        if told.is_plain() {
            *hash = Value::String(told.keyed(key).to_string());
            changed = true;
        }
    }
    changed.then(|| action.to_string())
}

/// Puts a text in the place of a file, with its mode and its time.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let before = fs::metadata(path)?;
    let folder = path.parent().unwrap_or(path);
    let mut new = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(before.permissions())?;
    new.as_file().set_modified(before.modified()?)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::KEY_LENGTH;

    #[test]
    fn only_hashes_without_a_key_change_and_only_once() {
        let plain = blake3::hash(b"a file").to_hex();
        let other = r#"{"add":{"path":"a","tags":{"blake3":"00"}, "size":1}}"#;
        let info = format!(
            r#"{{"commitInfo":{{"timestamp":1,"sppis":{{"parts":[{{"blake3":"{plain}","bytes":7}}]}}}}}}"#
        );
        let key = PseudonymKey::new([7; KEY_LENGTH]);
        let text = format!("{other}\n{info}\n{other}");
        let keyed = keyed_entry(&text, &key).unwrap();
        assert!(!keyed.contains(plain.as_str()) && keyed.contains(r#""bytes":7"#), "{keyed}");
        let lines: Vec<&str> = keyed.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[2]), (3, other, other));
        assert_eq!(keyed_entry(&keyed, &key), None);
        assert_eq!(keyed_entry(other, &key), None);
    }
}
