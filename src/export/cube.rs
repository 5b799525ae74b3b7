//! A table as a cube: every combination of values is a cell, whether a row has it or not.
//!
//! In: a table. Out: a [`Cube`], the cell at each place. Never: a
//! 0 where it is not known that nobody was there, two rows in one cell: where texts do not tell rows apart,
//! their numbers do.

use std::collections::BTreeSet;

use super::ExportError;
use super::sdmx_csv::member;
use crate::disclosure::{Cell, Formula, Member, Numbers, ReleasedTable, ResultColumn, Values};
use crate::exact::known;
use crate::metric::Metric;
use crate::quarter::Quarter;

/// Most cells of a cube.
const CELLS_MAX: usize = 1 << 24;

/// Why a cell has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    NotApplicable,
    NotDelivered,
    Undefined,
    LeftOut,
    /// No row of the answer has it, and the answer does not say why.
    NoRow,
}

impl Symbol {
    pub(super) const ALL: [Self; 5] =
        [Self::NotApplicable, Self::NotDelivered, Self::Undefined, Self::LeftOut, Self::NoRow];

    /// Its number among the symbols of PX.
    pub(super) fn number(self) -> usize {
        match self {
            Self::NotApplicable => 1,
            Self::NotDelivered => 2,
            Self::Undefined => 3,
            Self::LeftOut => 4,
            Self::NoRow => 5,
        }
    }

    /// As many dots as its number.
    pub(super) fn dots(self) -> &'static str {
        &"....."[..self.number()]
    }

    /// The key of what it says.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::NotApplicable => "status_meaning.not_applicable",
            Self::NotDelivered => "status_meaning.not_delivered",
            Self::Undefined => "status_meaning.undefined",
            Self::LeftOut => "exchange.left_out",
            Self::NoRow => "px.no_row",
        }
    }
}

/// A dimension, with the values that the table has of it in their order.
pub(super) struct Axis<'a> {
    /// The column's name; none where rows are told apart by their numbers alone.
    pub(super) name: Option<&'a str>,
    pub(super) members: Vec<Member>,
    /// Whether it is the quarter or the year of the cells.
    pub(super) is_time: bool,
    /// The member of each row.
    places: Vec<usize>,
}

impl<'a> Axis<'a> {
    fn of(column: &'a ResultColumn, row_count: usize) -> Self {
        let of_rows: Vec<Member> = (0..row_count).map(|row| member(&column.values, row)).collect();
        let distinct: BTreeSet<&Member> = of_rows.iter().collect();
        let mut members: Vec<Member> = distinct.into_iter().cloned().collect();
        // A dimension has a value, also in an answer without rows.
        if members.is_empty() {
            members.push(Member::Unknown);
        }
        let place = |it: &Member| known(members.binary_search(it).ok());
        let places = of_rows.iter().map(place).collect();
        Self { name: Some(&column.name), members, is_time: false, places }
    }

    /// The numbers of rows.
    fn numbered(row_count: usize) -> Self {
        let members =
            (1..=row_count).map(|number| Member::Value(number.to_string().into())).collect();
        Self { name: None, members, is_time: false, places: (0..row_count).collect() }
    }
}

/// A number, or numbers, over some of their quarters: places of members and of the figure, all where there
/// is none.
pub(super) struct Partial {
    pub(super) members: Vec<Option<usize>>,
    pub(super) figure: Option<usize>,
}

/// The cells, by dimensions but the time, then figures, then time.
pub(super) struct Cube<'a> {
    pub(super) axes: Vec<Axis<'a>>,
    pub(super) figures: Vec<(&'a ResultColumn, &'a Numbers)>,
    /// For each combination of the members of all axes the row that has it.
    rows: Vec<Option<usize>>,
    /// What a figure is where no row is, if somebody would have a row: 0 where none.
    absent: Vec<Option<Symbol>>,
    /// Over which axes rows are, where every combination of these has a row if somebody was there.
    levels: BTreeSet<Vec<bool>>,
}

impl<'a> Cube<'a> {
    pub(super) fn of(table: &'a ReleasedTable) -> Result<Self, ExportError> {
        let (mut axes, mut figures) = (Vec::new(), Vec::new());
        for column in table.columns() {
            match &column.values {
                Values::Numbers(numbers) => figures.push((column, numbers)),
                _ if column.is_status() => {}
                _ => axes.push(Axis::of(column, table.row_count())),
            }
        }
        let of_name = |name: &&str| axes.iter().position(|it| it.name == Some(*name));
        if let Some(at) = ["quarter", "year"].iter().find_map(of_name) {
            axes[at].is_time = true;
        }
        let row_count = table.row_count();
        let keys = (0..row_count).map(|row| axes.iter().map(|it| it.places[row]).collect());
        let keys: BTreeSet<Vec<usize>> = keys.collect();
        if keys.len() < row_count {
            axes.push(Axis::numbered(row_count));
        }
        let combinations = axes.iter().try_fold(1_usize, |count, axis| {
            count.checked_mul(axis.members.len()).filter(|it| *it <= CELLS_MAX)
        });
        let cells = combinations.and_then(|it| it.checked_mul(figures.len()));
        if cells.is_none_or(|it| it > CELLS_MAX) {
            return Err(ExportError::CubeTooLarge { most: CELLS_MAX });
        }
        let absent = figures.iter().map(|it| absent(table, &it.0.name)).collect();
        let rows = vec![None; known(combinations)];
        let mut cube = Self { axes, figures, rows, absent, levels: BTreeSet::new() };
        let is_known = table.has_every_row();
        for row in 0..row_count {
            let members = cube.members(row);
            let place = cube.place(&members);
            cube.rows[place] = Some(row);
            if is_known {
                let level = cube.level(&members);
                cube.levels.insert(level);
            }
        }
        Ok(cube)
    }

    /// The members of a row, by their places.
    fn members(&self, row: usize) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.places[row]).collect()
    }

    fn level(&self, members: &[usize]) -> Vec<bool> {
        let pairs = self.axes.iter().zip(members);
        pairs.map(|(axis, at)| axis.members[*at] == Member::Total).collect()
    }

    /// The place of a combination of members.
    fn place(&self, members: &[usize]) -> usize {
        let pairs = self.axes.iter().zip(members);
        pairs.fold(0, |place, (axis, at)| place * axis.members.len() + at)
    }

    /// The axes in the order of the cells; none is that of the figures.
    pub(super) fn order(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        let of = |is_time: bool| {
            let axes = self.axes.iter().enumerate();
            axes.filter(move |it| it.1.is_time == is_time).map(|it| Some(it.0))
        };
        of(false).chain([None]).chain(of(true))
    }

    /// Cells.
    pub(super) fn cell_count(&self) -> usize {
        self.rows.len() * self.figures.len()
    }

    /// Cells that stand on one line: figures and times.
    pub(super) fn columns(&self) -> usize {
        let times = self.axes.iter().find(|it| it.is_time).map_or(1, |it| it.members.len());
        (self.figures.len() * times).max(1)
    }

    /// The decimals of the cell at a place, and its number or why there is none.
    pub(super) fn cell(&self, place: usize) -> (u8, Result<i128, Symbol>) {
        let (mut members, mut figure, mut rest) = (vec![0; self.axes.len()], 0, place);
        let order: Vec<Option<usize>> = self.order().collect();
        for axis in order.into_iter().rev() {
            let size = axis.map_or(self.figures.len(), |at| self.axes[at].members.len());
            *axis.map_or(&mut figure, |at| &mut members[at]) = rest % size;
            rest /= size;
        }
        let numbers = self.figures[figure].1;
        let cell = match self.rows[self.place(&members)] {
            Some(row) => of_cell(numbers.cells[row]),
            None if !self.levels.contains(&self.level(&members)) => Err(Symbol::NoRow),
            None => self.absent[figure].map_or(Ok(0), Err),
        };
        (numbers.decimals, cell)
    }

    /// The numbers over some of their quarters: where all numbers of a time are, the time alone.
    pub(super) fn partial(&self) -> Vec<Partial> {
        let time = self.axes.iter().position(|it| it.is_time);
        let row_count = self.figures.first().map_or(0, |it| it.1.cells.len());
        let rows: Vec<Vec<usize>> = (0..row_count).map(|row| self.members(row)).collect();
        let of_time = |row: usize| time.map_or(0, |at| rows[row][at]);
        let times = time.map_or(1, |at| self.axes[at].members.len());
        // Whether a time has a number over all its quarters, and whether it has others.
        let (mut whole, mut partial) = (vec![false; times], vec![false; times]);
        for (row, (_, numbers)) in
            (0..row_count).flat_map(|row| self.figures.iter().map(move |it| (row, it)))
        {
            match numbers.cells[row] {
                Cell::Value(_) => whole[of_time(row)] = true,
                Cell::Partial(_) => partial[of_time(row)] = true,
                _ => {}
            }
        }
        let mut found = Vec::new();
        for at in (0..times).filter(|at| partial[*at] && !whole[*at]) {
            let mut members = vec![None; self.axes.len()];
            if let Some(time) = time {
                members[time] = Some(at);
            }
            found.push(Partial { members, figure: None });
        }
        for row in (0..row_count).filter(|row| whole[of_time(*row)]) {
            let members: Vec<Option<usize>> = rows[row].iter().copied().map(Some).collect();
            let is_partial =
                |it: &(&ResultColumn, &Numbers)| matches!(it.1.cells[row], Cell::Partial(_));
            let figures: Vec<usize> =
                (0..self.figures.len()).filter(|at| is_partial(&self.figures[*at])).collect();
            if figures.len() == self.figures.len() {
                found.push(Partial { members, figure: None });
            } else {
                let of = |figure| Partial { members: members.clone(), figure: Some(figure) };
                found.extend(figures.into_iter().map(of));
            }
        }
        found
    }
}

fn of_cell(cell: Cell) -> Result<i128, Symbol> {
    match cell {
        Cell::Value(value) | Cell::Partial(value) => Ok(value),
        Cell::Undefined => Err(Symbol::Undefined),
        Cell::NotApplicable => Err(Symbol::NotApplicable),
        Cell::NotDelivered => Err(Symbol::NotDelivered),
        Cell::LeftOut => Err(Symbol::LeftOut),
    }
}

/// What a figure is where nobody was: counts and sums are 0, what is divided by them has no number. What
/// looks at other rows besides is not said.
fn absent(table: &ReleasedTable, name: &str) -> Option<Symbol> {
    if let Some(metric) = Metric::named(name) {
        return metric.is_ratio().then_some(Symbol::Undefined);
    }
    match table.derived(name).map(|it| &it.formula) {
        Some(Formula::Ratio(..) | Formula::PerPerson(_)) => Some(Symbol::Undefined),
        _ => Some(Symbol::NoRow),
    }
}

/// Quarters or years as PX has them: the values that the dimension has, one by one.
pub(super) fn periods(axis: &Axis<'_>) -> Option<String> {
    let mut kind = None;
    let mut periods = Vec::with_capacity(axis.members.len());
    for member in axis.members.iter().filter(|_| axis.is_time) {
        let Member::Value(text) = member else { return None };
        let quarter = text.parse::<Quarter>().ok();
        let (own, period) = match quarter {
            Some(quarter) => ("Q1", format!("\"{}{}\"", quarter.year(), quarter.number())),
            None => ("A1", format!("\"{text}\"")),
        };
        if *kind.get_or_insert(own) != own {
            return None;
        }
        periods.push(period);
    }
    kind.map(|kind| format!("TLIST({kind}),{}", periods.join(",")))
}
