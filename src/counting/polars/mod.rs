//! The reference: a question as lazy frames over the observations.
//!
//! In: a question, a frame of observations. Out: a lazy frame for each level, and what was collected of it.
//! Never: I/O but the ranking of a top.

pub(crate) mod columns;
pub(crate) mod compile;
mod conditions;
pub(crate) mod lower;
mod months;
mod places;
pub(crate) mod quarters;
mod roles;
pub(crate) mod rows;
pub(crate) mod trajectory;

pub use columns::columns_of;
pub use compile::{CompileError, CompiledQuery, collect, compile, ranking};
pub(crate) use lower::{column_type, halves, lower, order_keys, satisfying, whole, widened};
pub use rows::Source;
pub(crate) use rows::derive;
