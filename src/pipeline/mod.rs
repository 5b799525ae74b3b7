//! The two ways through the house, one page each: `ingest` and `answer`.

pub mod answer;
pub mod ingest;
