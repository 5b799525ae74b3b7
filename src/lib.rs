//! From deliveries of `DWH_SPPIS_Formulaires` to figures one can sign: ingestion, warehouse, named queries.
//!
//! A program opens a [`Warehouse`], takes a delivery in ([`Warehouse::take_in`]), asks
//! ([`Warehouse::answer`]), and reads the answer as an [`arrow`] batch. All of it at once, in a folder that is
//! removed again:
//!
//! ```
//! use sppis::arrow::array::{AsArray, types::Int64Type};
//! use sppis::{Dimension, Intake, KeyPlace, Metric, QueryText, Request, Warehouse};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! // Elsewhere the key lies apart from the data: `KeyPlace::User`, or a file of one's own.
//! let warehouse = Warehouse::open_or_init(&folder.path().join("warehouse"), &KeyPlace::Warehouse)?;
//!
//! let delivery = "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY\n\
//!                 42012205181;1;2007-01-01;2007-03-31\n\
//!                 93051822361;1;2007-02-01;2007-04-30\n";
//! let report = warehouse.take_in(&Intake::stream("2008-11.csv", delivery.as_bytes())?.delivery("2008-11"))?;
//! assert_eq!(report.reconciliation.rows_accepted(), 2);
//!
//! // A query by its name, and one of one's own.
//! let by_year = warehouse.answer(&Request::named("by-year").only("sex", "M"))?;
//! let own = QueryText::of([Metric::PERSONS]).by([Dimension::Quarter]);
//! let own = warehouse.answer(&Request::written("own", own))?;
//!
//! let batch = own.batch()?;
//! let persons = batch["persons"].as_primitive::<Int64Type>();
//! assert_eq!(persons.values(), &[2, 1]);
//! # assert!(by_year.batch()?.num_rows() > 0);
//! # Ok(())
//! # }
//! ```
//!
//! | to | call |
//! | --- | --- |
//! | open a warehouse, or make one | [`Warehouse::open`], [`Warehouse::init`], [`Warehouse::open_or_init`] |
//! | take a delivery in, from files or streams | [`Warehouse::take_in`]; budgets, trials and replacements are [`IngestOptions`] |
//! | read what became of it | [`IngestReport`]: [`Outcome`], [`Reconciliation`], [`Details`] with each [`StoredFinding`] |
//! | see what has been taken in | [`Warehouse::snapshot`], [`Snapshot::deliveries`], [`Warehouse::findings`] |
//! | list queries | [`Warehouse::queries`], [`Catalog::names`] |
//! | ask one by its name, or one of one's own | [`Warehouse::answer`] with [`Request::named`], [`Request::written`], [`QueryText`] |
//! | read the answer | [`Answer::batch`], [`Answer::columns`], [`Answer::write`] |
//!
//! Answers are owned: they may be held, and sent to another thread; a warehouse may be shared by threads. Three
//! pages of examples stand in `examples/`. What is public beneath these names are the parts that they are made of.
//!
//! # What a program has to see to itself
//!
//! A delivery holds identifiers. None comes into a message, a finding, a log or a file, and what is written is for its
//! owner alone. What belongs to the process is the caller's, though: the `sppis` program lets no core file be
//! written, and shows of a panic the place only ([`fault::on_panic`]), since its message may hold what stands in a
//! damaged file.
//!
//! What each module is for, and what must never happen, stands in the map below.
#![doc = include_str!("README.md")]
#![cfg_attr(
    not(feature = "index"),
    allow(dead_code, unused_imports, reason = "some of what is offered is for the index alone")
)]

pub use arrow;

pub use attribution::{QuarterTotals, Reconciliation};
pub use delivery::{Encoding, IgnoredColumns};
pub use disclosure::{ReleasedTable, Unit};
pub use export::{Format, Provenance};
pub use finding::Budget;
pub use library::{
    Answer, AnswerColumn, ColumnKind, Intake, IntakeError, QueryText, Request, RequestError,
};
pub use metric::{Dimension, Metric};
pub use pipeline::ingest::{Details, IngestOptions, IngestReport, Outcome};
pub use quarter::{Quarter, QuarterRange};
pub use query::{Catalog, Query};
pub use sample::Sample;
pub use warehouse::{AsOf, KeyPlace, Snapshot, StoredFinding, Warehouse, WarehouseError};
pub use words::Language;

mod exact;

mod visible;

pub mod quarter;

pub mod fault;

#[doc(hidden)]
pub mod document;

#[doc(hidden)]
pub mod words;

pub mod finding;

pub mod dictionary;

pub mod delivery;

#[doc(hidden)]
pub mod decode;

#[doc(hidden)]
pub mod check;

mod pseudonym;

mod attribution;

pub mod warehouse;

mod scan;

pub mod sql;

pub mod metric;

pub mod query;

#[doc(hidden)]
pub mod counting;

mod answer;

pub mod statement;

pub mod disclosure;

#[doc(hidden)]
pub mod render;

mod fonts;

#[doc(hidden)]
pub mod chart;

pub mod export;

#[doc(hidden)]
pub mod validation;

#[doc(hidden)]
pub mod report;

pub mod pipeline;

#[doc(hidden)]
pub mod schedule;

mod library;

pub mod sample;

#[doc(hidden)]
pub mod cli;
