//! The table of dimensions: a row says all there is to say of one.
//!
//! A dimension more is a row here, its variant, and where it is not stored its derivation.

use super::dimension::{AFTER_GAP, Dimension, NO_MEASURE, NO_VALUE};

/// What is said of a dimension.
#[derive(Debug)]
pub(super) struct Definition {
    /// Its name.
    pub(super) name: &'static str,
    /// What it says, in one line of English; the catalogues have it in other languages.
    pub(super) meaning: &'static str,
    /// Stored column it comes from.
    pub(super) column: &'static str,
    /// What it depends on.
    pub(super) kind: Kind,
    /// Whether a row counts once for each of several values.
    pub(super) spreads: bool,
    /// Whether a row can be without a value of it.
    pub(super) may_lack_value: bool,
    /// What asks for the rows without a value of it; a word that is no value it can have.
    pub(super) no_value: &'static str,
    /// Values it can have, where they are a closed list that no dictionary extends; otherwise empty.
    pub(super) values: &'static [&'static str],
    /// Its bands, where it is a number.
    pub(super) bands: Option<Banding>,
}

/// What a dimension depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The row alone.
    Row,
    /// When it is.
    Time,
    /// Where the centre of the row is.
    Place,
    /// Other observations of the same person.
    Course,
    /// The same; its values are the measures of a person in a quarter, joined.
    Sets,
}

/// The bands of a number.
#[derive(Debug, Clone, Copy)]
pub struct Banding {
    /// Lower ends where a query says nothing.
    pub usual: &'static [i64],
    /// The lowest number there is.
    pub lowest: i64,
    /// The highest lower end that a query may name.
    pub highest: i64,
}

const PLAIN: Definition = Definition {
    name: "",
    meaning: "",
    column: "",
    kind: Kind::Row,
    spreads: false,
    may_lack_value: false,
    no_value: NO_MEASURE,
    values: &[],
    bands: None,
};

/// A code may be missing; its name and meaning stand with it.
pub(super) const OF_CODES: Definition = Definition { may_lack_value: true, ..PLAIN };

/// All dimensions but codes, in the order in which they are listed.
pub(super) const TABLE: [(Dimension, Definition); 21] = [
    (
        Dimension::Quarter,
        Definition {
            name: "quarter",
            meaning: "calendar quarter, such as 2008Q3",
            column: "quarter",
            kind: Kind::Time,
            ..PLAIN
        },
    ),
    (
        Dimension::Year,
        Definition {
            name: "year",
            meaning: "calendar year; distinct counts are over the whole year",
            column: "quarter",
            kind: Kind::Time,
            ..PLAIN
        },
    ),
    (
        Dimension::Month,
        Definition {
            name: "month",
            meaning: "calendar month, such as 2008-07; with it, a row is the part of an observation in a month, \
                      counted once in each, with its days in it; amounts are of quarters and have no months",
            column: "quarter",
            kind: Kind::Time,
            spreads: true,
            ..PLAIN
        },
    ),
    (
        Dimension::Regime,
        Definition {
            name: "regime",
            meaning: "legal regime, from LEGISLATION",
            column: "regime",
            ..PLAIN
        },
    ),
    (
        Dimension::Measure,
        Definition {
            name: "measure",
            meaning: "measure, from the codes valid on the first day",
            column: "measure",
            ..PLAIN
        },
    ),
    (
        Dimension::MeasureGroup,
        Definition {
            name: "measure_group",
            meaning: "group of the measure, from the dictionary",
            column: "measure",
            may_lack_value: true,
            no_value: NO_VALUE,
            ..PLAIN
        },
    ),
    (
        Dimension::Guidance,
        Definition {
            name: "guidance",
            meaning: "guidance of the partnership convention: none, h50, h100",
            column: "guidance",
            may_lack_value: true,
            no_value: NO_VALUE,
            ..PLAIN
        },
    ),
    (
        Dimension::Cpas,
        Definition {
            name: "cpas",
            meaning: "centre, by the NIS code of its municipality",
            column: "cpas",
            may_lack_value: true,
            kind: Kind::Place,
            ..PLAIN
        },
    ),
    (
        Dimension::CpasToday,
        Definition {
            name: "cpas_today",
            meaning: "centre, by the NIS code that its municipality has today: the only way to compare one across a merger",
            column: "cpas",
            may_lack_value: true,
            kind: Kind::Place,
            ..PLAIN
        },
    ),
    (
        Dimension::Province,
        Definition {
            name: "province",
            meaning: "province of the centre, by NIS code; Brussels has none",
            column: "cpas",
            may_lack_value: true,
            kind: Kind::Place,
            ..PLAIN
        },
    ),
    (
        Dimension::Region,
        Definition {
            name: "region",
            meaning: "region of the centre, by NIS code",
            column: "cpas",
            may_lack_value: true,
            kind: Kind::Place,
            ..PLAIN
        },
    ),
    (
        Dimension::Role,
        Definition {
            name: "role",
            meaning: "who is counted: the beneficiary of a row, or the partner it names; with it, a row with a partner counts once in each role, its amount and days with the beneficiary, and sex and age of a partner are not known",
            column: "partner",
            values: &["beneficiary", "partner"],
            spreads: true,
            ..PLAIN
        },
    ),
    (
        Dimension::Sex,
        Definition {
            name: "sex",
            meaning: "sex from the identifier: M or F",
            column: "sex",
            may_lack_value: true,
            values: &["M", "F"],
            ..PLAIN
        },
    ),
    (
        Dimension::Age,
        Definition {
            name: "age",
            meaning: "age reached in the quarter's year, in the query's bands",
            column: "birth_year",
            may_lack_value: true,
            bands: Some(Banding { usual: &[0, 18, 25, 35, 45, 55], lowest: 0, highest: 99 }),
            ..PLAIN
        },
    ),
    (
        Dimension::BirthCohort,
        Definition {
            name: "birth_cohort",
            meaning: "year of birth, in the query's bands; a person has one value over all quarters",
            column: "birth_year",
            may_lack_value: true,
            bands: Some(Banding {
                usual: &[1900, 1940, 1950, 1960, 1970, 1980, 1990, 2000, 2010],
                lowest: 1900,
                highest: 2099,
            }),
            ..PLAIN
        },
    ),
    (
        Dimension::MeasureCount,
        Definition {
            name: "measure_count",
            meaning: "measures the person has in the quarter: none, one, several; unclassified is none",
            column: "measure",
            values: &["none", "one", "several"],
            kind: Kind::Course,
            ..PLAIN
        },
    ),
    (
        Dimension::MeasureEntry,
        Definition {
            name: "measure_entry",
            meaning: "whether the person has the row's measure for the first time in all deliveries (first), as in the quarter before (continued), or again (returned); after_gap where the quarter before was not delivered",
            column: "measure",
            may_lack_value: true,
            values: &["first", "continued", "returned", AFTER_GAP],
            kind: Kind::Course,
            ..PLAIN
        },
    ),
    (
        Dimension::MeasureMonths,
        Definition {
            name: "measure_months",
            meaning: "calendar months with a day of the row's measure, from the person's first to the end of the quarter, in the query's bands; partial where a quarter in between was not delivered",
            column: "measure",
            may_lack_value: true,
            bands: Some(Banding { usual: &[1, 4, 7, 13, 25], lowest: 1, highest: 99 }),
            kind: Kind::Course,
            ..PLAIN
        },
    ),
    (
        Dimension::Measures,
        Definition {
            name: "measures",
            meaning: "all measures the person has in the quarter, joined by +, or none; each person has one value a quarter",
            column: "measure",
            kind: Kind::Sets,
            ..PLAIN
        },
    ),
    (
        Dimension::MeasuresBefore,
        Definition {
            name: "measures_before",
            meaning: "the same in the quarter before; not_delivered where that was not delivered",
            column: "measure",
            kind: Kind::Sets,
            ..PLAIN
        },
    ),
    (
        Dimension::MeasuresAfter,
        Definition {
            name: "measures_after",
            meaning: "the same in the quarter after; not_delivered where that was not delivered",
            column: "measure",
            kind: Kind::Sets,
            ..PLAIN
        },
    ),
];
