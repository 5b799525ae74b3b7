//! How a question is answered, without its answer: what is read, and the plans.
//!
//! In: a question. Out: an [`Explanation`], or a statement of SQL. Never: more read than footers, and what the ranking of a
//! query with a top needs.

use std::collections::BTreeSet;

use parquet::file::metadata::RowGroupMetaData;
use polars::prelude::*;

use super::answer::{AnswerError, Basis, open};
use crate::answer::as_sql;
use crate::counting::{Decided, Declined, Way, compile};
use crate::exact::fitting;
use crate::query::Question;
use crate::scan::Scan;
use crate::sql::Dialect;

/// How a question is answered.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// How it is counted over person histories, or why it is not.
    pub over_histories: Result<Way, Declined>,
    /// The scan of the observations.
    pub scan: Scan,
    /// Row groups of the files.
    pub row_group_count: usize,
    /// Bytes of the columns that are read, as they are stored.
    pub column_bytes: u64,
    /// The plans as the engine will run them, one per level that is counted.
    pub plans: Vec<String>,
    /// Stored columns that are read.
    pub columns: Vec<String>,
}

/// Explains a question without reading more than the ranking of a query with a top needs.
pub(crate) fn explain(question: Question, basis: &Basis<'_>) -> Result<Explanation, AnswerError> {
    let over_histories = basis.decided(&question, basis.dictionary(), Decided::into_way)?;
    let (scan, columns) = basis.scan(&question);
    let first = basis.first(&question, &scan, &columns, &basis.dictionary)?;
    let source = basis.source(scan.planned()?, &scan);
    let compiled = compile(question, &source, &basis.dictionary, first.as_ref())?;
    let plans = compiled.frames().iter().map(|it| it.clone().explain(true).map(|it| numbered(&it)));
    let plans = plans.collect::<PolarsResult<_>>()?;
    let columns = compiled.columns().to_vec();
    let (mut row_group_count, mut column_bytes) = (0, 0);
    for file in scan.files() {
        let footer = open(file, file.written().columns(&[])?)?.metadata().clone();
        row_group_count += footer.num_row_groups();
        for chunk in footer.row_groups().iter().flat_map(RowGroupMetaData::columns) {
            if columns.iter().any(|it| it == chunk.column_descr().name()) {
                column_bytes += fitting::<_, u64>(chunk.compressed_size());
            }
        }
    }
    Ok(Explanation { over_histories, scan, row_group_count, column_bytes, plans, columns })
}

/// A question as one statement of SQL; nothing is read for it.
pub fn explain_as_sql(
    question: &Question,
    basis: &Basis<'_>,
    dialect: Dialect,
) -> Result<String, AnswerError> {
    Ok(as_sql(question, basis.coverage(), basis.dictionary(), dialect)?)
}

/// What a plan uses twice has a random name; numbered, the same question has the same plan.
fn numbered(plan: &str) -> String {
    const BEFORE: &str = "CACHE[id: ";
    let mut names: Vec<&str> = plan
        .split(BEFORE)
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(name, _)| name))
        .collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let number = |text: String, (at, name): (usize, &&str)| text.replace(*name, &at.to_string());
    names.iter().enumerate().fold(plan.to_owned(), number)
}
