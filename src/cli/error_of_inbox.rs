//! Why an inbox could not be looked at, as the program says it.

use super::error::CliError;
use crate::pipeline::inbox::InboxError;

impl From<InboxError> for CliError {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Warehouse(error) => error.into(),
            InboxError::Ingest(error) => error.into(),
            InboxError::Absent(_) => Self::of(&error)
                .hint("make the folder, or correct its name in schedule.toml; it is relative to the warehouse"),
            InboxError::Io { .. } => Self::of(&error).hint(
                "what was taken in until then stands, and its files are put away by the next pass",
            ),
        }
    }
}
