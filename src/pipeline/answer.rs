//! Snapshot to released tables: scan, compile, collect, release.
//!
//! In: a [`Snapshot`] and [`Question`]s. Out: one [`ReleasedTable`] each, in the order asked. What
//! person histories tell is counted over them; everything else is collected from the observations
//! together, so that scans are shared, and so is everything where histories are damaged. Never: a
//! figure that depends on which of the two it was.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use polars::prelude::*;

pub use super::answer_error::AnswerError;
pub use super::provenance::{classification, provenance};
use crate::answer::{Coverage, ResultTable, State, TooManyRows, check_standings};
use crate::counting::histories::Histories;
use crate::counting::{
    Checked, CompiledQuery, CountError, Decided, Declined, Figures, HistoriesError, Source, check,
    collect, columns_of, compile, decide, ranking,
};
use crate::dictionary::Dictionary;
use crate::disclosure::{Policy, ReleasedTable, release};
use crate::exact::known;
use crate::quarter::{Quarter, QuarterRange};
use crate::query::{Delivered, Question};
use crate::scan::{Compared, Scan, schema};
use crate::statement::{Statement, StatementError};
use crate::warehouse::{CheckedBytes, Snapshot, TableFile, Warehouse};

/// How figures are counted; they are the same by all means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Means {
    /// Over person histories, where the question tells apart no more than they do; from the observations otherwise.
    #[default]
    Histories,
    /// From the observations.
    Observations,
    /// From the observations, by plans that are run as they are written.
    PlansAsWritten,
}

/// What answers are computed from.
#[derive(Debug)]
pub struct Basis<'a> {
    snapshot: &'a Snapshot,
    pub(super) dictionary: Cow<'a, Dictionary>,
    /// Person histories; or that none are to be used.
    histories: Result<Histories, Declined>,
    /// Why histories could not be used, once it is known.
    problem: OnceLock<HistoriesError>,
    optimised: bool,
    compared: Compared,
    /// What the snapshot can have figures of.
    coverage: Coverage,
}

impl<'a> Basis<'a> {
    /// A snapshot of a warehouse.
    pub fn new(warehouse: &'a Warehouse, snapshot: &'a Snapshot, means: Means) -> Self {
        let optimised = means != Means::PlansAsWritten;
        let coverage = Coverage::new(windows(snapshot), warehouse.dictionary());
        let last = coverage.delivered().last();
        let dictionary = warehouse.dictionary_when_due(snapshot, last);
        let (histories, problem) = (Err(Declined::NotAsked), OnceLock::new());
        let compared = Compared::default();
        let mut basis =
            Self { snapshot, dictionary, histories, problem, optimised, compared, coverage };
        if means == Means::Histories {
            basis.histories = Ok(Histories::of(&warehouse.histories_folder(), snapshot));
        }
        basis
    }

    /// What values of dimensions mean in the snapshot.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The dictionary of this state for rows of another: places are those of this one, groups and
    /// conventions those that the rows of the other are stored under.
    fn dictionary_for(&self, other: &Self) -> Cow<'_, Dictionary> {
        let (own, terms) = (&*self.dictionary, other.dictionary.terms());
        if own.terms() == terms { Cow::Borrowed(own) } else { Cow::Owned(own.with_terms(&terms)) }
    }

    /// Why there are histories that were not used. The figures are those without them.
    pub fn histories_problem(&self) -> Option<&HistoriesError> {
        self.problem.get()
    }

    /// What the snapshot can have figures of.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// How a question is counted over the histories, or why it is not: then, and for everything once they turn out
    /// to be damaged, it is counted from the observations.
    pub(super) fn decided<T>(
        &self,
        question: &Question,
        dictionary: &Dictionary,
        then: impl FnOnce(Decided) -> T,
    ) -> Result<Result<T, Declined>, CountError> {
        let histories = match (&self.histories, self.problem.get()) {
            (_, Some(_)) => return Ok(Err(Declined::Unusable)),
            (Err(declined), None) => return Ok(Err(declined.clone())),
            (Ok(histories), None) => histories,
        };
        let delivered = self.coverage.delivered();
        match decide(question, histories, dictionary, delivered).map(then) {
            Ok(done) => Ok(Ok(done)),
            Err(CountError::Declined(declined)) => Ok(Err(declined)),
            Err(CountError::Histories(error)) => {
                self.problem.get_or_init(|| error);
                Ok(Err(Declined::Unusable))
            }
            Err(error) => Err(error),
        }
    }

    /// Collects plans together, so that what they share is read once.
    fn collect(&self, plans: &[&LazyFrame]) -> PolarsResult<Vec<DataFrame>> {
        collect(
            plans.iter().copied(),
            if self.optimised { OptFlags::default() } else { OptFlags::TYPE_COERCION },
        )
    }
}

/// The quarters that the deliveries of a snapshot cover.
fn windows(snapshot: &Snapshot) -> impl Iterator<Item = QuarterRange> {
    snapshot.deliveries().into_iter().map(|it| known(it.record.quarters()))
}

/// Answers, and the counts they are made of.
#[derive(Debug)]
pub struct Answers {
    /// A table for each question, in the order asked.
    pub tables: Vec<ReleasedTable>,
    counted: Vec<(Question, Figures)>,
    /// Whether they stand beside those of another state.
    compared: bool,
}

/// Answers questions, together.
pub fn answer(questions: Vec<Question>, basis: &Basis<'_>) -> Result<Answers, AnswerError> {
    let counted = counted(questions, basis, &basis.dictionary)?;
    let tables = results(&counted, basis)?.into_iter();
    let tables = tables.map(|result| release(result, Policy::Internal)).collect();
    Ok(Answers { tables, counted, compared: false })
}

/// Answers questions, each figure beside that of another state; what a top ranks is ranked in the
/// present state, for both, and a centre has the code of today that it has in that. Groups of measures and
/// conventions are those of each state.
pub fn answer_compared(
    questions: Vec<Question>,
    basis: &Basis<'_>,
    other: &Basis<'_>,
) -> Result<Answers, AnswerError> {
    let now = counted(questions, basis, &basis.dictionary)?;
    let ranked = now.iter().map(|(question, figures)| question.ranked_as(figures));
    let dictionary = basis.dictionary_for(other);
    let before = counted(ranked.collect::<PolarsResult<_>>()?, other, &dictionary)?;
    let compared = now.iter().zip(&before).map(|((question, figures), (_, old))| {
        let [now, before] = [(figures, &basis.coverage), (old, &other.coverage)]
            .map(|(figures, coverage)| State { figures, coverage });
        ResultTable::compared(question, now, before, &basis.dictionary)
    });
    let released = compared.map(|result| Ok(release(result?, Policy::Internal)));
    let tables = released.collect::<Result<_, TooManyRows>>()?;
    Ok(Answers { tables, counted: now, compared: true })
}

fn results(
    counted: &[(Question, Figures)],
    basis: &Basis<'_>,
) -> Result<Vec<ResultTable>, TooManyRows> {
    let result = |(question, figures): &(Question, Figures)| {
        ResultTable::new(question, figures, &basis.coverage, &basis.dictionary)
    };
    counted.iter().map(result).collect()
}

/// Counts all that the questions need: over the histories what they tell, the rest from the
/// observations, together.
fn counted(
    questions: Vec<Question>,
    basis: &Basis<'_>,
    dictionary: &Dictionary,
) -> Result<Vec<(Question, Figures)>, AnswerError> {
    let mut figures: Vec<Option<Figures>> = Vec::with_capacity(questions.len());
    for question in &questions {
        let counted = basis.decided(question, dictionary, Decided::figures)?;
        figures.push(counted.ok());
    }
    let mut compiled = Vec::new();
    for (question, _) in questions.iter().zip(&figures).filter(|(_, figures)| figures.is_none()) {
        compiled.push(prepare(question.clone(), basis, dictionary)?);
    }
    let plans: Vec<&LazyFrame> = compiled.iter().flat_map(CompiledQuery::frames).collect();
    let frames = basis.collect(&plans)?;
    let mut rest = frames.as_slice();
    for (missing, query) in figures.iter_mut().filter(|it| it.is_none()).zip(&compiled) {
        let (own, others) = rest.split_at(query.frames().len());
        rest = others;
        *missing = Some(query.figures(own)?);
    }
    Ok(questions.into_iter().zip(figures.into_iter().flatten()).collect())
}

/// Answers a statement over all observations of a snapshot; gives the number of rows that are of one
/// person too.
pub fn answer_statement(
    statement: &Statement,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
) -> Result<(ReleasedTable, usize), AnswerError> {
    let delivered = Delivered::new(windows(snapshot));
    let dictionary = dictionary.when_due(delivered.last());
    let columns = statement.stored_columns();
    let promised = Scan::promised(&columns);
    statement.plan(&promised, &dictionary)?.collect_schema().map_err(StatementError::from)?;
    let frame = Scan::new(snapshot, None).frame(&columns, &Compared::default())?;
    let plan = statement.plan(&frame, &dictionary)?;
    let frames = collect([&plan], OptFlags::default()).map_err(StatementError::from)?;
    let (result, of_one_person) = statement.answer(&frames[0])?;
    Ok((release(result, Policy::Internal), of_one_person))
}

/// Counts all figures of answers a second time, row by row over batches of another reader, and
/// compares; so with what cells say of the quarters that they are over.
pub fn verify(answers: &Answers, basis: &Basis<'_>) -> Result<Vec<(String, Checked)>, AnswerError> {
    let mut checked = Vec::with_capacity(answers.counted.len());
    for ((question, figures), table) in answers.counted.iter().zip(&answers.tables) {
        let scan = Scan::new(basis.snapshot, question.scan_range());
        let columns = columns_of(question);
        let batches =
            |take: &mut dyn FnMut(Quarter, &RecordBatch)| read_rows(scan.files(), &columns, take);
        let name = question.query().name.clone();
        let delivered = basis.coverage.delivered();
        let mut own = check(question, figures, &basis.dictionary, delivered, &batches)?;
        if !answers.compared {
            let (columns, count) = (table.columns(), table.row_count());
            let standings = check_standings(question, columns, count, delivered);
            own.differences.extend(standings.differences);
        }
        checked.push((name, own));
    }
    Ok(checked)
}

fn unreadable(file: &TableFile, error: &dyn std::error::Error) -> AnswerError {
    AnswerError::Read(file.path().display().to_string(), error.to_string())
}

/// Opens bytes of a file for another reader than the engine's.
pub(super) fn open(
    file: &TableFile,
    bytes: CheckedBytes,
) -> Result<ParquetRecordBatchReaderBuilder<CheckedBytes>, AnswerError> {
    ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|error| unreadable(file, &error))
}

/// Hands on the rows of files, with some of their columns.
fn read_rows(
    files: &[TableFile],
    columns: &[String],
    take: &mut dyn FnMut(Quarter, &RecordBatch),
) -> Result<(), AnswerError> {
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    for file in files {
        let builder = open(file, file.written().columns(&names)?)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        let reader = builder.with_projection(mask).build();
        for batch in reader.map_err(|error| unreadable(file, &error))? {
            take(file.quarter(), &batch.map_err(|error| unreadable(file, &error))?);
        }
    }
    Ok(())
}

/// How long the stages of an answer take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Counting, over histories or from the observations.
    pub counting: Duration,
    /// Making a table of what was counted.
    pub assembling: Duration,
}

/// Answers a question, and gives how long it took.
pub(crate) fn time(question: Question, basis: &Basis<'_>) -> Result<Timing, AnswerError> {
    let start = Instant::now();
    let counted = counted(vec![question], basis, &basis.dictionary)?;
    let counting = start.elapsed();
    let start = Instant::now();
    let _tables = results(&counted, basis)?;
    Ok(Timing { counting, assembling: start.elapsed() })
}

/// Whether a question can be compiled, without any data.
pub(crate) fn compiles(question: Question, dictionary: &Dictionary) -> Result<(), AnswerError> {
    let (frame, delivered) = (Scan::default().planned()?, Delivered::default());
    let source = Source { frame, quarters: Vec::new(), delivered, has_course: false };
    let _plan = ranking(&question, &source, dictionary)?;
    compile(question, &source, dictionary, None)?;
    Ok(())
}

/// Plans that may be run: the columns that they name were compared.
fn prepare(
    question: Question,
    basis: &Basis<'_>,
    dictionary: &Dictionary,
) -> Result<CompiledQuery, AnswerError> {
    let (scan, columns) = basis.scan(&question);
    let frame = scan.frame(&columns, &basis.compared)?;
    let first = basis.first(&question, &scan, &columns, dictionary)?;
    let promised = basis.source(Scan::promised(&columns), &scan);
    compile(question.clone(), &promised, dictionary, first.as_ref())?;
    Ok(compile(question, &basis.source(frame, &scan), dictionary, first.as_ref())?)
}

impl Basis<'_> {
    /// The files that a question is about, and the columns of them that are compared.
    pub(super) fn scan(&self, question: &Question) -> (Scan, Vec<String>) {
        let scan = Scan::new(self.snapshot, question.scan_range());
        // Plans that are run as they are written read all columns, also those that nobody names.
        let all = || schema().iter_names().map(ToString::to_string).collect();
        (scan, if self.optimised { columns_of(question) } else { all() })
    }

    /// What a question is compiled over.
    pub(super) fn source(&self, frame: LazyFrame, scan: &Scan) -> Source {
        let (quarters, delivered) = (scan.quarters(), self.coverage.delivered().clone());
        Source { frame, quarters, delivered, has_course: false }
    }

    /// The values that a question with a top shows one by one, collected from columns that were compared.
    pub(super) fn first(
        &self,
        question: &Question,
        scan: &Scan,
        columns: &[String],
        dictionary: &Dictionary,
    ) -> Result<Option<DataFrame>, AnswerError> {
        let promised = self.source(Scan::promised(columns), scan);
        let Some(mut plan) = ranking(question, &promised, dictionary)? else { return Ok(None) };
        plan.collect_schema()?;
        let source = self.source(scan.frame(columns, &self.compared)?, scan);
        let plan = ranking(question, &source, dictionary)?;
        let collected = plan.map(|plan| self.collect(&[&plan])).transpose()?;
        Ok(collected.and_then(|mut frames| frames.pop()))
    }
}
