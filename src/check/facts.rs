//! A batch as the rules look at it: what its codes mean, and its rows as columns.

use super::context::CheckContext;
use super::first_days::FirstDays;
use super::value_facts::{PlaceFacts, ValueFacts};
use crate::decode::DecodedBatch;
use crate::dictionary::CodeColumn;
use crate::exact::fitting;
use crate::quarter::{Day, end_of_month};

/// The codes of a column: a key per row, and what each distinct code means.
pub(super) struct ColumnFacts<'a> {
    pub(super) keys: &'a [u32],
    pub(super) texts: &'a [Box<str>],
    pub(super) facts: Vec<ValueFacts>,
}

impl ColumnFacts<'_> {
    /// For each key, 0 included, what is `true` of its code; nothing is of no value.
    pub(super) fn table(&self, holds: impl Fn(&ValueFacts) -> bool) -> Vec<bool> {
        std::iter::once(false).chain(self.facts.iter().map(holds)).collect()
    }
}

/// The columns that a rule needs to look at: those in which some value of the batch could break it.
/// Most batches are clean, and most rules then have nothing to do.
#[derive(Default)]
pub(super) struct Suspects {
    /// Some code is not in its table.
    pub(super) unknown: Vec<CodeColumn>,
    /// Some code is not valid on every first day of the batch.
    pub(super) code_validity: Vec<CodeColumn>,
    /// Some place is not in the list.
    pub(super) place_unknown: Vec<CodeColumn>,
    /// Some place is not valid on every first day of the batch.
    pub(super) place_validity: Vec<CodeColumn>,
    /// The variable is not valid on every first day of the batch.
    pub(super) variable_validity: Vec<CodeColumn>,
    /// Not every regime fills the variable in.
    pub(super) regime: Vec<CodeColumn>,
}

/// A batch with its codes looked up and its rows classified.
pub(super) struct BatchFacts<'a> {
    pub(super) batch: &'a DecodedBatch,
    pub(super) columns: Vec<ColumnFacts<'a>>,
    pub(super) suspects: Suspects,
    pub(super) first_days: FirstDays,
    /// The last day, or the end of the first day's month where there is none.
    pub(super) end_day: Vec<Option<Day>>,
    pub(super) regime: Vec<Option<u16>>,
    pub(super) guidance: Vec<Option<u16>>,
    /// Whether the guidance is one of a partnership convention.
    pub(super) convention: Vec<bool>,
    pub(super) measure: Vec<Option<u16>>,
}

impl<'a> BatchFacts<'a> {
    pub(super) fn new(batch: &'a DecodedBatch, context: &CheckContext) -> Self {
        let column = |column: CodeColumn| {
            let codes = batch.codes(column);
            let facts = codes.texts().iter().map(|text| context.facts_of(column, text)).collect();
            ColumnFacts { keys: codes.keys(), texts: codes.texts(), facts }
        };
        let mut facts = Self {
            batch,
            columns: CodeColumn::all().map(column).collect(),
            suspects: Suspects::default(),
            first_days: FirstDays::of(batch, context.window()),
            end_day: end_days(batch),
            regime: Vec::new(),
            guidance: Vec::new(),
            convention: Vec::new(),
            measure: Vec::new(),
        };
        facts.suspects = facts.suspects(context);
        facts.classify(context);
        facts
    }

    pub(super) fn column(&self, column: CodeColumn) -> &ColumnFacts<'a> {
        &self.columns[column.index()]
    }

    fn suspects(&self, context: &CheckContext) -> Suspects {
        let mut suspects = Suspects::default();
        for column in CodeColumn::all() {
            let facts = &self.column(column).facts;
            if facts.is_empty() {
                continue;
            }
            let variable = context.variable(column);
            let add = |suspect: bool, columns: &mut Vec<CodeColumn>| {
                if suspect {
                    columns.push(column);
                }
            };
            add(facts.iter().any(|facts| facts.unknown), &mut suspects.unknown);
            let always = |facts: &ValueFacts| {
                facts.is_valid_where(|validity| self.first_days.all_within(validity))
            };
            add(!facts.iter().all(always), &mut suspects.code_validity);
            let is_unknown = |it: &ValueFacts| matches!(it.place, PlaceFacts::Unknown(_));
            add(facts.iter().any(is_unknown), &mut suspects.place_unknown);
            let always = |facts: &ValueFacts| {
                facts.is_place_where(|validity| self.first_days.all_within(validity))
            };
            add(!facts.iter().all(always), &mut suspects.place_validity);
            let always = self.first_days.all_within(variable.validity);
            add(!always, &mut suspects.variable_validity);
            add(variable.is_bound(), &mut suspects.regime);
        }
        suspects
    }

    /// Regime, guidance and measure of every row.
    fn classify(&mut self, context: &CheckContext) {
        let classes = Classes::of(context, self.batch.first_day(), |column| self.column(column));
        let is_convention = |guidance: &Option<u16>| {
            guidance.is_some_and(|guidance| context.is_convention(guidance.into()))
        };
        self.convention = classes.guidance.iter().map(is_convention).collect();
        self.regime = classes.regime;
        self.guidance = classes.guidance;
        self.measure = classes.measure;
    }
}

/// What rows are classified as, by places in the dictionary.
#[derive(Debug)]
pub struct Classes {
    /// The regime; none where the code is that of none.
    pub regime: Vec<Option<u16>>,
    /// The guidance, where there is one.
    pub guidance: Vec<Option<u16>>,
    /// The measure of a row that has a regime and a first day.
    pub measure: Vec<Option<u16>>,
}

impl Classes {
    pub(super) fn of<'f, 'a: 'f>(
        context: &CheckContext,
        first_days: &[Option<Day>],
        column: impl Fn(CodeColumn) -> &'f ColumnFacts<'a>,
    ) -> Self {
        fn looked_up(
            column: &ColumnFacts<'_>,
            meaning: impl Fn(&ValueFacts) -> Option<u16>,
        ) -> Vec<Option<u16>> {
            let table: Vec<Option<u16>> =
                std::iter::once(None).chain(column.facts.iter().map(meaning)).collect();
            column.keys.iter().map(|key| table[*key as usize]).collect()
        }
        let regime = looked_up(column(CodeColumn::LEGISLATION), |facts| facts.regime);
        let guidance = looked_up(column(CodeColumn::CBENCONV), |facts| facts.guidance);
        let classifier = context.classifier();
        let starts = regime.iter().zip(first_days);
        let mut left: Vec<u128> = starts
            .map(|(regime, first)| match (regime, first) {
                (Some(regime), Some(first)) => classifier.open((*regime).into(), *first),
                _ => 0,
            })
            .collect();
        for own in classifier.columns() {
            let facts = column(*own);
            let without = std::iter::once(classifier.without_value(*own));
            let table: Vec<u128> =
                without.chain(facts.facts.iter().map(|facts| facts.rules)).collect();
            for (left, key) in left.iter_mut().zip(facts.keys) {
                *left &= table[*key as usize];
            }
        }
        let known = regime.iter().zip(first_days).zip(left);
        let measure = |((regime, first), left): ((&Option<u16>, &Option<Day>), u128)| {
            (regime.is_some() && first.is_some()).then(|| fitting(classifier.first(left)))
        };
        let measure = known.map(measure).collect();
        Self { regime, guidance, measure }
    }

    /// What rows that are stored are classified as: `codes` gives those of a column as keys, 0 for
    /// none, and their texts.
    pub fn of_stored(
        context: &CheckContext,
        first_days: &[Option<Day>],
        codes: impl Fn(CodeColumn) -> (Vec<u32>, Vec<Box<str>>),
    ) -> Self {
        let held: Vec<_> = CodeColumn::all()
            .map(|column| {
                let of_rules = context.classifier().columns().contains(&column);
                let named = [CodeColumn::LEGISLATION, CodeColumn::CBENCONV].contains(&column);
                if of_rules || named { codes(column) } else { (Vec::new(), Vec::new()) }
            })
            .collect();
        let columns = CodeColumn::all().zip(&held).map(|(column, (keys, texts))| {
            let facts = texts.iter().map(|text| context.facts_of(column, text)).collect();
            ColumnFacts { keys, texts, facts }
        });
        let columns: Vec<ColumnFacts<'_>> = columns.collect();
        Self::of(context, first_days, |column| &columns[column.index()])
    }
}

/// The last days, with the end of the first day's month where nothing is written.
fn end_days(batch: &DecodedBatch) -> Vec<Option<Day>> {
    let end = |(row, (first, last)): (usize, (&Option<Day>, &Option<Day>))| {
        if last.is_some() {
            return *last;
        }
        let line = batch.lines()[row];
        let findings = batch.findings();
        let from = findings.partition_point(|finding| finding.line < line);
        let of_row = findings[from..].iter().take_while(|finding| finding.line == line);
        let unreadable = of_row.into_iter().any(|finding| finding.costs_value_of("DPAYLSTDAY"));
        first.filter(|_| !unreadable).map(end_of_month)
    };
    batch.first_day().iter().zip(batch.last_day()).enumerate().map(end).collect()
}
