//! The two ways through the house, one page each: `ingest` and `answer`.

pub mod answer;
pub mod difference;
pub mod ingest;
pub mod replay;
mod stages;
mod stored_duplicates;
