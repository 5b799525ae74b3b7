//! Dimensions: what figures are broken down by. What there is to say of each stands in the table.

use super::code::Code;

/// What figures are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The quarter.
    Quarter,
    /// Its year; distinct counts are over the year.
    Year,
    /// The calendar month; a row is the part of an observation in it.
    Month,
    /// Legal regime.
    Regime,
    /// Measure.
    Measure,
    /// Kind of measure.
    MeasureGroup,
    /// Guidance of the partnership convention.
    Guidance,
    /// The centre, by NIS code.
    Cpas,
    /// The centre by the code that its municipality has today.
    CpasToday,
    /// Province of the centre.
    Province,
    /// Region of the centre.
    Region,
    /// Whether the beneficiary is counted, or the partner.
    Role,
    /// Sex.
    Sex,
    /// Age reached in the quarter's year, in bands.
    Age,
    /// Year of birth, in bands.
    BirthCohort,
    /// How many measures the person has in the quarter.
    MeasureCount,
    /// Whether the person has the measure for the first time.
    MeasureEntry,
    /// For how many months the person has had the measure, in bands.
    MeasureMonths,
    /// The measures the person has in the quarter.
    Measures,
    /// Those of the quarter before.
    MeasuresBefore,
    /// Those of the quarter after.
    MeasuresAfter,
    /// A code as it was delivered.
    Code(Code),
}

/// No value, as it is shown to people; always understood where rows without one are asked for.
pub const NO_VALUE: &str = "(none)";
/// Where a dimension of a person's course has no measure to name.
pub const NO_MEASURE: &str = "none";
/// Where the quarter that a dimension looks at was not delivered.
pub const NOT_DELIVERED: &str = "not_delivered";
/// Where nobody knows whether a measure is new, since the quarter before was not delivered.
pub const AFTER_GAP: &str = "after_gap";
