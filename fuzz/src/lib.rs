//! The modules that read a delivery, a query file or a statement, compiled without those that store
//! and answer.
//!
//! A module imports only what stands before it, so the first ones are a house of their own.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_imports,
    reason = "the modules are those of the crate, which is checked there"
)]

#[path = "../../src/quarter/mod.rs"]
pub mod quarter;

#[path = "../../src/document/mod.rs"]
pub mod document;

#[path = "../../src/visible.rs"]
pub mod visible;

#[path = "../../src/finding/mod.rs"]
pub mod finding;

#[path = "../../src/exact.rs"]
pub mod exact;
#[path = "../../src/fault.rs"]
pub mod fault;

#[path = "../../src/dictionary/mod.rs"]
pub mod dictionary;

#[path = "../../src/delivery/mod.rs"]
pub mod delivery;

#[path = "../../src/decode/mod.rs"]
pub mod decode;

#[path = "../../src/check/mod.rs"]
pub mod check;

#[path = "../../src/metric/mod.rs"]
pub mod metric;

pub mod query;

pub mod statement;
