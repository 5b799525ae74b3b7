//! Questions: what a person writes of them, and what is to be counted for them.
//!
//! ```text
//! language (file, filter, shape, derived, parameters) → plan (question, levels, spans, what was delivered)
//! ```
//!
//! In: query files, and what is asked of them besides. Out: a [`Question`] with the levels that have to be
//! counted. Never: a count, I/O, or randomness (the same files give the same question).

pub(crate) mod language;
pub(crate) mod plan;

pub use language::{
    Against, Band, Bands, Catalog, CatalogError, Derived, Formula, Kind, Note, OrderKey, Parameter,
    ParameterKind, Picture, Query, Statistic, Top, schema,
};
pub use plan::{Arguments, Delivered, Holds, Question, ResolveError, resolve, resolve_over};
