//! Options of an ingestion as a person writes them, on the command line or in a file.
//!
//! In: the text of an option. Out: what it means, or an [`OptionError`] that says what helps.

use crate::check::{DELIVERY_RULES, all_rules};
use crate::delivery::REQUIRED;
use crate::dictionary::{CODE_COLUMNS, Column};
use crate::document::nearest;
use crate::finding::{Budget, BudgetError, Severity, shown};

/// A text that is no such option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct OptionError {
    text: String,
    hint: Option<String>,
}

impl OptionError {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), hint: None }
    }

    fn help(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// What helps, where that is known.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// The id of a rule that there is.
pub(crate) fn known_rule(rule: &str) -> Result<&'static str, OptionError> {
    let known = all_rules().into_iter().chain(DELIVERY_RULES).map(|rule| rule.id);
    let known: Vec<&'static str> = known.collect();
    if let Some(found) = known.iter().find(|id| **id == rule) {
        return Ok(found);
    }
    let failed = OptionError::new(format!("there is no rule `{rule}`"));
    Err(match nearest(rule, known.iter().copied()) {
        Some(near) => failed.help(format!("did you mean `{near}`?")),
        None => failed.help(format!("rules: {}", known.join(", "))),
    })
}

/// The id of a rule that blocks a delivery as a whole.
pub(crate) fn blocking_rule(text: &str) -> Result<&'static str, OptionError> {
    let blocks = DELIVERY_RULES.iter().filter(|rule| rule.severity == Severity::Block);
    let ids: Vec<&'static str> = blocks.map(|rule| rule.id).collect();
    match known_rule(text)? {
        id if ids.contains(&id) => Ok(id),
        id => Err(OptionError::new(format!("`{id}` does not keep a delivery out as a whole"))
            .help(format!("`--accept` is for {}; rows are for `--max-rejects`", ids.join(", ")))),
    }
}

/// The name of a variable that a delivery need not have.
pub(crate) fn optional_column(text: &str) -> Result<&'static str, OptionError> {
    match Column::named(text.trim()) {
        Some(column) if !REQUIRED.contains(&column) => Ok(column.name()),
        Some(column) => Err(OptionError::new(format!("every delivery has `{}`", column.name()))),
        None => {
            let failed = OptionError::new(format!("there is no variable {}", shown(text)));
            let names = [Column::Partner, Column::Amount].map(Column::name);
            let near = nearest(text, names.into_iter().chain(CODE_COLUMNS));
            let near = near.map(|near| format!("did you mean `{near}`?"));
            Err(failed.help(near.unwrap_or_else(|| "`sppis dictionary` lists them".to_owned())))
        }
    }
}

/// `check.niss-invalid=100`
pub(crate) fn rule_budget(text: &str) -> Result<(&'static str, Budget), OptionError> {
    let Some((rule, budget)) = text.split_once('=') else {
        return Err(OptionError::new(format!("expected RULE=BUDGET, found `{text}`"))
            .help("for example `--max-rejects-of check.niss-invalid=100`"));
    };
    let budget =
        budget.parse().map_err(|error: BudgetError| OptionError::new(error.to_string()))?;
    let rule = known_rule(rule)?;
    if DELIVERY_RULES.iter().any(|it| it.id == rule) {
        return Err(OptionError::new(format!("`{rule}` is broken by a delivery, not by rows"))
            .help("a budget counts rows; `--accept` lets such a delivery in"));
    }
    Ok((rule, budget))
}
