//! The rules that decoding itself can find broken: what cannot be read as its type.

use crate::finding::{Rule, Severity};

/// Too few or too many fields.
pub static FIELD_COUNT: Rule = Rule {
    id: "decode.field-count",
    severity: Severity::Reject,
    meaning: "the row has as many fields as the header",
    help: "look for a delimiter inside a value that is not quoted, or for a cut line",
};

/// A quote without its pair.
pub static QUOTE_UNCLOSED: Rule = Rule {
    id: "decode.quote-unclosed",
    severity: Severity::Reject,
    meaning: "every quoted field is closed before the next delimiter or line end",
    help: "double the quotes inside a value, or close the field",
};

/// Bytes that are not text in the declared encoding.
pub static ENCODING: Rule = Rule {
    id: "decode.encoding",
    severity: Severity::Reject,
    meaning: "the bytes are valid in the file's encoding",
    help: "ask for UTF-8, or declare the encoding: `--encoding windows-1252`",
};

/// Not a date.
pub static DATE: Rule = Rule {
    id: "decode.date",
    severity: Severity::Reject,
    meaning: "dates are YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, DD-MM-YYYY or DDMONYYYY, and exist; a time is midnight",
    help: "write the date in one of these forms, best YYYY-MM-DD",
};

/// Not an amount.
pub static AMOUNT: Rule = Rule {
    id: "decode.amount",
    severity: Severity::Reject,
    meaning: "amounts are digits with at most two decimals",
    help: "write euros with a point or a comma and one or two decimals",
};

/// An amount that can be read in two ways.
pub static AMOUNT_AMBIGUOUS: Rule = Rule {
    id: "decode.amount-ambiguous",
    severity: Severity::Reject,
    meaning: "a single mark is not followed by exactly three digits: `1.234` can be read two ways",
    help: "write `1234.00` or `1.23`, whichever is meant",
};

/// More than any amount.
pub static AMOUNT_IMPLAUSIBLE: Rule = Rule {
    id: "decode.amount-implausible",
    severity: Severity::Reject,
    meaning: "no amount is larger, either way, than `max_amount` of the warehouse's settings (100,000.00 euros \
              where nothing is said)",
    help: "look for a number that has slipped into the amount, or for shifted columns; where such amounts are \
           right, set `max_amount` in the warehouse's sppis.toml",
};

/// No identifier.
pub static NISS_MISSING: Rule = Rule {
    id: "check.niss-missing",
    severity: Severity::Reject,
    meaning: "every row has the beneficiary's identifier",
    help: "the unit of observation is the individual: a row without identifier cannot be counted",
};

/// An identifier that fails its check.
pub static NISS_INVALID: Rule = Rule {
    id: "check.niss-invalid",
    severity: Severity::Reject,
    meaning: "the identifier has 11 digits, a possible birth date or 00, a sequence number from 001 to 998 and a valid check number",
    help: "correct the number; for recoded identifiers set `identifier = \"coded\"` in the \
           warehouse's sppis.toml",
};

/// An identifier that lost its leading zero.
pub static NISS_PADDED: Rule = Rule {
    id: "check.niss-padded",
    severity: Severity::Warn,
    meaning: "the identifier has all its 11 digits; 10 are padded with a zero when that is valid",
    help: "a spreadsheet has dropped the leading zero: ask for the column as text",
};

/// An identifier in the column of a code.
pub static CODE_IDENTIFIER: Rule = Rule {
    id: "decode.code-identifier",
    severity: Severity::Reject,
    meaning: "no code and no amount could be an identifier: they are stored as they come",
    help: "look for shifted columns, or for the delimiter inside a value that is not quoted",
};

/// A word where there is nothing.
pub static NO_VALUE_WORD: Rule = Rule {
    id: "check.no-value-word",
    severity: Severity::Warn,
    meaning: "where there is no value nothing is written; words such as `NULL`, `NA` or `.` are taken as no value",
    help: "ask for empty fields where there is no value",
};

/// A code written as a decimal number.
pub static CODE_DECIMAL: Rule = Rule {
    id: "check.code-decimal",
    severity: Severity::Warn,
    meaning: "a code is no decimal number; where nothing but zeros follows the mark it is taken as the whole number",
    help: "a program has made a number of the code: ask for the column as text",
};

/// A partner's identifier that fails its check.
pub static PARTNER_INVALID: Rule = Rule {
    id: "check.partner-invalid",
    severity: Severity::Warn,
    meaning: "the partner's identifier is valid; otherwise the row is kept without it",
    help: "correct the number if partners are to be studied; figures of persons do not use it",
};

/// All rules of this module.
pub static ALL: [&Rule; 14] = [
    &FIELD_COUNT,
    &QUOTE_UNCLOSED,
    &ENCODING,
    &DATE,
    &AMOUNT,
    &AMOUNT_AMBIGUOUS,
    &AMOUNT_IMPLAUSIBLE,
    &CODE_IDENTIFIER,
    &NISS_MISSING,
    &NISS_INVALID,
    &NISS_PADDED,
    &NO_VALUE_WORD,
    &CODE_DECIMAL,
    &PARTNER_INVALID,
];
