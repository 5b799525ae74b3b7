//! The values of one dimension beside each other: a table with rows of headings.
//!
//! In: a table and a dimension of it. Out: its grid, totals last in rows and in columns. Never: a number
//! of the table that has no place, a 0 where nobody knows that there was none.

use std::collections::{BTreeSet, HashMap};

use super::cells::{Grid, GridCell, GridRow, Head};
use super::layout::{Layout, NO_ROW, symbol};
use super::picture::is_time;
use super::words::is_number;
use crate::disclosure::{Cell, Member, Numbers, ResultColumn, Values};
use crate::metric::{Dimension, Metric};
use crate::words::Words;

/// Columns that a table for people can have.
const COLUMNS_MAX: usize = 250;

/// Lays a table out with the values of `wide` beside each other.
pub(super) fn across(
    layout: &Layout<'_>,
    wide: &str,
    figures: &[&ResultColumn],
) -> Result<Grid, String> {
    let (across, members) = divided(layout, wide)?;
    let stubs: Vec<&ResultColumn> =
        layout.stubs().iter().filter(|it| it.name != across.name).collect();
    let columns: Vec<Member> = {
        let distinct: BTreeSet<&Member> = members.iter().collect();
        distinct.into_iter().cloned().collect()
    };
    let width = columns.len() * figures.len().max(1);
    if width > COLUMNS_MAX {
        return Err(format!(
            "`{wide}` has {} values: a table {width} columns wide cannot be read",
            columns.len()
        ));
    }
    let places = Places::of(layout, &stubs, members)?;
    let sought = Sought { layout, across, stubs: &stubs, columns: &columns, places: &places };
    if stubs.is_empty() {
        return Ok(sought.figures_below(figures));
    }
    let mut heads: Vec<Vec<Head>> = vec![stubs.iter().map(|it| layout.head(it)).collect()];
    match figures {
        [figure] => {
            let is_number = is_number(figure);
            heads[0].extend(columns.iter().map(|it| sought.head(it, 1, is_number)));
        }
        figures => {
            heads[0].iter_mut().for_each(|it| it.rows = 2);
            heads[0].extend(columns.iter().map(|it| sought.head(it, figures.len(), true)));
            let below = columns.iter().flat_map(|_| figures.iter().map(|it| layout.head(it)));
            heads.push(below.collect());
        }
    }
    let rows = places.keys.iter().map(|key| GridRow {
        is_total: key.contains(&Member::Total),
        cells: sought.cells(key, figures),
    });
    let mut grid = layout.grid(heads, stubs.len(), rows.collect());
    if let [figure] = figures {
        grid.unit = layout.title(&figure.name);
        grid.in_time = sought.in_time(stubs.len());
    }
    Ok(grid)
}

/// The dimension of a name, with the value of each row.
fn divided<'t>(
    layout: &Layout<'t>,
    wide: &str,
) -> Result<(&'t ResultColumn, &'t [Member]), String> {
    let members = |it: &'t ResultColumn| match &it.values {
        Values::Members(members) => Some((it, members.as_slice())),
        Values::Text(_) | Values::Numbers(_) => None,
    };
    let mut known = layout.stubs().iter().filter_map(members);
    known.clone().find(|(it, _)| it.name == wide).ok_or_else(|| {
        let names: Vec<&str> = known.by_ref().map(|(it, _)| it.name.as_str()).collect();
        format!("`{wide}` is no dimension of this table: there are {}", names.join(", "))
    })
}

/// The rows of the table by what they are of.
struct Places {
    /// What rows are of besides the dimension across, in the order of the rows.
    keys: Vec<Vec<Member>>,
    /// The row of a key and a value across.
    rows: HashMap<(Vec<Member>, Member), usize>,
}

impl Places {
    fn of(
        layout: &Layout<'_>,
        stubs: &[&ResultColumn],
        members: &[Member],
    ) -> Result<Self, String> {
        let (mut keys, mut rows) = (Vec::new(), HashMap::new());
        let mut known = BTreeSet::new();
        for (row, across) in members.iter().enumerate() {
            let key: Vec<Member> = stubs.iter().map(|it| member(it, row)).collect();
            if known.insert(key.clone()) {
                keys.push(key.clone());
            }
            if rows.insert((key, across.clone()), row).is_some() {
                return Err("two rows of this table are of the same: none can stand across".into());
            }
        }
        if layout.table.is_ordered() {
            // As the query orders them, but for totals.
            keys.sort_by_key(|key| key.iter().filter(|it| **it == Member::Total).count());
        } else {
            keys.sort();
        }
        Ok(Self { keys, rows })
    }
}

/// What a row is of, along a column before the numbers.
fn member(column: &ResultColumn, row: usize) -> Member {
    match &column.values {
        Values::Members(members) => members[row].clone(),
        texts => texts.text(row).map_or(Member::Unknown, |it| Member::Value(it.into())),
    }
}

/// Where cells are looked up.
struct Sought<'s, 'a> {
    layout: &'s Layout<'a>,
    across: &'s ResultColumn,
    stubs: &'s [&'s ResultColumn],
    columns: &'s [Member],
    places: &'s Places,
}

impl Sought<'_, '_> {
    fn head(&self, member: &Member, columns: usize, is_number: bool) -> Head {
        let name = member.text().map_or_else(String::new, std::borrow::Cow::into_owned);
        let text = self.layout.member(self.across, member);
        Head { text, name, columns, rows: 1, is_number, notes: Vec::new() }
    }

    /// The cells of a row.
    fn cells(&self, key: &[Member], figures: &[&ResultColumn]) -> Vec<GridCell> {
        let headed = self.stubs.iter().zip(key).map(|(column, member)| {
            let value = member.text().map_or_else(String::new, std::borrow::Cow::into_owned);
            let text = self.layout.member(column, member);
            GridCell { text, value, ..GridCell::default() }
        });
        let mut cells: Vec<GridCell> = headed.collect();
        for member in self.columns {
            cells.extend(figures.iter().map(|figure| self.cell(key, member, figure)));
        }
        cells
    }

    fn cell(&self, key: &[Member], member: &Member, figure: &ResultColumn) -> GridCell {
        match self.places.rows.get(&(key.to_vec(), member.clone())) {
            Some(row) => self.layout.cell(figure, *row),
            None => self.absent(key, member, figure),
        }
    }

    /// Without another dimension the figures stand below each other.
    fn figures_below(&self, figures: &[&ResultColumn]) -> Grid {
        let words = Words::of(self.layout.look.language);
        let text = words.text("page.figure").to_owned();
        let (name, notes) = (String::new(), Vec::new());
        let first = Head { text, name, columns: 1, rows: 1, is_number: false, notes };
        let heads = self.columns.iter().map(|it| self.head(it, 1, true));
        let heads: Vec<Head> = std::iter::once(first).chain(heads).collect();
        let rows = figures.iter().map(|figure| {
            let (text, value) = (self.layout.title(&figure.name), figure.name.clone());
            let mut cells = vec![GridCell { text, value, ..GridCell::default() }];
            cells.extend(self.columns.iter().map(|it| self.cell(&[], it, figure)));
            GridRow { is_total: false, cells }
        });
        let grid = self.layout.grid(vec![heads], 1, rows.collect());
        Grid { in_time: self.in_time(1), ..grid }
    }

    /// The columns across that are times, with one figure each, behind those that head a row.
    fn in_time(&self, stubs: usize) -> Vec<usize> {
        let is_time = is_time(self.across);
        let times = self.columns.iter().enumerate();
        let times = times.filter(|(_, it)| is_time && **it != Member::Total);
        times.map(|(at, _)| stubs + at).collect()
    }

    /// A cell that no row of the table stands behind: 0 where what it counts was delivered.
    fn absent(&self, key: &[Member], member: &Member, figure: &ResultColumn) -> GridCell {
        let cell = self.none(key, member, figure);
        let mut shown = match (&figure.values, cell) {
            (Values::Numbers(numbers), Some(cell)) => {
                let values = Values::Numbers(Numbers { cells: vec![cell], ..numbers.clone() });
                let column = ResultColumn { name: figure.name.clone(), values };
                self.layout.cell(&column, 0)
            }
            (Values::Numbers(_), None) => GridCell {
                text: symbol(NO_ROW).to_owned(),
                is_number: true,
                status: NO_ROW,
                ..GridCell::default()
            },
            _ => GridCell::default(),
        };
        shown.is_added = true;
        shown
    }

    /// What a complete answer would show where this one has no row, as far as the rows of the same time
    /// tell: only what is counted, of what does not depend on other quarters.
    fn none(&self, key: &[Member], member: &Member, figure: &ResultColumn) -> Option<Cell> {
        let Values::Numbers(numbers) = &figure.values else { return None };
        let metric = Metric::named(&figure.name).filter(|it| !it.is_ratio())?;
        let of = |column: &ResultColumn| -> Option<&Member> {
            let at = self.stubs.iter().position(|it| it.name == column.name);
            if column.name == self.across.name { Some(member) } else { key.get(at?) }
        };
        let dimensions = self.layout.stubs();
        let depends =
            |it: &ResultColumn| Dimension::named(&it.name).is_none_or(Dimension::is_of_course);
        if self.layout.table.ranks_within() || dimensions.iter().any(depends) {
            return None;
        }
        let alike = |names: &[&str]| -> Vec<usize> {
            let same = dimensions.iter().filter(|it| names.contains(&&*it.name));
            let same: Vec<_> = same.filter_map(|it| Some((it, of(it)?))).collect();
            let rows = 0..self.layout.table.row_count();
            rows.filter(|row| same.iter().all(|(it, wanted)| member_is(it, *row, wanted))).collect()
        };
        let cells = |rows: Vec<usize>| rows.into_iter().map(|row| numbers.cells[row]);
        let mut found: Vec<Cell> = cells(alike(&["quarter", "year"])).collect();
        if metric.is_of_conventions() && dimensions.iter().any(|it| it.name == "regime") {
            // Which regimes have conventions, their own rows say.
            let own: Vec<Cell> = cells(alike(&["quarter", "year", "regime"])).collect();
            if !own.is_empty() {
                found = own;
            } else if !cells(alike(&["regime"])).any(|it| it.value().is_some()) {
                return None;
            }
        }
        let has = |wanted: fn(&Cell) -> bool| found.iter().any(wanted);
        if has(|it| matches!(it, Cell::Value(_))) {
            return Some(Cell::Value(0));
        }
        if has(|it| matches!(it, Cell::Partial(_))) {
            return Some(Cell::Partial(0));
        }
        let first = found.first().copied()?;
        let alone = matches!(first, Cell::NotApplicable | Cell::NotDelivered);
        (alone && found.iter().all(|it| *it == first)).then_some(first)
    }
}

fn member_is(column: &ResultColumn, row: usize, wanted: &Member) -> bool {
    match &column.values {
        Values::Members(members) => members[row] == *wanted,
        Values::Text(_) | Values::Numbers(_) => false,
    }
}
