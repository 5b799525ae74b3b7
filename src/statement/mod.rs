//! A SQL statement asked once, over `observations`: aggregates only, unless rows are asked for.
//!
//! ```text
//! text → SQL tree (bounded) → tables with typed columns (`select`) → lazy frame (`plan`) → answer
//! ```
//!
//! In: a text. Out: a plan over the observations, and the answer as a `ResultTable`. Never: a table
//! but `observations` and what the statement makes of it, a function that is not on the list, a
//! number that is not exact. Without `rows`, what tells persons apart is of a kind with which nothing
//! can be done but counting and grouping within, and the rows of an answer are of several
//! observations: both is known of every table, whatever its columns are called. The rules keep a
//! slip from becoming a list of persons. A filter that is narrow enough still leaves one person: with
//! every table the least and the greatest person of each row are worked out, and rows in which they
//! are the same one are counted and named beside the answer. Whoever can read the warehouse's files
//! can read persons in them anyway.

mod answer;
mod from;
mod grouping;
mod item;
mod labels;
mod names;
mod outputs;
mod place;
mod plan;
mod read;
mod reader;
mod select;
mod tables;

pub use answer::StatementError;
pub use read::{Refused, Statement};
