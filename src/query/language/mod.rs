//! What a person writes: a query's file with its filter, shape, derived metrics and parameters.
//!
//! In: the text of a file. Out: a [`Query`], or every mistake of the file with its place. Never: a name that
//! means two things, or a filter that is not of the typed language.

pub(crate) mod catalog;
pub(crate) mod columns;
pub(crate) mod definition;
pub(crate) mod derived;
pub(crate) mod expression;
pub(crate) mod file;
pub(crate) mod filter;
pub(crate) mod list;
pub(crate) mod note;
pub(crate) mod picture;
pub(crate) mod schema;
pub(crate) mod shape;
pub(crate) mod span;

pub use catalog::{Catalog, CatalogError};
pub use definition::{Band, Bands, OrderKey, Parameter, ParameterKind, Top};
pub use derived::{Against, Derived, Formula, Statistic};
pub use file::Query;
pub use note::Note;
pub use picture::{Kind, Picture};
pub use schema::schema;
