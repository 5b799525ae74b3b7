//! Snapshot to released tables: scan, compile, collect, release.
//!
//! In: a [`Snapshot`] and [`Question`]s. Out: one [`ReleasedTable`] each, in the order asked.
//! Several questions are collected together, so that scans they share are read once.

use polars::prelude::*;

use crate::dictionary::Dictionary;
use crate::disclosure::{Policy, ReleasedTable, release};
use crate::export::Provenance;
use crate::query::{CompileError, CompiledQuery, Question, ResultTable, compile};
use crate::scan::Scan;
use crate::warehouse::{Snapshot, TableFile};

/// A question that could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The engine refuses the query.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The engine could not read or compute.
    #[error("computing the answer: {0}")]
    Engine(#[from] PolarsError),
}

/// Whether the engine may rewrite plans; without, figures must be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Optimiser {
    /// As fast as possible.
    #[default]
    On,
    /// Plans are run as written, for checking the optimiser.
    Off,
}

/// Answers questions over a snapshot, together.
pub fn answer(
    questions: Vec<Question>,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
    optimiser: Optimiser,
) -> Result<Vec<ReleasedTable>, AnswerError> {
    let mut compiled = Vec::with_capacity(questions.len());
    for question in questions {
        compiled.push(prepare(question, snapshot, dictionary)?.1);
    }
    let flags = match optimiser {
        Optimiser::On => OptFlags::default(),
        Optimiser::Off => OptFlags::TYPE_COERCION,
    };
    let plans = compiled.iter().map(|query| query.frame().logical_plan.clone()).collect();
    let frames = LazyFrame::collect_all_with_engine(plans, Engine::InMemory, flags)?;
    let mut released = Vec::with_capacity(frames.len());
    for (query, frame) in compiled.iter().zip(&frames) {
        released.push(release(ResultTable::read(query, frame)?, Policy::Internal));
    }
    Ok(released)
}

/// The plan of a question, and the files it reads.
#[derive(Debug)]
pub struct Explanation {
    /// The scan.
    pub scan: Scan,
    /// The plan as the engine will run it.
    pub plan: String,
    /// Stored columns that are read.
    pub columns: Vec<String>,
}

/// Explains a question without reading data.
pub fn explain(
    question: Question,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
) -> Result<Explanation, AnswerError> {
    let (scan, compiled) = prepare(question, snapshot, dictionary)?;
    let plan = compiled.frame().clone().explain(true)?;
    Ok(Explanation { plan, columns: compiled.columns().to_vec(), scan })
}

fn prepare(
    question: Question,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
) -> Result<(Scan, CompiledQuery), AnswerError> {
    let scan = Scan::new(snapshot, question.range());
    let compiled = compile(question, scan.frame()?, dictionary)?;
    Ok((scan, compiled))
}

/// Where a snapshot's figures come from.
pub fn provenance(snapshot: &Snapshot) -> Provenance {
    let deliveries = snapshot.deliveries().into_iter();
    let named = deliveries.map(|it| format!("{}@{}", it.record.delivery, it.record.revision));
    let mut quarters: Vec<_> = snapshot.files().iter().map(TableFile::quarter).collect();
    quarters.dedup();
    let quarters = quarters.iter().map(ToString::to_string).collect();
    Provenance { version: snapshot.version(), deliveries: named.collect(), quarters }
}
