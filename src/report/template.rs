//! The text of a report as it is written: values and conditions between double braces.
//!
//! In: the text of one language. Out: its parts in their order, text and what is asked for, each with
//! its place; every mistake of form. Never: a brace that is dropped, or a figure that is looked for
//! in what another figure says: values are put in after the text has been read as Markdown.
//!
//! ```text
//! {{ persons.total }}                      a number
//! {{ persons.rate in percent or "–" }}     one that may be missing
//! {{ if persons.change > 0 }} … {{ else }} … {{ end }}
//! ```

use super::reference::{Condition, Reference, read_condition, read_reference};
use crate::document::{Problem, Span};

/// A text in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template(pub(super) Vec<Part>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// As written.
    Text(Span),
    /// A value in its place.
    Value(Reference, Span),
    /// One of two texts.
    Choice { condition: Condition, span: Span, then: Template, otherwise: Template },
}

/// What stands between braces.
enum Tag {
    Value(Reference),
    If(Condition),
    Else,
    End,
}

/// A choice that is not closed yet.
struct Open {
    condition: Condition,
    span: Span,
    /// What stands before it.
    before: Vec<Part>,
    /// The first of the two texts, once it is whole.
    then: Option<Vec<Part>>,
}

impl Template {
    /// Reads a text.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        let (mut parts, mut open, mut problems) = (Vec::new(), Vec::<Open>::new(), Vec::new());
        let mut at = 0;
        while let Some(found) = text[at..].find("{{") {
            let start = at + found;
            push_text(&mut parts, at..start);
            let Some(length) = text[start..].find("}}") else {
                let problem = Problem::new(start..start + 2, "`{{` is not closed");
                problems.push(problem.help("end it with `}}` on the same line"));
                at = text.len();
                break;
            };
            let span = start..start + length + 2;
            at = span.end;
            match tag(text, &span) {
                Ok(tag) => {
                    if !matches!(tag, Tag::Value(_)) {
                        at = without_its_line(text, &span, &mut parts);
                    }
                    take(tag, &span, &mut parts, &mut open, &mut problems);
                }
                Err(problem) => problems.push(problem),
            }
        }
        push_text(&mut parts, at..text.len());
        for unclosed in open.into_iter().rev() {
            let problem = Problem::new(unclosed.span, "this condition has no end");
            problems.push(problem.help("write `{{ end }}` after its text"));
            let inner = std::mem::replace(&mut parts, unclosed.before);
            parts.extend(inner);
        }
        (Self(parts), problems)
    }

    /// All that is asked for, also in texts that a condition may leave out.
    pub fn references(&self) -> Vec<(&Reference, &Span)> {
        let mut found = Vec::new();
        for part in &self.0 {
            match part {
                Part::Text(_) => {}
                Part::Value(reference, span) => found.push((reference, span)),
                Part::Choice { condition, span, then, otherwise } => {
                    found.extend(condition.references().map(|it| (it, span)));
                    found.extend(then.references());
                    found.extend(otherwise.references());
                }
            }
        }
        found
    }
}

/// A condition that stands alone on its line leaves no empty line behind, which would end a
/// paragraph, a list or a table. Takes the blanks before it off the text; gives where the text goes on.
fn without_its_line(text: &str, span: &Span, parts: &mut Vec<Part>) -> usize {
    let is_blank = |it: &str| it.chars().all(|it| it == ' ' || it == '\t');
    let line = text[..span.start].rfind('\n').map_or(0, |it| it + 1);
    let after = text[span.end..].find('\n').map_or(text.len(), |it| span.end + it + 1);
    let rest = text[span.end..after].trim_end_matches(['\n', '\r']);
    if !is_blank(&text[line..span.start]) || !is_blank(rest) {
        return span.end;
    }
    if let Some(Part::Text(before)) = parts.last_mut()
        && before.end > line
    {
        before.end = line;
        if before.start == before.end {
            parts.pop();
        }
    }
    after
}

fn push_text(parts: &mut Vec<Part>, span: Span) {
    if !span.is_empty() {
        parts.push(Part::Text(span));
    }
}

/// What stands between the braces of a span.
fn tag(text: &str, span: &Span) -> Result<Tag, Problem> {
    let inner = &text[span.start + 2..span.end - 2];
    if inner.contains(['\n', '{']) {
        let problem = Problem::new(span.start..span.start + 2, "`{{` is not closed on its line");
        return Err(problem.help("end it with `}}` on the same line"));
    }
    let from = span.start + 2 + (inner.len() - inner.trim_start().len());
    let inner = inner.trim();
    match inner.split_once(char::is_whitespace) {
        None if inner == "else" => Ok(Tag::Else),
        None if inner == "end" => Ok(Tag::End),
        Some(("if", rest)) => {
            let at = from + (inner.len() - rest.trim_start().len());
            read_condition(rest.trim(), at).map(Tag::If)
        }
        _ => read_reference(inner, from).map(Tag::Value),
    }
}

fn take(
    tag: Tag,
    span: &Span,
    parts: &mut Vec<Part>,
    open: &mut Vec<Open>,
    problems: &mut Vec<Problem>,
) {
    match tag {
        Tag::Value(reference) => parts.push(Part::Value(reference, span.clone())),
        Tag::If(condition) => {
            let before = std::mem::take(parts);
            open.push(Open { condition, span: span.clone(), before, then: None });
        }
        Tag::Else => match open.last_mut() {
            Some(choice) if choice.then.is_none() => choice.then = Some(std::mem::take(parts)),
            _ => problems.push(Problem::new(span.clone(), "`else` belongs to no condition")),
        },
        Tag::End => match open.pop() {
            Some(Open { condition, span, before, then }) => {
                let last = std::mem::replace(parts, before);
                let (then, otherwise) = match then {
                    Some(then) => (then, last),
                    None => (last, Vec::new()),
                };
                let (then, otherwise) = (Template(then), Template(otherwise));
                parts.push(Part::Choice { condition, span, then, otherwise });
            }
            None => problems.push(Problem::new(span.clone(), "`end` belongs to no condition")),
        },
    }
}
