//! `--lang` and `--locale`, and what is taken where they are not given.
//!
//! In: the options, the environment, a warehouse's settings, and the format that is written. Out: the
//! language and the locale: as asked, or that of the user's environment, or that of the warehouse, or
//! the one that is built in. Never: bytes for programs that depend on who asks, but for delimited text, which
//! is for the spreadsheets of a country.

use clap::ValueEnum;

use super::error::CliError;
use super::options::{alternatives, word};
use crate::export::{Format, Locale};
use crate::finding::shown;
use crate::render::Language;
use crate::warehouse::{Defaults, Warehouse};

/// The user's own default of `--lang`.
const LANGUAGE_VARIABLE: &str = "SPPIS_LANG";
/// The user's own default of `--locale`.
const LOCALE_VARIABLE: &str = "SPPIS_LOCALE";

/// The language of an answer.
#[derive(Debug, clap::Args)]
pub(super) struct LanguageArguments {
    /// Language of titles, headings, labels and texts, where people read. Where none is given, it is
    /// that of the variable `SPPIS_LANG`, or of `[defaults]` in the warehouse's `sppis.toml`, or English;
    /// formats for programs are in English then.
    #[arg(long, value_enum)]
    lang: Option<Language>,
}

impl LanguageArguments {
    /// The language of what is written in a format.
    pub(super) fn of(&self, format: Format, defaults: Defaults) -> Result<Language, CliError> {
        let default = (LANGUAGE_VARIABLE, defaults.language);
        settled(self.lang, default, format.is_for_people())
    }
}

/// The form of delimited text.
#[derive(Debug, clap::Args)]
pub(super) struct LocaleArguments {
    /// Delimiter and decimal mark of CSV and TSV, as spreadsheets of a country expect them. Where none is
    /// given, it is that of the variable `SPPIS_LOCALE`, or of `[defaults]` in the warehouse's
    /// `sppis.toml`, or C.
    #[arg(long, value_enum)]
    locale: Option<Locale>,
}

impl LocaleArguments {
    /// The locale of what is written in a format.
    pub(super) fn of(&self, format: Format, defaults: Defaults) -> Result<Locale, CliError> {
        let default = (LOCALE_VARIABLE, defaults.locale);
        settled(self.locale, default, format.is_delimited())
    }
}

/// Both, of an answer in any format.
#[derive(Debug, clap::Args)]
pub(super) struct WrittenArguments {
    #[command(flatten)]
    language: LanguageArguments,

    #[command(flatten)]
    locale: LocaleArguments,
}

impl WrittenArguments {
    /// Language and locale of what is written in a format.
    pub(super) fn of(
        &self,
        format: Format,
        warehouse: &Warehouse,
    ) -> Result<(Language, Locale), CliError> {
        let defaults = warehouse.configuration().defaults();
        Ok((self.language.of(format, defaults)?, self.locale.of(format, defaults)?))
    }
}

/// The value that was given, or the default where the format has a use for one: that of the environment,
/// or else of the warehouse. A wrong one is told whatever the format; a variable that is set to nothing says
/// nothing.
fn settled<T: ValueEnum + Default>(
    given: Option<T>,
    (variable, of_warehouse): (&str, Option<T>),
    has_use: bool,
) -> Result<T, CliError> {
    if let Some(given) = given {
        return Ok(given);
    }
    let of_user = std::env::var_os(variable).filter(|it| !it.is_empty());
    let of_user = of_user.map(|text| {
        let text = text.to_string_lossy();
        T::from_str(&text, false).map_err(|_| {
            let known: Vec<String> = T::value_variants().iter().map(word).collect();
            let (found, known) = (shown(&text), alternatives(&known));
            CliError::new(format!("expected {known} in the variable {variable}, found {found}"))
                .hint(format!("set it to one of them, or `unset {variable}`"))
        })
    });
    let default = of_user.transpose()?.or(of_warehouse);
    Ok(default.filter(|_| has_use).unwrap_or_default())
}
