//! CAST: between numbers with SQL's rounding, from texts as they are written, and to texts.

use sqlparser::ast::{DataType, ExactNumberInfo, Expr as Sql};

use super::compile::{Compiler, ROUND_FIRST, Scope, place, shown};
use super::dates::day;
use super::number::{DIGITS_MAX, greatest};
use super::{Constant, Kind, Node, Rounding, Typed};

/// What a type of SQL holds.
struct Target {
    kind: Kind,
    /// The least and the greatest number.
    bounds: (i128, i128),
}

impl<S: Scope> Compiler<'_, S> {
    pub(super) fn cast(
        &mut self,
        inner: &Sql,
        data_type: &DataType,
        tries: bool,
        tree: &Sql,
    ) -> Option<Typed> {
        let typed = self.expression(inner);
        let Some(target) = target(data_type) else {
            let message = format!("there is no type `{}`", shown(data_type));
            let help = "known: TEXT, INTEGER, BIGINT, DECIMAL(12, 2), DATE; binary floats are not \
                        exact";
            return self.refuse(tree, message, help);
        };
        let typed = self.open(typed?, inner)?;
        let at = place(tree);
        if typed.is_nothing() {
            return Some(Typed::nothing(target.kind));
        }
        match (typed.kind, target.kind) {
            (Kind::Text, Kind::Integer | Kind::Decimal(_) | Kind::Date) => {
                if let Some(Constant::Text(text)) = typed.as_constant() {
                    return self.parsed(text, &target, tries, tree);
                }
                let parse = Node::Parse { inner: Box::new(typed), tries, place: at };
                let parsed = Typed::new(parse, target.kind);
                Some(fitted(parsed, &target, tries, at))
            }
            (
                Kind::Integer | Kind::Decimal(_) | Kind::Quotient,
                Kind::Integer | Kind::Decimal(_),
            ) => {
                let rounded = self.rounded(typed, target.kind, Rounding::AwayFromZero, at)?;
                if let Some(Constant::Number(number)) = rounded.as_constant() {
                    let (least, most) = target.bounds;
                    if !(least..=most).contains(number) {
                        return self.unfit(data_type, tries, &target, tree);
                    }
                    return Some(rounded);
                }
                Some(fitted(rounded, &target, tries, at))
            }
            (Kind::Integer | Kind::Date | Kind::Truth, Kind::Text) => {
                Some(Typed::new(Node::Written(Box::new(typed)), Kind::Text))
            }
            (one, other) if one == other => Some(typed),
            (one, other) => {
                let message = format!("{} is cast to {}", one.name(), other.name());
                let help = if one == Kind::Quotient { ROUND_FIRST } else { "" };
                self.refuse(tree, message, help)
            }
        }
    }

    /// A text of the statement, which is known to be right or wrong at once.
    fn parsed(&mut self, text: &str, target: &Target, tries: bool, tree: &Sql) -> Option<Typed> {
        let constant = match target.kind {
            Kind::Date => day(text).map(crate::quarter::day_of).map(Constant::Date),
            kind => parsed_number(text, kind)
                .filter(|number| (target.bounds.0..=target.bounds.1).contains(number))
                .map(Constant::Number),
        };
        match constant {
            Some(constant) => Some(Typed::constant(constant, target.kind)),
            None if tries => Some(Typed::nothing(target.kind)),
            None => {
                let message =
                    format!("`{}` is not {} of that type", shown(text), target.kind.name());
                self.refuse(tree, message, "write CAST('12.50' AS DECIMAL(12, 2))")
            }
        }
    }

    fn unfit(
        &mut self,
        data_type: &DataType,
        tries: bool,
        target: &Target,
        tree: &Sql,
    ) -> Option<Typed> {
        if tries {
            return Some(Typed::nothing(target.kind));
        }
        self.refuse(tree, format!("the number does not fit in {}", shown(data_type)), "")
    }
}

/// A number with the bounds of a type around it, where it can lie outside.
fn fitted(typed: Typed, target: &Target, tries: bool, place: super::Place) -> Typed {
    let (least, most) = target.bounds;
    let all = match target.kind {
        Kind::Integer => (i128::from(i64::MIN), i128::from(i64::MAX)),
        _ => (-greatest(DIGITS_MAX), greatest(DIGITS_MAX)),
    };
    if target.kind == Kind::Date || (least <= all.0 && most >= all.1) {
        return typed;
    }
    Typed::new(Node::Fit { inner: Box::new(typed), least, most, tries, place }, target.kind)
}

fn target(data_type: &DataType) -> Option<Target> {
    let whole = |bits: u32| {
        let most = 1_i128 << (bits - 1);
        Some(Target { kind: Kind::Integer, bounds: (-most, most - 1) })
    };
    let free = |kind| Some(Target { kind, bounds: (i128::MIN, i128::MAX) });
    match data_type {
        DataType::TinyInt(None) => whole(8),
        DataType::SmallInt(None) => whole(16),
        DataType::Int(None) | DataType::Integer(None) => whole(32),
        DataType::BigInt(None) => whole(64),
        DataType::Decimal(info) | DataType::Numeric(info) | DataType::Dec(info) => {
            let (digits, scale) = match info {
                ExactNumberInfo::None => return None,
                ExactNumberInfo::Precision(digits) => (*digits, 0),
                ExactNumberInfo::PrecisionAndScale(digits, scale) => (*digits, *scale),
            };
            let digits = u8::try_from(digits).ok().filter(|it| (1..=DIGITS_MAX).contains(it))?;
            let scale = u8::try_from(scale).ok().filter(|it| *it <= digits)?;
            let most = greatest(digits);
            Some(Target { kind: Kind::Decimal(scale), bounds: (-most, most) })
        }
        DataType::Text | DataType::Varchar(None) | DataType::String(None) => free(Kind::Text),
        DataType::Date => free(Kind::Date),
        DataType::Boolean | DataType::Bool => free(Kind::Truth),
        _ => None,
    }
}

/// The number that a text writes, rounded to its kind.
pub(crate) fn parsed_number(text: &str, kind: Kind) -> Option<i128> {
    let (number, scale) = super::number::parsed(text)?;
    let wanted = kind.scale()?;
    match wanted.checked_sub(scale) {
        Some(more) => super::number::rescaled(number, more),
        None => {
            let power = super::number::power(scale - wanted)?;
            super::number::divided(number, power, 0, Rounding::AwayFromZero)
        }
    }
}
