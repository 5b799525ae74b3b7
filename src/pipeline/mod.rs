//! The two ways through the house, one page each: `ingest` and `answer`.

pub mod answer;
mod attempt;
pub mod difference;
pub mod explanation;
pub mod held;
pub mod ingest;
pub mod moves;
mod own_tokens;
mod provenance;
mod reading;
pub mod reclassify;
pub mod replacement;
pub mod replay;
pub mod report;
mod report_list;
mod stages;
mod stored_duplicates;
mod whole;
