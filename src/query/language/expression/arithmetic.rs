//! Numbers and dates: one scale for both sides, constants worked out, the rest as nodes.

use sqlparser::ast::{BinaryOperator, Expr as Sql};

use super::compile::{ALLOWED, Compiler, QUOTES, ROUND_FIRST, Scope, place, shown};
use super::number::{DIGITS_MAX, Unfit, divided, in_bits, in_digits, operate, rescaled};
use super::precedence::comparison;
use super::{Constant, Kind, Node, Operator, Place, Rounding, Typed};
use crate::exact::known;

impl<S: Scope> Compiler<'_, S> {
    /// Both sides of an operator that is neither AND nor OR.
    pub(super) fn operated(
        &mut self,
        (left, left_tree): (Typed, &Sql),
        operator: &BinaryOperator,
        (right, right_tree): (Typed, &Sql),
        tree: &Sql,
    ) -> Option<Typed> {
        if let Some(comparison) = comparison(operator) {
            return self.compare(left, comparison, right, place(tree));
        }
        let operator = match operator {
            BinaryOperator::Plus => Operator::Plus,
            BinaryOperator::Minus => Operator::Minus,
            BinaryOperator::Multiply => Operator::Times,
            BinaryOperator::Modulo => Operator::Remainder,
            BinaryOperator::DuckIntegerDivide => Operator::WholeDivide,
            BinaryOperator::Divide => {
                let left = self.number(left, left_tree, "what stands before `/`");
                let right = self.number(right, right_tree, "what stands after `/`");
                return self.divided(left?, right?, place(tree));
            }
            other => return self.refuse(tree, format!("there is no operator `{other}`"), ALLOWED),
        };
        if left.kind == Kind::Date || right.kind == Kind::Date {
            return self.dates(left, operator, right, tree);
        }
        let what = |side: &str| format!("what stands {side} `{}`", operator.sign());
        let left = self.number(left, left_tree, &what("before"));
        let right = self.number(right, right_tree, &what("after"));
        self.arithmetic(left?, operator, right?, place(tree))
    }

    /// An exact number, or no value as one.
    pub(super) fn number(&mut self, typed: Typed, tree: &Sql, what: &str) -> Option<Typed> {
        match typed.kind {
            Kind::Integer | Kind::Decimal(_) => Some(typed),
            Kind::Nothing => Some(Typed::nothing(Kind::Integer)),
            Kind::Quotient => {
                let message = format!("{what} is a quotient, which is not exact");
                self.refuse(tree, message, ROUND_FIRST)
            }
            other => {
                let message = format!("{what} is {}, expected a number", other.name());
                self.refuse(tree, message, QUOTES)
            }
        }
    }

    /// The number with the other sign.
    pub(super) fn negated(&mut self, typed: Typed, tree: &Sql) -> Option<Typed> {
        let zero = Typed::constant(Constant::Number(0), typed.kind);
        self.arithmetic(zero, Operator::Minus, typed, place(tree))
    }

    /// Arithmetic of two numbers.
    pub(super) fn arithmetic(
        &mut self,
        left: Typed,
        operator: Operator,
        right: Typed,
        at: Place,
    ) -> Option<Typed> {
        let (left, right, kind) = if operator == Operator::Times {
            let kind = match (left.kind, right.kind) {
                (Kind::Integer, Kind::Integer) => Kind::Integer,
                (left, right) => {
                    let scale = u32::from(left.scale()?) + u32::from(right.scale()?);
                    let scale = u8::try_from(scale).ok().filter(|it| *it <= DIGITS_MAX);
                    let Some(scale) = scale else {
                        let message = "the product has more than 38 digits behind its decimal mark";
                        return self.refuse_at(at, message, "round its sides first");
                    };
                    Kind::Decimal(scale)
                }
            };
            (left, right, kind)
        } else {
            let (left, right) = self.aligned(left, right, at)?;
            let kind = left.kind;
            (left, right, kind)
        };
        if operator == Operator::WholeDivide && kind.scale() != Some(0) {
            let help = "write `/`, and round it: round(amount / 3, 2)";
            return self.refuse_at(at, "`//` divides whole numbers", help);
        }
        if left.is_nothing() || right.is_nothing() {
            return Some(Typed::nothing(kind));
        }
        if let (Some(Constant::Number(left)), Some(Constant::Number(right))) =
            (left.as_constant(), right.as_constant())
        {
            let result = operate(operator, *left, *right);
            let fits =
                |it: Option<i128>| it.map(|number| fitting(number, kind).ok_or(Unfit)).transpose();
            let Ok(result) = result.and_then(fits) else {
                return self.refuse_at(at, too_large(operator.sign(), kind), "");
            };
            let constant = result.map_or(Constant::Nothing, Constant::Number);
            return Some(Typed::constant(constant, kind));
        }
        let (left, right) = (Box::new(left), Box::new(right));
        Some(Typed::new(Node::Arithmetic { operator, left, right, place: at }, kind))
    }

    /// Two numbers with one scale.
    pub(super) fn aligned(
        &mut self,
        left: Typed,
        right: Typed,
        at: Place,
    ) -> Option<(Typed, Typed)> {
        if left.kind == right.kind {
            return Some((left, right));
        }
        let scale = left.kind.scale()?.max(right.kind.scale()?);
        let left = self.rescaled(left, scale, at);
        let right = self.rescaled(right, scale, at);
        Some((left?, right?))
    }

    /// A number as a decimal with so many digits behind its mark, which are not fewer than it has.
    pub(super) fn rescaled(&mut self, typed: Typed, scale: u8, at: Place) -> Option<Typed> {
        let kind = Kind::Decimal(scale);
        let digits = scale.checked_sub(typed.kind.scale()?)?;
        if typed.kind == kind {
            return Some(typed);
        }
        match typed.as_constant() {
            Some(Constant::Number(number)) => match rescaled(*number, digits).and_then(in_digits) {
                Some(number) => Some(Typed::constant(Constant::Number(number), kind)),
                None => self.refuse_at(at, too_large("", kind), ""),
            },
            Some(_) => Some(Typed::nothing(kind)),
            None => Some(Typed::new(Node::Rescale(Box::new(typed), at), kind)),
        }
    }

    /// One number by another, not rounded.
    pub(crate) fn divided(&mut self, left: Typed, right: Typed, at: Place) -> Option<Typed> {
        let (left, right) = self.aligned(left, right, at)?;
        if left.is_nothing() || right.as_constant().is_some_and(is_zero) {
            return Some(Typed::nothing(Kind::Quotient));
        }
        Some(Typed::new(Node::Quotient(Box::new(left), Box::new(right)), Kind::Quotient))
    }

    /// A number or quotient as one of that kind, rounded where it has more digits.
    pub(crate) fn rounded(
        &mut self,
        typed: Typed,
        kind: Kind,
        rounding: Rounding,
        at: Place,
    ) -> Option<Typed> {
        let scale = kind.scale()?;
        if typed.is_nothing() {
            return Some(Typed::nothing(kind));
        }
        if typed.kind == kind {
            return Some(typed);
        }
        let more = typed.kind.scale().is_some_and(|own| own <= scale);
        if more && kind != Kind::Integer {
            return self.rescaled(typed, scale, at);
        }
        if let Some(Constant::Number(number)) = typed.as_constant() {
            let own = known(typed.kind.scale());
            let rounded = super::number::power(own - scale)
                .and_then(|power| divided(*number, power, 0, rounding))
                .and_then(|number| fitting(number, kind));
            return match rounded {
                Some(number) => Some(Typed::constant(Constant::Number(number), kind)),
                None => self.refuse_at(at, too_large("", kind), ""),
            };
        }
        Some(Typed::new(Node::Round { inner: Box::new(typed), rounding, place: at }, kind))
    }

    /// What can be done with dates: so many days later or earlier, and the days between two.
    fn dates(
        &mut self,
        left: Typed,
        operator: Operator,
        right: Typed,
        tree: &Sql,
    ) -> Option<Typed> {
        let at = place(tree);
        let kinds = (left.kind, operator, right.kind);
        let (date, days, earlier) = match kinds {
            (Kind::Date, Operator::Minus, Kind::Date) => {
                if left.is_nothing() || right.is_nothing() {
                    return Some(Typed::nothing(Kind::Integer));
                }
                let between = Node::DaysBetween(Box::new(left), Box::new(right));
                return Some(Typed::new(between, Kind::Integer));
            }
            (Kind::Date, Operator::Plus, Kind::Integer) => (left, right, false),
            (Kind::Integer, Operator::Plus, Kind::Date) => (right, left, false),
            (Kind::Date, Operator::Minus, Kind::Integer) => (left, right, true),
            (Kind::Date, Operator::Plus | Operator::Minus, Kind::Nothing)
            | (Kind::Nothing, Operator::Plus, Kind::Date) => {
                return Some(Typed::nothing(Kind::Date));
            }
            (one, _, other) => {
                let sign = operator.sign();
                let message = format!("`{sign}` of {} and {}", one.name(), other.name());
                let help = "a day so many days later is first_day + 30, the days between two are \
                            last_day - first_day";
                return self.refuse(tree, message, help);
            }
        };
        if date.is_nothing() || days.is_nothing() {
            return Some(Typed::nothing(Kind::Date));
        }
        let (date, days) = (Box::new(date), Box::new(days));
        Some(Typed::new(Node::Shift { date, days, earlier, place: at }, Kind::Date))
    }

    /// The size of a number, without its sign.
    pub(super) fn absolute(&mut self, typed: Typed, tree: &Sql) -> Option<Typed> {
        let typed = self.number(typed, tree, &format!("`{}`", shown(tree)))?;
        let kind = typed.kind;
        match typed.as_constant() {
            Some(Constant::Number(number)) => {
                match number.checked_abs().and_then(|it| fitting(it, kind)) {
                    Some(number) => Some(Typed::constant(Constant::Number(number), kind)),
                    None => self.refuse(tree, too_large("abs", kind), ""),
                }
            }
            Some(_) => Some(typed),
            None => Some(Typed::new(Node::Absolute(Box::new(typed), place(tree)), kind)),
        }
    }
}

fn is_zero(constant: &Constant) -> bool {
    matches!(constant, Constant::Number(0) | Constant::Nothing)
}

/// The number, if it is one of its kind.
pub(crate) fn fitting(number: i128, kind: Kind) -> Option<i128> {
    if kind == Kind::Integer { in_bits(number) } else { in_digits(number) }
}

/// What is said of a result that is none of its kind.
pub(crate) fn too_large(operation: &str, kind: Kind) -> String {
    let of = if operation.is_empty() { String::new() } else { format!(" of `{operation}`") };
    let bounds = if kind == Kind::Integer { "64-bit whole numbers" } else { "38 digits" };
    format!("a result{of} does not fit in {bounds}")
}
