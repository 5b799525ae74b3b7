//! From a SQL tree to a typed one: names, values, and what each node is handed to.

use sqlparser::ast::{
    BinaryOperator, CastKind, Expr as Sql, Ident, Spanned as _, TypedString, UnaryOperator, Value,
};

use super::dates::date;
use super::number::parsed;
use super::precedence::follows_another;
use super::{Constant, Kind, Node, Place, Typed};

/// Something that is not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) help: String,
    /// Where it stands; line 0 where that is not known.
    pub(crate) place: Place,
    /// The name, and those it may be a slip of.
    pub(crate) known: Option<(String, Vec<String>)>,
    /// Whether it would be let through where single persons may be shown.
    pub(crate) of_persons: bool,
}

impl Refusal {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { message, help, place: Place::default(), known: None, of_persons: false }
    }

    /// A name that is not known.
    pub(crate) fn unknown(what: &str, name: &str, known: Vec<String>) -> Self {
        let mut refusal = Self::new(format!("unknown {what} `{}`", shown(name)), "");
        refusal.known = Some((name.to_owned(), known));
        refusal
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        if self.place.line == 0 {
            self.place = place;
        }
        self
    }

    pub(crate) fn of_persons(mut self) -> Self {
        self.of_persons = true;
        self
    }
}

/// What names mean where an expression stands.
pub(crate) trait Scope {
    /// The value of a name, with what stands before its dots.
    fn name(&mut self, path: &[Ident]) -> Result<Typed, Refusal>;

    /// The value of a parameter, without its `$`.
    fn parameter(&mut self, name: &str) -> Result<Typed, Refusal>;

    /// The aggregates that a statement knows where it has groups.
    fn aggregates(&self) -> &'static [&'static str] {
        &[]
    }

    /// What the scope takes as a whole; `None` leaves it to the compiler.
    fn whole(&mut self, _tree: &Sql) -> Option<Result<Typed, Vec<Refusal>>> {
        None
    }
}

/// Nodes of an expression.
pub(super) const SIZE_MAX: usize = 20_000;
/// Operations within each other.
const DEPTH_MAX: usize = 100;
/// Mistakes of an expression that are looked for.
const MISTAKES_MAX: usize = 50;

pub(super) const ALLOWED: &str = "allowed are names, numbers, texts, DATE '2016-01-01', comparisons, AND, OR, NOT, IN, BETWEEN, \
     LIKE, IS NULL, CASE, CAST, + - * / // % and a few functions";
pub(super) const QUOTES: &str = "texts stand in quotes, dates are DATE '2016-01-01'";
pub(super) const ROUND_FIRST: &str = "round it first: round(amount / 3, 2)";

/// Compiles the expressions of one scope.
pub(crate) struct Compiler<'a, S> {
    pub(crate) scope: &'a mut S,
    pub(crate) refusals: Vec<Refusal>,
    depth: usize,
}

/// A tree as it can stand in a message.
pub(crate) fn shown(tree: &(impl std::fmt::Display + ?Sized)) -> String {
    const CHARACTERS_MAX: usize = 60;
    let text = tree.to_string();
    let mut short: String = text.chars().take(CHARACTERS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(super) fn place(tree: &Sql) -> Place {
    let start = match tree {
        Sql::Identifier(name) => name.span.start,
        Sql::Value(value) => value.span.start,
        _ => tree.span().start,
    };
    Place { line: start.line, column: start.column }
}

impl<'a, S: Scope> Compiler<'a, S> {
    pub(crate) fn new(scope: &'a mut S) -> Self {
        Self { scope, refusals: Vec::new(), depth: 0 }
    }

    /// An expression that is true, false or unknown.
    pub(crate) fn condition(&mut self, tree: &Sql, what: &str) -> Option<Typed> {
        let condition = self.expression(tree)?;
        self.truth(condition, what, place(tree))
    }

    /// The expression, or `None` where something was refused. All sides of an operator are looked
    /// at before that, so that all mistakes are found.
    pub(crate) fn expression(&mut self, tree: &Sql) -> Option<Typed> {
        if self.refusals.len() >= MISTAKES_MAX {
            return None;
        }
        if self.depth >= DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} operations within each other");
            return self.refuse(tree, message, "give a part of it a name, in a subquery");
        }
        self.depth += 1;
        let typed = self.dispatch(tree);
        self.depth -= 1;
        let typed = typed?;
        if typed.size() > SIZE_MAX || typed.depth() > 2 * DEPTH_MAX {
            let message = "the expression is too large".to_owned();
            return self.refuse(tree, message, "long lists of values are IN ('a', 'b')");
        }
        Some(typed)
    }

    fn dispatch(&mut self, tree: &Sql) -> Option<Typed> {
        if let Some(whole) = self.scope.whole(tree) {
            return whole.map_err(|refusals| self.refusals.extend(refusals)).ok();
        }
        if follows_another(tree) {
            let message = format!("`{}` compares what is compared already", shown(tree));
            return self.refuse(tree, message, "put the first comparison in parentheses");
        }
        match tree {
            Sql::Identifier(name) => self.named(std::slice::from_ref(name), tree),
            Sql::CompoundIdentifier(path) => self.named(path, tree),
            Sql::Value(value) => self.value(&value.value, tree),
            Sql::TypedString(typed) => self.typed(typed, tree),
            Sql::Nested(inner) => self.expression(inner),
            Sql::UnaryOp { op, expr } => self.unary(*op, expr, tree),
            Sql::BinaryOp { left, op, right } => self.binary(left, op, right, tree),
            Sql::IsNull(inner) => Some(is_nothing(self.expression(inner)?)),
            Sql::IsNotNull(inner) => Some(not(is_nothing(self.expression(inner)?))),
            Sql::IsTrue(inner) => self.is_truth(inner, true),
            Sql::IsNotTrue(inner) => self.is_truth(inner, true).map(not),
            Sql::IsFalse(inner) => self.is_truth(inner, false),
            Sql::IsNotFalse(inner) => self.is_truth(inner, false).map(not),
            Sql::IsUnknown(inner) => Some(is_nothing(self.condition(inner, "what is unknown")?)),
            Sql::IsNotUnknown(inner) => {
                Some(not(is_nothing(self.condition(inner, "what is unknown")?)))
            }
            Sql::IsNotDistinctFrom(left, right) => self.same(left, right, tree),
            Sql::IsDistinctFrom(left, right) => self.same(left, right, tree).map(not),
            Sql::InList { expr, list, negated } => self.in_list(expr, list, *negated, tree),
            Sql::Between { expr, negated, low, high } => {
                self.between([expr, low, high], *negated, tree)
            }
            Sql::Like { negated, any: false, expr, pattern, escape_char } => {
                let escape = escape_char.as_ref().map(|it| &it.value);
                self.like(expr, pattern, escape, *negated)
            }
            Sql::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), tree)
            }
            Sql::Cast { kind, expr, data_type, array: false, format: None } => {
                let tries = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
                self.cast(expr, data_type, tries, tree)
            }
            Sql::Function(function) => self.function(function, tree),
            Sql::Extract { field, expr, .. } => self.extract(field, expr, tree),
            Sql::Substring { expr, substring_from, substring_for, .. } => {
                let parts = [Some(expr), substring_from.as_ref(), substring_for.as_ref()];
                let parts: Vec<&Sql> = parts.into_iter().flatten().map(AsRef::as_ref).collect();
                self.apply("substr", &parts, tree)
            }
            Sql::Subquery(_) | Sql::InSubquery { .. } | Sql::Exists { .. } => {
                let help = "write the values: IN ('a', 'b')";
                self.refuse(tree, "an expression has no subquery", help)
            }
            other => self.refuse(tree, format!("`{}` is not allowed here", shown(other)), ALLOWED),
        }
    }

    pub(super) fn refuse<T>(
        &mut self,
        tree: &Sql,
        message: impl Into<String>,
        help: &str,
    ) -> Option<T> {
        self.refuse_at(place(tree), message, help)
    }

    pub(super) fn refuse_at<T>(
        &mut self,
        at: Place,
        message: impl Into<String>,
        help: &str,
    ) -> Option<T> {
        self.refusals.push(Refusal::new(message, help).at(at));
        None
    }

    /// Anything but what tells persons apart, which can only be counted.
    pub(super) fn open(&mut self, typed: Typed, tree: &Sql) -> Option<Typed> {
        if typed.kind != Kind::Identity {
            return Some(typed);
        }
        let message = format!("`{}` tells persons apart; they can only be counted", shown(tree));
        self.refusals.push(Refusal::new(message, "").at(place(tree)).of_persons());
        None
    }

    /// The expression, if it is true, false or unknown.
    pub(super) fn truth(&mut self, typed: Typed, what: &str, at: Place) -> Option<Typed> {
        match typed.kind {
            Kind::Truth => Some(typed),
            Kind::Nothing => Some(Typed::nothing(Kind::Truth)),
            other => {
                let message = format!("{what} is {}, expected true or false", other.name());
                self.refuse_at(at, message, QUOTES)
            }
        }
    }

    fn named(&mut self, path: &[Ident], tree: &Sql) -> Option<Typed> {
        let found = self.scope.name(path);
        found.map_err(|refusal| self.refusals.push(refusal.at(place(tree)))).ok()
    }

    fn value(&mut self, value: &Value, tree: &Sql) -> Option<Typed> {
        match value {
            Value::Number(text, false) => match parsed(text) {
                Some((number, 0)) if i64::try_from(number).is_ok() => {
                    Some(Typed::constant(Constant::Number(number), Kind::Integer))
                }
                Some((number, scale)) => {
                    Some(Typed::constant(Constant::Number(number), Kind::Decimal(scale)))
                }
                None => {
                    let message = format!("`{}` is no number of up to 38 digits", shown(text));
                    self.refuse(tree, message, "write it out: 12.50")
                }
            },
            Value::SingleQuotedString(text) => {
                Some(Typed::constant(Constant::Text(text.clone()), Kind::Text))
            }
            Value::Boolean(truth) => Some(Typed::constant(Constant::Truth(*truth), Kind::Truth)),
            Value::Null => Some(Typed::nothing(Kind::Nothing)),
            Value::Placeholder(name) => {
                let found = self.scope.parameter(name.trim_start_matches('$'));
                found.map_err(|refusal| self.refusals.push(refusal.at(place(tree)))).ok()
            }
            other => self.refuse(tree, format!("`{}` is not allowed here", shown(other)), ALLOWED),
        }
    }

    fn typed(&mut self, typed: &TypedString, tree: &Sql) -> Option<Typed> {
        use sqlparser::ast::DataType;
        match (&typed.data_type, &typed.value.value) {
            (DataType::Date, Value::SingleQuotedString(text)) => match date(text) {
                Some(date) => Some(date),
                None => {
                    let message = format!("`{}` is no date", shown(text));
                    self.refuse(tree, message, "write DATE '2016-01-01'")
                }
            },
            (other, _) => {
                let message = format!("there are no values of type {}", shown(other));
                self.refuse(tree, message, ALLOWED)
            }
        }
    }

    fn unary(&mut self, operator: UnaryOperator, inner: &Sql, tree: &Sql) -> Option<Typed> {
        let typed = self.expression(inner)?;
        match operator {
            UnaryOperator::Not => self.truth(typed, "what follows NOT", place(inner)).map(not),
            UnaryOperator::Plus => self.number(typed, inner, "what follows `+`"),
            UnaryOperator::Minus => {
                let typed = self.number(typed, inner, "what follows `-`")?;
                self.negated(typed, tree)
            }
            other => self.refuse(tree, format!("there is no operator `{other}`"), ALLOWED),
        }
    }

    fn binary(
        &mut self,
        left: &Sql,
        operator: &BinaryOperator,
        right: &Sql,
        tree: &Sql,
    ) -> Option<Typed> {
        match operator {
            BinaryOperator::And | BinaryOperator::Or => self.logic(operator, tree),
            BinaryOperator::StringConcat => self.apply("||", &[left, right], tree),
            _ => {
                let (left_typed, right_typed) = (self.expression(left), self.expression(right));
                let left_typed = self.open(left_typed?, left);
                let right_typed = self.open(right_typed?, right);
                self.operated((left_typed?, left), operator, (right_typed?, right), tree)
            }
        }
    }
}

pub(super) fn not(condition: Typed) -> Typed {
    match condition.node {
        Node::Not(inner) => *inner,
        _ => Typed::new(Node::Not(Box::new(condition)), Kind::Truth),
    }
}

pub(super) fn is_nothing(inner: Typed) -> Typed {
    if let Some(constant) = inner.as_constant() {
        let is = Constant::Truth(*constant == Constant::Nothing);
        return Typed::constant(is, Kind::Truth);
    }
    match inner.node {
        // A quotient is no value where one of its sides is none, or where it is over 0.
        Node::Quotient(left, right) => {
            let zero = Typed::constant(Constant::Number(0), right.kind);
            let over_nothing =
                Node::Compare(super::Comparison::Equal, right.clone(), Box::new(zero));
            let parts = vec![
                is_nothing(*left),
                is_nothing(*right),
                Typed::new(
                    Node::IsTruth(Box::new(Typed::new(over_nothing, Kind::Truth)), true),
                    Kind::Truth,
                ),
            ];
            Typed::new(Node::Logic(super::Connective::Or, parts), Kind::Truth)
        }
        _ => Typed::new(Node::IsNothing(Box::new(inner)), Kind::Truth),
    }
}
