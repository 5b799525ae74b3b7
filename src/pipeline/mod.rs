//! The two ways through the house, one page each: `ingest` and `answer`.

pub mod answer;
mod answer_error;
mod attempt;
pub mod difference;
pub(crate) mod edition;
pub(crate) mod explanation;
pub(crate) mod held;
pub(crate) mod inbox;
pub mod ingest;
mod ingest_error;
mod ingest_options;
mod ingest_report;
pub(crate) mod moves;
pub(crate) mod options;
mod own_tokens;
mod provenance;
mod reading;
pub mod reclassify;
pub mod replacement;
pub mod replay;
pub(crate) mod report;
mod report_list;
mod stages;
mod stored_duplicates;
pub(crate) mod validated;
mod whole;

pub use explanation::explain_as_sql;
