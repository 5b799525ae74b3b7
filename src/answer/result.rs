//! The answer to a question: typed columns, exact, in the query's order.

use super::column::{Cell, Member, Numbers, ResultColumn, STATUS_ENDING, Values};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use super::assembly::{Assembly, Told};
use super::complete::{Coverage, TooManyRows};
use crate::counting::Figures;
use crate::dictionary::Dictionary;
use crate::document::{DocumentError, Labels};
use crate::quarter::Quarter;
use crate::query::plan::delivered::ranges;
use crate::query::{Delivered, Note, Query, Question};

/// An answer that nobody has looked at for disclosure yet.
#[derive(Debug, Clone)]
pub(crate) struct ResultTable {
    question: Question,
    columns: Vec<ResultColumn>,
    row_count: usize,
    /// The quarters that partial numbers lack.
    lacking: Vec<String>,
    notes: Vec<Note>,
    /// The quarters that were delivered in the state that is asked for.
    delivered: Delivered,
}

impl ResultTable {
    /// Puts what was counted for a question together.
    pub(crate) fn new(
        question: &Question,
        figures: &Figures,
        coverage: &Coverage,
        dictionary: &Dictionary,
    ) -> Result<Self, TooManyRows> {
        let assembly = Assembly::new(question, figures, coverage, dictionary);
        let rows = assembly.rows()?;
        let mut columns = assembly.dimensions(&rows);
        let (metrics, mut told) = assembly.metrics(&rows);
        columns.extend(metrics);
        columns.extend(statuses(&columns, question.query.complete));
        told.notes.extend(assembly.over(&rows).map(Note::Over));
        let levels: Vec<usize> = rows.iter().map(|row| row.level).collect();
        Ok(Self::sorted(question, columns, &levels).with(told, &[&assembly]))
    }

    /// A list that answers no query, in the order of its rows, under a name, a title and what it says.
    pub(crate) fn list(
        name: &str,
        title: Labels,
        description: Labels,
        columns: Vec<ResultColumn>,
    ) -> Result<Self, DocumentError> {
        let mut query = Query::read(name, name, "metrics = [\"observations\"]")?;
        query.metrics = Vec::new();
        (query.title, query.description, query.hash) = (title, description, String::new());
        let row_count = columns.first().map_or(0, |column| column.values.row_count());
        Ok(Self::of_columns(Question::of_all(query), columns, row_count))
    }

    /// Of rows whose levels are these, put in order.
    pub(crate) fn sorted(
        question: &Question,
        columns: Vec<ResultColumn>,
        levels: &[usize],
    ) -> Self {
        let mut table = Self::of_columns(question.clone(), columns, levels.len());
        table.sort(levels);
        table
    }

    /// The same with what a reader must know: notes, and the quarters that partial numbers lack, by
    /// what these states were delivered.
    #[must_use]
    pub(crate) fn with(self, told: Told, states: &[&Assembly<'_>]) -> Self {
        let Told { mut notes, missing } = told;
        let state = states.first().map(|it| it.coverage.delivered().clone());
        // No figure: what is of no state is a list, which names its quarters itself.
        let this = Self { delivered: state.unwrap_or_default(), ..self };
        let delivered = |it: &Quarter| states.iter().all(|state| state.coverage.has(*it));
        let (not_asked, lacking): (BTreeSet<_>, BTreeSet<_>) =
            missing.into_iter().partition(delivered);
        let asked = states.iter().filter(|it| it.question.narrows_time()).flat_map(|it| &it.asked);
        let beyond: BTreeSet<Quarter> =
            asked.filter(|it| !delivered(it) && !lacking.contains(it)).copied().collect();
        for (quarters, note) in
            [(&not_asked, Note::NotAsked as fn(_) -> _), (&beyond, Note::NotDelivered)]
        {
            notes.extend((!quarters.is_empty()).then(|| note(ranges(quarters))));
        }
        if this.question.complete_only {
            let (table, count) = this.without_partial();
            let without = ranges(&lacking.union(&not_asked).copied().collect());
            notes.retain(|it| !matches!(it, Note::NotAsked(_)));
            notes.extend((count > 0).then_some(Note::LeftOut { count, without }));
            return Self { notes: notes.into_iter().collect(), ..table };
        }
        Self { notes: notes.into_iter().collect(), lacking: ranges(&lacking), ..this }
    }

    pub(crate) fn of_columns(
        question: Question,
        columns: Vec<ResultColumn>,
        row_count: usize,
    ) -> Self {
        let (lacking, notes, delivered) = Default::default();
        Self { question, columns, row_count, lacking, notes, delivered }
    }

    /// The same of other rows, with what a reader must know.
    pub(crate) fn of_rows(self, columns: Vec<ResultColumn>, row_count: usize) -> Self {
        Self { columns, row_count, ..self }
    }

    /// The quarters that partial numbers lack, each alone or in ranges.
    pub(crate) fn lacking(&self) -> &[String] {
        &self.lacking
    }

    /// The quarters that were delivered in the state that is asked for.
    pub(crate) fn delivered(&self) -> &Delivered {
        &self.delivered
    }

    /// The question.
    pub(crate) fn question(&self) -> &Question {
        &self.question
    }

    /// The columns: dimensions, then metrics.
    pub(crate) fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// What a reader must know of its figures.
    pub(crate) fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Rows.
    pub(crate) fn row_count(&self) -> usize {
        self.row_count
    }

    /// By the query's order, then by all dimensions, so that no two runs differ; no value last,
    /// and totals after what they are over. Where rows are ordered by figures, totals stand below.
    fn sort(&mut self, levels: &[usize]) {
        let query: &Query = &self.question.query;
        let asked = query.order.iter().map(|key| (key.column.as_str(), key.descending));
        let dimensions = query.dimensions.iter().map(|dimension| (dimension.name(), false));
        let keys: Vec<Vec<usize>> = asked
            .chain(dimensions)
            .filter_map(|(name, descending)| {
                let column = self.columns.iter().find(|column| column.name == name)?;
                Some(column.values.places(descending))
            })
            .collect();
        let below = !query.order.is_empty();
        let mut order: Vec<usize> = (0..self.row_count).collect();
        order.sort_by(|a, b| {
            let by_level = if below { levels[*a].cmp(&levels[*b]) } else { Ordering::Equal };
            let compared = || keys.iter().map(|places| places[*a].cmp(&places[*b]));
            by_level.then_with(|| compared().find(|it| it.is_ne()).unwrap_or(Ordering::Equal))
        });
        for column in &mut self.columns {
            column.values.reorder(&order);
        }
    }
}

/// The status columns of metrics: of all in a complete answer, otherwise of those that have a cell
/// that is no number over all its quarters.
pub(crate) fn statuses(columns: &[ResultColumn], complete: bool) -> Vec<ResultColumn> {
    columns.iter().filter_map(|column| status(column, complete)).collect()
}

/// Why cells of a metric have no number, or one over some of their quarters, as a column of its own.
fn status(column: &ResultColumn, always: bool) -> Option<ResultColumn> {
    let Values::Numbers(numbers) = &column.values else { return None };
    let text = |cell: &Cell| match cell {
        Cell::Value(_) => None,
        Cell::Partial(_) | Cell::LeftOut => Some("partial".to_owned()),
        Cell::Undefined => Some("undefined".to_owned()),
        Cell::NotApplicable => Some("not_applicable".to_owned()),
        Cell::NotDelivered => Some("not_delivered".to_owned()),
    };
    let texts: Vec<_> = numbers.cells.iter().map(text).collect();
    let any = texts.iter().any(Option::is_some);
    (always || any).then(|| ResultColumn {
        name: format!("{}{STATUS_ENDING}", column.name),
        values: Values::Text(texts),
    })
}

impl Values {
    fn row_count(&self) -> usize {
        match self {
            Self::Members(members) => members.len(),
            Self::Text(texts) => texts.len(),
            Self::Numbers(numbers) => numbers.cells.len(),
        }
    }

    /// The text of a row; none where there is no value, and in numbers.
    pub fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Members(members) => members[row].text(),
            Self::Text(texts) => texts[row].as_deref().map(Cow::Borrowed),
            Self::Numbers(_) => None,
        }
    }

    /// The place of each row's value among all values; no value stands last in either direction.
    fn places(&self, descending: bool) -> Vec<usize> {
        fn directed<T: Ord>(a: &T, b: &T, descending: bool) -> Ordering {
            if descending { b.cmp(a) } else { a.cmp(b) }
        }
        match self {
            Self::Members(members) => {
                let members: Vec<&Member> = members.iter().collect();
                places(&members, |a, b| match (a, b) {
                    (Member::Value(a), Member::Value(b)) => directed(a, b, descending),
                    (a, b) => a.cmp(b),
                })
            }
            Self::Text(texts) => {
                let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
                places(&texts, |a, b| directed(a, b, descending))
            }
            Self::Numbers(numbers) => places(&numbers.cells, |a, b| match (a.value(), b.value()) {
                (Some(first), Some(second)) => directed(&first, &second, descending).then(a.cmp(b)),
                _ => a.cmp(b),
            }),
        }
    }

    pub(crate) fn reorder(&mut self, order: &[usize]) {
        match self {
            Self::Members(members) => {
                let taken = |at: &usize| std::mem::replace(&mut members[*at], Member::Unknown);
                *members = order.iter().map(taken).collect();
            }
            Self::Text(texts) => {
                *texts = order.iter().map(|at| std::mem::take(&mut texts[*at])).collect();
            }
            Self::Numbers(Numbers { cells, .. }) => {
                *cells = order.iter().map(|at| cells[*at]).collect();
            }
        }
    }
}

/// The place of each value among the distinct ones in their order.
fn places<T: Copy + Eq + Hash>(values: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Vec<usize> {
    let distinct: HashSet<T> = values.iter().copied().collect();
    let mut distinct: Vec<T> = distinct.into_iter().collect();
    distinct.sort_unstable_by(compare);
    let places: HashMap<T, usize> =
        distinct.into_iter().enumerate().map(|(place, value)| (value, place)).collect();
    values.iter().map(|value| places[value]).collect()
}
