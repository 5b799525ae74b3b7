//! A run that is under way: what it works with, who does the work, and what it came to.

use std::io;
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::due::Item;
use super::journal::Journal;
use super::overview::Overview;
use super::settings::{Settings, SettingsError};
use crate::report::{MadeEdition, ReportCatalog, ReportCatalogError, Source};
use crate::warehouse::{Warehouse, WarehouseError};

/// Something in the inbox that somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it alone is called, as long as it lies there.
    pub id: String,
    /// The delivery or file.
    pub what: String,
    /// What is the matter with it.
    pub text: String,
}

/// What does the work of a run.
pub trait Hands {
    /// Takes in what is complete in the inbox; all that lies there and needs somebody.
    fn take_in(
        &mut self,
        settings: &Settings,
        warehouse: &Warehouse,
    ) -> Result<Vec<Refused>, String>;
    /// Makes an edition of a report in a folder; why it could not be made.
    fn make(&mut self, source: &Source, item: &Item, folder: &Path) -> Result<(), String>;
    /// Writes the page that lists the editions of a report.
    fn list(&mut self, folder: &Path, editions: &[MadeEdition]) -> Result<(), String>;
    /// Says something that has happened.
    fn tell(&mut self, text: &str);
    /// Says something that went wrong.
    fn say(&mut self, text: &str);
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Another run is at work.
    pub is_busy: bool,
    /// Editions that were made.
    pub made: usize,
    /// Editions that could not be made, now or before, and deliveries that were refused.
    pub failed: usize,
}

/// A run that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Settings cannot be had.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The table cannot be read.
    #[error(transparent)]
    Warehouse(Box<WarehouseError>),
    /// Reports cannot be had.
    #[error(transparent)]
    Reports(#[from] ReportCatalogError),
    /// The folder of editions is another warehouse's.
    #[error("the editions in {} are of another warehouse", .0.display())]
    OtherWarehouse(PathBuf),
    /// What the schedule keeps cannot be read or written.
    #[error("{}: {source}", path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<WarehouseError> for RunError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

/// A run that is under way.
pub(super) struct Run<'h> {
    pub(super) settings: Settings,
    pub(super) warehouse: Warehouse,
    pub(super) journal: Journal,
    pub(super) hands: &'h mut dyn Hands,
    pub(super) done: Done,
}

impl Run<'_> {
    pub(super) fn overview(&self) -> Result<Overview, RunError> {
        let catalog = ReportCatalog::open(Some(&self.warehouse.reports_folder()))?;
        let snapshot = self.warehouse.snapshot(None)?;
        Ok(Overview::at(Utc::now(), &self.settings, &catalog, &snapshot, &self.journal))
    }
}
