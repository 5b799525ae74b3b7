//! A code that is the identifier of any row of the delivery, where identifiers have no form of their own.
//!
//! Only all rows together can tell, so the rule is applied once the whole delivery has been read. A code
//! that the dictionary knows is one, whoever has the same token; so is a number as short as codes are, since
//! where persons are numbered from 1 on, every short number is somebody's.

use super::batch::CheckedBatch;
use crate::decode::{Codes, parse_coded};
use crate::dictionary::{CodeColumn, Dictionary};
use crate::finding::{Finding, Rule, Severity};

/// `check.identifier-in-code`
pub(super) static RULE: Rule = Rule {
    id: "check.identifier-in-code",
    severity: Severity::Reject,
    meaning: "no code is the identifier of a person of the delivery, where identifiers are recoded",
    help: "check whether columns have moved; a code that is meant so goes into dictionary.toml",
};

const TEXT: &str = "expected a code, found the identifier of a person of this delivery";

/// Digits of the longest codes; those of centres have one more.
const DIGITS_MAX: usize = 4;

impl CheckedBatch {
    /// The texts of its code columns that could be identifiers, each as it is stored and as it is written.
    pub fn possible_identifiers(&self, dictionary: &Dictionary) -> Vec<&str> {
        let mut texts = Vec::new();
        for column in CodeColumn::all() {
            let codes = self.decoded().codes(column);
            let open = open_keys(column, codes, dictionary);
            if !open.contains(&true) {
                continue;
            }
            // A code of rows that are without it since it is their own identifier is of no row.
            let mut used = vec![false; open.len()];
            for key in codes.keys() {
                used[*key as usize] = true;
            }
            let by_key = codes.texts().iter().zip(open.iter().zip(used).skip(1));
            let stored = by_key.filter(|(_, (open, used))| **open && *used).map(|(text, _)| text);
            let written = codes.written().iter().filter(|text| is_open(column, text, dictionary));
            texts.extend(stored.chain(written).map(AsRef::as_ref));
        }
        texts
    }

    /// Rejects the rows in which `is_identifier` holds for a code that could be one.
    pub fn reject_identifiers(
        &mut self,
        dictionary: &Dictionary,
        is_identifier: impl Fn(&str) -> bool,
    ) {
        let mut found: Vec<(usize, CodeColumn)> = Vec::new();
        for column in CodeColumn::all() {
            let codes = self.decoded().codes(column);
            let open = open_keys(column, codes, dictionary);
            if !open.contains(&true) {
                continue;
            }
            let stored: Vec<bool> = codes.texts().iter().map(|it| is_identifier(it)).collect();
            for (row, key) in codes.keys().iter().enumerate().filter(|it| open[*it.1 as usize]) {
                let written = || self.decoded().written_code(row, column);
                if stored[*key as usize - 1] || written().is_some_and(&is_identifier) {
                    found.push((row, column));
                }
            }
        }
        if found.is_empty() {
            return;
        }
        let of_row = |(row, column): (usize, CodeColumn)| {
            let (part, line) = (self.decoded().part(), self.decoded().lines()[row]);
            let column = Some(column.name());
            (row, Finding { rule: &RULE, part, line, column, text: TEXT.into() })
        };
        let findings: Vec<(usize, Finding)> = found.into_iter().map(of_row).collect();
        self.reject_all(findings);
    }
}

/// By key: whether its code could be an identifier.
fn open_keys(column: CodeColumn, codes: &Codes, dictionary: &Dictionary) -> Vec<bool> {
    let open = codes.texts().iter().map(|text| is_open(column, text, dictionary));
    std::iter::once(false).chain(open).collect()
}

/// Whether a text could be an identifier rather than a code.
fn is_open(column: CodeColumn, text: &str, dictionary: &Dictionary) -> bool {
    let digits = if column == CodeColumn::CPAS { DIGITS_MAX + 1 } else { DIGITS_MAX };
    let is_short = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    !is_short && parse_coded(text).is_ok() && !dictionary.knows_code(column, text)
}
