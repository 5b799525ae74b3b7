//! One language for the filters of query files and for statements: what is read is typed, checked
//! and bounded, and only then handed to an engine.
//!
//! ```text
//! text → SQL tree (bounded) → typed tree → engine expression (`lower`), or a value (`fold`)
//! ```
//!
//! In: SQL trees, and a [`Scope`] that knows names. Out: a [`Typed`] tree in which every node has a
//! kind, every number a scale, and every rule of SQL on unknown values is spelled out; or all that
//! is refused, with places and hints. Never: a node that is not on the list, a binary float, or a
//! number that wraps: whole numbers have 64 bits, decimals 38 digits, and what does not fit is an
//! error. What tells persons apart is a kind of its own, with which nothing can be done but counting.

mod arithmetic;
mod bounds;
mod calls;
mod casts;
mod compile;
mod conditions;
mod dates;
mod grammar;
mod node;
pub(crate) mod number;
mod precedence;
mod stack;

pub(crate) use arithmetic::{fitting, too_large};
pub(crate) use bounds::{parse_condition, parse_statement};
pub(crate) use casts::parsed_number;
pub(crate) use compile::{Compiler, Refusal, Scope, shown};
pub(crate) use dates::{date, day};
pub(crate) use node::{
    Comparison, Connective, Constant, DatePart, Kind, Node, Operator, Place, Rounding,
    TextFunction, Typed, Wildcard,
};
pub(crate) use stack::on_deep_stack;
