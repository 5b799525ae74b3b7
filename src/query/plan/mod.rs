//! What is to be counted: a question, resolved against the dictionary and what was delivered.
//!
//! In: a query and what is asked of it. Out: a [`Question`], its levels and spans; or everything that is wrong
//! with what was asked. Never: a value that nobody knows, taken for one that has no rows.

pub(crate) mod arguments;
pub(crate) mod delivered;
pub(crate) mod level;
pub(crate) mod parameter;
pub(crate) mod place;
pub(crate) mod resolve;
pub(crate) mod values;

pub use arguments::Arguments;
pub use delivered::Delivered;
pub use resolve::{Question, ResolveError, resolve, resolve_over};
pub use values::Holds;
