//! Expressions over groups of rows: what rows are grouped by, aggregates, and what is made of them.

use sqlparser::ast::{
    DuplicateTreatment, Expr as Sql, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, Spanned as _,
};

use super::names::Rows;
use super::tables::{AGGREGATES, Aggregate, Call, Grouping};
use crate::query::language::expression::{
    Compiler, Constant, Kind, Node, Place, Refusal, Scope, Typed, shown,
};

/// The scope of expressions over groups.
pub(super) struct Groups<'a> {
    pub(super) rows: &'a mut Rows,
    pub(super) grouping: Grouping,
    pub(super) number: usize,
}

/// Whether a function is an aggregate, by its name.
pub(super) fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    AGGREGATES.contains(&name.as_str())
}

/// The engine's name of a key.
pub(super) fn key(number: usize, at: usize) -> String {
    format!("_{number}k{at}")
}

/// The engine's name of an aggregate.
pub(super) fn called(number: usize, at: usize) -> String {
    format!("_{number}c{at}")
}

impl Scope for Groups<'_> {
    fn name(&mut self, path: &[Ident]) -> Result<Typed, Refusal> {
        self.rows.name(path)?;
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        Err(not_grouped(&path.join(".")))
    }

    fn parameter(&mut self, name: &str) -> Result<Typed, Refusal> {
        self.rows.parameter(name)
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &AGGREGATES
    }

    fn whole(&mut self, tree: &Sql) -> Option<Result<Typed, Vec<Refusal>>> {
        if let Sql::Function(function) = tree
            && is_aggregate(function)
        {
            return Some(self.call(function, tree));
        }
        if self.grouping.keys.is_empty() {
            return None;
        }
        let mut compiler = Compiler::new(self.rows);
        let typed = compiler.expression(tree).filter(|it| it.as_constant().is_none())?;
        let at = self.grouping.keys.iter().position(|known| *known == typed)?;
        Some(Ok(Typed::column(key(self.number, at), typed.kind)))
    }
}

/// What stands in a SELECT of groups and is none.
pub(super) fn not_grouped(text: &str) -> Refusal {
    let message = format!("`{}` is neither an aggregate nor what rows are grouped by", shown(text));
    Refusal::new(message, "").of_persons()
}

impl Groups<'_> {
    fn call(&mut self, function: &Function, tree: &Sql) -> Result<Typed, Vec<Refusal>> {
        let start = tree.span().start;
        let at = Place { line: start.line, column: start.column };
        let refused = |message: String, help: &str| Err(vec![Refusal::new(message, help).at(at)]);
        let name = function.name.to_string().to_lowercase();
        let FunctionArguments::List(list) = &function.args else {
            return refused(format!("`{}` is not allowed here", shown(tree)), "");
        };
        let plain = function.over.is_none()
            && function.null_treatment.is_none()
            && function.within_group.is_empty()
            && function.parameters == FunctionArguments::None
            && !function.uses_odbc_syntax
            && list.clauses.is_empty();
        if !plain {
            let help = "an aggregate is a name and an argument: no OVER, no ORDER BY within";
            return refused(format!("`{}` is not allowed here", shown(tree)), help);
        }
        let distinct = match list.duplicate_treatment {
            None | Some(DuplicateTreatment::All) => false,
            Some(DuplicateTreatment::Distinct) if name == "count" => true,
            Some(DuplicateTreatment::Distinct) => {
                let help = "only count takes DISTINCT: count(DISTINCT person)";
                return refused(format!("`{}` is not allowed here", shown(tree)), help);
            }
        };
        let mut compiler = Compiler::new(self.rows);
        let argument = match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] if name == "count" && !distinct => {
                Some(Typed::constant(Constant::Truth(true), Kind::Truth))
            }
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] => {
                compiler.expression(argument)
            }
            _ => {
                let message = format!("`{name}` takes one argument");
                return refused(message, "count the rows with count(*)");
            }
        };
        let filtered = function.filter.as_ref();
        let condition = filtered.map(|tree| compiler.condition(tree, "what follows FILTER"));
        let refusals = compiler.refusals;
        let (Some(argument), None | Some(Some(_))) = (argument, &condition) else {
            return Err(refusals);
        };
        let argument = match condition.flatten() {
            None => argument,
            // Values of rows that are left out are none.
            Some(condition) => {
                let kind = argument.kind;
                let nothing = Box::new(Typed::nothing(kind));
                Typed::new(Node::Case(vec![(condition, argument)], nothing), kind)
            }
        };
        self.aggregate(&name, distinct, argument, at)
    }

    fn aggregate(
        &mut self,
        name: &str,
        distinct: bool,
        argument: Typed,
        at: Place,
    ) -> Result<Typed, Vec<Refusal>> {
        let refused = |message: String, help: &str| Err(vec![Refusal::new(message, help).at(at)]);
        if argument.kind == Kind::Quotient {
            let message = format!("`{name}` takes no quotient, which is not exact");
            return refused(message, "round it first: sum(round(amount / 3, 2))");
        }
        if name == "count" {
            let aggregate = match argument.as_constant() {
                _ if distinct => Aggregate::Distinct,
                Some(Constant::Truth(true)) => Aggregate::Rows,
                _ => Aggregate::Count,
            };
            return Ok(self.called(aggregate, argument, Kind::Integer));
        }
        if argument.kind == Kind::Identity {
            let message = format!("`{name}` of what tells persons apart; they can only be counted");
            return Err(vec![Refusal::new(message, "").at(at).of_persons()]);
        }
        let kind = argument.kind;
        if matches!(name, "min" | "max") {
            let least = if name == "min" { Aggregate::Least } else { Aggregate::Greatest };
            return Ok(self.called(least, argument, kind));
        }
        let argument = if kind == Kind::Nothing { Typed::nothing(Kind::Integer) } else { argument };
        let Some(scale) = argument.kind.scale() else {
            let message = format!("`{name}` takes numbers, found {}", kind.name());
            return refused(message, "count the rows with count(*)");
        };
        let sum = self.called(Aggregate::Sum, argument.clone(), Kind::Decimal(scale));
        if name == "sum" {
            return Ok(sum);
        }
        let count = self.called(Aggregate::Count, argument, Kind::Integer);
        let mut compiler = Compiler::new(self.rows);
        let quotient = compiler.divided(sum, count, at);
        quotient.ok_or(compiler.refusals)
    }

    /// The column of an aggregate; the same one where it stands twice.
    fn called(&mut self, aggregate: Aggregate, argument: Typed, kind: Kind) -> Typed {
        let call = Call { aggregate, argument };
        let calls = &mut self.grouping.calls;
        let at = calls.iter().position(|known| *known == call).unwrap_or_else(|| {
            calls.push(call);
            calls.len() - 1
        });
        Typed::column(called(self.number, at), kind)
    }
}
