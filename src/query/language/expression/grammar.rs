//! What binds how tightly: the parser's generic dialect, with the precedence that DuckDB gives to
//! conditions.
//!
//! From loose to tight: `OR`, `AND`, `NOT`, `IS`, comparisons, `IN`, `BETWEEN` and `LIKE`, arithmetic.

use std::any::TypeId;

use sqlparser::ast::Expr;
use sqlparser::dialect::{Dialect, GenericDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

/// The language of filters and statements.
#[derive(Debug)]
pub(super) struct Grammar;

/// What the generic dialect reads of a SELECT; what is not known here is refused by name later.
macro_rules! as_generic {
    ($($name:ident)*) => {
        $(fn $name(&self) -> bool {
            GenericDialect.$name()
        })*
    };
}

impl Dialect for Grammar {
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        GenericDialect.is_delimited_identifier_start(character)
    }

    fn is_identifier_start(&self, character: char) -> bool {
        GenericDialect.is_identifier_start(character)
    }

    fn is_identifier_part(&self, character: char) -> bool {
        GenericDialect.is_identifier_part(character)
    }

    as_generic! {
        allow_extract_custom
        supports_connect_by
        supports_empty_projections
        supports_extract_comma_syntax
        supports_filter_during_aggregation
        supports_from_first_select
        supports_group_by_expr
        supports_group_by_with_modifier
        supports_interpolate
        supports_left_associative_joins_without_parens
        supports_limit_by
        supports_limit_comma
        supports_nested_comments
        supports_parens_around_table_factor
        supports_pipe_operator
        supports_prewhere
        supports_select_format
        supports_select_item_multi_column_alias
        supports_select_wildcard_except
        supports_select_wildcard_exclude
        supports_select_wildcard_ilike
        supports_select_wildcard_rename
        supports_select_wildcard_replace
        supports_settings
        supports_values_as_table_factor
        supports_window_clause_named_window_reference
        supports_window_function_null_treatment_arg
        supports_with_fill
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Eq => 18,
            Precedence::Between | Precedence::Like => 20,
            other => GenericDialect.prec_value(other),
        }
    }

    /// The parser's own `IS DISTINCT FROM` would take everything that follows as its right side.
    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        left: &Expr,
        _: u8,
    ) -> Option<Result<Expr, ParserError>> {
        let is_same = [Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM];
        let is_other = [Keyword::IS, Keyword::DISTINCT, Keyword::FROM];
        let make = if parser.parse_keywords(&is_same) {
            Expr::IsNotDistinctFrom
        } else if parser.parse_keywords(&is_other) {
            Expr::IsDistinctFrom
        } else {
            return None;
        };
        let right = parser.parse_subexpr(self.prec_value(Precedence::Is));
        Some(right.map(|right| make(Box::new(left.clone()), Box::new(right))))
    }
}
