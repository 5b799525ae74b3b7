//! The rows of an ingestion, put in the order of persons as they are written: runs are made of them without reading
//! them back.
//!
//! In: the rows of each file, and then its hash. Out: the run of a file that has that very hash. Never: memory that
//! grows with the delivery; of a large one nothing is kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::observed::Observed;
use super::run::Run;
use crate::attribution::ObservationBatch;

/// Rows that are kept: about 30 bytes for each, and three times as much while they are put in order.
const ROWS_MAX: usize = 1 << 22;

/// Runs by the hashes of their files. Its `Debug` shows how many rows they have.
#[derive(Clone)]
pub struct Gathered(Arc<Mutex<Held>>);

struct Held {
    rows_max: usize,
    row_count: usize,
    runs: HashMap<String, Arc<Run>>,
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
        Self(Arc::new(Mutex::new(Held { rows_max, row_count: 0, runs: HashMap::new() })))
    }

    /// Takes the rows of a file that is being written; what comes back takes its hash.
    pub fn take(&self, rows: &[ObservationBatch]) -> Box<dyn FnOnce(&str) + Send> {
        let count: usize = rows.iter().map(ObservationBatch::row_count).sum();
        let fits = self.with(|held| {
            held.row_count += count;
            if !held.fits() {
                held.runs.clear();
            }
            held.fits()
        });
        let first = rows.first().filter(|_| fits);
        let run = first.map(|first| Arc::new(Run::of(&Observed::of(first.quarter(), rows))));
        let gathered = self.clone();
        Box::new(move |hash| {
            gathered.with(|held| {
                if let Some(run) = run.filter(|_| held.fits()) {
                    held.runs.insert(hash.to_owned(), run);
                }
            });
        })
    }

    /// That of a file.
    pub(super) fn run(&self, hash: &str) -> Option<Arc<Run>> {
        self.with(|held| held.runs.get(hash).cloned())
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
        let found = |gathered: &Gathered, hash| gathered.run(hash).map(|run| run.rows.num_rows());
        let gathered = Gathered::of(first[0].row_count() + second[0].row_count());
        gathered.take(first)("one");
        gathered.take(&second[..1])("two");
        assert_eq!(found(&gathered, "one"), Some(first[0].row_count()));
        assert_eq!(found(&gathered, "two"), Some(second[0].row_count()));
        assert_eq!(found(&gathered, "three"), None);
        gathered.take(first)("four");
        for hash in ["one", "two", "four"] {
            assert_eq!(found(&gathered, hash), None, "{hash}");
        }
    }
}
