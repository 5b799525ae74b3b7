//! Answers: what was counted, put together as the rows and columns that were asked for.
//!
//! In: a question and its figures. Out: a [`ResultTable`]: cells with totals, shares, changes, and why there is no
//! number. Never: a number over fewer quarters than its row's name promises without saying so.

pub(crate) mod assemble;
pub(crate) mod assembly;
pub(crate) mod belonging;
pub(crate) mod column;
pub(crate) mod complete;
pub(crate) mod ended;
pub(crate) mod left_out;
pub(crate) mod narrow;
pub(crate) mod partial;
pub(crate) mod result;
pub(crate) mod revision;
mod sql;
mod standing;

pub use column::{
    Cell, MARK, Member, Numbers, REST, ResultColumn, STATUS_ENDING, TOTAL, Unit, Values,
};
pub(crate) use complete::{Coverage, TooManyRows};
pub(crate) use result::ResultTable;
pub(crate) use revision::State;
pub(crate) use sql::as_sql;
pub(crate) use standing::check_standings;
