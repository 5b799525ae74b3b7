//! What the warehouse has recorded of its deliveries, as tables of a report.
//!
//! In: the records of the current deliveries. Out: rows by delivery, by quarter, by broken rule. Never:
//! a count that is not in a record.

use crate::answer::ResultTable;
use crate::disclosure::{Cell, Member, Numbers, ResultColumn, Unit, Values};
use crate::document::{DocumentError, Labels};
use crate::exact::known;
use crate::report::{List, TableDefinition};
use crate::warehouse::{DeliveryRecord, Snapshot};
use crate::words::{Language, Words};

/// The table of a list. `delivery = "last"` is the delivery that came in last.
pub(super) fn list(
    kind: List,
    table: &TableDefinition,
    snapshot: &Snapshot,
) -> Result<ResultTable, DocumentError> {
    let last = snapshot.commits().last().map(|it| it.record.delivery.as_str());
    let is_wanted = |record: &&DeliveryRecord| {
        table.wheres.iter().all(|(_, value)| match value.as_str() {
            "last" => last == Some(record.delivery.as_str()),
            value => value == record.delivery,
        })
    };
    let records = snapshot.deliveries().into_iter().map(|it| &it.record).filter(is_wanted);
    let records: Vec<&DeliveryRecord> = records.collect();
    let (name, title, columns) = match kind {
        List::Deliveries => ("deliveries", "report.list_deliveries", deliveries(&records)),
        List::Quarters => ("quarters", "report.list_quarters", quarters(&records)),
        List::Findings => ("findings", "report.list_findings", findings(&records)),
    };
    let [fr, nl, de] = [Language::Fr, Language::Nl, Language::De]
        .map(|it| Some(Words::of(it).text(title).to_owned()));
    let title = Labels { en: Words::of(Language::En).text(title).to_owned(), fr, nl, de };
    ResultTable::list(name, title, Labels::default(), columns)
}

fn deliveries(records: &[&DeliveryRecord]) -> Vec<ResultColumn> {
    let rows = |name, count: fn(&DeliveryRecord) -> u64| {
        numbers(name, Unit::Count, 0, records.iter().map(|it| count(it).into()))
    };
    let euros = |name, text: fn(&DeliveryRecord) -> &str| {
        numbers(name, Unit::Euros, 2, records.iter().map(|it| cents(text(it))))
    };
    vec![
        members("delivery", records.iter().map(|it| it.delivery.clone())),
        rows("rows_read", |it| it.reconciliation.rows_read),
        rows("rows_accepted", |it| it.reconciliation.rows_accepted),
        rows("rows_rejected", |it| it.reconciliation.rows_rejected),
        euros("amount_accepted", |it| &it.reconciliation.cents_accepted),
        euros("amount_outside", |it| &it.reconciliation.cents_clipped),
        euros("amount_rejected", |it| &it.reconciliation.cents_rejected),
    ]
}

fn quarters(records: &[&DeliveryRecord]) -> Vec<ResultColumn> {
    let rows = || {
        records.iter().flat_map(|it| it.reconciliation.quarters.iter().map(move |row| (it, row)))
    };
    vec![
        members("delivery", rows().map(|(it, _)| it.delivery.clone())),
        members("quarter", rows().map(|(_, row)| row.quarter.clone())),
        numbers("observations", Unit::Count, 0, rows().map(|(_, row)| row.observations.into())),
        numbers("amount", Unit::Euros, 2, rows().map(|(_, row)| cents(&row.cents))),
    ]
}

fn findings(records: &[&DeliveryRecord]) -> Vec<ResultColumn> {
    let rows = || records.iter().flat_map(|it| it.rules.iter().map(move |rule| (it, rule)));
    vec![
        members("delivery", rows().map(|(it, _)| it.delivery.clone())),
        members("severity", rows().map(|(_, rule)| rule.severity.clone())),
        members("rule", rows().map(|(_, rule)| rule.rule.clone())),
        numbers("rows_with_findings", Unit::Count, 0, rows().map(|(_, rule)| rule.rows.into())),
    ]
}

/// Cents as a record has them; earlier records did not say those of rejected rows.
fn cents(text: &str) -> i128 {
    if text.is_empty() { 0 } else { known(text.parse().ok()) }
}

fn members(name: &str, of: impl Iterator<Item = String>) -> ResultColumn {
    let values = Values::Members(of.map(|it| Member::Value(it.into())).collect());
    ResultColumn { name: name.to_owned(), values }
}

fn numbers(name: &str, unit: Unit, decimals: u8, of: impl Iterator<Item = i128>) -> ResultColumn {
    let cells = of.map(Cell::Value).collect();
    let values = Values::Numbers(Numbers { unit, decimals, cells });
    ResultColumn { name: name.to_owned(), values }
}
