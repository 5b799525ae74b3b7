//! What is true, false or unknown: comparisons, lists, patterns, cases.

use sqlparser::ast::{BinaryOperator, CaseWhen, Expr as Sql, Value};

use super::compile::{Compiler, QUOTES, ROUND_FIRST, Scope, is_nothing, place, shown};
use super::{Comparison, Connective, Constant, Kind, Node, Place, Typed, Wildcard};

/// Characters of a pattern.
const PATTERN_MAX: usize = 1_000;

fn truth_of(node: Node) -> Typed {
    Typed::new(node, Kind::Truth)
}

impl<S: Scope> Compiler<'_, S> {
    /// A chain of ANDs or ORs, however long, as one node.
    pub(super) fn logic(&mut self, operator: &BinaryOperator, tree: &Sql) -> Option<Typed> {
        let mut chain = vec![tree];
        let mut leaves = Vec::new();
        while let Some(next) = chain.pop() {
            match next {
                Sql::BinaryOp { left, op, right } if op == operator => {
                    chain.push(right);
                    chain.push(left);
                }
                leaf => leaves.push(leaf),
            }
        }
        let what = format!("a side of {operator}");
        let parts: Vec<Option<Typed>> =
            leaves.iter().map(|leaf| self.condition(leaf, &what)).collect();
        let parts: Vec<Typed> = parts.into_iter().collect::<Option<_>>()?;
        let connective =
            if *operator == BinaryOperator::And { Connective::And } else { Connective::Or };
        Some(truth_of(Node::Logic(connective, parts)))
    }

    /// How two values compare; numbers at one scale, quotients without rounding.
    pub(super) fn compare(
        &mut self,
        left: Typed,
        comparison: Comparison,
        right: Typed,
        at: Place,
    ) -> Option<Typed> {
        let numeric = |kind| matches!(kind, Kind::Integer | Kind::Decimal(_) | Kind::Quotient);
        let (left, right) = match (left.kind, right.kind) {
            (Kind::Identity, _) | (_, Kind::Identity) => {
                let message = "what tells persons apart is compared; it can only be counted";
                return self.refuse_person(at, message);
            }
            (Kind::Nothing, _) | (_, Kind::Nothing) => return Some(Typed::nothing(Kind::Truth)),
            (Kind::Text, Kind::Text) | (Kind::Date, Kind::Date) | (Kind::Truth, Kind::Truth) => {
                (left, right)
            }
            (Kind::Quotient, other) | (other, Kind::Quotient) if numeric(other) => (left, right),
            (one, other) if numeric(one) && numeric(other) => {
                self.aligned(shortened(left), shortened(right), at)?
            }
            (one, other) => {
                let message = format!("{} is compared with {}", one.name(), other.name());
                return self.refuse_at(at, message, QUOTES);
            }
        };
        if left.is_nothing() || right.is_nothing() {
            return Some(Typed::nothing(Kind::Truth));
        }
        if let (Some(left), Some(right)) = (left.as_constant(), right.as_constant()) {
            let ordering = match (left, right) {
                (Constant::Text(left), Constant::Text(right)) => left.cmp(right),
                (Constant::Number(left), Constant::Number(right)) => left.cmp(right),
                (Constant::Date(left), Constant::Date(right)) => left.cmp(right),
                (Constant::Truth(left), Constant::Truth(right)) => left.cmp(right),
                _ => return Some(Typed::nothing(Kind::Truth)),
            };
            let holds = Constant::Truth(comparison.holds(ordering));
            return Some(Typed::constant(holds, Kind::Truth));
        }
        Some(truth_of(Node::Compare(comparison, Box::new(left), Box::new(right))))
    }

    fn refuse_person<T>(&mut self, at: Place, message: &str) -> Option<T> {
        let refusal = super::Refusal::new(message, "").at(at).of_persons();
        self.refusals.push(refusal);
        None
    }

    pub(super) fn is_truth(&mut self, inner: &Sql, truth: bool) -> Option<Typed> {
        let inner = self.condition(inner, "what is true or not")?;
        Some(truth_of(Node::IsTruth(Box::new(inner), truth)))
    }

    /// Equal, or both no value.
    pub(super) fn same(&mut self, left: &Sql, right: &Sql, tree: &Sql) -> Option<Typed> {
        let (one, other) = (self.expression(left), self.expression(right));
        let (one, other) = (one?, other?);
        let both = vec![is_nothing(one.clone()), is_nothing(other.clone())];
        let equal = self.compare(one, Comparison::Equal, other, place(tree))?;
        let both = truth_of(Node::Logic(Connective::And, both));
        Some(truth_of(Node::First(vec![equal, both])))
    }

    pub(super) fn between(
        &mut self,
        [inner, low, high]: [&Sql; 3],
        negated: bool,
        tree: &Sql,
    ) -> Option<Typed> {
        let parts = [inner, low, high].map(|part| self.expression(part));
        let [inner, low, high] = parts;
        let (inner, low, high) = (inner?, low?, high?);
        let at = place(tree);
        let above = self.compare(inner.clone(), Comparison::GreaterOrEqual, low, at);
        let below = self.compare(inner, Comparison::LessOrEqual, high, at);
        let inside = truth_of(Node::Logic(Connective::And, vec![above?, below?]));
        Some(if negated { super::compile::not(inside) } else { inside })
    }

    /// Constants make one set; what is not constant is compared by itself.
    pub(super) fn in_list(
        &mut self,
        inner: &Sql,
        list: &[Sql],
        negated: bool,
        tree: &Sql,
    ) -> Option<Typed> {
        let at = place(tree);
        let inner = self.expression(inner);
        let values: Vec<Option<Typed>> = list.iter().map(|value| self.expression(value)).collect();
        let (inner, values) = (inner?, values.into_iter().collect::<Option<Vec<Typed>>>()?);
        let mut equal = Vec::with_capacity(values.len());
        for value in values {
            equal.push(self.compare(inner.clone(), Comparison::Equal, value, at)?);
            // Copies of a large expression for each value of a long list would not end well.
            if inner.size() > 1 && equal.len() * inner.size() > super::compile::SIZE_MAX {
                let help = "give the expression a name, in a subquery";
                return self.refuse(tree, "the list is too long for such an expression", help);
            }
        }
        let inside = gathered(equal);
        Some(if negated { super::compile::not(inside) } else { inside })
    }

    /// `%` stands for any text, `_` for one character.
    pub(super) fn like(
        &mut self,
        inner: &Sql,
        pattern: &Sql,
        escape: Option<&Value>,
        negated: bool,
    ) -> Option<Typed> {
        let (typed, read) = (self.expression(inner), self.expression(pattern));
        let (typed, read) = (typed?, read?);
        if !matches!(typed.kind, Kind::Text | Kind::Nothing) {
            let message = format!("what stands before LIKE is {}", typed.kind.name());
            return self.refuse(inner, message, "LIKE compares texts");
        }
        let escape = match escape {
            None => None,
            Some(Value::SingleQuotedString(text)) if text.chars().count() == 1 => {
                text.chars().next()
            }
            Some(_) => return self.refuse(pattern, "ESCAPE takes one character in quotes", ""),
        };
        let parts = match read.as_constant() {
            Some(Constant::Text(text)) if text.chars().count() <= PATTERN_MAX => {
                wildcards(text, escape)
            }
            _ => None,
        };
        let Some(parts) = parts else {
            let message = format!("`{}` is no pattern for LIKE", shown(pattern));
            let help = "write a text in quotes: `%` stands for any text, `_` for one character";
            return self.refuse(pattern, message, help);
        };
        if typed.is_nothing() {
            return Some(Typed::nothing(Kind::Truth));
        }
        let like = truth_of(Node::Like(Box::new(typed), parts));
        Some(if negated { super::compile::not(like) } else { like })
    }

    pub(super) fn case(
        &mut self,
        operand: Option<&Sql>,
        branches: &[CaseWhen],
        otherwise: Option<&Sql>,
        tree: &Sql,
    ) -> Option<Typed> {
        const BRANCHES_MAX: usize = 50;
        if branches.len() > BRANCHES_MAX {
            let message = format!("the CASE has more than {BRANCHES_MAX} branches");
            return self.refuse(tree, message, "write several values as a list: IN ('a', 'b')");
        }
        let operand = match operand {
            Some(operand) => Some(self.expression(operand)?),
            None => None,
        };
        let mut conditions = Vec::new();
        let mut results = Vec::new();
        for CaseWhen { condition, result } in branches {
            conditions.push(match &operand {
                None => self.condition(condition, "what follows WHEN"),
                Some(operand) => self.expression(condition).and_then(|value| {
                    self.compare(operand.clone(), Comparison::Equal, value, place(condition))
                }),
            });
            results.push(self.expression(result));
        }
        results.push(match otherwise {
            Some(otherwise) => self.expression(otherwise),
            None => Some(Typed::nothing(Kind::Nothing)),
        });
        let conditions: Vec<Typed> = conditions.into_iter().collect::<Option<_>>()?;
        let results: Vec<Typed> = results.into_iter().collect::<Option<_>>()?;
        self.chosen(conditions, results, place(tree))
    }

    /// The result of the first condition that is true; the last of the results where none is.
    pub(super) fn chosen(
        &mut self,
        conditions: Vec<Typed>,
        results: Vec<Typed>,
        at: Place,
    ) -> Option<Typed> {
        let (mut results, kind) = self.alike(results, "the results of CASE", at)?;
        let otherwise = results.pop()?;
        let branches = conditions.into_iter().zip(results).collect();
        Some(Typed::new(Node::Case(branches, Box::new(otherwise)), kind))
    }

    /// Expressions of one kind, of which one will be taken.
    pub(crate) fn alike(
        &mut self,
        parts: Vec<Typed>,
        what: &str,
        at: Place,
    ) -> Option<(Vec<Typed>, Kind)> {
        let mut kind = Kind::Nothing;
        for part in &parts {
            kind = match (kind, part.kind) {
                (_, Kind::Quotient) => {
                    let message = format!("{what} have a quotient among them, which is not exact");
                    return self.refuse_at(at, message, ROUND_FIRST);
                }
                (known, Kind::Nothing) => known,
                (Kind::Nothing, found) => found,
                (known, found) if known == found => known,
                (known, found) => match (known.scale(), found.scale()) {
                    (Some(one), Some(other)) => Kind::Decimal(one.max(other)),
                    _ => {
                        let (known, found) = (known.name(), found.name());
                        let message = format!("{what} are {known} and {found}");
                        return self.refuse_at(at, message, QUOTES);
                    }
                },
            };
        }
        let mut alike = Vec::with_capacity(parts.len());
        for part in parts {
            alike.push(match (part.kind, kind) {
                (Kind::Nothing, _) => Typed::nothing(kind),
                (own, Kind::Decimal(scale)) if own != kind => self.rescaled(part, scale, at)?,
                _ => part,
            });
        }
        Some((alike, kind))
    }
}

/// Any of some comparisons, those of one value with constants as one set.
fn gathered(equal: Vec<Typed>) -> Typed {
    let mut sets: Vec<(Typed, Vec<Constant>)> = Vec::new();
    let mut parts = Vec::new();
    for part in equal {
        match part.node {
            Node::Compare(Comparison::Equal, inner, value)
                if value.as_constant().is_some() && inner.kind == value.kind =>
            {
                let Node::Constant(value) = value.node else { continue };
                match sets.iter_mut().find(|(known, _)| *known == *inner) {
                    Some((_, values)) => values.push(value),
                    None => sets.push((*inner, vec![value])),
                }
            }
            _ if parts.contains(&part) => {}
            _ => parts.push(part),
        }
    }
    let sets =
        sets.into_iter().map(|(inner, values)| truth_of(Node::Among(Box::new(inner), values)));
    let mut all: Vec<Typed> = sets.chain(parts).collect();
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            all.extend(last);
            truth_of(Node::Logic(Connective::Or, all))
        }
    }
}

/// A constant without zeros at the end of its decimals, which say nothing.
fn shortened(typed: Typed) -> Typed {
    let (Node::Constant(Constant::Number(number)), Kind::Decimal(scale)) =
        (&typed.node, typed.kind)
    else {
        return typed;
    };
    let (mut number, mut scale) = (*number, scale);
    while scale > 0 && number % 10 == 0 {
        (number, scale) = (number / 10, scale - 1);
    }
    Typed::constant(Constant::Number(number), Kind::Decimal(scale))
}

/// The parts of a pattern; `None` where it ends in the middle of one.
fn wildcards(pattern: &str, escape: Option<char>) -> Option<Vec<Wildcard>> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let part = match character {
            _ if Some(character) == escape => Wildcard::Character(characters.next()?),
            '%' => Wildcard::Any,
            '_' => Wildcard::One,
            other => Wildcard::Character(other),
        };
        if part != Wildcard::Any || parts.last() != Some(&Wildcard::Any) {
            parts.push(part);
        }
    }
    Some(parts)
}
