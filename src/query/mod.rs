//! Named queries: a TOML file each, read, checked, compiled to one lazy frame, collected.
//!
//! ```text
//! file → catalog → resolve → compile → result
//! ```
//!
//! In: query files and a [`crate::scan::Scan`]. Out: [`ResultTable`]s. Never: I/O or randomness in
//! compiling (the same files give the same plan), or a total made by adding distinct counts.

mod catalog;
mod compile;
mod file;
mod filter;
mod resolve;
mod result;

pub use catalog::{Catalog, CatalogError};
pub use compile::{CompileError, CompiledQuery, compile};
pub use file::{Band, OrderKey, Parameter, ParameterKind, Query};
pub use resolve::{Arguments, Question, ResolveError, resolve};
pub use result::{ResultColumn, ResultTable, Values};
