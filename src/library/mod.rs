//! What another program does with a warehouse: take in a delivery, ask, read the answer as Arrow.
//!
//! In: an [`Intake`], or a [`Request`]. Out: an [`IngestReport`](crate::pipeline::ingest::IngestReport), or an
//! [`Answer`] that borrows from nothing and may go to another thread. Never: a way of its own to a figure; all of
//! it is a few calls of the pipeline, the same that the command line makes.
//!
//! The methods stand on [`Warehouse`](crate::warehouse::Warehouse), which several threads may share.

mod answer;
mod intake;
mod query_text;
mod request;

pub use answer::{Answer, AnswerColumn, ColumnKind};
pub use intake::{Intake, IntakeError};
pub use query_text::QueryText;
pub use request::{Request, RequestError};
