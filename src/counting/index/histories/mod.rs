//! Person histories: the observations once more, person by person, so that distinct persons are counted in one pass
//! over little memory.
//!
//! In: the files of a [`Snapshot`](crate::warehouse::Snapshot). Out: a run for each, in the warehouse's folder
//! `histories`, and [`Histories`] to read them. Never: anything that is not derived from the observations, or that
//! depends on another file: an ingestion makes the runs of the files that it brings, whatever the table holds. The same
//! observations give the same bytes. A run that is not there is made while a question is counted, of the columns that
//! it needs, with the same result.
//!
//! ```text
//! KEY.arrow          entries: person, begins, every code → observations, days, months, amount
//! KEY-days.arrow     the observations of each entry: first_day, last_day, days, amount
//! KEY-groups.arrow   persons who are alike in the quarter, taken together: persons, some codes → observations, …
//! KEY.checksums      of all bytes of the others
//! ```
//!
//! All are flat tables that any reader of Arrow opens; codes, days and amounts are dictionaries.

mod axis;
mod build;
mod checksums;
mod column;
mod draft;
mod file;
mod folder;
mod gathered;
mod groups;
mod loaded;
mod name;
mod needs;
mod observed;
mod opened;
mod order;
mod run;
mod slice;

use crate::counting::histories_error::HistoriesError;
pub use axis::{Axis, Kind, Value};
pub use build::{Built, check, read_whole, rebuild, refresh};
pub use column::Codes;
pub use folder::{clean, is_partial, listed, remove_others, superseded};
pub use gathered::Gathered;
pub use loaded::Loaded;
pub use needs::Needs;
pub use opened::{Histories, Opened};
pub(crate) use order::Beside;
pub use slice::Slice;
