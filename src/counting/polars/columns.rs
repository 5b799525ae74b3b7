//! The stored columns that a question needs: what is read, and what is compared before.
//!
//! In: a question. Out: names of columns. Never: one that is read and does not stand here.

use crate::metric::{Dimension, Metric};
use crate::query::Question;

/// The stored columns that rows are told apart or left out by, besides those of persons' courses.
pub(crate) fn columns_of_conditions(question: &Question) -> impl Iterator<Item = String> {
    let of_filter =
        question.query.filter.iter().flat_map(crate::query::language::filter::Filter::columns);
    let stored = of_filter.filter(|name| Dimension::named(name).is_none());
    let dimensions = Dimension::ALL.into_iter().filter(|it| !it.is_of_course());
    let needed = dimensions.filter(|it| question.needs(*it));
    needed.map(|it| it.column().to_owned()).chain(stored)
}

/// The stored columns that a question needs, sorted; `quarter` is no column of the files.
pub fn columns_of(question: &Question) -> Vec<String> {
    let query = &question.query;
    let per_person = query.counts().iter().any(|count| count.per_person);
    let of_metrics = query.counted().into_iter().flat_map(Metric::columns);
    let of_persons = per_person.then_some(["person", "amount"]).into_iter().flatten();
    let of_course = question.needs_course().then_some(["person", "measure"]);
    let of_months = [Dimension::MeasureMonths, Dimension::Month];
    let has_months = of_months.into_iter().any(|it| question.needs(it));
    let of_months = has_months.then_some(["first_day", "last_day"]);
    let of_course = of_course.into_iter().chain(of_months).flatten();
    let of_roles = question.needs(Dimension::Role).then_some("person");
    let mut columns: Vec<String> = columns_of_conditions(question)
        .chain(of_course.chain(of_roles).map(str::to_owned))
        .chain(of_metrics.chain(of_persons).map(str::to_owned))
        .collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}
