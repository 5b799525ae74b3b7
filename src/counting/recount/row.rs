//! One stored row, as the definitions of dimensions and metrics see it.

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int16Type, Int32Type, Int64Type};

use super::course::{Courses, Place};
use super::value::Value;
use crate::dictionary::Dictionary;
use crate::exact::{fitting, known};
use crate::metric::{Dimension, Subject};
use crate::quarter::{Day, Month, Quarter};
use crate::query::Bands;

/// A row of a batch.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    batch: &'a RecordBatch,
    at: usize,
    quarter: Quarter,
    bands: &'a Bands,
    dictionary: &'a Dictionary,
    courses: Option<&'a Courses<'a>>,
    replaced: Option<(Dimension, &'static str)>,
    /// Whether the partner is counted, and not the beneficiary.
    is_of_partner: bool,
    /// The month that it is the part of.
    month: Option<Month>,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        batch: &'a RecordBatch,
        at: usize,
        quarter: Quarter,
        bands: &'a Bands,
        dictionary: &'a Dictionary,
    ) -> Self {
        Self {
            batch,
            at,
            quarter,
            bands,
            dictionary,
            courses: None,
            replaced: None,
            is_of_partner: false,
            month: None,
        }
    }

    /// The same row, of the partner that it names.
    pub(super) fn of_partner(self) -> Option<Self> {
        let partner = self.identity("partner");
        partner.map(|_| Self { is_of_partner: true, ..self })
    }

    /// Its parts, one for each month.
    pub(super) fn by_month(self) -> Vec<Self> {
        let months = Month::of_quarter(self.quarter).map(|it| Self { month: Some(it), ..self });
        months.filter(|part| part.days_of_month() > 0).collect()
    }

    /// Days of the part of a month.
    fn days_of_month(&self) -> i32 {
        let days = self.quarter.first_day()..=self.quarter.last_day();
        let is_own = |day: &Day| self.month == Some(Month::of(*day)) && self.has_day(*day);
        fitting(days.filter(is_own).count())
    }

    fn has_day(&self, day: Day) -> bool {
        let [first, last] = ["first_day", "last_day"].map(|name| self.day(name));
        matches!((first, last), (Value::Day(first), Value::Day(last)) if (first..=last).contains(&day))
    }

    /// From now on the row knows what else its person has.
    pub(super) fn within(mut self, courses: &'a Courses<'a>) -> Self {
        self.courses = Some(courses);
        self
    }

    /// Where it stands in its person's course.
    pub(super) fn place(&self) -> Place<'a> {
        Place { person: self.person(), quarter: self.quarter, measure: self.text("measure") }
    }

    pub(super) fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// From now on the dimension has that value.
    pub(super) fn replace(&mut self, dimension: Dimension, value: &'static str) {
        self.replaced = Some((dimension, value));
    }

    fn text(&self, column: &str) -> Option<&'a str> {
        let texts = self.batch.column_by_name(column)?.as_string::<i32>();
        texts.is_valid(self.at).then(|| texts.value(self.at))
    }

    fn birth_year(&self) -> Option<i32> {
        let years = self.batch.column_by_name("birth_year")?.as_primitive::<Int16Type>();
        (!self.is_of_partner && years.is_valid(self.at)).then(|| i32::from(years.value(self.at)))
    }

    fn age(&self) -> Option<i32> {
        Some(self.quarter.year() - self.birth_year()?)
    }

    pub(super) fn person(&self) -> i64 {
        let counted = if self.is_of_partner { "partner" } else { "person" };
        // Where no figure is of persons, they are not read.
        let is_read = self.batch.column_by_name(counted).is_some();
        if is_read { known(self.identity(counted)) } else { 0 }
    }

    fn identity(&self, column: &str) -> Option<i64> {
        let persons = self.batch.column_by_name(column)?.as_primitive::<Int64Type>();
        persons.is_valid(self.at).then(|| persons.value(self.at))
    }

    /// What of the row is counted once, told apart by two numbers.
    pub(super) fn subjects(&self, subject: Subject) -> Vec<(i64, i32)> {
        let person = self.person();
        match subject {
            Subject::Persons => vec![(person, 0)],
            Subject::PersonsAndPartners => {
                let partner = self.identity("partner").filter(|_| !self.is_of_partner);
                std::iter::once(person).chain(partner).map(|it| (it, 0)).collect()
            }
            Subject::PersonMonths => self.months().into_iter().map(|it| (person, it)).collect(),
        }
    }

    pub(super) fn days(&self) -> i32 {
        if self.month.is_some() && !self.is_of_partner {
            return self.days_of_month();
        }
        let days = self.batch.column_by_name("days").filter(|_| !self.is_of_partner);
        // Where no figure is of days, they are not read; those of a partner are the beneficiary's.
        days.map_or(0, |days| days.as_primitive::<Int32Type>().value(self.at))
    }

    pub(super) fn cents(&self) -> Option<i128> {
        let amounts = self.batch.column_by_name("amount")?.as_primitive::<Decimal128Type>();
        (!self.is_of_partner && amounts.is_valid(self.at)).then(|| amounts.value(self.at))
    }

    pub(super) fn is_under_convention(&self) -> bool {
        let own = self.text("guidance");
        own.is_some_and(|own| self.dictionary.conventions().any(|it| it == own))
    }

    /// The value of a dimension as figures are broken down by it.
    pub(super) fn value(&self, dimension: Dimension) -> Option<String> {
        if let Some((_, value)) = self.replaced.filter(|(replaced, _)| *replaced == dimension) {
            return Some(value.to_owned());
        }
        match self.named(dimension.name()) {
            Value::Text(text) => Some(text),
            Value::Number(number) if dimension.is_banded() => {
                let number = fitting::<_, i64>(number / 100);
                let bands = self.bands.of(dimension).iter();
                let from = bands.rev().find(|band| band.from <= number);
                from.map(ToString::to_string)
            }
            Value::Number(number) => Some((number / 100).to_string()),
            _ => None,
        }
    }

    /// A dimension or stored column as a filter sees it.
    pub(super) fn named(&self, name: &str) -> Value {
        let text =
            |text: Option<&str>| text.map_or(Value::Nothing, |it| Value::Text(it.to_owned()));
        let number =
            |it: Option<i32>| it.map_or(Value::Nothing, |it| Value::Number(i128::from(it) * 100));
        let place = || self.dictionary.places().municipality(self.text("cpas")?);
        if let Some(dimension) = Dimension::named(name).filter(|it| it.is_of_course()) {
            let courses = self.courses;
            if dimension == Dimension::MeasureMonths {
                return number(courses.and_then(|courses| courses.months(&self.place())));
            }
            let value = courses.and_then(|courses| courses.value(dimension, &self.place()));
            return value.map_or(Value::Nothing, Value::Text);
        }
        match name {
            "quarter" => Value::Text(self.quarter.to_string()),
            "month" => self.month.map_or(Value::Nothing, |it| Value::Text(it.to_string())),
            "year" => number(Some(self.quarter.year())),
            "age" => number(self.age()),
            "birth_cohort" => number(self.birth_year()),
            "role" => text(Some(if self.is_of_partner { "partner" } else { "beneficiary" })),
            "sex" if self.is_of_partner => Value::Nothing,
            "province" => text(place().and_then(|it| it.province.as_deref())),
            "region" => text(place().map(|it| &*it.region)),
            "cpas_today" => text(self.text("cpas").map(|it| self.dictionary.places().today(it))),
            "measure_group" => {
                let own = self.text("measure");
                let measure = self.dictionary.measures().iter().find(|it| Some(&*it.name) == own);
                text(measure.and_then(|it| it.group.as_deref()))
            }
            stored => match self.batch.column_by_name(stored).map(Array::data_type) {
                Some(DataType::Utf8) => text(self.text(stored)),
                Some(DataType::Date32) => self.day(stored),
                Some(DataType::Decimal128(..)) => {
                    self.cents().map_or(Value::Nothing, Value::Number)
                }
                Some(DataType::Int16) => number(self.birth_year()),
                Some(DataType::Int32) => number(Some(self.days())),
                _ => Value::Nothing,
            },
        }
    }

    /// The calendar months of the quarter in which it has a day.
    pub(super) fn months(&self) -> Vec<i32> {
        if let Some(month) = self.month {
            return vec![month.index()];
        }
        let [first, last] = ["first_day", "last_day"].map(|name| self.day(name));
        let (Value::Day(first), Value::Day(last)) = (first, last) else { return Vec::new() };
        let days = first.max(self.quarter.first_day())..=last.min(self.quarter.last_day());
        let mut months: Vec<i32> = days.map(|it| Month::of(it).index()).collect();
        months.dedup();
        months
    }

    fn day(&self, column: &str) -> Value {
        let days = self.batch.column_by_name(column).map(ArrayRef::as_primitive::<Date32Type>);
        match days.filter(|days| days.is_valid(self.at)) {
            Some(days) => Value::Day(days.value(self.at)),
            None => Value::Nothing,
        }
    }
}
