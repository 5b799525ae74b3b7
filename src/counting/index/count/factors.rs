//! What a question tells apart, taken to pieces: columns that no dimension and no condition ties together.
//!
//! ```text
//! quarter × birth_year → age band     cpas → province     measure → measure     sex → sex
//! ```
//!
//! In: a question, the columns that it needs, and their values. Out: [`Factor`]s, of which each gives an entry a class
//! by itself, so that a cell is one class of each, whatever the number of combinations. The classes come from the same
//! rows that plans group. Never: two columns apart that a dimension or a condition reads together.

use polars::prelude::*;

use crate::counting::declined::Declined;
use crate::counting::index::histories::{Axis, Kind, Loaded, Opened, Slice, Value};
use crate::exact::fitting;
use crate::metric::Dimension;
use crate::quarter::{Quarter, QuarterRange};
use crate::query::Question;

pub(super) const KEY: &str = "key";

/// Combinations of the values of a factor at most: each of them is worked out.
const COMBINATIONS_MAX: usize = 1 << 20;

/// Columns that are told apart together: a number, the key, for each combination of their values.
#[derive(Debug)]
pub(super) struct Factor {
    columns: Vec<KeyColumn>,
    /// The part of the question that these columns tell.
    pub(super) question: Question,
}

/// A column of a key.
#[derive(Debug)]
struct KeyColumn {
    of: Of,
    values: Vec<Option<Value>>,
    /// What one step along its values adds to a key.
    step: usize,
}

/// What tells the keys of a factor: columns of entries, of single observations, or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Entries,
    Rows,
    Both,
}

/// Where the values of a column come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// They are stored.
    Stored(Axis),
    /// They are worked out from a person's course.
    Course(Dimension),
}

impl Of {
    fn name(self) -> &'static str {
        match self {
            Self::Stored(axis) => axis.column(),
            Self::Course(dimension) => dimension.name(),
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Stored(axis) => axis.kind(),
            Self::Course(Dimension::MeasureMonths) => Kind::Number,
            Self::Course(_) => Kind::Text,
        }
    }
}

/// The columns that a dimension is read from.
fn columns_of(dimension: Dimension) -> Vec<&'static str> {
    match dimension {
        Dimension::Age => vec![Axis::QUARTER.column(), dimension.column()],
        _ if dimension.is_of_course() => vec![dimension.name()],
        _ => vec![dimension.column()],
    }
}

/// The same of a name in a filter.
fn columns_of_name(name: &str) -> Vec<String> {
    match Dimension::named(name) {
        Some(dimension) => columns_of(dimension).into_iter().map(str::to_owned).collect(),
        None => vec![name.to_owned()],
    }
}

/// Taken to pieces, that of the quarter first; declined where a piece has too many combinations.
pub(super) fn factors(
    question: &Question,
    axes: &[Axis],
    opened: &Opened,
    of_course: Vec<(Dimension, Vec<Option<Value>>)>,
) -> Result<Vec<Factor>, Declined> {
    let stored = axes.iter().map(|it| (Of::Stored(*it), opened.values(*it).to_vec()));
    let of_course = of_course.into_iter().map(|(it, values)| (Of::Course(it), values));
    let columns: Vec<(Of, Vec<Option<Value>>)> = stored.chain(of_course).collect();
    let names: Vec<&str> = columns.iter().map(|(of, _)| of.name()).collect();
    let too_many = |group: &[usize]| {
        let names = group.iter().map(|at| format!("`{}`", names[*at]));
        Declined::Combinations(names.collect::<Vec<_>>().join(", "))
    };
    let groups = tied(&names, &ties(question));
    let mut factors = Vec::new();
    for group in groups {
        let own = |name: &str| group.iter().any(|at| names[*at] == name);
        let has = |dimension: Dimension| columns_of(dimension).into_iter().all(own);
        let is_first = factors.is_empty();
        let part = question.part(&has, &|columns| match columns.iter().next() {
            // What asks of no column asks it of all rows.
            None => is_first,
            Some(name) => columns_of_name(name).iter().all(|it| own(it)),
        });
        let mut count = 1_usize;
        let mut of_factor = Vec::new();
        for at in &group {
            let (of, values) = &columns[*at];
            of_factor.push(KeyColumn { of: *of, values: values.clone(), step: count });
            count = count
                .checked_mul(values.len())
                .filter(|it| *it <= COMBINATIONS_MAX)
                .ok_or_else(|| too_many(&group))?;
        }
        factors.push(Factor { columns: of_factor, question: part });
    }
    Ok(factors)
}

/// Names that are read together.
fn ties(question: &Question) -> Vec<Vec<String>> {
    let needed = Dimension::ALL.into_iter().filter(|it| question.needs(*it));
    let of_dimensions = needed.map(|it| columns_of(it).into_iter().map(str::to_owned).collect());
    let of_filter = question.conjuncts();
    let of_filter = of_filter
        .iter()
        .map(|columns| columns.iter().flat_map(|it| columns_of_name(it)).collect::<Vec<_>>());
    let of_top = question.query().top.iter().map(|top| {
        let all = top.within.iter().chain([&top.dimension]);
        all.flat_map(|it| columns_of(*it)).map(str::to_owned).collect::<Vec<_>>()
    });
    of_dimensions.chain(of_filter).chain(of_top).collect()
}

/// The places of names in groups, those of a tie in one; groups and places rising.
fn tied(names: &[&str], ties: &[Vec<String>]) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..names.len()).collect();
    for tie in ties {
        let places: Vec<usize> =
            (0..names.len()).filter(|at| tie.iter().any(|it| it == names[*at])).collect();
        let Some(first) = places.iter().map(|at| group[*at]).min() else { continue };
        let joined: Vec<usize> = places.iter().map(|at| group[*at]).collect();
        group.iter_mut().filter(|it| joined.contains(it)).for_each(|it| *it = first);
    }
    let mut firsts = group.clone();
    firsts.sort_unstable();
    firsts.dedup();
    let of_group = |first: &usize| (0..names.len()).filter(|at| group[*at] == *first).collect();
    firsts.iter().map(of_group).collect()
}

impl Factor {
    /// Combinations of its values.
    pub(super) fn len(&self) -> usize {
        self.columns.iter().map(|it| it.values.len()).product()
    }

    /// Whether a dimension is one of these columns, or made of them.
    pub(super) fn has(&self, dimension: Dimension) -> bool {
        let own = |name: &&str| self.columns.iter().any(|it| it.of.name() == *name);
        columns_of(dimension).iter().all(own)
    }

    /// The quarters that it tells apart, of those in a range.
    pub(super) fn quarters(&self, range: Option<QuarterRange>) -> Option<Vec<Quarter>> {
        let column = self.columns.iter().find(|it| it.of == Of::Stored(Axis::QUARTER))?;
        let quarters = column.values.iter().flatten().map(Value::quarter);
        Some(quarters.filter(|it| range.is_none_or(|range| range.contains(*it))).collect())
    }

    /// A row for every combination, in the quarters of a range: its key, and the stored columns.
    pub(super) fn frame(&self, range: Option<QuarterRange>) -> PolarsResult<DataFrame> {
        let is_asked = |value: &Option<Value>| {
            let quarter = value.as_ref().map(Value::quarter);
            quarter.is_some_and(|it| range.is_none_or(|range| range.contains(it)))
        };
        let of_time = self.columns.iter().find(|it| it.of == Of::Stored(Axis::QUARTER));
        let asked = |key: &usize| {
            of_time.is_none_or(|KeyColumn { values, step, .. }| {
                is_asked(&values[key / step % values.len()])
            })
        };
        let keys: Vec<usize> = (0..self.len()).filter(asked).collect();
        let numbers: Vec<u32> = keys.iter().map(|key| fitting(*key)).collect();
        let mut columns = vec![Column::new(KEY.into(), numbers)];
        for KeyColumn { of, values, step } in &self.columns {
            let of_keys = keys.iter().map(|key| values[key / step % values.len()].as_ref());
            columns.push(series(of.name(), of.kind(), of_keys)?);
        }
        DataFrame::new(keys.len(), columns)
    }

    /// Adds the keys of some units, by what is stored; those of courses are to be added yet.
    pub(super) fn add_keys(&self, units: &Slice<'_>, keys: &mut Vec<u32>) {
        let first = keys.len();
        keys.resize(first + units.unit_count(), 0);
        for KeyColumn { of, step, .. } in &self.columns {
            if let Of::Stored(axis) = of {
                units.add(*axis, fitting(*step), &mut keys[first..]);
            }
        }
    }

    /// Whether some unit of a run may count: whether some combination of the values that occur there does.
    pub(super) fn may_count(&self, run: &Loaded, counts: &[bool]) -> bool {
        const COMBINATIONS_MAX: usize = 1 << 12;
        let mut keys: Vec<u32> = vec![0];
        for KeyColumn { of, step, .. } in &self.columns {
            let Of::Stored(axis) = of else { return true };
            let numbers = run.numbers(*axis);
            if keys.len() * numbers.len() > COMBINATIONS_MAX {
                return true;
            }
            let step = fitting::<_, u32>(*step);
            let longer = keys.iter().flat_map(|key| numbers.iter().map(move |it| key + it * step));
            keys = longer.collect();
        }
        keys.iter().any(|key| counts[*key as usize])
    }

    /// What tells which unit has which key.
    pub(super) fn told(&self) -> Told {
        let is_of_rows = |it: &KeyColumn| matches!(it.of, Of::Stored(axis) if axis.is_of_rows());
        match self.columns.iter().filter(|it| is_of_rows(it)).count() {
            0 => Told::Entries,
            count if count == self.columns.len() => Told::Rows,
            _ => Told::Both,
        }
    }

    /// The dimensions of courses among its columns, with the steps along them.
    pub(super) fn of_course(&self) -> Vec<(Dimension, u32)> {
        let of_course = self.columns.iter().filter_map(|column| match column.of {
            Of::Stored(_) => None,
            Of::Course(dimension) => Some((dimension, fitting(column.step))),
        });
        of_course.collect()
    }
}

/// Values as a column of the type that stored observations, or courses, have.
fn series<'v>(
    name: &'static str,
    kind: Kind,
    values: impl Iterator<Item = Option<&'v Value>>,
) -> PolarsResult<Column> {
    let name = PlSmallStr::from_static(name);
    if kind == Kind::Text {
        let texts = values.map(|it| it.and_then(Value::as_text)).collect::<Vec<_>>();
        return Ok(Column::new(name, texts));
    }
    let numbers = values.map(|it| it.and_then(Value::as_number)).collect::<Vec<_>>();
    let numbers = Column::new(name, numbers);
    match kind {
        Kind::Cents => {
            let cents = numbers.cast(&DataType::Int128)?;
            let cents = cents.i128()?.clone();
            Ok(cents.into_decimal(AMOUNT_DIGITS, AMOUNT_DECIMALS)?.into_column())
        }
        Kind::Day => numbers.cast(&DataType::Int32)?.cast(&DataType::Date),
        _ if numbers.name() == "birth_year" => numbers.cast(&DataType::Int16),
        _ => numbers.cast(&DataType::Int32),
    }
}

/// Digits of a stored amount, and decimals among them.
const AMOUNT_DIGITS: usize = 12;
const AMOUNT_DECIMALS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_together_stands_together() {
        let names = ["quarter", "measure", "cpas", "sex", "birth_year"];
        let tie = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(tied(&names, &[]), [[0], [1], [2], [3], [4]]);
        let ties = [tie(&["quarter", "birth_year"]), tie(&["sex"]), tie(&["cpas", "measure"])];
        assert_eq!(tied(&names, &ties), [vec![0, 4], vec![1, 2], vec![3]]);
        let ties = [tie(&["cpas", "birth_year"]), tie(&["quarter", "sex"]), tie(&["sex", "cpas"])];
        assert_eq!(tied(&names, &ties), [vec![0, 2, 3, 4], vec![1]]);
    }
}
