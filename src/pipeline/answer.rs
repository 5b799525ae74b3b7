//! Snapshot to released tables: scan, compile, collect, release.
//!
//! In: a [`Snapshot`] and [`Question`]s. Out: one [`ReleasedTable`] each, in the order asked.
//! Several questions are collected together, so that scans they share are read once.

use std::fs::File;

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use polars::prelude::*;

use crate::dictionary::Dictionary;
use crate::disclosure::{Policy, ReleasedTable, release};
use crate::export::Provenance;
use crate::quarter::Quarter;
use crate::query::{
    Checked, CompileError, CompiledQuery, Coverage, Question, ResultTable, Source, Statement,
    StatementError, check, compile, ranking,
};
use crate::scan::Scan;
use crate::warehouse::{Snapshot, TableFile};

/// A question that could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The engine refuses the query.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A file could not be read the second time.
    #[error("{0}: {1}")]
    Read(String, String),
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
    let results = results(questions, snapshot, dictionary, optimiser)?;
    Ok(results.into_iter().map(|result| release(result, Policy::Internal)).collect())
}

/// Answers questions over a snapshot, each figure beside that of another.
pub fn answer_compared(
    questions: Vec<Question>,
    snapshot: &Snapshot,
    other: &Snapshot,
    dictionary: &Dictionary,
) -> Result<Vec<ReleasedTable>, AnswerError> {
    let before = results(questions.clone(), other, dictionary, Optimiser::On)?;
    let now = results(questions, snapshot, dictionary, Optimiser::On)?;
    let compared = now.iter().zip(&before).map(|(now, before)| now.compared_with(before));
    Ok(compared.map(|result| release(result, Policy::Internal)).collect())
}

fn results(
    questions: Vec<Question>,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
    optimiser: Optimiser,
) -> Result<Vec<ResultTable>, AnswerError> {
    let mut compiled = Vec::with_capacity(questions.len());
    for question in questions {
        compiled.push(prepare(question, snapshot, dictionary, optimiser)?.1);
    }
    let all: Vec<&LazyFrame> = compiled.iter().flat_map(CompiledQuery::frames).collect();
    let frames = collect(&all, optimiser)?;
    let coverage = coverage(snapshot, dictionary);
    let mut rest = frames.as_slice();
    let mut results = Vec::with_capacity(compiled.len());
    for query in &compiled {
        let (own, others) = rest.split_at(query.frames().len());
        rest = others;
        results.push(ResultTable::read(query, own, &coverage, dictionary)?);
    }
    Ok(results)
}

/// Answers a statement over all observations of a snapshot.
pub fn answer_statement(
    statement: &Statement,
    snapshot: &Snapshot,
) -> Result<ReleasedTable, StatementError> {
    let plan = statement.plan(Scan::new(snapshot, None).frame()?)?;
    let frames = collect(&[&plan], Optimiser::On)?;
    let result = statement.answer(&frames[0])?;
    Ok(release(result, Policy::Internal))
}

/// Counts questions a second time, row by row over batches of another reader, and compares.
pub fn verify(
    questions: Vec<Question>,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
) -> Result<Vec<(String, Checked)>, AnswerError> {
    let mut checked = Vec::with_capacity(questions.len());
    for question in questions {
        let name = question.query().name.clone();
        let (scan, compiled) = prepare(question, snapshot, dictionary, Optimiser::On)?;
        let plans: Vec<&LazyFrame> = compiled.frames().iter().collect();
        let frames = collect(&plans, Optimiser::On)?;
        let batches = |take: &mut dyn FnMut(Quarter, &RecordBatch)| {
            read_rows(scan.files(), compiled.columns(), take)
        };
        checked.push((name, check(&compiled, &frames, dictionary, &batches)?));
    }
    Ok(checked)
}

/// Hands on the rows of files, with some of their columns.
fn read_rows(
    files: &[TableFile],
    columns: &[String],
    take: &mut dyn FnMut(Quarter, &RecordBatch),
) -> Result<(), AnswerError> {
    for file in files {
        let unreadable =
            |error: String| AnswerError::Read(file.path().display().to_string(), error);
        let open = File::open(file.path()).map_err(|error| unreadable(error.to_string()))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(open);
        let builder = builder.map_err(|error| unreadable(error.to_string()))?;
        let names = columns.iter().map(String::as_str);
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let reader = builder.with_projection(mask).build();
        for batch in reader.map_err(|error| unreadable(error.to_string()))? {
            take(file.quarter(), &batch.map_err(|error| unreadable(error.to_string()))?);
        }
    }
    Ok(())
}

/// Collects plans together, so that what they share is read once.
fn collect(plans: &[&LazyFrame], optimiser: Optimiser) -> PolarsResult<Vec<DataFrame>> {
    let flags = match optimiser {
        Optimiser::On => OptFlags::default(),
        Optimiser::Off => OptFlags::TYPE_COERCION,
    };
    let plans = plans.iter().map(|plan| plan.logical_plan.clone()).collect();
    LazyFrame::collect_all_with_engine(plans, Engine::InMemory, flags)
}

/// What a snapshot can have figures of.
fn coverage(snapshot: &Snapshot, dictionary: &Dictionary) -> Coverage {
    let deliveries = snapshot.deliveries();
    Coverage::new(deliveries.iter().filter_map(|it| it.record.quarters()), dictionary)
}

/// The plan of a question, and the files it reads.
#[derive(Debug)]
pub struct Explanation {
    /// The scan.
    pub scan: Scan,
    /// The plans as the engine will run them, one per level that is counted.
    pub plans: Vec<String>,
    /// Stored columns that are read.
    pub columns: Vec<String>,
}

/// Explains a question without reading more than the ranking of a query with a top needs.
pub fn explain(
    question: Question,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
) -> Result<Explanation, AnswerError> {
    let (scan, compiled) = prepare(question, snapshot, dictionary, Optimiser::On)?;
    let plans = compiled.frames().iter().map(|frame| frame.clone().explain(true));
    let plans = plans.collect::<PolarsResult<_>>()?;
    Ok(Explanation { plans, columns: compiled.columns().to_vec(), scan })
}

/// Whether a question can be compiled, without any data.
pub fn compiles(question: Question, dictionary: &Dictionary) -> Result<(), AnswerError> {
    let source = Source { frame: Scan::default().frame()?, quarters: Vec::new() };
    let _plan = ranking(&question, &source, dictionary)?;
    compile(question, &source, dictionary, None)?;
    Ok(())
}

fn prepare(
    question: Question,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
    optimiser: Optimiser,
) -> Result<(Scan, CompiledQuery), AnswerError> {
    let scan = Scan::new(snapshot, question.scan_range());
    let source = Source { frame: scan.frame()?, quarters: scan.quarters() };
    let first = match ranking(&question, &source, dictionary)? {
        Some(plan) => collect(&[&plan], optimiser)?.pop(),
        None => None,
    };
    let compiled = compile(question, &source, dictionary, first.as_ref())?;
    Ok((scan, compiled))
}

/// Where a snapshot's figures come from.
pub fn provenance(snapshot: &Snapshot) -> Provenance {
    let deliveries = snapshot.deliveries().into_iter();
    let named = deliveries.map(|it| format!("{}@{}", it.record.delivery, it.record.revision));
    let mut quarters: Vec<_> = snapshot.files().iter().map(TableFile::quarter).collect();
    quarters.dedup();
    let quarters = quarters.iter().map(ToString::to_string).collect();
    let (version, deliveries) = (snapshot.version(), named.collect());
    Provenance { version, deliveries, quarters, ..Provenance::default() }
}
