//! The tree of an expression that was let through: what each value is, and what is done with it.

use crate::quarter::Day;

/// What a value is; only like is compared with like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A number of up to 38 digits, so many of them behind the decimal mark.
    Decimal(u8),
    Date,
    Truth,
    /// One number by another, not rounded yet.
    Quotient,
    /// What tells persons apart.
    Identity,
    /// No value, of no kind yet.
    Nothing,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Decimal(_) => "a decimal number",
            Self::Date => "a date",
            Self::Truth => "true or false",
            Self::Quotient => "a quotient that is not rounded",
            Self::Identity => "what tells persons apart",
            Self::Nothing => "no value",
        }
    }

    /// Digits behind the decimal mark; `None` for what is no exact number.
    pub(crate) fn scale(self) -> Option<u8> {
        match self {
            Self::Integer => Some(0),
            Self::Decimal(scale) => Some(scale),
            _ => None,
        }
    }
}

/// Where an operation stands in the text. Two operations are the same wherever they stand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

/// An expression whose kind is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) node: Node,
    pub(crate) kind: Kind,
    /// Nodes, itself included.
    size: usize,
    /// Nodes from here to the farthest leaf.
    depth: usize,
}

/// A value that stands in the text, or was given for a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Constant {
    Nothing,
    Text(String),
    /// Without its decimal mark; the kind says where that is.
    Number(i128),
    Date(Day),
    Truth(bool),
}

/// What an expression does; sides of an operation have one scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Column(String),
    Constant(Constant),
    /// `+`, `-`, `*`, `//` or `%` of two numbers.
    Arithmetic {
        operator: Operator,
        left: Box<Typed>,
        right: Box<Typed>,
        place: Place,
    },
    Absolute(Box<Typed>, Place),
    /// A number with more digits behind the decimal mark.
    Rescale(Box<Typed>, Place),
    /// A number or quotient with the digits of its kind, the last one rounded.
    Round {
        inner: Box<Typed>,
        rounding: Rounding,
        place: Place,
    },
    Quotient(Box<Typed>, Box<Typed>),
    /// A number between these, or an error; no value where only tried.
    Fit {
        inner: Box<Typed>,
        least: i128,
        most: i128,
        tries: bool,
        place: Place,
    },
    /// A text as a number or date, or an error; no value where only tried.
    Parse {
        inner: Box<Typed>,
        tries: bool,
        place: Place,
    },
    /// A whole number, date or truth as text.
    Written(Box<Typed>),
    /// A date so many days later, or earlier.
    Shift {
        date: Box<Typed>,
        days: Box<Typed>,
        earlier: bool,
        place: Place,
    },
    /// Days from the second date to the first.
    DaysBetween(Box<Typed>, Box<Typed>),
    DatePart(DatePart, Box<Typed>),
    Compare(Comparison, Box<Typed>, Box<Typed>),
    /// All parts, or any of them.
    Logic(Connective, Vec<Typed>),
    Not(Box<Typed>),
    IsNothing(Box<Typed>),
    /// Whether it is known, and that.
    IsTruth(Box<Typed>, bool),
    /// Among values of its kind, none of them unknown.
    Among(Box<Typed>, Vec<Constant>),
    Like(Box<Typed>, Vec<Wildcard>),
    Case(Vec<(Typed, Typed)>, Box<Typed>),
    /// The first that is a value.
    First(Vec<Typed>),
    Text(TextFunction, Vec<Typed>, Place),
}

/// Arithmetic of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Plus,
    Minus,
    Times,
    /// Division towards zero.
    WholeDivide,
    Remainder,
}

impl Operator {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::WholeDivide => "//",
            Self::Remainder => "%",
        }
    }
}

/// What becomes of a half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// As SQL rounds.
    AwayFromZero,
    /// As figures are rounded.
    ToEven,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Unequal => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connective {
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePart {
    Year,
    Quarter,
    Month,
    Day,
}

/// A part of a pattern of `LIKE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcard {
    /// That character.
    Character(char),
    /// Any one character.
    One,
    /// Any characters, or none.
    Any,
}

/// Places and lengths are constants, checked when the text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextFunction {
    Lower,
    Upper,
    Length,
    Join,
    Left(u32),
    Right(u32),
    /// From a character, counted from 0, so many or all.
    Part(u32, Option<u32>),
}

impl Typed {
    pub(crate) fn new(node: Node, kind: Kind) -> Self {
        let mut size = 1;
        let mut depth = 0;
        node.each(&mut |part| {
            size += part.size;
            depth = depth.max(part.depth);
        });
        if let Node::Among(_, values) = &node {
            size += values.len();
        }
        Self { node, kind, size, depth: depth + 1 }
    }

    pub(crate) fn column(name: impl Into<String>, kind: Kind) -> Self {
        Self::new(Node::Column(name.into()), kind)
    }

    pub(crate) fn constant(value: Constant, kind: Kind) -> Self {
        Self::new(Node::Constant(value), kind)
    }

    /// No value, of some kind.
    pub(crate) fn nothing(kind: Kind) -> Self {
        Self::constant(Constant::Nothing, kind)
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.node == Node::Constant(Constant::Nothing)
    }

    pub(crate) fn as_constant(&self) -> Option<&Constant> {
        match &self.node {
            Node::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// Nodes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Nodes from here to the farthest leaf.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Looks at every node, this one first.
    pub(crate) fn visit(&self, look: &mut dyn FnMut(&Self)) {
        look(self);
        self.node.each(&mut |part| part.visit(look));
    }

    /// Whether there are rows for which it is an error.
    pub(crate) fn can_fail(&self) -> bool {
        let mut can_fail = false;
        self.visit(&mut |part| {
            can_fail |= match &part.node {
                Node::Fit { tries, .. } | Node::Parse { tries, .. } => !tries,
                Node::Text(function, ..) => *function == TextFunction::Join,
                Node::Arithmetic { .. }
                | Node::Absolute(..)
                | Node::Rescale(..)
                | Node::Round { .. }
                | Node::Shift { .. } => true,
                _ => false,
            };
        });
        can_fail
    }

    /// The columns that it reads.
    pub(crate) fn columns(&self) -> std::collections::BTreeSet<String> {
        let mut columns = std::collections::BTreeSet::new();
        self.visit(&mut |part| {
            if let Node::Column(name) = &part.node {
                columns.insert(name.clone());
            }
        });
        columns
    }
}

impl Node {
    /// The parts of a node, from left to right.
    fn each(&self, look: &mut dyn FnMut(&Typed)) {
        match self {
            Self::Column(_) | Self::Constant(_) => {}
            Self::Arithmetic { left, right, .. } => {
                look(left);
                look(right);
            }
            Self::Quotient(left, right)
            | Self::DaysBetween(left, right)
            | Self::Compare(_, left, right) => {
                look(left);
                look(right);
            }
            Self::Shift { date, days, .. } => {
                look(date);
                look(days);
            }
            Self::Absolute(inner, _)
            | Self::Rescale(inner, _)
            | Self::Round { inner, .. }
            | Self::Fit { inner, .. }
            | Self::Parse { inner, .. }
            | Self::Written(inner)
            | Self::DatePart(_, inner)
            | Self::Not(inner)
            | Self::IsNothing(inner)
            | Self::IsTruth(inner, _)
            | Self::Among(inner, _)
            | Self::Like(inner, _) => look(inner),
            Self::Logic(_, parts) | Self::First(parts) | Self::Text(_, parts, _) => {
                parts.iter().for_each(look);
            }
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    look(condition);
                    look(result);
                }
                look(otherwise);
            }
        }
    }
}
