//! Functions: each by its name, with the kinds that it takes.

use sqlparser::ast::{
    DateTimeField, Expr as Sql, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
};

use super::compile::{ALLOWED, Compiler, Refusal, Scope, place, shown};
use super::number::DIGITS_MAX;
use super::{Comparison, Constant, DatePart, Kind, Node, Rounding, TextFunction, Typed};

/// The functions of single values.
const FUNCTIONS: [&str; 14] = [
    "abs", "coalesce", "day", "left", "length", "lower", "month", "nullif", "quarter", "right",
    "round", "substr", "upper", "year",
];

/// The arguments of a call that is nothing but a name and arguments.
fn plain_arguments(function: &Function) -> Option<Vec<&Sql>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let plain = function.over.is_none()
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.within_group.is_empty()
        && function.parameters == FunctionArguments::None
        && !function.uses_odbc_syntax
        && list.duplicate_treatment.is_none()
        && list.clauses.is_empty();
    if !plain {
        return None;
    }
    list.args.iter().map(expression_of).collect()
}

fn expression_of(argument: &FunctionArg) -> Option<&Sql> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => Some(inner),
        _ => None,
    }
}

impl<S: Scope> Compiler<'_, S> {
    pub(super) fn function(&mut self, function: &Function, tree: &Sql) -> Option<Typed> {
        let name = function.name.to_string().to_lowercase();
        let name = if name == "substring" { "substr" } else { name.as_str() };
        if !FUNCTIONS.contains(&name) {
            let aggregates = self.scope.aggregates();
            if aggregates.contains(&name) {
                let message = format!("`{name}` is an aggregate, and cannot stand here");
                return self.refuse(tree, message, "a condition on aggregates follows HAVING");
            }
            let known = FUNCTIONS.iter().chain(aggregates).map(|it| (*it).to_owned()).collect();
            self.refusals.push(Refusal::unknown("function", name, known).at(place(tree)));
            return None;
        }
        match plain_arguments(function) {
            Some(arguments) => self.apply(name, &arguments, tree),
            None => self.refuse(tree, format!("`{}` is not allowed here", shown(tree)), ALLOWED),
        }
    }

    pub(super) fn extract(
        &mut self,
        field: &DateTimeField,
        inner: &Sql,
        tree: &Sql,
    ) -> Option<Typed> {
        let name = match field {
            DateTimeField::Year => "year",
            DateTimeField::Quarter => "quarter",
            DateTimeField::Month => "month",
            DateTimeField::Day => "day",
            other => {
                let message = format!("a date has no `{}`", shown(other));
                return self.refuse(tree, message, "known: YEAR, QUARTER, MONTH, DAY");
            }
        };
        self.apply(name, &[inner], tree)
    }

    /// A function of arguments; places and lengths are whole numbers as written.
    pub(super) fn apply(&mut self, name: &str, arguments: &[&Sql], tree: &Sql) -> Option<Typed> {
        let typed: Vec<Option<Typed>> =
            arguments.iter().map(|argument| self.expression(argument)).collect();
        let typed: Vec<Typed> = typed.into_iter().collect::<Option<_>>()?;
        match (name, typed.as_slice()) {
            ("coalesce", [_, ..]) => self.first(typed, tree),
            ("abs", [_]) => {
                let [only] = <[Typed; 1]>::try_from(typed).ok()?;
                self.absolute(only, arguments[0])
            }
            ("nullif", [one, other]) => {
                let (one, other) = (one.clone(), other.clone());
                let equal = self.compare(one.clone(), Comparison::Equal, other, place(tree))?;
                let results = vec![Typed::nothing(Kind::Nothing), one];
                self.chosen(vec![equal], results, place(tree))
            }
            ("round", [number]) => self.round(number.clone(), 0, tree),
            ("round", [number, digits]) => match whole(digits, 0) {
                Some(digits) if digits <= u32::from(DIGITS_MAX) => {
                    self.round(number.clone(), u8::try_from(digits).ok()?, tree)
                }
                _ => self.refuse_length(name, arguments[1]),
            },
            ("year" | "quarter" | "month" | "day", [date]) => self.date_part(name, date, tree),
            _ => self.text_function(name, typed, arguments, tree),
        }
    }

    fn first(&mut self, parts: Vec<Typed>, tree: &Sql) -> Option<Typed> {
        let (parts, kind) = self.alike(parts, "the arguments of coalesce", place(tree))?;
        Some(Typed::new(Node::First(parts), kind))
    }

    fn round(&mut self, number: Typed, digits: u8, tree: &Sql) -> Option<Typed> {
        let kind = match number.kind {
            Kind::Quotient => Kind::Decimal(digits),
            // A number keeps what it has where that is less.
            Kind::Decimal(own) => Kind::Decimal(digits.min(own)),
            Kind::Integer => return Some(number),
            Kind::Nothing => return Some(Typed::nothing(Kind::Integer)),
            other => {
                let message = format!("`round` does not take {}", other.name());
                return self.refuse(tree, message, "it rounds numbers: round(amount / 3, 2)");
            }
        };
        self.rounded(number, kind, Rounding::AwayFromZero, place(tree))
    }

    fn date_part(&mut self, name: &str, date: &Typed, tree: &Sql) -> Option<Typed> {
        let part = match name {
            "year" => DatePart::Year,
            "quarter" => DatePart::Quarter,
            "month" => DatePart::Month,
            _ => DatePart::Day,
        };
        match date.kind {
            _ if date.is_nothing() => Some(Typed::nothing(Kind::Integer)),
            Kind::Date => {
                Some(Typed::new(Node::DatePart(part, Box::new(date.clone())), Kind::Integer))
            }
            other => {
                let message = format!("`{name}` does not take {}", other.name());
                self.refuse(tree, message, "it takes a date: year(first_day)")
            }
        }
    }

    fn refuse_length<T>(&mut self, name: &str, argument: &Sql) -> Option<T> {
        let message = format!("`{}` is no place or length for `{name}`", shown(argument));
        self.refuse(argument, message, "write a whole number; characters count from 1")
    }

    fn text_function(
        &mut self,
        name: &str,
        mut typed: Vec<Typed>,
        arguments: &[&Sql],
        tree: &Sql,
    ) -> Option<Typed> {
        let texts = if name == "||" { 2 } else { 1 };
        let kinds: Vec<&str> = typed.iter().map(|it| it.kind.name()).collect();
        let wrong = format!("`{name}` does not take ({})", shown(&kinds.join(", ")));
        let is_text = |it: &Typed| matches!(it.kind, Kind::Text | Kind::Nothing);
        if typed.len() < texts || !typed.iter().take(texts).all(is_text) {
            return self.refuse(tree, wrong, ALLOWED);
        }
        let mut lengths = Vec::new();
        for (at, argument) in typed.iter().enumerate().skip(texts) {
            let least = i128::from(name == "substr" && at == 1);
            match whole(argument, least) {
                Some(length) => lengths.push(length),
                None => return self.refuse_length(name, arguments[at]),
            }
        }
        let function = match (name, lengths.as_slice()) {
            ("lower", []) => TextFunction::Lower,
            ("upper", []) => TextFunction::Upper,
            ("length", []) => TextFunction::Length,
            ("||", []) => TextFunction::Join,
            ("left", [count]) => TextFunction::Left(*count),
            ("right", [count]) => TextFunction::Right(*count),
            ("substr", [from]) => TextFunction::Part(from - 1, None),
            ("substr", [from, count]) => TextFunction::Part(from - 1, Some(*count)),
            _ => return self.refuse(tree, wrong, ALLOWED),
        };
        typed.truncate(texts);
        let kind = if function == TextFunction::Length { Kind::Integer } else { Kind::Text };
        if typed.iter().any(Typed::is_nothing) {
            return Some(Typed::nothing(kind));
        }
        Some(Typed::new(Node::Text(function, typed, place(tree)), kind))
    }
}

/// A constant that is a whole number of at least so much.
fn whole(typed: &Typed, least: i128) -> Option<u32> {
    match (typed.as_constant(), typed.kind) {
        (Some(Constant::Number(number)), Kind::Integer) if *number >= least => {
            u32::try_from(*number).ok()
        }
        _ => None,
    }
}
