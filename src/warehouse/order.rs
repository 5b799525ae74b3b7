//! The order of rows in a file, and the values of a column as ranks in their order.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::attribution::{Codes, ObservationBatch, Values};
use crate::exact::{fitting, known};

/// A column of codes over all batches: its texts in alphabetical order, and for each row the rank
/// of its text.
pub(super) struct Ranks<'b> {
    pub(super) texts: Vec<&'b str>,
    pub(super) by_row: RowRanks,
}

/// The rank of each row's value, from 1; 0 where it has none. As narrow as the number of values
/// allows.
pub(super) enum RowRanks {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl RowRanks {
    /// Numbers of rows among so many distinct values.
    fn of(distinct_count: usize, ranks: impl Iterator<Item = u32>) -> Self {
        if u8::try_from(distinct_count).is_ok() {
            Self::Narrow(ranks.map(|rank| rank.to_le_bytes()[0]).collect())
        } else {
            Self::Wide(ranks.collect())
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Narrow(ranks) => ranks.len(),
            Self::Wide(ranks) => ranks.len(),
        }
    }

    fn of_row(&self, row: usize) -> usize {
        match self {
            Self::Narrow(ranks) => ranks[row].into(),
            Self::Wide(ranks) => ranks[row] as usize,
        }
    }
}

impl<'b> Ranks<'b> {
    pub(super) fn of(columns: impl Iterator<Item = &'b Values>) -> Self {
        let codes: Vec<&Codes> = columns.map(Values::codes).collect();
        // The batches know much the same texts.
        let all = codes.iter().flat_map(|it| it.texts().iter().map(AsRef::as_ref));
        let mut texts: Vec<&str> = all.collect::<HashSet<&str>>().into_iter().collect();
        texts.sort_unstable();
        let ranks: HashMap<&str, u32> = texts.iter().copied().zip(1..).collect();
        let row_count = codes.iter().map(|it| it.row_count()).sum();
        if texts.is_empty() {
            return Self { texts, by_row: RowRanks::Narrow(vec![0; row_count]) };
        }
        let is_narrow = u8::try_from(texts.len()).is_ok();
        let mut narrow = Vec::with_capacity(if is_narrow { row_count } else { 0 });
        let mut wide = Vec::with_capacity(if is_narrow { 0 } else { row_count });
        for codes in codes {
            let texts = codes.texts().iter().map(AsRef::as_ref);
            let of_texts = texts.map(|text: &str| *known(ranks.get(text)));
            let table = std::iter::once(0).chain(of_texts);
            if is_narrow {
                let table: Vec<u8> = table.map(|rank| rank.to_le_bytes()[0]).collect();
                codes.map_into(&table, &mut narrow);
            } else {
                codes.map_into(&table.collect::<Vec<u32>>(), &mut wide);
            }
        }
        let by_row = if is_narrow { RowRanks::Narrow(narrow) } else { RowRanks::Wide(wide) };
        Self { texts, by_row }
    }

    fn named(batches: &'b [ObservationBatch], name: &str) -> Self {
        Self::of(batches.iter().map(|batch| batch.column(name)))
    }
}

/// A column of numbers over all batches in the same way.
pub(super) struct NumberRanks<N> {
    pub(super) numbers: Vec<N>,
    pub(super) by_row: RowRanks,
}

/// Span of numbers up to which they are looked up by place: days of some thousand years.
const SPAN_MAX: u64 = 1 << 20;
/// Distinct numbers of a wider span up to which a column is written as keys.
const NUMBERS_MAX: usize = 1 << 15;

impl<N: Copy + Ord + Into<i64>> NumberRanks<N> {
    /// The ranks, unless there are too many distinct numbers; `none` stands for no value.
    pub(super) fn of(columns: &[&[N]], none: N) -> Option<Self> {
        let present = || columns.iter().copied().flatten().copied().filter(|it| *it != none);
        let (least, most) = present().fold((i64::MAX, i64::MIN), |(least, most), number| {
            (least.min(number.into()), most.max(number.into()))
        });
        let span = if least > most { 0 } else { most.abs_diff(least) };
        if span < SPAN_MAX {
            Some(Self::by_place(columns, none, least, fitting(span)))
        } else {
            Self::by_search(columns, none)
        }
    }

    fn by_place(columns: &[&[N]], none: N, least: i64, span: usize) -> Self {
        let place = |number: N| {
            // The place before all others is that of no value.
            let distance = if number == none { -1 } else { number.into() - least };
            fitting::<_, usize>(distance + 1)
        };
        let mut held: Vec<Option<N>> = vec![None; span + 2];
        columns.iter().copied().flatten().for_each(|it| held[place(*it)] = Some(*it));
        let mut ranks = vec![0; held.len()];
        let mut numbers = Vec::new();
        for (rank, number) in ranks.iter_mut().zip(&held).skip(1) {
            if let Some(number) = number {
                numbers.push(*number);
                *rank = fitting(numbers.len());
            }
        }
        let by_row = columns.iter().copied().flatten().map(|it| ranks[place(*it)]);
        Self { by_row: RowRanks::of(numbers.len(), by_row), numbers }
    }

    fn by_search(columns: &[&[N]], none: N) -> Option<Self> {
        let mut distinct = BTreeSet::new();
        for number in columns.iter().copied().flatten().filter(|it| **it != none) {
            distinct.insert(*number);
            if distinct.len() > NUMBERS_MAX {
                return None;
            }
        }
        let numbers: Vec<N> = distinct.into_iter().collect();
        let rank = |number: &N| {
            let rank = numbers.binary_search(number).map_or(0, |at| at + 1);
            fitting::<_, u32>(rank)
        };
        let by_row = columns.iter().copied().flatten().map(rank);
        Some(Self { by_row: RowRanks::of(numbers.len(), by_row), numbers })
    }
}

/// The rows by regime and measure, counted through all batches, and those that are equal so far in
/// the order of the delivery. Equal values stand together, so that files are small and readers can
/// skip; lines rise within, and so do centres and persons where the sender has sorted by them.
/// Sorted by centre too, files of a delivery in another order are larger: what centres save, lines
/// cost twice.
pub(super) fn sorted(batches: &[ObservationBatch]) -> Vec<u32> {
    let [regimes, measures] = ["regime", "measure"].map(|name| Ranks::named(batches, name));
    let row_count = regimes.by_row.len();
    let measure_count = measures.texts.len() + 1;
    let group =
        |row: usize| regimes.by_row.of_row(row) * measure_count + measures.by_row.of_row(row);
    // Where the next row of each group goes: groups are few, so rows are counted, not compared.
    let mut places = vec![0; (regimes.texts.len() + 1) * measure_count];
    (0..row_count).for_each(|row| places[group(row)] += 1);
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    let mut sorted = vec![0; row_count];
    for row in 0..row_count {
        let place = &mut places[group(row)];
        sorted[*place] = fitting(row);
        *place += 1;
    }
    sorted
}
