//! What is derived from the observations to count faster: person histories, and the passes over them.
//!
//! In: the observations of a snapshot. Out: files in the warehouse's folder `histories`, and counts of the questions
//! that they tell. Never: anything that is not derived; without this room every figure is the same.

pub(crate) mod count;
pub mod histories;

pub use count::{Decided, decide};
