//! The warehouse that a command is asked of.

use std::path::Path;

use super::error::CliError;
use crate::warehouse::{Warehouse, WarehouseError};

pub(super) fn open(root: &Path) -> Result<Warehouse, CliError> {
    Ok(Warehouse::open(root)?)
}

/// The warehouse, for commands that need none.
pub(super) fn open_if_present(root: &Path) -> Result<Option<Warehouse>, CliError> {
    match Warehouse::open(root) {
        Ok(warehouse) => Ok(Some(warehouse)),
        Err(WarehouseError::Absent(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
