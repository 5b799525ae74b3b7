//! Appearances: how many persons appear in a quarter, by the quarter in which they last did before.
//!
//! In: the entries of each person, in the order of quarters. Out: a file of counts, for every
//! [`Selection`]. The distinct persons of quarters that follow each other are those who appear in one
//! of them and in none of the others before it: sums of these counts, in a time that does not depend
//! on how many persons there are. Never: a sum for anything but a selection and quarters in a row.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, Int64Array, RecordBatch, UInt8Array,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, UInt8Type};
use arrow::ipc::writer::FileWriter;
use polars::prelude::PlHashMap;

use super::HistoriesError;
use super::checksums::FileSink;
use super::entry::Entry;
use super::file::{METADATA_KEY, Metadata, Reader};
use super::vocabulary::{Axis, Vocabulary};
use crate::exact::fitting;

/// The entries that are looked for: of a regime and a measure, by their numbers, or of any; of
/// partnership conventions alone, or of any guidance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    /// The regime; any where it is none.
    pub regime: Option<u8>,
    /// The measure; any where it is none.
    pub measure: Option<u8>,
    /// Whether only partnership conventions count.
    pub conventions: bool,
}

/// Counts the appearances of persons.
#[derive(Debug)]
pub(super) struct AppearanceCounter {
    is_convention: Vec<bool>,
    quarter_count: usize,
    /// The places after all regimes and all measures, which are those of any.
    any_regime: usize,
    any_measure: usize,
    /// By selection: the last person who appeared, and in which quarter.
    last: Vec<(i64, u8)>,
    /// By selection, and by quarter and the one before, 0 for none; empty where nobody appears.
    persons: Vec<Vec<i64>>,
}

impl AppearanceCounter {
    /// `is_convention` says it of each guidance, by its number.
    pub(super) fn new(vocabulary: &Vocabulary, is_convention: Vec<bool>) -> Self {
        let [quarter_count, any_regime, any_measure] =
            [Axis::Quarter, Axis::Regime, Axis::Measure].map(|it| vocabulary.values(it).len());
        let selections = (any_regime + 1) * (any_measure + 1) * 2;
        Self {
            is_convention,
            quarter_count,
            any_regime,
            any_measure,
            last: vec![(NOBODY, 0); selections],
            persons: vec![Vec::new(); selections],
        }
    }

    /// Takes all entries of a person, in the order of quarters.
    pub(super) fn add(&mut self, person: i64, entries: &[Entry]) {
        let (any_regime, any_measure) = (self.any_regime, self.any_measure);
        for Entry { codes, .. } in entries {
            let codes = *codes;
            let quarter = Axis::Quarter.of(codes);
            let convention = self.is_convention[Axis::Guidance.of(codes)];
            for regime in [Axis::Regime.of(codes), any_regime] {
                for measure in [Axis::Measure.of(codes), any_measure] {
                    let place = (regime * (any_measure + 1) + measure) * 2;
                    self.appear(place, person, quarter);
                    if convention {
                        self.appear(place + 1, person, quarter);
                    }
                }
            }
        }
    }

    #[inline]
    fn appear(&mut self, place: usize, person: i64, quarter: usize) {
        let (last_person, last_quarter) = self.last[place];
        let known = last_person == person;
        if known && usize::from(last_quarter) == quarter {
            return;
        }
        let before = if known { usize::from(last_quarter) + 1 } else { 0 };
        // Quarters are numbered in eight bits.
        self.last[place] = (person, fitting(quarter));
        let persons = &mut self.persons[place];
        if persons.is_empty() {
            persons.resize(self.quarter_count * (self.quarter_count + 1), 0);
        }
        persons[quarter * (self.quarter_count + 1) + before] += 1;
    }

    /// The counts that are not 0, by rising selection, quarter and quarter before.
    fn rows(&self) -> impl Iterator<Item = Row> {
        let width = self.quarter_count + 1;
        let (any_regime, any_measure) = (self.any_regime, self.any_measure);
        // Regimes, measures and quarters are numbered in eight bits.
        let number = fitting::<usize, u8>;
        let selections = self.persons.iter().enumerate();
        selections.flat_map(move |(place, counts)| {
            let (regime, measure) = (place / 2 / (any_measure + 1), place / 2 % (any_measure + 1));
            let selection = Selection {
                regime: (regime != any_regime).then(|| number(regime)),
                measure: (measure != any_measure).then(|| number(measure)),
                conventions: place % 2 == 1,
            };
            let present = counts.iter().enumerate().filter(|(_, persons)| **persons > 0);
            present.map(move |(at, persons)| Row {
                selection,
                quarter: number(at / width),
                before: (at % width).checked_sub(1).map(number),
                persons: *persons,
            })
        })
    }

    /// Writes the counts to a file.
    pub(super) fn write(
        self,
        sink: FileSink,
        metadata: &Metadata,
    ) -> arrow::error::Result<FileSink> {
        let rows: Vec<Row> = self.rows().collect();
        let small = |of: &dyn Fn(&Row) -> Option<u8>| -> ArrayRef {
            Arc::new(rows.iter().map(of).collect::<UInt8Array>())
        };
        let conventions: BooleanArray =
            rows.iter().map(|row| Some(row.selection.conventions)).collect();
        let columns: Vec<ArrayRef> = vec![
            small(&|row| row.selection.regime),
            small(&|row| row.selection.measure),
            Arc::new(conventions),
            small(&|row| Some(row.quarter)),
            small(&|row| row.before),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.persons))),
        ];
        let mut writer = FileWriter::try_new(sink, &schema())?;
        writer.write(&RecordBatch::try_new(schema(), columns)?)?;
        writer.write_metadata(METADATA_KEY, metadata.text()?);
        writer.finish()?;
        writer.into_inner()
    }
}

/// No pseudonym is below zero.
const NOBODY: i64 = -1;

struct Row {
    selection: Selection,
    quarter: u8,
    before: Option<u8>,
    persons: i64,
}

fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let number = |name: &str, nullable| Field::new(name, DataType::UInt8, nullable);
        Arc::new(Schema::new(vec![
            number("regime", true),
            number("measure", true),
            Field::new("conventions", DataType::Boolean, false),
            number("quarter", false),
            number("before", true),
            Field::new("persons", DataType::Int64, false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// The appearances of all persons, to be asked.
#[derive(Debug)]
pub struct Appearances {
    /// By selection, in the order of quarters.
    counts: PlHashMap<Selection, Vec<Appearance>>,
}

#[derive(Debug)]
struct Appearance {
    quarter: usize,
    /// The quarter before, from 1; 0 for none.
    before: usize,
    persons: u64,
}

impl Appearances {
    /// Reads all counts of a file.
    pub(super) fn read(reader: Reader, path: &Path) -> Result<Self, HistoriesError> {
        let damaged = |text: &str| HistoriesError::damaged(path)(text);
        let mut counts: PlHashMap<Selection, Vec<Appearance>> = PlHashMap::default();
        for batch in reader {
            let batch = batch.map_err(HistoriesError::damaged(path))?;
            if batch.schema().fields() != schema().fields() {
                return Err(damaged("its columns are not those of appearances"));
            }
            let small = |at: usize| batch.column(at).as_primitive::<UInt8Type>();
            let (regimes, measures, quarters) = (small(0), small(1), small(3));
            let (conventions, befores) = (batch.column(2).as_boolean(), small(4));
            let persons = batch.column(5).as_primitive::<Int64Type>();
            for row in 0..batch.num_rows() {
                let optional =
                    |numbers: &UInt8Array| numbers.is_valid(row).then(|| numbers.value(row));
                let selection = Selection {
                    regime: optional(regimes),
                    measure: optional(measures),
                    conventions: conventions.value(row),
                };
                let count = u64::try_from(persons.value(row));
                counts.entry(selection).or_default().push(Appearance {
                    quarter: quarters.value(row).into(),
                    before: optional(befores).map_or(0, |before| usize::from(before) + 1),
                    persons: count.map_err(|_| damaged("it counts fewer persons than none"))?,
                });
            }
        }
        Ok(Self { counts })
    }

    /// The distinct persons of quarters in a row, by their numbers.
    pub fn persons(&self, selection: Selection, quarters: &Range<usize>) -> u64 {
        let counts = self.counts.get(&selection).map_or(&[][..], Vec::as_slice);
        let from = counts.partition_point(|it| it.quarter < quarters.start);
        let asked = counts[from..].iter().take_while(|it| it.quarter < quarters.end);
        asked.filter(|it| it.before <= quarters.start).map(|it| it.persons).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Quarters, two regimes, two measures, and guidances of which one is a convention.
    fn vocabulary() -> Vocabulary {
        let mut values = Axis::ALL.map(|_| BTreeSet::from([None]));
        let texts = |texts: &[&str]| texts.iter().map(|it| Some((*it).to_owned())).collect();
        values[0] = (0..6).map(|at| Some(format!("200{at}Q1"))).collect();
        values[1] = texts(&["a", "b"]);
        values[2] = texts(&["m", "n"]);
        values[3] = texts(&["h100", "none"]);
        Vocabulary::new(values).unwrap()
    }

    proptest! {
        #[test]
        fn sums_of_appearances_are_distinct_persons(
            rows in prop::collection::btree_set((0_i64..12, 0_usize..6, 0_usize..2, 0_usize..2, 0_usize..2), 0..80),
        ) {
            let mut counter = AppearanceCounter::new(&vocabulary(), vec![true, false]);
            let codes = |(_, quarter, regime, measure, guidance): &(i64, usize, usize, usize, usize)| {
                Axis::Quarter.place(*quarter) | Axis::Regime.place(*regime)
                    | Axis::Measure.place(*measure) | Axis::Guidance.place(*guidance)
            };
            for row in &rows {
                let (person, codes) = (row.0, codes(row));
                let entry = Entry { person, codes, observations: 1, days: 1, months: 1, cents: 0 };
                counter.add(row.0, &[entry]);
            }
            let metadata = Metadata::new(&super::super::state::State::default(), &[], &vocabulary());
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            let sink = FileSink::new(Some(std::fs::File::create(&path).unwrap()));
            let sum = counter.write(sink, &metadata).unwrap().finish().unwrap();
            let mut checksums = super::super::checksums::Checksums::default();
            checksums.insert("file".to_owned(), sum);
            let (_, reader, _) = super::super::file::open(&path, &checksums).unwrap().unwrap();
            let appearances = Appearances::read(reader, &path).unwrap();
            for regime in [None, Some(0), Some(1)] {
                for measure in [None, Some(0), Some(1)] {
                    for conventions in [false, true] {
                        let selection = Selection { regime, measure, conventions };
                        for (from, to) in (0..6).flat_map(|from| (from..=6).map(move |to| (from, to))) {
                            let is_selected = |row: &&(i64, usize, usize, usize, usize)| {
                                (from..to).contains(&row.1)
                                    && regime.is_none_or(|it| usize::from(it) == row.2)
                                    && measure.is_none_or(|it| usize::from(it) == row.3)
                                    && (!conventions || row.4 == 0)
                            };
                            let persons: BTreeSet<i64> =
                                rows.iter().filter(is_selected).map(|row| row.0).collect();
                            let counted = appearances.persons(selection, &(from..to));
                            prop_assert_eq!(counted, persons.len() as u64);
                        }
                    }
                }
            }
        }
    }
}
