//! What the engine computes with our own arithmetic: column in, column out, an error where a number
//! does not fit. No value in gives no value out.

use std::collections::HashSet;

use polars::prelude::*;

use crate::query::language::expression::number::DIGITS_MAX;
use crate::query::language::expression::{Constant, Kind, Place, too_large};

/// Decimals of a quotient.
pub(super) const QUOTIENT_DIGITS: u8 = 6;

/// The engine's type for values of a kind.
pub(crate) fn column_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Nothing => DataType::String,
        Kind::Integer | Kind::Identity => DataType::Int64,
        Kind::Decimal(scale) => DataType::Decimal(38, usize::from(scale)),
        Kind::Quotient => DataType::Decimal(38, usize::from(QUOTIENT_DIGITS)),
        Kind::Date => DataType::Date,
        Kind::Truth => DataType::Boolean,
    }
}

/// An operand: a constant, or a column by its place.
enum Operand {
    Fixed(i128),
    Given(usize),
}

/// The most operands of a kernel.
const OPERANDS_MAX: usize = 4;

/// A function of exact numbers, dates as days and truths as 0 and 1.
pub(super) fn numbers<F>(parts: Vec<(Option<Constant>, Expr)>, kind: Kind, compute: F) -> Expr
where
    F: Fn(&[i128]) -> PolarsResult<Option<i128>> + Send + Sync + 'static,
{
    let fixed = |constant: &Option<Constant>| match constant {
        Some(Constant::Number(number)) => Some(*number),
        Some(Constant::Date(day)) => Some(i128::from(*day)),
        _ => None,
    };
    let all_fixed = parts.iter().all(|(constant, _)| fixed(constant).is_some());
    let mut inputs = Vec::new();
    let mut operands = Vec::new();
    for (constant, part) in parts {
        operands.push(match fixed(&constant).filter(|_| !all_fixed) {
            Some(number) => Operand::Fixed(number),
            None => {
                inputs.push(part);
                Operand::Given(inputs.len() - 1)
            }
        });
    }
    mapped(inputs, kind, move |columns| {
        let read: Vec<_> = columns.iter().map(read).collect::<PolarsResult<_>>()?;
        let cells = (0..height(columns)).map(|row| {
            let mut values = [0_i128; OPERANDS_MAX];
            for (value, operand) in values.iter_mut().zip(&operands) {
                *value = match operand {
                    Operand::Fixed(number) => *number,
                    Operand::Given(at) => match read.get(*at).and_then(|cells| cell(cells, row)) {
                        Some(number) => number,
                        None => return Ok(None),
                    },
                };
            }
            compute(&values[..operands.len()])
        });
        column(columns, cells.collect::<PolarsResult<Vec<_>>>()?, kind)
    })
}

/// A number that a text writes.
pub(super) fn from_text<F>(part: Expr, kind: Kind, compute: F) -> Expr
where
    F: Fn(&str) -> PolarsResult<Option<i128>> + Send + Sync + 'static,
{
    mapped(vec![part], kind, move |columns| {
        let [texts] = columns else { return Err(misplaced()) };
        let cells = texts.str()?.iter().map(|text| text.map_or(Ok(None), &compute));
        let cells = cells.collect::<PolarsResult<Vec<_>>>()?;
        column(columns, cells, kind)
    })
}

/// Texts of numbers, dates or truths.
pub(super) fn to_text<F>(part: Expr, compute: F) -> Expr
where
    F: Fn(i128) -> String + Send + Sync + 'static,
{
    mapped(vec![part], Kind::Text, move |columns| {
        let [cells] = columns else { return Err(misplaced()) };
        let texts = read(cells)?.into_iter().map(|cell| cell.map(&compute));
        Ok(Column::new(cells.name().clone(), texts.collect::<Vec<_>>()))
    })
}

/// One text behind another.
pub(super) fn joined(left: Expr, right: Expr, place: Place) -> Expr {
    // A row can have many such texts, and there are many rows.
    const BYTES_MAX: usize = 1 << 10;
    mapped(vec![left, right], Kind::Text, move |columns| {
        let [left, right] = columns else { return Err(misplaced()) };
        let (left_texts, right_texts) = (left.str()?, right.str()?);
        let texts = (0..height(columns)).map(|row| {
            let at = |texts: &StringChunked| if texts.len() == 1 { 0 } else { row };
            let pair = (left_texts.get(at(left_texts)), right_texts.get(at(right_texts)));
            let (Some(left), Some(right)) = pair else { return Ok(None) };
            if left.len() + right.len() > BYTES_MAX {
                return Err(failed(&format!("a text of `||` has over {BYTES_MAX} bytes"), place));
            }
            Ok(Some(format!("{left}{right}")))
        });
        Ok(Column::new(left.name().clone(), texts.collect::<PolarsResult<Vec<_>>>()?))
    })
}

/// Whether values are among these.
pub(super) fn among(part: Expr, kind: Kind, values: &[Constant]) -> Expr {
    let mut texts = HashSet::new();
    let mut numbers = HashSet::new();
    for value in values {
        match value {
            Constant::Text(text) => drop(texts.insert(text.clone())),
            Constant::Number(number) => drop(numbers.insert(*number)),
            Constant::Date(day) => drop(numbers.insert(i128::from(*day))),
            Constant::Truth(truth) => drop(numbers.insert(i128::from(*truth))),
            Constant::Nothing => {}
        }
    }
    let of_texts = kind == Kind::Text;
    mapped(vec![part], Kind::Truth, move |columns| {
        let [cells] = columns else { return Err(misplaced()) };
        let truths: BooleanChunked = if of_texts {
            cells.str()?.iter().map(|text| text.map(|text| texts.contains(text))).collect()
        } else {
            read(cells)?.iter().map(|cell| cell.map(|number| numbers.contains(&number))).collect()
        };
        Ok(truths.with_name(cells.name().clone()).into_column())
    })
}

/// What is said of a result that is none of its kind.
pub(super) fn unfit(operation: &str, kind: Kind, place: Place) -> PolarsError {
    failed(&too_large(operation, kind), place)
}

pub(super) fn failed(message: &str, place: Place) -> PolarsError {
    let Place { line, column } = place;
    let place = if line == 0 { String::new() } else { format!("line {line}, column {column}: ") };
    PolarsError::ComputeError(format!("{place}{message}").into())
}

fn misplaced() -> PolarsError {
    PolarsError::ComputeError("a function has other columns than it was compiled with".into())
}

fn mapped<F>(inputs: Vec<Expr>, kind: Kind, compute: F) -> Expr
where
    F: Fn(&[Column]) -> PolarsResult<Column> + Send + Sync + 'static,
{
    let output = column_type(kind);
    let field = move |_: &Schema, fields: &[Field]| {
        let name = fields.first().map_or_else(|| "literal".into(), |it| it.name().clone());
        Ok(Field::new(name, output.clone()))
    };
    map_multiple(move |columns: &mut [Column]| compute(columns), inputs, field)
}

/// Rows of columns of which some may have one for all.
fn height(columns: &[Column]) -> usize {
    let several = columns.iter().map(Column::len).find(|len| *len != 1);
    several.map_or(1, |it| it)
}

/// The cell of a row, or the one for all.
fn cell(cells: &[Option<i128>], row: usize) -> Option<i128> {
    cells.get(if cells.len() == 1 { 0 } else { row }).copied().flatten()
}

fn read(column: &Column) -> PolarsResult<Vec<Option<i128>>> {
    match column.dtype() {
        DataType::Decimal(..) => Ok(column.decimal()?.physical().iter().collect()),
        DataType::Boolean => Ok(column.bool()?.iter().map(|cell| cell.map(i128::from)).collect()),
        _ => {
            let whole = column.to_physical_repr().cast(&DataType::Int64)?;
            Ok(whole.i64()?.iter().map(|cell| cell.map(i128::from)).collect())
        }
    }
}

/// Numbers as a column of their kind; they fit.
fn column(inputs: &[Column], cells: Vec<Option<i128>>, kind: Kind) -> PolarsResult<Column> {
    let name = inputs.first().map_or_else(|| "literal".into(), |it| it.name().clone());
    if let Kind::Decimal(scale) = kind {
        let numbers = Int128Chunked::from_iter_options(name, cells.into_iter());
        let scale = usize::from(scale);
        return Ok(numbers.into_decimal(usize::from(DIGITS_MAX), scale)?.into_column());
    }
    if kind == Kind::Truth {
        let truths: BooleanChunked = cells.iter().map(|cell| cell.map(|it| it != 0)).collect();
        return Ok(truths.with_name(name).into_column());
    }
    let narrow = |cell: Option<i128>| {
        let number = cell.map(i64::try_from).transpose();
        number.map_err(|_| unfit("", Kind::Integer, Place::default()))
    };
    let whole = cells.into_iter().map(narrow).collect::<PolarsResult<Vec<_>>>()?;
    let whole = Int64Chunked::from_iter_options(name, whole.into_iter()).into_column();
    if kind == Kind::Date { whole.cast(&DataType::Int32)?.cast(&DataType::Date) } else { Ok(whole) }
}
