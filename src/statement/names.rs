//! The names that an expression of a statement can use: columns of the one table behind FROM.

use sqlparser::ast::Ident;

use super::tables::{AGGREGATES, Table};
use crate::metric::Dimension;
use crate::query::language::columns::COLUMNS;
use crate::query::language::expression::{Kind, Refusal, Scope, Typed, shown};
use crate::query::language::filter::{folded, names};

/// The name of the stored table.
pub(super) const OBSERVATIONS: &str = "observations";

/// A column by name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    /// As the engine calls it.
    pub(super) column: String,
    pub(super) kind: Kind,
    /// Whether it is worked out for those who name it, and no part of `*`.
    is_derived: bool,
}

/// The columns of single rows.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// What may stand before the dot.
    qualifier: Option<String>,
    pub(super) known: Vec<Named>,
}

impl Rows {
    /// The stored columns and the dimensions that are worked out from them.
    pub(super) fn observations(qualifier: String, rows: bool) -> Self {
        let mut known = Vec::new();
        let all = names();
        let kind = |name: &str| {
            let found = all.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
            match found {
                Some(Kind::Identity) if rows => Kind::Integer,
                found => found.unwrap_or(Kind::Text),
            }
        };
        for (name, _) in COLUMNS {
            let (name, kind) = (name.to_owned(), kind(name));
            known.push(Named { column: name.clone(), name, kind, is_derived: false });
        }
        for dimension in Dimension::ALL.into_iter().filter(|it| !it.is_of_course() && !it.spreads())
        {
            let name = dimension.name().to_owned();
            if known.iter().all(|it| it.name != name) {
                let kind = kind(&name);
                known.push(Named { column: name.clone(), name, kind, is_derived: true });
            }
        }
        Self { qualifier: Some(qualifier), known }
    }

    /// The columns of a table that the statement makes.
    pub(super) fn of_table(qualifier: Option<String>, table: &Table) -> Self {
        let named = |(at, (name, kind)): (usize, &(String, Kind))| Named {
            name: name.clone(),
            column: table.relation.column(at),
            kind: *kind,
            is_derived: false,
        };
        Self { qualifier, known: table.columns.iter().enumerate().map(named).collect() }
    }

    /// What `*` stands for.
    pub(super) fn all(&self) -> impl Iterator<Item = &Named> {
        self.known.iter().filter(|named| !named.is_derived)
    }

    /// Whether that can stand before the dot.
    pub(super) fn is_qualifier(&self, name: &str) -> bool {
        self.qualifier.as_deref() == Some(name)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Named> {
        self.known.iter().find(|named| named.name == name)
    }
}

impl Scope for Rows {
    fn name(&mut self, path: &[Ident]) -> Result<Typed, Refusal> {
        let (name, before) = path.split_last().ok_or_else(|| Refusal::new("no name", ""))?;
        let qualified = match before {
            [] => true,
            [table] => self.is_qualifier(&folded(table)),
            _ => false,
        };
        if !qualified {
            let path: Vec<String> = before.iter().map(ToString::to_string).collect();
            let known = self.qualifier.iter().cloned().collect();
            return Err(Refusal::unknown("table", &path.join("."), known));
        }
        let name = folded(name);
        if let Some(named) = self.find(&name) {
            return Ok(Typed::column(named.column.clone(), named.kind));
        }
        if Dimension::named(&name).is_some_and(Dimension::is_of_course) {
            let message = format!("`{name}` is of a person's course, which `sql` does not know");
            return Err(Refusal::new(message, "ask for it in a query file: `sppis queries`"));
        }
        let known = self.known.iter().map(|named| named.name.clone()).collect();
        Err(Refusal::unknown("column", &name, known))
    }

    fn parameter(&mut self, name: &str) -> Result<Typed, Refusal> {
        Err(Refusal::new(
            format!("a statement has no parameter `{}`", shown(name)),
            "write the value itself",
        ))
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &AGGREGATES
    }
}
