//! What may be shown of the values of a file that is only looked at: where identifiers have no form,
//! they can stand in any column.

use crate::decode::{IdentifierFormat, is_no_value_word, parse_day, parse_national};
use crate::delivery::Identifiers;
use crate::dictionary::{Column, Dictionary};
use crate::finding::shown;

/// What may be shown where identifiers look so, and codes are these.
#[derive(Debug)]
pub struct MayBeShown {
    identifier: IdentifierFormat,
    dictionary: Dictionary,
}

impl MayBeShown {
    /// Where identifiers have that form.
    pub fn new(identifier: IdentifierFormat, dictionary: Dictionary) -> Self {
        Self { identifier, dictionary }
    }

    /// Where they are national numbers, as long as nobody says otherwise.
    pub fn of_national(dictionary: Dictionary) -> Self {
        Self::new(IdentifierFormat::National, dictionary)
    }

    /// What identifiers are that are numbers.
    pub fn identifiers(&self) -> Identifiers {
        match self.identifier {
            IdentifierFormat::National => Identifiers::ElevenDigits,
            IdentifierFormat::Coded => Identifiers::AsWritten,
        }
    }

    /// A value that is not blank, as it may be shown beside the person and partner of its row.
    pub fn value(&self, column: Option<Column>, text: &str, own: [&str; 2]) -> String {
        let count = text.chars().count();
        let characters =
            if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
        let [person, _] = own;
        match column {
            Some(Column::Person | Column::Partner) => format!("an identifier of {characters}"),
            None => format!("a text of {characters}"),
            Some(Column::Code(code)) if self.dictionary.knows_code(code, text) => shown(text),
            _ if is_no_value_word(text) => shown(text),
            _ if own.iter().any(|it| it.eq_ignore_ascii_case(text)) => {
                format!("an identifier of {characters}")
            }
            Some(Column::FirstDay | Column::LastDay) if parse_day(text).is_some() => shown(text),
            // A row whose person has no number may be of recoded ones, or have moved.
            _ if self.identifier == IdentifierFormat::Coded || parse_national(person).is_err() => {
                format!("a text of {characters}")
            }
            _ => shown(text),
        }
    }
}
