//! Stands in the place of `index` in a program that is built without it (cargo feature `index`): nothing is kept beside
//! the observations, and every question is counted from them.
//!
//! In: what `index` takes. Out: that there is nothing. Never: another figure; the tests run over this program too.

use crate::counting::count_error::CountError;
use crate::counting::declined::Declined;
use crate::counting::figures::Figures;
use crate::counting::way::Way;
use crate::dictionary::Dictionary;
use crate::query::{Delivered, Question};

/// There is none.
#[derive(Debug)]
pub enum Decided {}

impl Decided {
    /// How it is counted.
    pub fn into_way(self) -> Way {
        match self {}
    }

    /// Counts all that the question needs.
    pub fn figures(self) -> Figures {
        match self {}
    }
}

/// Every question is counted from the observations.
pub fn decide(
    _: &Question,
    _: &histories::Histories,
    _: &Dictionary,
    _: &Delivered,
) -> Result<Decided, CountError> {
    Err(Declined::WithoutIndex.into())
}

/// No histories.
pub mod histories {
    use std::path::{Path, PathBuf};

    use crate::attribution::ObservationBatch;
    use crate::counting::histories_error::HistoriesError;
    use crate::warehouse::Snapshot;

    /// Of no file.
    #[derive(Debug)]
    pub struct Histories;

    impl Histories {
        /// Of a snapshot, in a folder.
        pub fn of(_: &Path, _: &Snapshot) -> Self {
            Self
        }
    }

    /// Nothing.
    #[derive(Debug, Clone, Default)]
    pub struct Gathered;

    impl Gathered {
        /// Takes rows, and keeps none.
        pub fn take(&self, _: &[ObservationBatch]) -> Box<dyn FnOnce(&str) + Send> {
            Box::new(|_| {})
        }
    }

    /// What was made.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct Built {
        /// Runs.
        pub runs: u64,
        /// Observations in them.
        pub observations: u64,
    }

    /// Makes nothing.
    pub fn refresh(_: &Path, _: &Snapshot, _: &Gathered) -> Result<Built, HistoriesError> {
        Ok(Built::default())
    }

    /// Makes nothing.
    pub fn rebuild(_: &Path, _: &Snapshot) -> Result<Built, HistoriesError> {
        Ok(Built::default())
    }

    /// Reads nothing.
    pub fn read_whole(_: &Path, _: &Snapshot) -> Result<(), HistoriesError> {
        Ok(())
    }

    /// There is nothing to compare.
    pub fn check(_: &Path, _: &Snapshot) -> Result<Option<bool>, HistoriesError> {
        Ok(None)
    }

    /// Nothing is looked at.
    pub fn is_partial(_: &Path, _: &Snapshot) -> bool {
        false
    }

    /// Files of other programs are left alone.
    pub fn listed(_: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Files of other programs are left alone.
    pub fn superseded(_: &Path, _: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
        Ok(Vec::new())
    }

    /// Files of other programs are left alone.
    pub fn clean(_: &Path, _: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
        Ok(Vec::new())
    }

    /// Files of other programs are left alone.
    pub fn remove_others(_: &Path, _: &[PathBuf], _: &Snapshot) -> Result<(), HistoriesError> {
        Ok(())
    }
}
