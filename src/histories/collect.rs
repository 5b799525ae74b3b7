//! Files of observations to entries, sorted by person.
//!
//! Entries are put into shards of persons as they are read. Each shard is then sorted by itself: it
//! stays near the processor, and one thread need not wait for another.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{Array, AsArray as _, DictionaryArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Int16Type, Int32Type, Int64Type, Schema, SchemaRef,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::HistoriesError;
use super::entry::{Entry, NO_CENTS, condense};
use super::vocabulary::{Axis, Translation, Vocabulary};
use crate::attribution::{observation_schema, stored_column};
use crate::quarter::{Day, Quarter, end_of_month};
use crate::warehouse::TableFile;

const ROWS_PER_BATCH: usize = 1 << 13;

/// Entries of some persons, and the values of all rows that were read.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) vocabulary: Vocabulary,
    /// By person, then by values; their numbers are those of `vocabulary`.
    shards: Vec<Vec<Entry>>,
}

impl Collected {
    /// The entries of each person, persons rising.
    pub(super) fn by_person(&self) -> impl Iterator<Item = &[Entry]> {
        self.shards.iter().flat_map(|shard| shard.chunk_by(|a, b| a.person == b.person))
    }
}

/// Entries that a shard is to have, more or less.
const ENTRIES_PER_SHARD: u64 = 1 << 15;

/// Where entries go: persons whose numbers are near stand in one shard.
#[derive(Debug, Clone, Copy)]
struct Shards {
    first: i64,
    shift: u32,
    count: usize,
}

impl Shards {
    /// For that many observations of the persons in a range, whose numbers are spread evenly.
    fn of(persons: &RangeInclusive<i64>, rows: u64) -> Self {
        let span = persons.end().abs_diff(*persons.start());
        let wanted = rows.div_ceil(ENTRIES_PER_SHARD).next_power_of_two();
        // The most significant bit of the span stands before those that tell shards apart.
        let shift = (u64::BITS - span.leading_zeros()).saturating_sub(wanted.ilog2());
        let count = usize::try_from(span >> shift).unwrap_or(usize::MAX).saturating_add(1);
        Self { first: *persons.start(), shift, count }
    }

    /// The shard of a person in the range.
    #[inline]
    fn at(self, person: i64) -> usize {
        usize::try_from(person.abs_diff(self.first) >> self.shift).unwrap_or(usize::MAX)
    }
}

/// Reads the entries of the persons in a range.
///
/// `known` are values that the vocabulary must have besides those that are found.
pub(super) fn collect(
    files: &[TableFile],
    persons: &RangeInclusive<i64>,
    known: &Vocabulary,
) -> Result<Collected, HistoriesError> {
    let shards = Shards::of(persons, files.iter().map(TableFile::row_count).sum());
    let read = |file: &TableFile| read_file(file, persons, shards);
    let parts: Vec<Part> = files.par_iter().map(read).collect::<Result<_, _>>()?;
    let found = Axis::ALL.map(|axis| {
        let values = parts.iter().flat_map(|part| part.values[axis as usize].iter().cloned());
        values.collect::<BTreeSet<_>>()
    });
    let vocabulary = known.union(&Vocabulary::new(found)?)?;
    let mut pieces: Vec<Vec<(Vec<Entry>, usize)>> = vec![Vec::new(); shards.count];
    let mut translations = Vec::with_capacity(parts.len());
    for (at, part) in parts.into_iter().enumerate() {
        translations.push(Translation::new(&part.values, &vocabulary));
        let held = part.shards.into_iter().zip(&mut pieces);
        held.for_each(|(entries, pieces)| pieces.push((entries, at)));
    }
    let shards = pieces.into_par_iter().map(|pieces| shard(pieces, &translations)).collect();
    Ok(Collected { vocabulary, shards })
}

/// Puts together what files have of some persons, each with its translation.
fn shard(pieces: Vec<(Vec<Entry>, usize)>, translations: &[Translation]) -> Vec<Entry> {
    let mut shard = Vec::with_capacity(pieces.iter().map(|piece| piece.0.len()).sum());
    for (entries, at) in pieces {
        let translation = &translations[at];
        let translated = |it: Entry| Entry { codes: translation.apply(it.codes), ..it };
        shard.extend(entries.into_iter().map(translated));
    }
    shard.sort_unstable_by_key(|entry| (entry.person, entry.codes));
    condense(&mut shard);
    shard
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
struct Part {
    values: [Vec<Option<String>>; 7],
    numbers: [HashMap<Option<String>, usize>; 7],
    /// The places of the years seen so far.
    birth_years: Vec<Option<u64>>,
    places: Shards,
    shards: Vec<Vec<Entry>>,
}

fn read_file(
    file: &TableFile,
    persons: &RangeInclusive<i64>,
    places: Shards,
) -> Result<Part, HistoriesError> {
    let path = file.path();
    let open = File::open(path).map_err(HistoriesError::io(path))?;
    // Codes come as numbers in the dictionaries that the file has.
    let options = ArrowReaderOptions::new().with_schema(schema());
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(open, options);
    let builder = builder.map_err(HistoriesError::damaged(path))?;
    let columns = Axis::ALL.iter().skip(1).map(|axis| axis.column());
    let columns = columns.chain(["person", "first_day", "last_day", "days", "amount"]);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
    let mut part = Part::new(places);
    let quarter = part.code(Axis::Quarter, Some(&file.quarter().to_string()))?;
    let months = Months::of(file.quarter());
    for batch in reader.map_err(HistoriesError::damaged(path))? {
        let batch = batch.map_err(HistoriesError::damaged(path))?;
        part.add(&batch, quarter, months, persons)?;
    }
    Ok(part)
}

/// The schema of observations, with codes as dictionaries.
fn schema() -> SchemaRef {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = observation_schema();
    let fields = fields.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => Field::new(field.name(), dictionary.clone(), field.is_nullable()),
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

impl Part {
    fn new(places: Shards) -> Self {
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

    fn add(
        &mut self,
        batch: &RecordBatch,
        quarter: u64,
        months: Months,
        persons: &RangeInclusive<i64>,
    ) -> Result<(), HistoriesError> {
        let mut codes = vec![quarter; batch.num_rows()];
        for axis in [Axis::Regime, Axis::Measure, Axis::Guidance, Axis::Cpas, Axis::Sex] {
            self.add_texts(axis, stored_column(batch, axis.column()).as_dictionary(), &mut codes)?;
        }
        self.add_birth_years(stored_column(batch, Axis::BirthYear.column()), &mut codes)?;
        let person = stored_column(batch, "person").as_primitive::<Int64Type>().values();
        let days = stored_column(batch, "days").as_primitive::<Int32Type>().values();
        let amounts = stored_column(batch, "amount").as_primitive::<Decimal128Type>();
        // Amounts have twelve digits.
        let cents = |cents: i128| i64::try_from(cents).unwrap_or_default();
        let cents = amounts.iter().map(|amount| amount.map_or(NO_CENTS, cents));
        let day = |name| stored_column(batch, name).as_primitive::<Date32Type>().values();
        let ends = day("first_day").iter().zip(day("last_day"));
        let touched = ends.map(|(first, last)| months.between(*first, *last));
        let rows = person.iter().zip(codes).zip(days).zip(touched).zip(cents);
        for ((((person, codes), days), months), cents) in rows {
            if !persons.contains(person) {
                continue;
            }
            let days = u32::try_from(*days).unwrap_or_default();
            let entry = Entry { person: *person, codes, observations: 1, days, months, cents };
            let shard = &mut self.shards[self.places.at(*person)];
            match shard.last_mut() {
                Some(last) if last.is_like(&entry) => last.add(&entry),
                _ => shard.push(entry),
            }
        }
        Ok(())
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
        let place = |key: i32| table[usize::try_from(key).unwrap_or_default()];
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
        column: &dyn Array,
        codes: &mut [u64],
    ) -> Result<(), HistoriesError> {
        let years = column.as_primitive::<Int16Type>();
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
