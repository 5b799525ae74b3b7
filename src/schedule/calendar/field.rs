//! One field of an expression: the values that a year, a month, a day, an hour, a minute or a second may have.
//!
//! In: parts such as `5`, `1..5`, `1..9/2`, `0/15`. Out: whether a value is among them. Never: a part without
//! a value; parts are in order, each is there once, and a range ends at a value that it has.

/// Values of which any may be; any value where there are no parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Field {
    pub(super) parts: Vec<Part>,
}

/// One value, or several at the same distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) first: u32,
    pub(super) extent: Extent,
}

/// How a part goes on after its first value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extent {
    /// It has no other.
    Alone,
    /// As far as the field goes, in steps.
    Open { step: u32 },
    /// Up to a last value, in steps.
    Until { last: u32, step: u32 },
}

impl Part {
    /// The part from `first` to `last`, which may be the same and is not before it.
    pub(super) fn range(first: u32, last: u32, step: u32) -> Self {
        let last = last - (last - first) % step;
        let extent = if last == first { Extent::Alone } else { Extent::Until { last, step } };
        Self { first, extent }
    }

    fn has(self, value: u32) -> bool {
        let Self { first, extent } = self;
        let is_step = |step| value >= first && (value - first).is_multiple_of(step);
        match extent {
            Extent::Alone => value == first,
            Extent::Open { step } => is_step(step),
            Extent::Until { last, step } => value <= last && is_step(step),
        }
    }

    /// The same part of a month of `length` days in days from its beginning, from which steps are then taken:
    /// `~07/2` is the seventh last day, the fifth last and so on.
    fn turned(self, length: u32) -> Self {
        let from_beginning = |day| length + 1 - day;
        let Self { first, extent } = self;
        match extent {
            Extent::Alone | Extent::Open { .. } => Self { first: from_beginning(first), extent },
            Extent::Until { last, step } => Self {
                first: from_beginning(last),
                extent: Extent::Until { last: from_beginning(first), step },
            },
        }
    }
}

impl Field {
    /// The field of these parts, in any order.
    pub(super) fn new(mut parts: Vec<Part>) -> Self {
        parts.sort_unstable();
        parts.dedup();
        Self { parts }
    }

    /// The field that has one value.
    pub(super) fn only(value: u32) -> Self {
        Self { parts: vec![Part { first: value, extent: Extent::Alone }] }
    }

    /// Whether it has every value.
    pub(super) fn is_any(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn has(&self, value: u32) -> bool {
        self.is_any() || self.parts.iter().any(|it| it.has(value))
    }

    /// Whether a day is among those counted from the end of a month of `length` days.
    pub(super) fn has_from_end(&self, day: u32, length: u32) -> bool {
        self.parts.iter().any(|it| it.turned(length).has(day))
    }
}
