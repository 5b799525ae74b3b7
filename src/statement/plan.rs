//! From tables as data to a lazy frame. Arithmetic is done before rows are grouped and after, never
//! within, so that the engine groups nothing but plain columns.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::grouping::{called, key};
use super::tables::{Aggregate, Call, Grouping, Order, Relation, Selection, Table};
use crate::counting::{column_type, derive, halves, lower, order_keys, satisfying, whole, widened};
use crate::dictionary::Dictionary;
use crate::exact::{fitting, known};
use crate::metric::Dimension;
use crate::query::language::columns::COLUMNS;
use crate::query::language::expression::{Kind, Node, Typed};

/// The least person of a row, whatever it is made of.
pub(super) const LEAST: &str = "_least";
/// The greatest; the same as the least where there is one person.
pub(super) const GREATEST: &str = "_greatest";

/// The frame of a statement's answer: its columns in order, and the persons of each row where they
/// are asked for.
pub(super) fn plan(
    relation: &Relation,
    tells_persons: bool,
    observations: &LazyFrame,
    dictionary: &Dictionary,
) -> PolarsResult<LazyFrame> {
    Source { observations, dictionary, tells_persons }.relation(relation, true)
}

/// The stored columns that a plan reads; persons too, where rows tell them.
pub(super) fn stored_columns(relation: &Relation, tells_persons: bool) -> Vec<String> {
    let mut names = BTreeSet::new();
    names.extend(tells_persons.then_some("person".to_owned()));
    add_names(relation, &mut names);
    names.into_iter().collect()
}

fn add_names(relation: &Relation, names: &mut BTreeSet<String>) {
    match relation {
        Relation::Observations => {}
        Relation::Union { parts, .. } => {
            for part in parts {
                add_names(&part.relation, names);
            }
        }
        Relation::Selection(selection) => {
            add_names(&selection.input, names);
            if matches!(selection.input, Relation::Observations) {
                let stored = |name: String| {
                    let derived = Dimension::named(&name).map(|it| it.column().to_owned());
                    let own = COLUMNS.iter().any(|(column, _)| *column == name).then_some(name);
                    own.or(derived)
                };
                names.extend(columns(selection).into_iter().filter_map(stored));
            }
        }
    }
}

struct Source<'a> {
    observations: &'a LazyFrame,
    dictionary: &'a Dictionary,
    /// Whether every table has the least and the greatest person of each row.
    tells_persons: bool,
}

impl Source<'_> {
    /// Rows, in an order that is the same each time where it can be seen.
    fn relation(&self, relation: &Relation, is_seen: bool) -> PolarsResult<LazyFrame> {
        match relation {
            Relation::Observations if self.tells_persons => {
                let persons = [LEAST, GREATEST].map(|name| col("person").alias(name));
                Ok(self.observations.clone().with_columns(persons))
            }
            Relation::Observations => Ok(self.observations.clone()),
            Relation::Selection(selection) => self.selection(selection, is_seen),
            Relation::Union { parts, kinds, distinct, .. } => {
                let part = |table: &Table| {
                    let frame = self.relation(&table.relation, is_seen)?;
                    let columns = kinds.iter().enumerate().map(|(at, kind)| {
                        let column = col(table.relation.column(at)).cast(column_type(*kind));
                        column.alias(relation.column(at))
                    });
                    Ok(frame.select(columns.chain(self.persons()).collect::<Vec<_>>()))
                };
                let frames = parts.iter().map(part).collect::<PolarsResult<Vec<_>>>()?;
                let all = concat(frames, UnionArgs::default())?;
                let keys = kinds.iter().enumerate().map(|(at, kind)| (relation.column(at), *kind));
                Ok(if *distinct { self.distinct(all, keys.collect()) } else { all })
            }
        }
    }

    fn selection(&self, selection: &Selection, is_seen: bool) -> PolarsResult<LazyFrame> {
        let is_seen = is_seen || selection.limit.is_some();
        let mut frame = self.relation(&selection.input, is_seen && selection.grouping.is_none())?;
        if matches!(selection.input, Relation::Observations) {
            let used = columns(selection);
            let needs = |dimension: Dimension| used.iter().any(|it| it == dimension.name());
            frame = derive(frame, &needs, self.dictionary)?;
        }
        if let Some(condition) = &selection.condition {
            frame = satisfying(frame, condition);
        }
        if let Some(grouping) = &selection.grouping {
            frame = self.grouped(frame, grouping, selection.number, is_seen);
        }
        if let Some(having) = &selection.having {
            frame = satisfying(frame, having);
        }
        let outputs = selection.outputs.iter().enumerate();
        let outputs = outputs.map(|(at, typed)| lower(typed).alias(selection.output(at)));
        frame = frame.with_columns(outputs.collect::<Vec<_>>());
        let shown = || (0..selection.outputs.len()).map(|at| selection.output(at));
        if selection.distinct {
            let kinds = selection.outputs.iter().map(|typed| typed.kind);
            frame = self.distinct(frame, shown().zip(kinds).collect());
        }
        frame = ordered(frame, &selection.order);
        if let Some(limit) = selection.limit {
            // More rows than the engine can number, no frame has.
            let most = u64::from(IdxSize::MAX);
            let rows = limit.rows.map_or(IdxSize::MAX, |rows| fitting(rows.min(most)));
            frame = frame.slice(fitting(limit.skipped.min(most)), rows);
        }
        Ok(frame.select(shown().map(col).chain(self.persons()).collect::<Vec<_>>()))
    }

    /// The columns of persons, where there are any.
    fn persons(&self) -> impl Iterator<Item = Expr> {
        [LEAST, GREATEST].into_iter().filter(|_| self.tells_persons).map(col)
    }

    /// The persons of a group of rows.
    fn persons_of_groups(&self) -> impl Iterator<Item = Expr> {
        let both = [col(LEAST).min(), col(GREATEST).max()];
        both.into_iter().filter(|_| self.tells_persons)
    }

    /// Rows that differ in these columns, each where the first of them stood.
    fn distinct(&self, frame: LazyFrame, keys: Vec<(String, Kind)>) -> LazyFrame {
        let (frame, keys) = keyed(frame, keys);
        frame.group_by_stable(keys).agg(self.persons_of_groups().collect::<Vec<_>>())
    }

    /// One row for each group, with its keys and aggregates.
    fn grouped(
        &self,
        frame: LazyFrame,
        grouping: &Grouping,
        number: usize,
        is_seen: bool,
    ) -> LazyFrame {
        let Grouping { keys, calls } = grouping;
        let keys_named = keys.iter().enumerate().map(|(at, it)| lower(it).alias(key(number, at)));
        let with_argument = |(at, call): (usize, &Call)| {
            let name = argument(number, at);
            (call.aggregate != Aggregate::Rows).then(|| prepared(call).alias(name))
        };
        let arguments = calls.iter().enumerate().filter_map(with_argument);
        let frame = frame.with_columns(keys_named.chain(arguments).collect::<Vec<_>>());
        let of_parts = calls.iter().enumerate().filter(|(_, call)| is_in_halves(call));
        let of_parts = of_parts.flat_map(|(at, call)| {
            let (name, kind) = (argument(number, at), call.argument.kind);
            let (high, low) = halves(&Typed::column(name.clone(), kind));
            [high.alias(upper(number, at)), low.alias(name)]
        });
        let frame = frame.with_columns(of_parts.collect::<Vec<_>>());
        let of_calls = calls.iter().enumerate();
        let of_calls = of_calls.flat_map(|(at, call)| aggregated(call, number, at));
        let aggregates: Vec<Expr> = of_calls.chain(self.persons_of_groups()).collect();
        let groups = if keys.is_empty() {
            frame.select(if aggregates.is_empty() { vec![len()] } else { aggregates })
        } else {
            let keys = keys.iter().enumerate().map(|(at, it)| (key(number, at), it.kind));
            let (frame, keys) = keyed(frame, keys.collect());
            let groups = frame.group_by(&keys).agg(aggregates);
            let options = SortMultipleOptions::default().with_nulls_last(true);
            if is_seen { groups.sort_by_exprs(keys, options) } else { groups }
        };
        let results = calls.iter().enumerate().filter(|(_, call)| call.aggregate == Aggregate::Sum);
        let results = results.map(|(at, call)| summed(call, number, at).alias(called(number, at)));
        groups.with_columns(results.collect::<Vec<_>>())
    }
}

/// The keys of groups. A decimal that stands alone has a constant beside it: the engine groups by no
/// single column of 128 bits.
fn keyed(frame: LazyFrame, keys: Vec<(String, Kind)>) -> (LazyFrame, Vec<Expr>) {
    const SECOND: &str = "_second";
    let is_alone = matches!(keys.as_slice(), [(_, Kind::Decimal(_))]);
    let mut columns: Vec<Expr> = keys.into_iter().map(|(name, _)| col(name)).collect();
    if !is_alone {
        return (frame, columns);
    }
    columns.push(col(SECOND));
    (frame.with_columns([lit(0).alias(SECOND)]), columns)
}

/// The columns that a selection reads of its input.
fn columns(selection: &Selection) -> Vec<String> {
    let grouping = selection.grouping.iter();
    let of_groups = grouping.flat_map(|grouping| {
        grouping.keys.iter().chain(grouping.calls.iter().map(|call| &call.argument))
    });
    let order = selection.order.iter().map(|order| &order.by);
    let all = selection.condition.iter().chain(&selection.outputs).chain(order).chain(of_groups);
    all.flat_map(Typed::columns).collect()
}

fn ordered(frame: LazyFrame, order: &[Order]) -> LazyFrame {
    if order.is_empty() {
        return frame;
    }
    let (mut by, mut descending, mut nothing_last) = (Vec::new(), Vec::new(), Vec::new());
    for order in order {
        for key in order_keys(&order.by) {
            by.push(key);
            descending.push(order.descending);
            nothing_last.push(!order.nothing_first);
        }
    }
    let options = SortMultipleOptions::default()
        .with_order_descending_multi(descending)
        .with_nulls_last_multi(nothing_last)
        .with_maintain_order(true);
    frame.sort_by_exprs(by, options)
}

fn argument(number: usize, at: usize) -> String {
    format!("_{number}a{at}")
}

fn upper(number: usize, at: usize) -> String {
    format!("_{number}h{at}")
}

fn counted(number: usize, at: usize) -> String {
    format!("_{number}n{at}")
}

/// Whether numbers are so large that their sum may not fit in the engine's.
fn is_in_halves(call: &Call) -> bool {
    let stored = matches!(call.argument.node, Node::Column(_)) && is_narrow(&call.argument);
    call.aggregate == Aggregate::Sum && !stored && matches!(call.argument.kind, Kind::Decimal(_))
}

/// Whether it is a stored column, whose numbers are small.
fn is_narrow(typed: &Typed) -> bool {
    const NARROW: [&str; 5] = ["age", "amount", "birth_year", "days", "year"];
    matches!(&typed.node, Node::Column(name) if NARROW.contains(&name.as_str()))
}

/// The argument of an aggregate as a column.
fn prepared(call: &Call) -> Expr {
    let argument = &call.argument;
    match (call.aggregate, argument.kind) {
        (Aggregate::Sum, Kind::Integer) if is_narrow(argument) => {
            lower(argument).cast(DataType::Int64)
        }
        // The sum of so many numbers of 64 bits always fits in 38 digits.
        (Aggregate::Sum, Kind::Integer) => widened(argument).cast(column_type(Kind::Decimal(0))),
        _ => lower(argument),
    }
}

/// What the engine works out for each group.
fn aggregated(call: &Call, number: usize, at: usize) -> Vec<Expr> {
    let values = || col(argument(number, at));
    let name = called(number, at);
    let whole = |count: Expr| count.cast(DataType::Int64);
    match call.aggregate {
        Aggregate::Rows => vec![whole(len()).alias(name)],
        Aggregate::Count => vec![whole(values().count()).alias(name)],
        // No value is none of the distinct ones.
        Aggregate::Distinct => {
            let nothing = values().null_count().gt(lit(0)).cast(DataType::Int64);
            vec![(whole(values().n_unique()) - nothing).alias(name)]
        }
        Aggregate::Least => vec![values().min().alias(name)],
        Aggregate::Greatest => vec![values().max().alias(name)],
        Aggregate::Sum => {
            let mut sums = vec![
                values().sum().alias(name),
                whole(values().count()).alias(counted(number, at)),
            ];
            if is_in_halves(call) {
                let high = upper(number, at);
                sums.push(col(high.as_str()).sum().alias(high));
            }
            sums
        }
    }
}

/// A sum with the type of its kind; of no value it is none.
fn summed(call: &Call, number: usize, at: usize) -> Expr {
    let kind = Kind::Decimal(known(call.argument.kind.scale()));
    let sum = if is_in_halves(call) {
        let part = |name| Typed::column(name, Kind::Decimal(0));
        whole(&part(upper(number, at)), &part(called(number, at)), kind)
    } else {
        col(called(number, at)).cast(column_type(kind))
    };
    when(col(counted(number, at)).gt(lit(0))).then(sum).otherwise(lit(NULL))
}
