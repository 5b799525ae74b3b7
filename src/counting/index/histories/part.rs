//! The entries of some rows, put into shards of persons as they come.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use arrow::array::{Array as _, AsArray as _, DictionaryArray, RecordBatch};
use arrow::datatypes::{Date32Type, Decimal128Type, Int16Type, Int32Type, Int64Type};

use super::HistoriesError;
use super::entry::{Entry, NO_CENTS};
use super::vocabulary::Axis;
use crate::attribution::{ObservationBatch, Values, stored_column};
use crate::exact::fitting;
use crate::quarter::{Day, Quarter, end_of_month};

/// All persons.
const ALL: RangeInclusive<i64> = i64::MIN..=i64::MAX;

/// The columns of texts among the axes.
const TEXTS: [Axis; 5] = [Axis::Regime, Axis::Measure, Axis::Guidance, Axis::Cpas, Axis::Sex];

/// Entries that a shard is to have, more or less.
const ENTRIES_PER_SHARD: u64 = 1 << 15;

/// Where entries go: persons whose numbers are near stand in one shard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shards {
    first: i64,
    shift: u32,
    pub(super) count: usize,
}

impl Shards {
    /// For that many observations of the persons in a range, whose numbers are spread evenly.
    pub(super) fn of(persons: &RangeInclusive<i64>, rows: u64) -> Self {
        let span = persons.end().abs_diff(*persons.start());
        let wanted = rows.div_ceil(ENTRIES_PER_SHARD).next_power_of_two();
        // The most significant bit of the span stands before those that tell shards apart.
        let shift = (u64::BITS - span.leading_zeros()).max(wanted.ilog2()) - wanted.ilog2();
        let count = fitting::<_, usize>(span >> shift) + 1;
        Self { first: *persons.start(), shift, count }
    }

    /// One for all persons.
    const fn one() -> Self {
        Self { first: 0, shift: u64::BITS - 1, count: 1 }
    }

    /// The shard of a person in the range.
    #[inline]
    fn at(self, person: i64) -> usize {
        fitting(person.abs_diff(self.first) >> self.shift)
    }
}

/// The months of a quarter: the first days of the second and the third.
#[derive(Debug, Clone, Copy)]
struct Months([Day; 2]);

impl Months {
    fn of(quarter: Quarter) -> Self {
        let second = end_of_month(quarter.first_day()) + 1;
        Self([second, end_of_month(second) + 1])
    }

    /// Those in which some of the days lie that rows of the quarter have, a bit each.
    #[inline]
    fn between(self, first: Day, last: Day) -> u8 {
        let at = |day: Day| u8::from(day >= self.0[0]) + u8::from(day >= self.0[1]);
        // The bits from the month of the first day on, up to that of the last.
        (0b111 << at(first)) & (0b111 >> (2 - at(last)))
    }
}

/// What a file has, with numbers of its own.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) values: [Vec<Option<String>>; 7],
    numbers: [HashMap<Option<String>, usize>; 7],
    /// The places of the years seen so far.
    birth_years: Vec<Option<u64>>,
    places: Shards,
    pub(super) shards: Vec<Vec<Entry>>,
}

impl Part {
    pub(super) fn new(places: Shards) -> Self {
        Self {
            values: Default::default(),
            numbers: Default::default(),
            birth_years: Vec::new(),
            places,
            shards: vec![Vec::new(); places.count],
        }
    }

    /// The number of a value, in its place.
    fn code(&mut self, axis: Axis, value: Option<&str>) -> Result<u64, HistoriesError> {
        let value = value.map(ToOwned::to_owned);
        let (values, numbers) = (&mut self.values[axis as usize], &mut self.numbers[axis as usize]);
        let next = values.len();
        let code = *numbers.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            next
        });
        let (column, count, most) = (axis.column(), code + 1, 1 << axis.bits());
        if count > most {
            return Err(HistoriesError::TooMany { column, count, most });
        }
        Ok(axis.place(code))
    }

    /// Adds rows that were read back.
    pub(super) fn add(
        &mut self,
        batch: &RecordBatch,
        quarter: Quarter,
        persons: &RangeInclusive<i64>,
    ) -> Result<(), HistoriesError> {
        let mut codes = vec![self.quarter(quarter)?; batch.num_rows()];
        for axis in TEXTS {
            self.add_texts(axis, stored_column(batch, axis.column()).as_dictionary(), &mut codes)?;
        }
        let years = stored_column(batch, Axis::BirthYear.column()).as_primitive::<Int16Type>();
        self.add_birth_years(years.iter(), &mut codes)?;
        let amounts = stored_column(batch, "amount").as_primitive::<Decimal128Type>();
        // Amounts have twelve digits.
        let cents = fitting::<i128, i64>;
        let cents = amounts.iter().map(|amount| amount.map_or(NO_CENTS, cents));
        let day = |name| stored_column(batch, name).as_primitive::<Date32Type>().values();
        let ends = day("first_day").iter().zip(day("last_day"));
        let days = stored_column(batch, "days").as_primitive::<Int32Type>().values();
        let person = stored_column(batch, "person").as_primitive::<Int64Type>().values();
        self.take(quarter, persons, person.iter().zip(codes), days.iter().zip(ends).zip(cents));
        Ok(())
    }

    /// The rows of a file, as they are before they are written.
    pub(super) fn of_rows(batches: &[ObservationBatch]) -> Result<Self, HistoriesError> {
        let mut part = Self::new(Shards::one());
        for batch in batches {
            part.add_rows(batch)?;
        }
        part.shards.iter_mut().for_each(Vec::shrink_to_fit);
        Ok(part)
    }

    fn add_rows(&mut self, batch: &ObservationBatch) -> Result<(), HistoriesError> {
        let quarter = batch.quarter();
        let mut codes = vec![self.quarter(quarter)?; batch.row_count()];
        for axis in TEXTS {
            let column = batch.column(axis.column()).codes();
            let texts = std::iter::once(None).chain(column.texts().iter().map(|it| Some(&**it)));
            // What no row has is no value of the vocabulary.
            let code = |(text, used)| if used { self.code(axis, text) } else { Ok(0) };
            let table = texts.zip(column.used()).map(code);
            let table: Vec<u64> = table.collect::<Result<_, _>>()?;
            column.mix_into(&table, &mut codes);
        }
        let years = batch.column(Axis::BirthYear.column()).small_values().iter();
        let year = |year: &i32| (*year != Values::NO_SMALL).then(|| fitting(*year));
        self.add_birth_years(years.map(year), &mut codes)?;
        let [person, amounts] = ["person", "amount"].map(|it| batch.column(it).large_values());
        let cents = amounts.iter().map(|it| if *it == Values::NO_LARGE { NO_CENTS } else { *it });
        let [days, first, last] =
            ["days", "first_day", "last_day"].map(|it| batch.column(it).small_values());
        let days = days.iter().zip(first.iter().zip(last)).zip(cents);
        self.take(quarter, &ALL, person.iter().zip(codes), days);
        Ok(())
    }

    /// The same for persons of a range alone, in other shards.
    pub(super) fn within(&self, persons: &RangeInclusive<i64>, places: Shards) -> Self {
        let mut part = Self::new(places);
        part.values.clone_from(&self.values);
        for entry in self.shards.iter().flatten() {
            if persons.contains(&entry.person) {
                part.shards[places.at(entry.person)].push(*entry);
            }
        }
        part
    }

    /// Takes rows: persons with their numbers, then days, first and last day, and cents.
    fn take<'r>(
        &mut self,
        quarter: Quarter,
        range: &RangeInclusive<i64>,
        persons: impl Iterator<Item = (&'r i64, u64)>,
        rows: impl Iterator<Item = ((&'r i32, (&'r Day, &'r Day)), i64)>,
    ) {
        let months = Months::of(quarter);
        for ((person, codes), ((days, (first, last)), cents)) in persons.zip(rows) {
            if !range.contains(person) {
                continue;
            }
            let (days, months) = (fitting(*days), months.between(*first, *last));
            let entry = Entry { person: *person, codes, observations: 1, days, months, cents };
            let shard = &mut self.shards[self.places.at(*person)];
            match shard.last_mut() {
                Some(last) if last.is_like(&entry) => last.add(&entry),
                _ => shard.push(entry),
            }
        }
    }

    fn quarter(&mut self, quarter: Quarter) -> Result<u64, HistoriesError> {
        self.code(Axis::Quarter, Some(&quarter.to_string()))
    }

    fn add_texts(
        &mut self,
        axis: Axis,
        column: &DictionaryArray<Int32Type>,
        codes: &mut [u64],
    ) -> Result<(), HistoriesError> {
        let texts = column.values().as_string::<i32>();
        let table: Vec<u64> =
            texts.iter().map(|text| self.code(axis, text)).collect::<Result<_, _>>()?;
        let place = |key: i32| table[fitting::<_, usize>(key)];
        let keys = column.keys();
        if keys.null_count() == 0 {
            codes.iter_mut().zip(keys.values()).for_each(|(code, key)| *code |= place(*key));
            return Ok(());
        }
        let none = self.code(axis, None)?;
        let keys = keys.iter().map(|key| key.map_or(none, place));
        codes.iter_mut().zip(keys).for_each(|(code, place)| *code |= place);
        Ok(())
    }

    fn birth_year(&mut self, year: Option<i16>) -> Result<u64, HistoriesError> {
        // A place for no year, and one for each that could be.
        let at = year.map_or(0, |year| 1 + usize::from(year.unsigned_abs()));
        if let Some(Some(place)) = self.birth_years.get(at) {
            return Ok(*place);
        }
        let text = year.map(|year| year.to_string());
        let place = self.code(Axis::BirthYear, text.as_deref())?;
        self.birth_years.resize(self.birth_years.len().max(at + 1), None);
        self.birth_years[at] = Some(place);
        Ok(place)
    }

    fn add_birth_years(
        &mut self,
        years: impl Iterator<Item = Option<i16>>,
        codes: &mut [u64],
    ) -> Result<(), HistoriesError> {
        let mut last = None;
        for (code, year) in codes.iter_mut().zip(years) {
            // The rows of a person stand side by side in most deliveries.
            let place = match last {
                Some((known, place)) if known == year => place,
                _ => self.birth_year(year)?,
            };
            last = Some((year, place));
            *code |= place;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_of_a_quarter_are_those_in_which_a_row_has_a_day() {
        let quarter: Quarter = "2008Q1".parse().unwrap();
        let (first, last) = (quarter.first_day(), quarter.last_day());
        let february = first + 31;
        let cases = [
            (first, first, 0b001),
            (february - 1, february, 0b011),
            (february, february + 28, 0b010),
            (february, february + 29, 0b110),
            (last, last, 0b100),
            // A row counts in every quarter that it touches.
            (first - 400, last + 400, 0b111),
            (first - 1, first, 0b001),
        ];
        for (from, to, expected) in cases {
            assert_eq!(Months::of(quarter).between(from, to), expected, "{from} to {to}");
        }
    }
}
