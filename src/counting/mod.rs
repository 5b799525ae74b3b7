//! Counting: what a question needs counted, by level and cell, in exact integers.
//!
//! Rooms behind it: `polars`, the reference, as lazy frames over the observations; `recount`, the same a second
//! way, row by row, to be compared with; `sql`, the same as queries of SQL, for others to count; `index`, what is
//! derived from the observations to count faster, in whose place `without_index` stands where it is left out. They are
//! private: nobody else knows which there are.
//!
//! In: a [`crate::query::Question`], a snapshot's observations or what is derived from them. Out:
//! [`Figures`]. Never: a distinct count that was added up, or a figure that depends on which room counted it.

mod count_error;
pub(crate) mod declined;
pub(crate) mod figures;
mod histories_error;
#[cfg(feature = "index")]
mod index;
mod polars;
mod recount;
pub(crate) mod sql;
mod way;
#[cfg(not(feature = "index"))]
mod without_index;

#[cfg(not(feature = "index"))]
use without_index as index;

pub use count_error::CountError;
pub use declined::Declined;
pub use figures::{Checked, Figures};
pub use histories_error::HistoriesError;
pub use index::{Decided, decide, histories};
pub use polars::{CompileError, CompiledQuery, Source, collect, columns_of, compile, ranking};
pub(crate) use polars::{
    column_type, derive, halves, lower, order_keys, satisfying, whole, widened,
};
pub use recount::{Batches, check};
pub use sql::Unwritten;
pub use way::Way;
