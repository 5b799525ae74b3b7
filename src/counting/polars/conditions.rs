//! What a question asks of rows besides its filter, as conditions on their columns.
//!
//! In: a question, the places of a dictionary. Out: conditions. Never: a row left out that the question keeps.

use polars::prelude::*;

use super::lower::satisfying;
use super::places::places;
use crate::dictionary::Dictionary;
use crate::exact::known;
use crate::metric::Dimension;
use crate::query::Question;

/// The rows of the centres that lie where a question asks for: what it asks of province and region alone, asked of
/// stored codes, so that readers leave out rows before they read their other columns. Its conditions are still to be
/// asked.
pub(super) fn in_places(
    rows: LazyFrame,
    question: &Question,
    dictionary: &Dictionary,
) -> PolarsResult<LazyFrame> {
    let of_place = [Dimension::Province, Dimension::Region];
    let is_of_place = |name: &String| of_place.iter().any(|it| it.name() == name);
    let part = question.part(&|it| of_place.contains(&it), &|columns| {
        !columns.is_empty() && columns.iter().all(is_of_place)
    });
    let filter = part.query.filter.as_ref().filter(|it| !it.condition().can_fail());
    if filter.is_none() && part.wheres.is_empty() {
        return Ok(rows);
    }
    let municipalities = places(dictionary.places())?;
    let unknown = DataFrame::full_null(municipalities.schema(), 1);
    let mut asked = municipalities.vstack(&unknown)?.lazy();
    if let Some(filter) = filter {
        asked = satisfying(asked, filter.condition());
    }
    for (dimension, values) in &part.wheres {
        asked = asked.filter(is_one_of(*dimension, values));
    }
    let asked = asked.collect()?;
    let codes = asked.column("cpas")?.as_materialized_series();
    // Where nobody knows the place, the code may be any.
    if codes.has_nulls() {
        return Ok(rows);
    }
    Ok(rows.filter(col("cpas").is_in(lit(codes.clone()).implode(true), false)))
}

/// Whether a dimension has one of these values.
pub(super) fn is_one_of(dimension: Dimension, values: &[Option<String>]) -> Expr {
    let column = col(dimension.name());
    let alternatives = values.iter().map(|value| match (dimension, value) {
        (_, None) => column.clone().is_null(),
        (Dimension::Year, Some(year)) => column.clone().eq(lit(known(year.parse::<i32>().ok()))),
        (_, Some(value)) => column.clone().eq(lit(value.as_str())),
    });
    alternatives.reduce(Expr::or).unwrap_or_else(|| lit(true))
}
