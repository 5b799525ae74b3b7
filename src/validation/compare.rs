//! Two profiles side by side: a delivery and the one before it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::check::Profile;
use crate::dictionary::Dictionary;
use crate::document::Labels;

/// Rows of a regime and measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupChange {
    /// The regime.
    pub regime: String,
    /// The measure.
    pub measure: String,
    /// Accepted rows.
    pub rows: u64,
    /// Accepted rows of the delivery before.
    pub previous: Option<u64>,
}

/// Rows without a value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VariableChange {
    /// The variable.
    pub name: String,
    /// Its name in words.
    pub label: Labels,
    /// Accepted rows without a value, in hundredths of a percent.
    pub share: u64,
    /// The same of the delivery before.
    pub previous: Option<u64>,
}

/// A code that only one of two deliveries has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeChange {
    /// The variable.
    pub column: String,
    /// The code.
    pub code: String,
    /// What it means, where the dictionary knows.
    pub label: Labels,
    /// Rows with it, in the delivery that has it.
    pub rows: u64,
}

/// Every regime and measure that one of the two has.
pub(super) fn groups(profile: &Profile, previous: Option<&Profile>) -> Vec<GroupChange> {
    let keys = |profile: &Profile| -> Vec<(String, String)> {
        let regimes = profile.groups.iter();
        regimes
            .flat_map(|(regime, it)| {
                it.keys().map(move |measure| (regime.clone(), measure.clone()))
            })
            .collect()
    };
    let all: BTreeSet<(String, String)> =
        keys(profile).into_iter().chain(previous.map(keys).unwrap_or_default()).collect();
    let rows = |profile: &Profile, regime: &str, measure: &str| {
        profile.groups.get(regime).and_then(|it| it.get(measure)).copied().unwrap_or_default()
    };
    let change = |(regime, measure): (String, String)| GroupChange {
        rows: rows(profile, &regime, &measure),
        previous: previous.map(|previous| rows(previous, &regime, &measure)),
        regime,
        measure,
    };
    all.into_iter().map(change).collect()
}

/// Every variable, in the order of its name.
pub(super) fn variables(
    profile: &Profile,
    previous: Option<&Profile>,
    dictionary: &Dictionary,
) -> Vec<VariableChange> {
    const WHOLE: u64 = 10_000;
    let share = |profile: &Profile, name: &str| {
        let filled = profile.variables.get(name).map_or(0, |it| it.filled);
        (profile.rows > 0).then(|| (profile.rows - filled) * WHOLE / profile.rows)
    };
    let change = |name: &String| {
        Some(VariableChange {
            label: dictionary.variable(name).map(|it| it.label.clone()).unwrap_or_default(),
            share: share(profile, name)?,
            previous: previous.and_then(|previous| share(previous, name)),
            name: name.clone(),
        })
    };
    profile.variables.keys().filter_map(change).collect()
}

/// Codes that only the delivery has, and codes that only the one before has.
pub(super) fn codes_apart(
    profile: &Profile,
    previous: Option<&Profile>,
    dictionary: &Dictionary,
) -> (Vec<CodeChange>, Vec<CodeChange>) {
    let only = |one: &Profile, other: &Profile| -> Vec<CodeChange> {
        let lacks = |name: &str, code: &str| {
            other.variables.get(name).is_none_or(|it| !it.codes.contains_key(code))
        };
        let unlisted = |profile: &Profile, name: &str| {
            profile.variables.get(name).is_some_and(|it| it.unlisted)
        };
        let mut changes = Vec::new();
        for (name, variable) in &one.variables {
            if unlisted(one, name) || unlisted(other, name) {
                continue;
            }
            for (code, rows) in variable.codes.iter().filter(|(code, _)| lacks(name, code)) {
                let known = dictionary.variable(name);
                let known = known.and_then(|it| it.codes.iter().find(|it| it.code == *code));
                let label = known.map(|it| it.label.clone()).unwrap_or_default();
                let (column, code) = (name.clone(), code.clone());
                changes.push(CodeChange { column, code, label, rows: *rows });
            }
        }
        changes
    };
    match previous {
        Some(previous) => (only(profile, previous), only(previous, profile)),
        None => (Vec::new(), Vec::new()),
    }
}
