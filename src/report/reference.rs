//! What a text asks for: a number of the report by its name, and how it is to be written.
//!
//! ```text
//! persons                          the number
//! persons.total                    that of one value of the dimension that it leaves open
//! persons.total.change             against the quarter or year that it is compared with
//! amount in thousands              whole thousands
//! persons.rate or "not known"      what stands where there is no number
//! persons.change > 0               a condition
//! persons.rate is known            another
//! ```

use std::cmp::Ordering;

use crate::document::Problem;

/// A number that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name of a number of the report, or of what the report says of itself.
    pub name: String,
    /// A value of the dimension that the number leaves open.
    pub member: Option<String>,
    /// What of it.
    pub aspect: Aspect,
    /// How it is written.
    pub form: Form,
    /// What stands where there is no number; without it a number that is missing is a mistake.
    pub otherwise: Option<String>,
}

/// What of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Itself.
    Value,
    /// What it is compared with.
    Before,
    /// How much more it is than that.
    Change,
    /// The same in percent of that.
    Rate,
    /// The same as a word: it has risen, fallen, stayed.
    Direction,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// All its digits.
    Exact,
    /// Whole euros.
    Euros,
    /// Whole thousands.
    Thousands,
    /// Millions with one decimal.
    Millions,
}

/// Whether a text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Whether one number is in some order to another.
    Compared(Reference, &'static [Ordering], Operand),
    /// Whether there is a number, or there is none.
    Known(Reference, bool),
}

/// What a number is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// Another number of the report.
    Reference(Reference),
    /// A number, in millionths.
    Number(i128),
}

const ASPECTS: [(&str, Aspect); 4] = [
    ("before", Aspect::Before),
    ("change", Aspect::Change),
    ("rate", Aspect::Rate),
    ("direction", Aspect::Direction),
];

const FORMS: [(&str, Form); 3] =
    [("euros", Form::Euros), ("thousands", Form::Thousands), ("millions", Form::Millions)];

const COMPARISONS: [(&str, &[Ordering]); 6] = [
    (">=", &[Ordering::Greater, Ordering::Equal]),
    ("<=", &[Ordering::Less, Ordering::Equal]),
    ("!=", &[Ordering::Less, Ordering::Greater]),
    (">", &[Ordering::Greater]),
    ("<", &[Ordering::Less]),
    ("=", &[Ordering::Equal]),
];

/// Endings of conditions that ask whether there is a number.
const KNOWN: [(&str, bool); 2] = [(" is known", true), (" is missing", false)];

impl Condition {
    /// The numbers that it asks for.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let (left, right) = match self {
            Self::Compared(left, _, Operand::Reference(right)) => (left, Some(right)),
            Self::Compared(left, _, Operand::Number(_)) | Self::Known(left, _) => (left, None),
        };
        [Some(left), right].into_iter().flatten()
    }

    /// Whether it holds, by what the numbers are; the error is that of a number that is compared and
    /// missing.
    pub fn holds<E>(&self, value: impl Fn(&Reference) -> Result<i128, E>) -> Result<bool, E> {
        match self {
            Self::Known(reference, wanted) => Ok(value(reference).is_ok() == *wanted),
            Self::Compared(left, orders, right) => {
                let right = match right {
                    Operand::Reference(reference) => value(reference)?,
                    Operand::Number(number) => *number,
                };
                Ok(orders.contains(&value(left)?.cmp(&right)))
            }
        }
    }
}

/// Reads what stands at a place of a text.
pub(super) fn read_reference(text: &str, at: usize) -> Result<Reference, Problem> {
    let (text, otherwise) = alternative(text, at)?;
    let (path, form) = match text.split_once(" in ") {
        None => (text, Form::Exact),
        Some((path, word)) => {
            let known = FORMS.iter().find(|(name, _)| *name == word.trim());
            let wrong = || {
                let start = at + text.len() - word.trim_start().len();
                let problem =
                    Problem::new(start..at + text.len(), format!("unknown form `{}`", word.trim()));
                problem.suggest(word.trim(), FORMS.iter().map(|(name, _)| *name))
            };
            (path.trim_end(), known.ok_or_else(wrong)?.1)
        }
    };
    let mut names = path.split('.');
    let name = names.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = names.collect();
    let aspect_of = |word: &str| ASPECTS.iter().find(|(name, _)| *name == word).map(|it| it.1);
    let (member, aspect) = match rest.as_slice() {
        [] => (None, Aspect::Value),
        [one] => match aspect_of(one) {
            Some(aspect) => (None, aspect),
            None => (Some((*one).to_owned()), Aspect::Value),
        },
        [member, word] => {
            let wrong = || {
                let start = at + path.len() - word.len();
                let problem =
                    Problem::new(start..at + path.len(), format!("unknown word `{word}`"));
                problem.suggest(word, ASPECTS.iter().map(|(name, _)| *name))
            };
            (Some((*member).to_owned()), aspect_of(word).ok_or_else(wrong)?)
        }
        _ => {
            let problem = Problem::new(at..at + path.len(), "too many words joined by `.`");
            return Err(problem.help("write NAME, NAME.VALUE, NAME.change or NAME.VALUE.change"));
        }
    };
    let legal = |word: &str| {
        !word.is_empty() && word.chars().all(|it| it.is_alphanumeric() || "_-+".contains(it))
    };
    if let Some(word) = path.split('.').find(|word| !legal(word)) {
        let problem = Problem::new(at..at + path.len().max(1), format!("`{word}` is no name"));
        return Err(problem.help("names have letters, digits, `_` and `-`, and are joined by `.`"));
    }
    Ok(Reference { name, member, aspect, form, otherwise })
}

/// Takes what stands after `or` off a text.
fn alternative(text: &str, at: usize) -> Result<(&str, Option<String>), Problem> {
    let Some((before, after)) = text.split_once(" or ") else { return Ok((text.trim_end(), None)) };
    let quoted = after.trim();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match inner.filter(|inner| !inner.contains('"')) {
        Some(inner) => Ok((before.trim_end(), Some(inner.to_owned()))),
        None => {
            let start = at + text.len() - after.trim_start().len();
            let problem =
                Problem::new(start..at + text.len(), "expected a text in quotes after `or`");
            Err(problem.help("such as `or \"not known\"`"))
        }
    }
}

/// Decimals that numbers are compared with.
pub(super) const MILLIONTHS: u8 = 6;

/// A number with a point, such as `-12.5`.
fn millionths(text: &str) -> Option<i128> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole).chars().chain(decimals.chars());
    let is_number = !whole.is_empty() && digits.clone().all(|it| it.is_ascii_digit());
    if !is_number || decimals.len() > MILLIONTHS.into() || digits.count() == 0 {
        return None;
    }
    format!("{whole}{decimals:0<width$}", width = MILLIONTHS.into()).parse().ok()
}

/// Reads a comparison that stands at a place of a text.
pub(super) fn read_condition(text: &str, at: usize) -> Result<Condition, Problem> {
    for (ending, wanted) in KNOWN {
        if let Some(asked) = text.strip_suffix(ending) {
            return Ok(Condition::Known(read_reference(asked.trim_end(), at)?, wanted));
        }
    }
    let found =
        COMPARISONS.iter().find_map(|(sign, orders)| Some((text.find(sign)?, sign, orders)));
    let Some((place, sign, orders)) = found else {
        let problem = Problem::new(at..at + text.len().max(1), "expected a comparison");
        return Err(problem.help(
            "such as `persons.change > 0` or `persons.rate is known`; signs: < <= = != >= >",
        ));
    };
    let left = read_reference(text[..place].trim_end(), at)?;
    let right_text = text[place + sign.len()..].trim_start();
    let right_at = at + text.len() - right_text.len();
    let right = match millionths(right_text) {
        Some(number) => Operand::Number(number),
        None => Operand::Reference(read_reference(right_text, right_at)?),
    };
    Ok(Condition::Compared(left, orders, right))
}
