//! The one table that a SELECT reads: the observations, one of WITH, or a subquery.

use sqlparser::ast::{TableAlias, TableFactor, TableWithJoins};

use super::names::{OBSERVATIONS, Rows};
use super::place::place;
use super::reader::Reader;
use super::tables::{Relation, Table};
use crate::query::language::expression::{Place, Refusal, shown};
use crate::query::language::filter::folded;

impl Reader {
    /// The one table behind FROM.
    pub(super) fn from(&mut self, from: &[TableWithJoins], at: Place) -> Option<(Table, Rows)> {
        let help = "FROM takes the table `observations`, or one subquery";
        let [TableWithJoins { relation, joins }] = from else {
            return self.refuse(at, format!("expected one table, found {}", from.len()), help);
        };
        if !joins.is_empty() {
            let help = "group by person in a subquery to look at what a person has together";
            return self.refuse(place(relation), "tables are not joined here", help);
        }
        match relation {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                let parts: Option<Vec<_>> = name.0.iter().map(|part| part.as_ident()).collect();
                let text = match parts.as_deref() {
                    Some([part]) => folded(part),
                    _ => name.to_string(),
                };
                let qualifier = match alias {
                    Some(alias) => self.alias(alias, at)?,
                    None => text.clone(),
                };
                if let Some((_, table)) = self.named.iter().rev().find(|(known, _)| *known == text)
                {
                    let rows = Rows::of_table(Some(qualifier), table);
                    return Some((table.clone(), rows));
                }
                if text == OBSERVATIONS {
                    let rows = Rows::observations(qualifier, self.rows);
                    let columns = rows.all().map(|it| (it.name.clone(), it.kind)).collect();
                    let relation = Relation::Observations;
                    return Some((Table { relation, columns, is_single: true, selects: 0 }, rows));
                }
                let named = self.named.iter().map(|(name, _)| name.clone());
                let known = std::iter::once(OBSERVATIONS.to_owned()).chain(named).collect();
                self.refusals.push(Refusal::unknown("table", &text, known).at(place(relation)));
                None
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                let alias = match alias {
                    Some(alias) => Some(self.alias(alias, at)?),
                    None => None,
                };
                let table = self.query(subquery, false)?;
                let rows = Rows::of_table(alias, &table);
                Some((table, rows))
            }
            other => {
                self.refuse(place(other), format!("`{}` is no table here", shown(other)), help)
            }
        }
    }

    fn alias(&mut self, alias: &TableAlias, at: Place) -> Option<String> {
        if !alias.columns.is_empty() || alias.at.is_some() {
            let message = format!("`{}` gives columns other names", shown(alias));
            return self.refuse(at, message, "give them in its SELECT");
        }
        Some(folded(&alias.name))
    }
}
