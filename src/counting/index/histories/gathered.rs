//! The rows of an ingestion, kept until histories are made of them: they need not be read back.
//!
//! In: the rows of each file, and then its hash. Out: the entries of a file that has that very hash.
//! Never: memory that grows with the delivery; of a large one nothing is kept.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use super::part::{Part, Shards};
use crate::attribution::ObservationBatch;

/// Rows that are kept: 40 bytes for each that is not like the one before.
const ROWS_MAX: usize = 1 << 23;

/// The rows of files by their hashes. Its `Debug` shows how many.
#[derive(Clone)]
pub struct Gathered(Arc<Mutex<Held>>);

struct Held {
    rows_max: usize,
    row_count: usize,
    files: HashMap<String, Arc<Part>>,
}

impl std::fmt::Debug for Gathered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gathered({} rows)", self.with(|held| held.row_count))
    }
}

impl Default for Gathered {
    fn default() -> Self {
        Self::of(ROWS_MAX)
    }
}

impl Held {
    fn fits(&self) -> bool {
        self.row_count <= self.rows_max
    }
}

impl Gathered {
    fn of(rows_max: usize) -> Self {
        Self(Arc::new(Mutex::new(Held { rows_max, row_count: 0, files: HashMap::new() })))
    }

    /// Takes the rows of a file that is being written; what comes back takes its hash.
    pub fn take(&self, rows: &[ObservationBatch]) -> Box<dyn FnOnce(&str) + Send> {
        let count: usize = rows.iter().map(ObservationBatch::row_count).sum();
        let fits = self.with(|held| {
            held.row_count += count;
            if !held.fits() {
                held.files.clear();
            }
            held.fits()
        });
        // Rows that histories cannot hold are read again, and then it is said why.
        let part = fits.then(|| Part::of_rows(rows).ok()).flatten();
        let gathered = self.clone();
        Box::new(move |hash| {
            gathered.with(|held| {
                if let Some(part) = part.filter(|_| held.fits()) {
                    held.files.insert(hash.to_owned(), Arc::new(part));
                }
            });
        })
    }

    /// Those of a file, of the persons in a range.
    pub(super) fn rows(
        &self,
        hash: &str,
        persons: &RangeInclusive<i64>,
        places: Shards,
    ) -> Option<Part> {
        let part = self.with(|held| held.files.get(hash).cloned())?;
        Some(part.within(persons, places))
    }

    fn with<T>(&self, of: impl FnOnce(&mut Held) -> T) -> T {
        of(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::sampled_observations;

    #[test]
    fn rows_are_known_by_the_hash_of_their_file_until_there_are_too_many() {
        let batches = sampled_observations();
        let (first, second) = batches.split_at(1);
        let places = Shards::of(&(0..=i64::MAX), 1);
        let found = |gathered: &Gathered, hash| {
            let part = gathered.rows(hash, &(0..=i64::MAX), places);
            part.map(|part| part.shards.concat().len())
        };
        let gathered = Gathered::of(first[0].row_count() + second[0].row_count());
        gathered.take(first)("one");
        gathered.take(second)("two");
        assert!(found(&gathered, "one") > Some(0) && found(&gathered, "two") > Some(0));
        assert_eq!(found(&gathered, "three"), None);
        gathered.take(first)("four");
        for hash in ["one", "two", "four"] {
            assert_eq!(found(&gathered, hash), None, "{hash}");
        }
    }
}
