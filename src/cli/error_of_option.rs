//! An option of an ingestion that is none, as the program says it.

use super::error::CliError;
use crate::pipeline::options::OptionError;

impl From<OptionError> for CliError {
    fn from(error: OptionError) -> Self {
        let failed = Self::new(error.to_string());
        match error.hint() {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }
}
