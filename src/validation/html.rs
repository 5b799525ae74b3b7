//! The report as one page that needs nothing else: no script, no font, no picture from elsewhere.

use std::collections::BTreeMap;

use minijinja::{Environment, Output, State, UndefinedBehavior, context, escape_formatter};

use super::{BrokenRule, GroupChange, ValidationOutcome, ValidationReport, VariableChange};
use crate::dictionary::Dictionary;
use crate::document::Labels;
use crate::exact::fitting;
use crate::render::{Language, bytes, grouped, label, terminal};
use crate::visible::line;
use crate::words::Words;

const TEMPLATE: &str = include_str!("sheet.html");
/// Hundredths of a percent by which a share must change to be flagged.
const FLAGGED: u64 = 500;

/// The page, in a language.
pub fn page(report: &ValidationReport, dictionary: &Dictionary, language: Language) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(written);
    let page = environment.add_template("sheet.html", TEMPLATE).and_then(|()| {
        environment.get_template("sheet.html")?.render(values(report, dictionary, language))
    });
    page.unwrap_or_else(|error| unreachable!("the page is compiled in and tested: {error:#}"))
}

/// Every value of the page is text: what is not seen in it is written, and its marks are escaped.
fn written(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &minijinja::Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) => escape_formatter(out, state, &line(text).into_owned().into()),
        None => escape_formatter(out, state, value),
    }
}

fn values(
    report: &ValidationReport,
    dictionary: &Dictionary,
    language: Language,
) -> minijinja::Value {
    let words = Words::of(language);
    let t: BTreeMap<&str, &str> = words.section("validation").collect();
    let number = |number: u64| decimals(&grouped(&number.to_string()), language);
    let amount = |euros: &str| decimals(&grouped(euros), language);
    let share = |part: u64| match report.rows.read {
        0 => String::new(),
        read => percent(fitting(u128::from(part) * 10_000 / u128::from(read)), language),
    };
    let quarter = |it: &super::Quarter| {
        context! { quarter => words.quarters(&it.quarter), observations => number(it.observations), amount => amount(&it.amount) }
    };
    let observations: u64 = report.quarters.iter().map(|it| it.observations).sum();
    let column = |it: &super::Column| {
        let label = label(&it.label, language);
        context! { name => it.name.as_str(), label, rejected => number(it.rejected), warned => number(it.warned) }
    };
    let code = |it: &super::CodeChange, rows: &'static str| {
        let label = label(&it.label, language);
        context! { column => it.column.as_str(), code => terminal(&it.code), label, rows => number(it.rows),
        previous_rows => number(it.rows), kind => rows }
    };
    let file = |it: &crate::warehouse::PartRecord| {
        context! { name => it.name.as_str(), bytes => bytes(it.bytes), checksum => it.blake3.to_string() }
    };
    let widest = report.distribution.iter().map(|it| it.rows.max(it.previous.unwrap_or(0))).max();
    let group = |it: &GroupChange| group(it, widest.unwrap_or(0), dictionary, language);
    let rule = |it: &BrokenRule| rule(it, &t, &share, language);
    let blocked = report.of_delivery.iter().any(|it| it.severity == "block" && !it.accepted);
    let (outcome, outcome_text) = match report.outcome {
        ValidationOutcome::Committed => ("committed", "outcome_text_committed"),
        ValidationOutcome::Refused if blocked => ("refused", "outcome_text_blocked"),
        ValidationOutcome::Refused => ("refused", "outcome_text_refused"),
        ValidationOutcome::DryRun => ("dry-run", "outcome_text_dry_run"),
    };
    let outcome_text = t.get(outcome_text).copied().unwrap_or_default();
    let whole = |it: &super::OfDelivery| of_delivery(it, language);
    let revision = (report.revision > 0).then(|| report.revision.to_string());
    context! {
        t => t.clone(),
        language => language.code(),
        title_delivery => report.delivery.as_str(),
        revision,
        outcome,
        outcome_text,
        window => words.quarters(&report.window),
        tool => report.tool.as_str(),
        files => report.files.iter().map(file).collect::<Vec<_>>(),
        rows => context! {
            read => number(report.rows.read),
            accepted => number(report.rows.accepted),
            rejected => number(report.rows.rejected),
            rejected_share => share(report.rows.rejected),
            warned => number(report.rows.warned),
        },
        euros => euros(&report.euros, &amount),
        quarters => report.quarters.iter().map(quarter).collect::<Vec<_>>(),
        quarters_total => context! {
            observations => number(observations),
            amount => amount(&report.euros.stored),
        },
        blocked,
        of_delivery => report.of_delivery.iter().map(whole).collect::<Vec<_>>(),
        rules => report.rules.iter().map(rule).collect::<Vec<_>>(),
        columns => report.columns.iter().map(column).collect::<Vec<_>>(),
        previous => report.previous.as_deref(),
        distribution => report.distribution.iter().map(group).collect::<Vec<_>>(),
        empty => report.empty.iter().map(|it| variable(it, language)).collect::<Vec<_>>(),
        new_codes => report.new_codes.iter().map(|it| code(it, "new")).collect::<Vec<_>>(),
        gone_codes => report.gone_codes.iter().map(|it| code(it, "gone")).collect::<Vec<_>>(),
    }
}

fn euros(euros: &super::Euros, amount: &dyn Fn(&str) -> String) -> minijinja::Value {
    context! {
        accepted => amount(&euros.accepted),
        stored => amount(&euros.stored),
        clipped => amount(&euros.clipped),
        rejected => amount(&euros.rejected),
    }
}

fn of_delivery(found: &super::OfDelivery, language: Language) -> minijinja::Value {
    let severity = match (found.severity.as_str(), found.accepted) {
        ("block", false) => "reject",
        _ => "warn",
    };
    context! {
        id => found.rule.as_str(), severity, accepted => found.accepted, blocks => severity == "reject",
        column => found.column.as_deref(), text => text(&found.text, &found.translated, language),
        meaning => label(&found.meaning, language), help => label(&found.help, language),
    }
}

fn rule(
    rule: &BrokenRule,
    texts: &BTreeMap<&str, &str>,
    share: &dyn Fn(u64) -> String,
    language: Language,
) -> minijinja::Value {
    let severity = if rule.severity == "reject" { "severity_reject" } else { "severity_warn" };
    let first = |it: &super::First| {
        context! { file => it.file.as_str(), line => it.line, column => it.column.as_deref(), text => text(&it.text, &it.translated, language) }
    };
    let more = rule.rows.saturating_sub(rule.first.len() as u64);
    context! {
        id => rule.rule.as_str(),
        severity => rule.severity.as_str(),
        severity_text => texts.get(severity).copied(),
        rows => decimals(&grouped(&rule.rows.to_string()), language),
        share => share(rule.rows),
        meaning => label(&rule.meaning, language),
        help => label(&rule.help, language),
        first => rule.first.iter().map(first).collect::<Vec<_>>(),
        more => (more > 0).then(|| grouped(&more.to_string())),
    }
}

fn group(
    group: &GroupChange,
    widest: u64,
    dictionary: &Dictionary,
    language: Language,
) -> minijinja::Value {
    let bar = |rows: u64| rows.saturating_mul(100).checked_div(widest).unwrap_or(0);
    let number = |number: u64| grouped(&number.to_string());
    let previous = group.previous;
    let change = match (previous, group.rows) {
        (None, _) => String::new(),
        (Some(0), 0) => String::new(),
        (Some(0), _) => "new".to_owned(),
        (Some(_), 0) => "gone".to_owned(),
        (Some(before), now) => change(before, now, language),
    };
    let regime = dictionary.regimes().iter().find(|it| it.name == group.regime);
    let measure = dictionary.measures().iter().find(|it| it.name == group.measure);
    context! {
        regime => regime.map_or(group.regime.as_str(), |it| label(&it.label, language)),
        measure => measure.map_or(group.measure.as_str(), |it| label(&it.label, language)),
        rows => number(group.rows),
        previous => previous.map(number).unwrap_or_default(),
        change,
        bar => bar(group.rows),
        previous_bar => bar(previous.unwrap_or(0)),
    }
}

fn variable(variable: &VariableChange, language: Language) -> minijinja::Value {
    let previous = variable.previous;
    let difference = previous.map(|it| it.abs_diff(variable.share));
    let sign = if previous.is_some_and(|it| it > variable.share) { "−" } else { "+" };
    // The difference of two shares is in points.
    let points = |it| {
        let number = format!("{sign}{}", tenths(it, language));
        Words::of(language).fill("validation.points", &[("number", &number)])
    };
    let change = difference.filter(|it| *it > 0).map(points);
    context! {
        name => variable.name.as_str(),
        label => label(&variable.label, language),
        share => percent(variable.share, language),
        previous => previous.map(|it| percent(it, language)).unwrap_or_default(),
        change => change.unwrap_or_default(),
        flag => difference.is_some_and(|it| it > FLAGGED),
    }
}

/// By how much a number has changed, in percent with one decimal, rounded down.
fn change(before: u64, now: u64, language: Language) -> String {
    let sign = if now < before { "−" } else { "+" };
    let share = u128::from(now.abs_diff(before)) * 10_000 / u128::from(before.max(1));
    format!("{sign}{}", percent(fitting(share), language))
}

/// Hundredths of a percent as percent with one decimal, rounded down; what is not zero is not
/// shown as zero.
fn percent(hundredths: u64, language: Language) -> String {
    format!("{}\u{A0}%", tenths(hundredths, language))
}

fn tenths(hundredths: u64, language: Language) -> String {
    let (whole, tenth) = (hundredths / 100, hundredths / 10 % 10);
    let small = hundredths > 0 && hundredths < 10;
    let text = if small { "< 0.1".to_owned() } else { format!("{whole}.{tenth}") };
    decimals(&text, language)
}

/// The text of a finding, in English where no other is known.
fn text<'t>(english: &'t str, translated: &'t Labels, language: Language) -> &'t str {
    match label(translated, language) {
        translated if language != Language::En && !translated.is_empty() => translated,
        _ => english,
    }
}

/// The decimal mark of the language.
fn decimals(number: &str, language: Language) -> String {
    match language {
        Language::En => number.to_owned(),
        Language::Fr | Language::Nl | Language::De => number.replace('.', ","),
    }
}
