//! The two ways through the house, one page each: `ingest` and `answer`.

pub mod answer;
mod attempt;
pub mod difference;
pub mod edition;
pub mod explanation;
pub mod held;
pub mod inbox;
pub mod ingest;
mod ingest_error;
mod ingest_options;
mod ingest_report;
pub mod moves;
pub mod options;
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
pub mod validated;
mod whole;
