//! Named queries: a TOML file each, read, checked, compiled to one lazy frame, collected.
//!
//! ```text
//! file → catalog → resolve → compile (a level for all that is counted) → figures → assemble → result
//! ```
//!
//! In: query files and a [`crate::scan::Scan`]. Out: [`ResultTable`]s. Never: I/O or randomness in
//! compiling (the same files give the same plan), or a total made by adding distinct counts.

mod assemble;
mod belonging;
mod catalog;
mod columns;
mod compile;
mod complete;
mod count;
mod course;
mod delivered;
mod derived;
mod expression;
mod figures;
mod file;
mod filter;
mod fold;
mod left_out;
mod level;
mod list;
mod lower;
mod narrow;
mod note;
mod parameter;
mod partial;
mod picture;
mod place;
mod resolve;
mod result;
mod revision;
mod rows;
mod schema;
mod shape;
mod statement;
mod values;

pub use catalog::{Catalog, CatalogError};
pub use compile::{CompileError, CompiledQuery, Source, collect, columns_of, compile, ranking};
pub use complete::Coverage;
pub use count::{CountError, Way, count, way};
pub use delivered::Delivered;
pub use derived::{Against, Derived, Formula, Statistic};
pub use figures::Figures;
pub use file::{Band, Bands, OrderKey, Parameter, ParameterKind, Query, Top};
pub use fold::{Batches, Checked, check, check_standings};
pub use note::Note;
pub use picture::{Kind, Picture};
pub use resolve::{Arguments, Question, ResolveError, resolve, resolve_over};
pub use result::{
    Cell, MARK, Member, Numbers, REST, ResultColumn, ResultTable, STATUS_ENDING, TOTAL, Unit,
    Values,
};
pub use revision::State;
pub use schema::schema;
pub use statement::{Refused, Statement, StatementError};
pub use values::Holds;
