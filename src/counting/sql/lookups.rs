//! What the dictionary says of stored values, as rows of values to join with.
//!
//! In: places and measures of the dictionary. Out: tables of those that a question needs. Never: a code twice.

use super::Counting;
use crate::metric::Dimension;
use crate::sql::{Cte, Expr, nothing, table, text};

/// Where each centre lies.
pub(super) const PLACES: &str = "places";
/// The code that took over from each that ended.
pub(super) const SUCCESSORS: &str = "codes_ended";
/// The group of each measure.
pub(super) const GROUPS: &str = "groups_of_measures";

fn optional(value: Option<&str>) -> Expr {
    value.map_or_else(nothing, text)
}

impl Counting<'_> {
    /// The tables that a question needs.
    pub(super) fn lookups(self) -> Vec<Cte> {
        let needs = |dimension| self.question.needs(dimension);
        let mut tables = Vec::new();
        if needs(Dimension::Province) || needs(Dimension::Region) {
            tables.push(self.places());
        }
        if needs(Dimension::CpasToday) {
            tables.push(self.successors());
        }
        if needs(Dimension::MeasureGroup) {
            let group = |it: &crate::dictionary::Measure| {
                vec![text(&it.name), optional(it.group.as_deref())]
            };
            let rows = self.dictionary.measures().iter().map(group).collect();
            tables.push(table(GROUPS, &["measure", "measure_group"], rows));
        }
        tables
    }

    fn places(self) -> Cte {
        let (province, region) =
            (self.question.needs(Dimension::Province), self.question.needs(Dimension::Region));
        let row = |it: &crate::dictionary::Municipality| {
            let mut row = vec![text(&it.nis)];
            row.extend(province.then(|| optional(it.province.as_deref())));
            row.extend(region.then(|| text(&it.region)));
            row
        };
        let columns = ["cpas"].into_iter();
        let columns =
            columns.chain(province.then_some("province")).chain(region.then_some("region"));
        let rows = self.dictionary.places().municipalities().iter().map(row).collect();
        table(PLACES, &columns.collect::<Vec<_>>(), rows)
    }

    fn successors(self) -> Cte {
        let places = self.dictionary.places();
        let ended = places.municipalities().iter().filter(|it| it.successor.is_some());
        let mut rows: Vec<Vec<Expr>> =
            ended.map(|it| vec![text(&it.nis), text(places.today(&it.nis))]).collect();
        if rows.is_empty() {
            rows.push(vec![nothing(), nothing()]);
        }
        table(SUCCESSORS, &["cpas", "cpas_today"], rows)
    }
}
