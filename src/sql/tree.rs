//! Trees from fixed texts and parts.
//!
//! In: a text of SQL that stands in the program, in which `$name` stands for a part, and the parts. Out: a tree.
//! Never: parentheses, which are put around parts where the whole is printed.

use std::ops::ControlFlow;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, Cte, DataType, Expr, Ident, ObjectName, Parens, Query,
    SelectItem, SetExpr, TableAlias, TableAliasColumnDef, Value, Values, VisitMut, WindowType,
    visit_expressions_mut,
};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::Parser;

use crate::exact::known;

/// The parts of a text by name.
type Parts<'a> = &'a [(&'static str, Expr)];

/// An expression of a fixed text.
pub(crate) fn expression(text: &'static str, parts: Parts<'_>) -> Expr {
    let parsed = parser(text).and_then(|mut parser| parser.parse_expr().ok());
    filled(known(parsed), parts)
}

/// A query of a fixed text.
pub(crate) fn query(text: &'static str, parts: Parts<'_>) -> Query {
    let parsed = parser(text).and_then(|mut parser| parser.parse_query().ok());
    filled(*known(parsed), parts)
}

fn parser(text: &'static str) -> Option<Parser<'static>> {
    Parser::new(&DuckDbDialect {}).try_with_sql(text).ok()
}

/// The tree with its parts in their places.
fn filled<T: VisitMut>(mut tree: T, parts: Parts<'_>) -> T {
    let visited: ControlFlow<()> = visit_expressions_mut(&mut tree, |expression| {
        if let Expr::Value(value) = expression
            && let Value::Placeholder(name) = &value.value
        {
            let part = parts.iter().find(|(known, _)| name.strip_prefix('$') == Some(known));
            *expression = known(part).1.clone();
        }
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
    tree
}

/// Words that are no names, in one of the dialects.
const RESERVED: &str = " all analyse analyze and anti any array as asc asof asymmetric at authorization binary both \
    by case cast check collate collation column columns concurrently constraint create cross current_date \
    current_time current_timestamp current_user default deferrable desc describe distinct do else end escape \
    except false fetch filter for foreign freeze from full generated glob grant group having ilike in initially \
    inner intersect into is isnull join lambda lateral leading left like limit map minus natural not notnull null \
    offset on only or order outer overlaps pivot placing positional primary qualify references returning right \
    select semi session_user show similar some struct summarize symmetric table tablesample then time to trailing \
    true try_cast tuple union unique unknown unpack unpivot user using variadic verbose when where window with \
    within ";

/// A name as it is written: quoted where it would read as something else.
pub(super) fn ident(text: &str) -> Ident {
    let plain = text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        && !RESERVED.split(' ').any(|word| word == text);
    if plain { Ident::new(text) } else { Ident::with_quote('"', text) }
}

/// A column by its name.
pub(crate) fn name(text: &str) -> Expr {
    Expr::Identifier(ident(text))
}

/// A column of a table.
pub(crate) fn of(table: &str, column: &str) -> Expr {
    Expr::CompoundIdentifier(vec![ident(table), ident(column)])
}

/// A text. The printer takes an apostrophe behind a backslash or behind another one for escaped already, and would
/// end the text there: such a text is put together of others.
pub(crate) fn text(value: &str) -> Expr {
    let mut pieces = Vec::new();
    let (mut piece, mut before) = (String::new(), None);
    for character in value.chars() {
        if character == '\'' && matches!(before, Some('\\' | '\'')) {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(character);
        before = Some(character);
    }
    pieces.push(piece);
    let pieces = pieces.into_iter().map(|it| Expr::value(Value::SingleQuotedString(it)));
    let joined = |left, right| binary(left, BinaryOperator::StringConcat, right);
    known(pieces.reduce(joined))
}

/// A number with so many digits behind its decimal mark.
pub(crate) fn number(value: impl Into<i128>, decimals: u8) -> Expr {
    let value: i128 = value.into();
    let digits = value.unsigned_abs().to_string();
    let decimals = usize::from(decimals);
    let filled = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, behind) = filled.split_at(filled.len() - decimals);
    let mark = if decimals > 0 { "." } else { "" };
    let sign = if value < 0 { "-" } else { "" };
    Expr::value(Value::Number(format!("{sign}{whole}{mark}{behind}"), false))
}

pub(crate) fn truth(value: bool) -> Expr {
    Expr::value(Value::Boolean(value))
}

pub(crate) fn nothing() -> Expr {
    Expr::value(Value::Null)
}

pub(crate) fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

/// Whether all conditions hold; `None` without any.
pub(crate) fn all(conditions: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    conditions.into_iter().reduce(|left, right| binary(left, BinaryOperator::And, right))
}

/// Whether any condition holds; `None` without any.
pub(crate) fn any(conditions: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    conditions.into_iter().reduce(|left, right| binary(left, BinaryOperator::Or, right))
}

/// Whether a value is one of these.
pub(crate) fn listed(value: Expr, list: Vec<Expr>) -> Expr {
    match <[Expr; 1]>::try_from(list) {
        Ok([one]) => binary(value, BinaryOperator::Eq, one),
        Err(list) => Expr::InList { expr: Box::new(value), list, negated: false },
    }
}

/// Whether two values are the same; where there may be none, also if both are.
pub(crate) fn same(left: Expr, right: Expr, may_lack: bool) -> Expr {
    if may_lack {
        return Expr::IsNotDistinctFrom(Box::new(left), Box::new(right));
    }
    binary(left, BinaryOperator::Eq, right)
}

/// The result of the first condition that holds.
pub(crate) fn case(branches: Vec<(Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    let when = |(condition, result)| CaseWhen { condition, result };
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: branches.into_iter().map(when).collect(),
        else_result: otherwise.map(Box::new),
    }
}

/// The same, its window functions over the rows with the same values of these.
pub(crate) fn partitioned(mut tree: Expr, by: &[Expr]) -> Expr {
    let visited: ControlFlow<()> = visit_expressions_mut(&mut tree, |expression| {
        if let Expr::Function(function) = expression
            && let Some(WindowType::WindowSpec(window)) = &mut function.over
        {
            window.partition_by = by.to_vec();
        }
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
    tree
}

/// A value of another type; no value where only tried.
pub(crate) fn cast(value: Expr, data_type: DataType, tries: bool) -> Expr {
    Expr::Cast {
        kind: if tries { CastKind::TryCast } else { CastKind::Cast },
        expr: Box::new(value),
        data_type,
        array: false,
        format: None,
    }
}

fn alias(name: &str, columns: &[&str], explicit: bool) -> TableAlias {
    let columns = columns.iter().map(|it| TableAliasColumnDef { name: ident(it), data_type: None });
    TableAlias { explicit, name: ident(name), columns: columns.collect(), at: None }
}

/// A query under a name.
pub(crate) fn common(name: &str, query: Query) -> Cte {
    Cte {
        alias: alias(name, &[], false),
        query: Box::new(query),
        from: None,
        materialized: None,
        closing_paren_token: AttachedToken::empty(),
    }
}

/// Rows of values under a name; without any, a table of texts that has none.
pub(crate) fn table(name: &str, columns: &[&str], rows: Vec<Vec<Expr>>) -> Cte {
    let row = |content| Parens {
        opening_token: AttachedToken::empty(),
        content,
        closing_token: AttachedToken::empty(),
    };
    let mut body = query("SELECT 1 WHERE FALSE", &[]);
    if !rows.is_empty() {
        let rows = rows.into_iter().map(row).collect();
        *body.body = SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows });
    } else if let SetExpr::Select(select) = &mut *body.body {
        select.projection = columns.iter().map(|_| SelectItem::UnnamedExpr(text(""))).collect();
    }
    Cte { alias: alias(name, columns, false), ..common(name, body) }
}

/// The name of a table.
pub(super) fn object(name: &str) -> ObjectName {
    ObjectName::from(vec![ident(name)])
}

/// The name that a table has in a query.
pub(super) fn table_alias(name: &str) -> TableAlias {
    alias(name, &[], true)
}
