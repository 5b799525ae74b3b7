//! The warehouse's own settings: `sppis.toml`.
//!
//! In: the text of the file. Out: a [`Configuration`]. Figures depend on these settings, so their
//! fingerprint is part of what makes a delivery "the same again".

use clap::ValueEnum;

use crate::attribution::AttributionRule;
use crate::check::FixedAmounts;
use crate::decode::{AmountError, IdentifierFormat, PLAUSIBLE_CENTS_MAX, parse_cents};
use crate::document::{DocumentError, Placed, Problem, Table, read_document};
use crate::words::{Language, Locale};

/// What `init` writes: every setting with its default and meaning.
pub const DEFAULT_CONFIGURATION: &str = r#"# Settings of this warehouse. Figures depend on them: `identifier` and `attribution` are fixed by the
# first delivery, and another value is refused from then on.

# "national": national and BIS numbers with a check number.
# "coded": recoded tokens of 1 to 64 printable characters; sex and birth year are then unknown.
identifier = "national"

# Which quarter a row counts in.
# "days": each quarter that its days touch, the amount shared out by days.
# "start" or "end": the quarter of its first or last day.
attribution = "days"

# The largest amount of a row in euros, either way. What is larger is no amount: its row is rejected.
max_amount = "100000.00"

# The mode of files that are written for others (`--output` and the like), in octal: "0640" lets the
# group read them. One that is there already keeps its own. Figures do not depend on it.
output_mode = "0600"

# What is taken where `--lang` and `--locale` are not given; the environment variables SPPIS_LANG and
# SPPIS_LOCALE come before. What programs read keeps its language. Figures do not depend on them.
# [defaults]
# lang = "fr"
# locale = "fr-BE"

# Fixed amounts in euros by kind of guidance; rows that differ are warned of. None by default.
# [fixed_amounts]
# h50 = "250.00"
# h100 = "500.00"
"#;

/// The settings of a warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    identifier: IdentifierFormat,
    attribution: AttributionRule,
    cents_max: i64,
    fixed_amounts: FixedAmounts,
    output_mode: OutputMode,
    defaults: Defaults,
}

/// What is taken where an option is not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Of `--lang`.
    pub language: Option<Language>,
    /// Of `--locale`.
    pub locale: Option<Locale>,
}

/// Who may read and change a file that is written for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputMode(u32);

impl Default for OutputMode {
    fn default() -> Self {
        Self(Self::OWNER)
    }
}

impl OutputMode {
    /// All that a mode says of who may do what.
    pub const ALL: u32 = 0o777;
    /// Read and written by its owner.
    const OWNER: u32 = 0o600;
    /// Run by anybody, or written by everybody.
    const NEVER: u32 = 0o7113;

    /// The mode in bits.
    pub fn bits(self) -> u32 {
        self.0
    }

    fn read(text: &str) -> Result<Self, String> {
        let octal =
            (3..=4).contains(&text.len()) && text.bytes().all(|it| (b'0'..=b'7').contains(&it));
        let bits = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
        match bits {
            None => Err(format!("expected an octal mode such as \"0640\", found `{text}`")),
            Some(bits) if bits & Self::OWNER != Self::OWNER => Err(format!(
                "expected a mode in which the owner reads and writes, such as \"0600\", found `{text}`"
            )),
            Some(bits) if bits & Self::NEVER != 0 => Err(format!(
                "expected a mode in which files are not run, nor written by everybody, such as \
                 \"0640\", found `{text}`"
            )),
            Some(bits) => Ok(Self(bits)),
        }
    }
}

impl Configuration {
    /// Reads the settings of the file called `name`.
    pub fn read(name: &str, text: &str) -> Result<Self, DocumentError> {
        read_document(name, text, |root| Self {
            identifier: choice(
                root,
                root.text("identifier"),
                &IdentifierFormat::ALL.map(|it| (it.name(), it)),
            ),
            attribution: choice(
                root,
                root.text("attribution"),
                &AttributionRule::ALL.map(|it| (it.name(), it)),
            ),
            cents_max: max_amount(root).unwrap_or(PLAUSIBLE_CENTS_MAX),
            fixed_amounts: root.table("fixed_amounts").map_or_else(Vec::new, |it| amounts(&it)),
            output_mode: output_mode(root),
            defaults: root.table("defaults").map_or_else(Defaults::default, |it| defaults(&it)),
        })
    }

    /// How persons are identified.
    pub fn identifier(&self) -> IdentifierFormat {
        self.identifier
    }

    /// Which quarter a row counts in.
    pub fn attribution(&self) -> AttributionRule {
        self.attribution
    }

    /// The largest magnitude of an amount, in cents.
    pub(crate) fn cents_max(&self) -> i64 {
        self.cents_max
    }

    /// Fixed amounts in cents by guidance.
    pub fn fixed_amounts(&self) -> &FixedAmounts {
        &self.fixed_amounts
    }

    /// The mode of new files that are written for others.
    pub fn output_mode(&self) -> OutputMode {
        self.output_mode
    }

    /// What is taken where an option is not given.
    pub fn defaults(&self) -> Defaults {
        self.defaults
    }

    /// The same with other fixed settings.
    pub(super) fn with_fixed(&self, fixed: (IdentifierFormat, AttributionRule)) -> Self {
        let (identifier, attribution) = fixed;
        Self { identifier, attribution, ..self.clone() }
    }

    /// Hash of the settings that rows are read under, and of what the dictionary says of that.
    pub fn reading(&self, dictionary: &str) -> String {
        let Self { identifier, attribution, cents_max, fixed_amounts, output_mode: _, defaults: _ } =
            self;
        let read = (identifier, attribution, cents_max, fixed_amounts, dictionary);
        blake3::hash(format!("{read:?}").as_bytes()).to_hex().to_string()
    }

    /// Hash of the settings that figures depend on and of the dictionary's fingerprint.
    pub fn fingerprint(&self, dictionary: &str) -> String {
        let Self { identifier, attribution, cents_max, fixed_amounts, output_mode: _, defaults: _ } =
            self;
        let mut text = format!(
            "Configuration {{ identifier: {identifier:?}, attribution: {attribution:?}, \
             fixed_amounts: {fixed_amounts:?} }} {dictionary}"
        );
        // A setting that is as it always was leaves deliveries of before what they were.
        if *cents_max != PLAUSIBLE_CENTS_MAX {
            text.extend([" max_amount: ", &cents_max.to_string()]);
        }
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }
}

fn choice<T: Copy + Default>(
    table: &Table<'_>,
    text: Option<Placed<String>>,
    choices: &[(&'static str, T)],
) -> T {
    let Some(text) = text else { return T::default() };
    let found = choices.iter().find(|(name, _)| *name == text.value);
    if found.is_none() {
        let message = format!("unknown value `{}`", text.value);
        let names = choices.iter().map(|(name, _)| *name);
        table.problem(Problem::new(text.span, message).suggest(&text.value, names));
    }
    found.map_or_else(T::default, |(_, value)| *value)
}

/// Euros, more than none, as text or as a number; digits are read as they are written.
fn max_amount(table: &Table<'_>) -> Option<i64> {
    let text = table.number("max_amount")?;
    let found = match parse_cents(&text.value) {
        Ok(cents) if cents > 0 => return Some(cents),
        Ok(_) => format!("expected more than no euros, found `{}`", text.value),
        Err(AmountError::TooLarge) => {
            format!("expected at most 10 digits of euros, found `{}`", text.value)
        }
        Err(_) => format!("expected euros such as \"100000.00\", found `{}`", text.value),
    };
    table.problem(Problem::new(text.span, found));
    None
}

fn output_mode(table: &Table<'_>) -> OutputMode {
    let Some(text) = table.text("output_mode") else { return OutputMode::default() };
    OutputMode::read(&text.value).unwrap_or_else(|message| {
        table.problem(Problem::new(text.span, message));
        OutputMode::default()
    })
}

fn defaults(table: &Table<'_>) -> Defaults {
    let defaults =
        Defaults { language: as_option(table, "lang"), locale: as_option(table, "locale") };
    table.finish();
    defaults
}

/// A value as the option on the command line takes it.
fn as_option<T: ValueEnum>(table: &Table<'_>, key: &'static str) -> Option<T> {
    let text = table.text(key)?;
    let value = T::from_str(&text.value, false).ok();
    if value.is_none() {
        let known: Vec<_> = T::value_variants().iter().filter_map(T::to_possible_value).collect();
        let names = known.iter().map(clap::builder::PossibleValue::get_name);
        let message = format!("unknown value `{}`", text.value);
        table.problem(Problem::new(text.span, message).suggest(&text.value, names));
    }
    value
}

fn amounts(table: &Table<'_>) -> FixedAmounts {
    let mut amounts = Vec::new();
    for guidance in ["h50", "h100"] {
        let Some(text) = table.text(guidance) else { continue };
        match parse_cents(&text.value) {
            Ok(cents) => amounts.push((guidance.to_owned(), cents)),
            Err(_) => {
                let message = format!("expected euros such as \"250.00\", found `{}`", text.value);
                table.problem(Problem::new(text.span, message));
            }
        }
    }
    table.finish();
    amounts
}
