//! Dimensions by name: what figures are broken down by, where each comes from, and which values it can have.
//!
//! In: nothing. Out: what is said of a dimension. Never: the same said in a second place.

/// What figures are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The quarter.
    Quarter,
    /// Its year; distinct counts are over the year.
    Year,
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
    /// Sex.
    Sex,
    /// Age reached in the quarter's year, in bands.
    Age,
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
}

/// No value, as it is shown to people; always understood where rows without one are asked for.
pub const NO_VALUE: &str = "(none)";
/// Where a dimension of a person's course has no measure to name.
pub const NO_MEASURE: &str = "none";
/// Where the quarter that a dimension looks at was not delivered.
pub const NOT_DELIVERED: &str = "not_delivered";
/// Where nobody knows whether a measure is new, since the quarter before was not delivered.
pub const AFTER_GAP: &str = "after_gap";

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; 18] = [
        Self::Quarter,
        Self::Year,
        Self::Regime,
        Self::Measure,
        Self::MeasureGroup,
        Self::Guidance,
        Self::Cpas,
        Self::CpasToday,
        Self::Province,
        Self::Region,
        Self::Sex,
        Self::Age,
        Self::MeasureCount,
        Self::MeasureEntry,
        Self::MeasureMonths,
        Self::Measures,
        Self::MeasuresBefore,
        Self::MeasuresAfter,
    ];

    /// The dimension of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::Regime => "regime",
            Self::Measure => "measure",
            Self::MeasureGroup => "measure_group",
            Self::Guidance => "guidance",
            Self::Cpas => "cpas",
            Self::CpasToday => "cpas_today",
            Self::Province => "province",
            Self::Region => "region",
            Self::Sex => "sex",
            Self::Age => "age",
            Self::MeasureCount => "measure_count",
            Self::MeasureEntry => "measure_entry",
            Self::MeasureMonths => "measure_months",
            Self::Measures => "measures",
            Self::MeasuresBefore => "measures_before",
            Self::MeasuresAfter => "measures_after",
        }
    }

    /// What it says, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Quarter => "calendar quarter, such as 2008Q3",
            Self::Year => "calendar year; distinct counts are over the whole year",
            Self::Regime => "legal regime, from LEGISLATION",
            Self::Measure => "measure, from the codes valid on the first day",
            Self::MeasureGroup => "group of the measure, from the dictionary",
            Self::Guidance => "guidance of the partnership convention: none, h50, h100",
            Self::Cpas => "centre, by the NIS code of its municipality",
            Self::CpasToday => {
                "centre, by the NIS code that its municipality has today: the only way to compare one \
                 across a merger"
            }
            Self::Province => "province of the centre, by NIS code; Brussels has none",
            Self::Region => "region of the centre, by NIS code",
            Self::Sex => "sex from the identifier: M or F",
            Self::Age => "age reached in the quarter's year, in the query's bands",
            Self::MeasureCount => {
                "measures the person has in the quarter: none, one, several; unclassified is none"
            }
            Self::MeasureEntry => {
                "whether the person has the row's measure for the first time in all deliveries \
                 (first), as in the quarter before (continued), or again (returned); after_gap where \
                 the quarter before was not delivered"
            }
            Self::MeasureMonths => {
                "calendar months with a day of the row's measure, from the person's first to the end \
                 of the quarter, in the query's bands; partial where a quarter in between was not \
                 delivered"
            }
            Self::Measures => {
                "all measures the person has in the quarter, joined by +, or none; each person has \
                 one value a quarter"
            }
            Self::MeasuresBefore => {
                "the same in the quarter before; not_delivered where that was not delivered"
            }
            Self::MeasuresAfter => {
                "the same in the quarter after; not_delivered where that was not delivered"
            }
        }
    }

    /// Whether it depends on other observations of the same person.
    pub fn is_of_course(self) -> bool {
        matches!(
            self,
            Self::MeasureCount
                | Self::MeasureEntry
                | Self::MeasureMonths
                | Self::Measures
                | Self::MeasuresBefore
                | Self::MeasuresAfter
        )
    }

    /// Whether its values are the measures of a person in a quarter, joined.
    pub fn is_of_sets(self) -> bool {
        matches!(self, Self::Measures | Self::MeasuresBefore | Self::MeasuresAfter)
    }

    /// Whether it is a number, in bands where figures are broken down by it.
    pub fn is_banded(self) -> bool {
        matches!(self, Self::Age | Self::MeasureMonths)
    }

    /// Whether it says where the centre is.
    pub fn is_of_place(self) -> bool {
        matches!(self, Self::Cpas | Self::CpasToday | Self::Province | Self::Region)
    }

    /// Whether a row can be without a value of it.
    pub fn may_lack_value(self) -> bool {
        self.is_of_place()
            || self.is_banded()
            || matches!(self, Self::Guidance | Self::Sex | Self::MeasureGroup | Self::MeasureEntry)
    }

    /// What asks for the rows without a value of it; a word that is no value it can have.
    pub fn no_value(self) -> &'static str {
        let has_none = matches!(self, Self::Guidance | Self::MeasureGroup);
        if has_none { NO_VALUE } else { NO_MEASURE }
    }

    /// Values it can have, where they are a closed list that no dictionary extends.
    pub fn fixed_values(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Sex => Some(&["M", "F"]),
            Self::MeasureCount => Some(&["none", "one", "several"]),
            Self::MeasureEntry => Some(&["first", "continued", "returned", AFTER_GAP]),
            _ => None,
        }
    }

    /// Stored column it comes from.
    pub fn column(self) -> &'static str {
        match self {
            Self::Quarter | Self::Year => "quarter",
            Self::Regime => "regime",
            Self::Measure
            | Self::MeasureGroup
            | Self::MeasureCount
            | Self::MeasureEntry
            | Self::MeasureMonths
            | Self::Measures
            | Self::MeasuresBefore
            | Self::MeasuresAfter => "measure",
            Self::Guidance => "guidance",
            Self::Cpas | Self::CpasToday | Self::Province | Self::Region => "cpas",
            Self::Sex => "sex",
            Self::Age => "birth_year",
        }
    }
}
