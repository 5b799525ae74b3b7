//! A question that another program asks.
//!
//! In: the name of a query, or its text, and what is asked of it besides. Out: an [`Answer`]. Never: a value
//! that nobody knows, taken for one that has no rows.

use std::sync::Arc;

use super::answer::Answer;
use crate::exact::known;
use crate::pipeline::answer::{AnswerError, Basis, Means, answer, provenance};
use crate::pipeline::held::holds;
use crate::quarter::Quarter;
use crate::query::language::list::written;
use crate::query::{Arguments, Catalog, CatalogError, Query, ResolveError, resolve_over};
use crate::warehouse::{AsOf, Snapshot, Warehouse, WarehouseError};
use crate::words::Language;

/// What is asked: a query by its name or as a text, narrowed as on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    name: String,
    /// Of a query that has no file.
    text: Option<String>,
    arguments: Arguments,
    as_of: Option<AsOf>,
    complete_only: bool,
    language: Language,
}

/// A request that could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The table could not be read.
    #[error(transparent)]
    Warehouse(Box<WarehouseError>),
    /// There is no such query, or its text has mistakes.
    #[error(transparent)]
    Query(#[from] CatalogError),
    /// What is asked of the query cannot be.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The state that is asked of has no delivery; of nothing there are no figures, not even 0.
    #[error("expected a delivery to answer from, found none in version {0}")]
    NoDelivery(u64),
    /// It could not be counted.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl From<WarehouseError> for RequestError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

impl Request {
    /// The query of this name, the warehouse's own or one that is compiled in.
    pub fn named(name: &str) -> Self {
        let (arguments, language) = Default::default();
        let (text, as_of) = (None, None);
        Self { name: name.to_owned(), text, arguments, as_of, complete_only: false, language }
    }

    /// A query of one's own: the text of a query's file, or a [`QueryText`](super::QueryText). The answer has
    /// this name.
    pub fn written(name: &str, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::named(name) }
    }

    /// Of no quarter before this one.
    #[must_use]
    pub fn first_quarter(mut self, quarter: Quarter) -> Self {
        self.arguments.from = Some(quarter);
        self
    }

    /// Of no quarter after this one.
    #[must_use]
    pub fn last_quarter(mut self, quarter: Quarter) -> Self {
        self.arguments.to = Some(quarter);
        self
    }

    /// Only rows with this value of a dimension, or without one (`none`); several values of one dimension
    /// are alternatives.
    #[must_use]
    pub fn only(mut self, dimension: &str, value: &str) -> Self {
        self.arguments.wheres.push((dimension.to_owned(), written(value)));
        self
    }

    /// The value of a parameter of the query; of a list its values, divided by commas.
    #[must_use]
    pub fn set(mut self, parameter: &str, value: &str) -> Self {
        self.arguments.sets.push((parameter.to_owned(), value.to_owned()));
        self
    }

    /// Of an earlier state of the table; of the newest otherwise.
    #[must_use]
    pub fn as_of(self, state: AsOf) -> Self {
        Self { as_of: Some(state), ..self }
    }

    /// Without figures over only some of the quarters that they should be over.
    #[must_use]
    pub fn complete_only(self) -> Self {
        Self { complete_only: true, ..self }
    }

    /// The language of labels and notes; English otherwise.
    #[must_use]
    pub fn language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    fn query(&self, warehouse: &Warehouse) -> Result<Query, CatalogError> {
        match &self.text {
            Some(text) => Ok(Query::read(&self.name, &self.name, text)?),
            None => warehouse.queries()?.query(&self.name),
        }
    }
}

impl Warehouse {
    /// The queries that can be asked by name: its own, which come first, and those that are compiled in.
    pub fn queries(&self) -> Result<Catalog, CatalogError> {
        Catalog::open(Some(&self.queries_folder()))
    }

    /// Answers a request. Reading waits for no writer: what is committed meanwhile is in the next answer.
    pub fn answer(&self, request: &Request) -> Result<Answer, RequestError> {
        let snapshot = self.agreed_snapshot(request.as_of.as_ref())?;
        if snapshot.deliveries().is_empty() {
            return Err(RequestError::NoDelivery(snapshot.version()));
        }
        let dictionary = self.dictionary_of(&snapshot).into_owned();
        let held = |column: &str, value: &str| holds(&snapshot, column, value);
        let query = request.query(self)?;
        let question = resolve_over(query, &request.arguments, &dictionary, &held)?;
        let basis = Basis::new(self, &snapshot, Means::Histories);
        let mut answers = answer(vec![question.complete_only(request.complete_only)], &basis)?;
        Ok(Answer {
            table: known(answers.tables.pop()),
            provenance: provenance(&snapshot),
            dictionary: Arc::new(dictionary),
            language: request.language,
            doubts: doubts(&snapshot, &basis),
        })
    }
}

/// What the command line would say beside the answer.
fn doubts(snapshot: &Snapshot, basis: &Basis<'_>) -> Vec<String> {
    let histories = basis.histories_problem();
    let histories = histories.map(|it| format!("the person histories are not used: {it}"));
    snapshot.doubt().map(str::to_owned).into_iter().chain(histories).collect()
}
