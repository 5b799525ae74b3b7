//! Rows once for each role: of the beneficiary, and of the partner where the row names one.
//!
//! In: rows, and the columns that are read of them. Out: rows with a role, of which `person` is who is counted. Never:
//! an amount or a day twice, or the sex or age of a beneficiary said of a partner.

use polars::prelude::*;

use crate::metric::Dimension;

const BENEFICIARY: &str = "beneficiary";
const PARTNER: &str = "partner";

/// Columns that say nothing of a partner.
const OF_BENEFICIARIES: [&str; 3] = ["sex", "birth_year", "amount"];

/// Rows with a partner twice, the others once.
pub(super) fn with_roles(rows: LazyFrame, columns: &[String]) -> PolarsResult<LazyFrame> {
    const ALL: &str = "all_rows";
    let role = Dimension::Role.name();
    let both = Column::new(role.into(), [BENEFICIARY, PARTNER]);
    let all = Column::new(ALL.into(), [1_i32, 1]);
    let roles = DataFrame::new(2, vec![both, all])?.lazy();
    let rows = rows.with_columns([lit(1_i32).alias(ALL)]).inner_join(roles, col(ALL), col(ALL));
    let is_partner = || col(role).eq(lit(PARTNER));
    let rows = rows.filter(is_partner().not().or(col(PARTNER).is_not_null()));
    let of_partner = |column: &str, value: Expr| {
        when(is_partner()).then(value).otherwise(col(column)).alias(column)
    };
    let own = columns.iter().map(String::as_str);
    let nothing = own.clone().filter(|it| OF_BENEFICIARIES.contains(it));
    let no_days = own.filter(|it| *it == "days").map(|it| of_partner(it, lit(0)));
    let known: Vec<Expr> = std::iter::once(of_partner("person", col(PARTNER)))
        .chain(nothing.map(|it| of_partner(it, lit(NULL))))
        .chain(no_days)
        .collect();
    let nobody = when(is_partner()).then(lit(NULL)).otherwise(col(PARTNER)).alias(PARTNER);
    Ok(rows.with_columns(known).with_columns([nobody]))
}
