//! The validation report: what a statistician returns to the sender of a delivery.
//!
//! In: a delivery's record, its findings, its profile and that of the delivery before it. Out: a
//! [`ValidationReport`], as JSON or as one self-contained page. Never: anything that identifies a
//! person; findings hold no identifier, and only the first of each rule are listed.

mod compare;
mod findings;
mod html;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use compare::{CodeChange, GroupChange, VariableChange};
pub use findings::Findings;
pub use html::page;

use compare::{codes_apart, groups, variables};

use crate::check::{DELIVERY_RULES, Profile, all_rules};
use crate::dictionary::Dictionary;
use crate::document::Labels;
use crate::exact::known;
use crate::finding::{Rule, Severity};
use crate::render::euros;
use crate::warehouse::{
    DeliveryFindingRecord, DeliveryRecord, PartRecord, QuarterRecord, RowCounts, StoredFinding,
};
use crate::words::{Language, Words};

/// Findings listed per rule.
const FIRST_MAX: usize = 5;

/// What became of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValidationOutcome {
    /// It is in the warehouse.
    Committed,
    /// Its rejects exceed the budget, or it is kept out as a whole.
    Refused,
    /// It was only checked.
    DryRun,
}

/// What the report is made of.
#[derive(Debug)]
pub struct Validated<'a> {
    /// What is said of the delivery.
    pub record: &'a DeliveryRecord,
    /// What became of it.
    pub outcome: ValidationOutcome,
    /// What was found in it.
    pub found: &'a Found,
    /// What its accepted rows are like, where that is known.
    pub profile: Option<&'a Profile>,
    /// The delivery before it, as `2006-11@1`, and what its rows were like.
    pub previous: Option<(String, Profile)>,
}

/// What of the findings of a delivery stands in its report: counts, and the first of each rule.
#[derive(Debug, Default)]
pub struct Found {
    by_rule: RowCounts,
    by_column: RowCounts,
    rows: RowCounts,
    first: BTreeMap<String, Vec<StoredFinding>>,
}

impl Found {
    /// Takes findings up, in file order.
    pub fn add(&mut self, findings: &[StoredFinding]) {
        for finding in findings {
            self.by_rule.add(finding, &finding.rule);
            self.rows.add(finding, "");
            if let Some(column) = &finding.column {
                self.by_column.add(finding, column);
            }
            let first = self.first.entry(finding.rule.clone()).or_default();
            if first.len() < FIRST_MAX {
                first.push(finding.clone());
            }
        }
    }

    /// Rows with a warning, rejected ones included.
    fn rows_warned(&self) -> u64 {
        self.rows.of(Severity::Warn.name(), "")
    }
}

/// The report. Numbers are exact; amounts are euros as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValidationReport {
    /// The delivery's id.
    pub delivery: String,
    /// Its revision; 0 for one that was not committed.
    pub revision: u32,
    /// What became of it.
    pub outcome: ValidationOutcome,
    /// Quarters covered.
    pub window: String,
    /// The program and its version.
    pub tool: String,
    /// The files and their checksums.
    pub files: Vec<PartRecord>,
    /// Rows.
    pub rows: Rows,
    /// Euros.
    pub euros: Euros,
    /// Rows and euros by quarter.
    pub quarters: Vec<Quarter>,
    /// What was found of the delivery as a whole.
    pub of_delivery: Vec<OfDelivery>,
    /// Rules that do not hold, rejects first.
    pub rules: Vec<BrokenRule>,
    /// Findings by variable.
    pub columns: Vec<Column>,
    /// The delivery it is compared with.
    pub previous: Option<String>,
    /// Rows by regime and measure, beside those of the delivery before.
    pub distribution: Vec<GroupChange>,
    /// Rows without a value by variable, beside those of the delivery before.
    pub empty: Vec<VariableChange>,
    /// Codes that the delivery before did not have.
    pub new_codes: Vec<CodeChange>,
    /// Codes that only the delivery before had.
    pub gone_codes: Vec<CodeChange>,
}

/// Rows of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Read.
    pub read: u64,
    /// Accepted.
    pub accepted: u64,
    /// Rejected.
    pub rejected: u64,
    /// With a warning.
    pub warned: u64,
}

/// Euros of a delivery, as decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Euros {
    /// Of accepted rows.
    pub accepted: String,
    /// Stored.
    pub stored: String,
    /// In quarters outside the window.
    pub clipped: String,
    /// Of rejected rows, where readable.
    pub rejected: String,
}

/// A quarter of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quarter {
    /// The quarter.
    pub quarter: String,
    /// Observations.
    pub observations: u64,
    /// Euros.
    pub amount: String,
}

/// Something found of the delivery as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfDelivery {
    /// The rule's id.
    pub rule: String,
    /// `block` or `warn`.
    pub severity: String,
    /// The variable.
    pub column: Option<String>,
    /// Expected and found, in English.
    pub text: String,
    /// The same in other languages.
    pub translated: Labels,
    /// Whether what blocks was accepted.
    pub accepted: bool,
    /// What the rule says, in all languages.
    pub meaning: Labels,
    /// What to do, in all languages.
    pub help: Labels,
}

/// A rule that does not hold everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenRule {
    /// Its id.
    pub rule: String,
    /// `reject` or `warn`.
    pub severity: String,
    /// Rows that break it.
    pub rows: u64,
    /// What it says, in all languages.
    pub meaning: Labels,
    /// What to do, in all languages.
    pub help: Labels,
    /// The first findings.
    pub first: Vec<First>,
}

/// A finding as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct First {
    /// Name of the file.
    pub file: String,
    /// Line as an editor counts it.
    pub line: i64,
    /// The variable.
    pub column: Option<String>,
    /// Expected and found, in English.
    pub text: String,
    /// The same in other languages.
    pub translated: Labels,
}

/// Rows with findings that concern a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The variable.
    pub name: String,
    /// Its name in words.
    pub label: Labels,
    /// Rows it rejects.
    pub rejected: u64,
    /// Rows it warns of.
    pub warned: u64,
}

impl ValidationReport {
    /// Makes the report of a delivery.
    pub fn new(validated: &Validated<'_>, dictionary: &Dictionary) -> Self {
        let record = validated.record;
        let sums = &record.reconciliation;
        let amount = |cents: &str| euros(known(cents.parse().ok()));
        let quarter = |quarter: &QuarterRecord| Quarter {
            quarter: quarter.quarter.clone(),
            observations: quarter.observations,
            amount: amount(&quarter.cents),
        };
        let empty = Profile::default();
        let profile = validated.profile.unwrap_or(&empty);
        let previous = validated.previous.as_ref().map(|(_, profile)| profile);
        let (new_codes, gone_codes) = codes_apart(profile, previous, dictionary);
        let committed = validated.outcome == ValidationOutcome::Committed;
        Self {
            delivery: record.delivery.clone(),
            revision: if committed { record.revision } else { 0 },
            outcome: validated.outcome,
            window: record.window.clone(),
            tool: format!("sppis {}", record.tool),
            files: record.parts.clone(),
            rows: Rows {
                read: sums.rows_read,
                accepted: sums.rows_accepted,
                rejected: sums.rows_rejected,
                warned: validated.found.rows_warned(),
            },
            euros: Euros {
                accepted: amount(&sums.cents_accepted),
                stored: amount(&sums.cents_stored),
                clipped: amount(&sums.cents_clipped),
                rejected: amount(&sums.cents_rejected),
            },
            quarters: sums.quarters.iter().map(quarter).collect(),
            of_delivery: of_delivery(record, &Findings::new(dictionary)),
            rules: broken_rules(validated.found, &Findings::new(dictionary)),
            columns: columns(validated.found, dictionary),
            previous: validated.previous.as_ref().map(|(name, _)| name.clone()),
            distribution: groups(profile, previous),
            empty: variables(profile, previous, dictionary),
            new_codes,
            gone_codes,
        }
    }
}

fn broken_rules(found: &Found, findings: &Findings<'_>) -> Vec<BrokenRule> {
    let of_rule = |rule: &Rule| {
        let first = found.first.get(rule.id).into_iter().flatten();
        first.map(|it| First::of(it, findings)).collect()
    };
    let broken = |rule: &Rule| {
        let rows = found.by_rule.of(rule.severity.name(), rule.id);
        let (meaning, help) = in_languages(rule);
        (rows > 0).then(|| BrokenRule {
            rule: rule.id.to_owned(),
            severity: rule.severity.name().to_owned(),
            rows,
            meaning,
            help,
            first: of_rule(rule),
        })
    };
    let mut rules: Vec<&Rule> = all_rules();
    rules.sort_by_key(|rule| (rule.severity, rule.id));
    rules.into_iter().filter_map(broken).collect()
}

/// What a rule says and what to do; the English stands with the rule.
fn in_languages(rule: &Rule) -> (Labels, Labels) {
    let labels = |section: &str, english: &str| {
        let [fr, nl, de] = [Language::Fr, Language::Nl, Language::De]
            .map(|language| Words::of(language).find(section, rule.id).map(str::to_owned));
        Labels { en: english.to_owned(), fr, nl, de }
    };
    (labels("rule_meaning", rule.meaning), labels("rule_help", rule.help))
}

fn of_delivery(record: &DeliveryRecord, findings: &Findings<'_>) -> Vec<OfDelivery> {
    let of = |found: DeliveryFindingRecord| {
        let rule = DELIVERY_RULES.iter().find(|rule| rule.id == found.rule);
        let (meaning, help) = rule.map(|rule| in_languages(rule)).unwrap_or_default();
        let DeliveryFindingRecord { rule, severity, column, text, accepted } = found;
        let translated = findings.translated(&rule, &text);
        OfDelivery { rule, severity, column, text, translated, accepted, meaning, help }
    };
    record.of_delivery().into_iter().map(of).collect()
}

impl First {
    fn of(finding: &StoredFinding, findings: &Findings<'_>) -> Self {
        Self {
            translated: findings.translated(&finding.rule, &finding.text),
            file: finding.file.clone(),
            line: finding.line,
            column: finding.column.clone(),
            text: finding.text.clone(),
        }
    }
}

fn columns(found: &Found, dictionary: &Dictionary) -> Vec<Column> {
    let names = found.by_column.rows().keys().map(|(_, name)| name.as_str());
    let names: BTreeSet<&str> = names.collect();
    let column = |name: &str| {
        let of = |severity: Severity| found.by_column.of(severity.name(), name);
        Column {
            name: name.to_owned(),
            label: dictionary.variable(name).map(|it| it.label.clone()).unwrap_or_default(),
            rejected: of(Severity::Reject),
            warned: of(Severity::Warn),
        }
    };
    names.into_iter().map(column).collect()
}
