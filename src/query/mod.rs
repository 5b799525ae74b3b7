//! Named queries: a TOML file each, read, checked, compiled to one lazy frame, collected.
//!
//! ```text
//! file → catalog → resolve → compile (a level for all that is counted) → figures → assemble → result
//! ```
//!
//! In: query files and a [`crate::scan::Scan`]. Out: [`ResultTable`]s. Never: I/O or randomness in
//! compiling (the same files give the same plan), or a total made by adding distinct counts.

mod arguments;
mod assemble;
mod assembly;
mod belonging;
mod catalog;
mod column;
mod columns;
mod compile;
mod complete;
mod count;
mod course;
mod definition;
mod delivered;
mod derived;
mod ended;
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
mod quarters;
mod resolve;
mod result;
mod revision;
mod rows;
mod schema;
mod shape;
mod span;
mod statement;
mod values;

pub use arguments::Arguments;
pub use catalog::{Catalog, CatalogError};
pub use column::{
    Cell, MARK, Member, Numbers, REST, ResultColumn, STATUS_ENDING, TOTAL, Unit, Values,
};
pub use compile::{CompileError, CompiledQuery, collect, columns_of, compile, ranking};
pub use complete::Coverage;
pub use count::{CountError, Way, count, way};
pub use definition::{Band, Bands, OrderKey, Parameter, ParameterKind, Top};
pub use delivered::Delivered;
pub use derived::{Against, Derived, Formula, Statistic};
pub use figures::Checked;
pub use figures::Figures;
pub use file::Query;
pub use fold::{Batches, check, check_standings};
pub use note::Note;
pub use picture::{Kind, Picture};
pub use resolve::{Question, ResolveError, resolve, resolve_over};
pub use result::ResultTable;
pub use revision::State;
pub use rows::Source;
pub use schema::schema;
pub use statement::{Refused, Statement, StatementError};
pub use values::Holds;
