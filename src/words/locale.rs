//! How delimited text is written for the spreadsheets of a country.
//!
//! In: a locale. Out: the marks between fields and before decimals. Never: words, which are a matter of
//! the language.

/// Delimiter and decimal mark of delimited text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Locale {
    /// Comma between fields, decimal point: for programs.
    #[default]
    #[value(name = "C", alias = "c")]
    C,
    /// Semicolon and decimal comma, for a spreadsheet in French.
    #[value(name = "fr-BE", alias = "fr-be")]
    FrBe,
    /// Semicolon and decimal comma, for a spreadsheet in Dutch.
    #[value(name = "nl-BE", alias = "nl-be")]
    NlBe,
    /// Semicolon and decimal comma, for a spreadsheet in German.
    #[value(name = "de-BE", alias = "de-be")]
    DeBe,
}

impl Locale {
    /// What stands between two fields of CSV.
    pub fn delimiter(self) -> char {
        if self == Self::C { ',' } else { ';' }
    }

    /// What stands before the decimals of a number.
    pub fn decimal_mark(self) -> char {
        if self == Self::C { '.' } else { ',' }
    }

    /// A byte order mark, by which Excel knows UTF-8; other programs do without.
    pub fn opening(self) -> &'static str {
        if self == Self::C { "" } else { "\u{FEFF}" }
    }
}
