//! From a SQL query to a table: WITH, UNION, ORDER BY and LIMIT around SELECTs; what is not known is
//! refused by name.

use sqlparser::ast::{
    Expr as Sql, LimitClause, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier,
};

use super::item::{Item, by_place, orders};
use super::names::Rows;
use super::place::place;
use super::tables::{Limit, Relation, Selection, Table};
use crate::query::language::expression::{Compiler, Kind, Place, Refusal, Typed, shown};
use crate::query::language::filter::folded;

/// SELECTs of a statement, those of a WITH counted wherever they are used.
const SELECTS_MAX: usize = 50;
/// Columns of a SELECT, keys of its groups or of its order.
const LISTED_MAX: usize = 200;

/// Reads one statement; gathers all that is refused.
pub(super) struct Reader {
    /// Whether single observations may be shown.
    pub(super) rows: bool,
    /// What WITH has named, innermost last.
    pub(super) named: Vec<(String, Table)>,
    pub(super) numbers: usize,
    pub(super) refusals: Vec<Refusal>,
}

impl Reader {
    pub(super) fn new(rows: bool) -> Self {
        Self { rows, named: Vec::new(), numbers: 0, refusals: Vec::new() }
    }

    pub(super) fn refuse<T>(
        &mut self,
        at: Place,
        message: impl Into<String>,
        help: &str,
    ) -> Option<T> {
        self.refusals.push(Refusal::new(message, help).at(at));
        None
    }

    pub(super) fn refuse_quotient<T>(&mut self, at: Place, name: &str, place: &str) -> Option<T> {
        let message = format!("`{}` of {place} is a quotient, which is not exact", shown(name));
        self.refuse(at, message, "round it first: round(sum(amount) / count(*), 2)")
    }

    pub(super) fn refuse_person<T>(&mut self, at: Place, message: String) -> Option<T> {
        self.refusals.push(Refusal::new(message, "").at(at).of_persons());
        None
    }

    /// A query; what an `outermost` one gives is shown.
    pub(super) fn query(&mut self, query: &Query, outermost: bool) -> Option<Table> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let others = [
            (fetch.is_some(), "FETCH"),
            (!locks.is_empty(), "FOR UPDATE"),
            (for_clause.is_some(), "FOR"),
            (settings.is_some(), "SETTINGS"),
            (format_clause.is_some(), "FORMAT"),
            (!pipe_operators.is_empty(), "|>"),
            (with.as_ref().is_some_and(|with| with.recursive), "WITH RECURSIVE"),
        ];
        self.none_of(&others, place(query))?;
        if let Some(OrderBy { kind: OrderByKind::Expressions(keys), .. }) = order_by {
            self.listed(keys.len(), "ORDER BY", place(query))?;
        }
        let known = self.named.len();
        for table in with.iter().flat_map(|with| &with.cte_tables) {
            if !table.alias.columns.is_empty() {
                let message = format!("`{}` gives columns other names", shown(&table.alias));
                return self.refuse(place(query), message, "give them in its SELECT");
            }
            let name = folded(&table.alias.name);
            let inner = self.query(&table.query, false)?;
            self.named.push((name, inner));
        }
        let limit = match limit_clause {
            Some(clause) => Some(self.limit(clause)?),
            None => None,
        };
        let table = match body.as_ref() {
            SetExpr::Select(select) => self.select(select, order_by.as_ref(), limit, outermost),
            body => {
                let table = self.set(body, outermost);
                self.ordered(table?, order_by.as_ref(), limit, place(query))
            }
        };
        self.named.truncate(known);
        table
    }

    pub(super) fn none_of(&mut self, others: &[(bool, &str)], at: Place) -> Option<()> {
        let mut none = Some(());
        for (_, name) in others.iter().filter(|(found, _)| *found) {
            let help = "known are SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, WITH and \
                        UNION";
            none = self.refuse(at, format!("{name} is not known here"), help);
        }
        none
    }

    fn set(&mut self, body: &SetExpr, outermost: bool) -> Option<Table> {
        match body {
            SetExpr::Select(select) => self.select(select, None, None, outermost),
            SetExpr::Query(query) => self.query(query, outermost),
            SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier, right } => {
                let distinct = match set_quantifier {
                    SetQuantifier::All => false,
                    SetQuantifier::None | SetQuantifier::Distinct => true,
                    _ => return self.refuse(place(body), "UNION is by place, not BY NAME", ""),
                };
                let (left, right) = (self.set(left, outermost), self.set(right, outermost));
                self.union(left?, right?, distinct, place(body))
            }
            _ => {
                let help = "known are SELECT and UNION";
                self.refuse(place(body), "expected a SELECT", help)
            }
        }
    }

    fn union(&mut self, left: Table, right: Table, distinct: bool, at: Place) -> Option<Table> {
        if left.columns.len() != right.columns.len() {
            return self.refuse(at, "the sides of UNION have different numbers of columns", "");
        }
        let all = left.columns.iter().chain(&right.columns);
        if let Some((name, _)) = all.clone().find(|(_, kind)| *kind == Kind::Quotient) {
            return self.refuse_quotient(at, name, "a side of UNION");
        }
        let mut kinds = Vec::new();
        for ((name, one), (_, other)) in left.columns.iter().zip(&right.columns) {
            kinds.push(match (one.scale(), other.scale()) {
                _ if one == other => *one,
                (Some(one), Some(other)) => Kind::Decimal(one.max(other)),
                _ => {
                    let (one, other) = (one.name(), other.name());
                    let message =
                        format!("`{}` is {one} and {other} on the sides of UNION", shown(name));
                    return self.refuse(at, message, "");
                }
            });
        }
        let selects = left.selects + right.selects;
        self.bounded(selects, at)?;
        let names = left.columns.iter().map(|(name, _)| name.clone());
        let columns = names.zip(kinds.iter().copied()).collect();
        let is_single = left.is_single || right.is_single;
        self.numbers += 1;
        let (number, parts) = (self.numbers, vec![left, right]);
        let relation = Relation::Union { number, parts, kinds, distinct };
        Some(Table { relation, columns, is_single, selects })
    }

    pub(super) fn bounded(&mut self, selects: usize, at: Place) -> Option<()> {
        if selects <= SELECTS_MAX {
            return Some(());
        }
        let help = "a table of WITH counts wherever it is used";
        self.refuse(at, format!("the statement has more than {SELECTS_MAX} SELECTs"), help)
    }

    /// A list of a SELECT that is no longer than anybody reads.
    pub(super) fn listed(&mut self, count: usize, what: &str, at: Place) -> Option<()> {
        if count <= LISTED_MAX {
            return Some(());
        }
        let message = format!("{what} has {count} expressions, and may have {LISTED_MAX}");
        self.refuse(at, message, "divide the statement into several")
    }

    /// A table in another order, or less of it.
    fn ordered(
        &mut self,
        table: Table,
        order: Option<&OrderBy>,
        limit: Option<Limit>,
        place: Place,
    ) -> Option<Table> {
        if order.is_none() && limit.is_none() {
            return Some(table);
        }
        if table.is_single && limit.is_some() {
            self.whole(place)?;
        }
        let mut rows = Rows::of_table(None, &table);
        let outputs: Vec<Typed> =
            rows.all().map(|named| Typed::column(named.column.clone(), named.kind)).collect();
        let items: Vec<Item> = table.columns.iter().map(|(name, _)| Item::column(name)).collect();
        self.numbers += 1;
        let number = self.numbers;
        let mut compiler = Compiler::new(&mut rows);
        let order = orders(&mut compiler, order, &items, &outputs, number);
        let refusals = compiler.refusals;
        self.refusals.extend(refusals);
        let relation = Relation::Selection(Box::new(Selection {
            number,
            input: table.relation,
            condition: None,
            grouping: None,
            having: None,
            outputs,
            distinct: false,
            order: order?,
            limit,
        }));
        Some(Table { relation, ..table })
    }

    /// Refuses to take some rows of a table of single ones by their place: one after the other, that
    /// would list them.
    pub(super) fn whole(&mut self, at: Place) -> Option<()> {
        if self.rows {
            return Some(());
        }
        let message = "LIMIT and OFFSET would pick out single observations or persons";
        self.refuse_person(at, message.to_owned())
    }

    fn limit(&mut self, clause: &LimitClause) -> Option<Limit> {
        let (skipped, rows) = match clause {
            LimitClause::LimitOffset { limit, offset, limit_by } if limit_by.is_empty() => {
                (offset.as_ref().map(|offset| &offset.value), limit.as_ref())
            }
            LimitClause::OffsetCommaLimit { offset, limit } => (Some(offset), Some(limit)),
            LimitClause::LimitOffset { .. } => {
                return self.refuse(Place::default(), "LIMIT BY is not known here", "");
            }
        };
        let skipped = match skipped {
            Some(tree) => self.count(tree)?,
            None => 0,
        };
        let rows = match rows {
            Some(tree) => Some(self.count(tree)?),
            None => None,
        };
        Some(Limit { skipped, rows })
    }

    /// A number of rows.
    fn count(&mut self, tree: &Sql) -> Option<u64> {
        let number = by_place(tree).and_then(|number| u64::try_from(number).ok());
        if number.is_none() {
            let message = format!("`{}` is no number of rows", shown(tree));
            let help = "LIMIT and OFFSET take a whole number";
            return self.refuse(place(tree), message, help);
        }
        number
    }
}
