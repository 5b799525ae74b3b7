//! What the dictionary says of one value of a column.

use crate::dictionary::Validity;
use crate::quarter::Day;

/// What the list of places says of a value of `CPAS`.
#[derive(Debug)]
pub(super) enum PlaceFacts {
    /// It is no code of a municipality, or a value of another column.
    None,
    /// The list does not have it; the code that is most like it.
    Unknown(Option<Box<str>>),
    /// When the code is valid.
    Known(Validity),
}

/// What the dictionary says of one code.
#[derive(Debug)]
pub(super) struct ValueFacts {
    pub(super) unknown: bool,
    pub(super) validities: Vec<Validity>,
    pub(super) place: PlaceFacts,
    pub(super) not_applicable: bool,
    /// The measure rules that this value leaves open.
    pub(super) rules: u128,
    /// The regime that the text is the code of, as a value of `LEGISLATION`.
    pub(super) regime: Option<u16>,
    /// The guidance that the text is the code of, as a value of `CBENCONV`.
    pub(super) guidance: Option<u16>,
}

impl ValueFacts {
    /// Whether the code is valid on that day; one that is not known is not invalid.
    pub(super) fn is_valid_on(&self, day: Day) -> bool {
        self.is_valid_where(|validity| validity.contains(day))
    }

    /// Whether the place's validity is such; there may be none.
    pub(super) fn is_place_where(&self, holds: impl Fn(Validity) -> bool) -> bool {
        match self.place {
            PlaceFacts::Known(validity) => holds(validity),
            PlaceFacts::None | PlaceFacts::Unknown(_) => true,
        }
    }

    /// Whether one of its validities is such; it is always valid where none is known.
    pub(super) fn is_valid_where(&self, holds: impl Fn(Validity) -> bool) -> bool {
        self.validities.is_empty() || self.validities.iter().copied().any(holds)
    }
}
