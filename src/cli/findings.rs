//! Findings in the formats that `rejects` and `ingest --findings` write.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::error::CliError;
use super::output::pretty_json;
use crate::render::{count, grouped};
use crate::warehouse::{StoredFinding, findings_as_parquet, rows_by};

/// A format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// One line per finding, for reading.
    Table,
    /// Comma-separated: file, line, column, rule, severity, finding.
    Csv,
    /// One object with counts by rule and by column, and every finding.
    Json,
    /// The columns of CSV, typed.
    Parquet,
}

impl Form {
    /// The format that a file's ending says.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Table),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// The findings as bytes.
pub(super) fn encode(
    delivery: &str,
    findings: &[StoredFinding],
    form: Form,
) -> Result<Vec<u8>, CliError> {
    let mut text = String::new();
    match form {
        Form::Table => {
            for it in findings {
                let column = it.column.as_deref().unwrap_or("");
                let (file, line, rule) = (&it.file, it.line, &it.rule);
                let _infallible = writeln!(text, "{file}:{line} {rule} {column}: {}", it.text);
            }
        }
        Form::Csv => {
            text += "file,line,column,rule,severity,finding\n";
            for it in findings {
                let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
                let column = it.column.as_deref().unwrap_or("");
                let (file, found) = (quoted(&it.file), quoted(&it.text));
                let (line, rule, severity) = (it.line, &it.rule, &it.severity);
                let _infallible =
                    writeln!(text, "{file},{line},{column},{rule},{severity},{found}");
            }
        }
        Form::Json => text = json(delivery, findings)?,
        Form::Parquet => return Ok(findings_as_parquet(findings)?),
    }
    Ok(text.into_bytes())
}

fn json(delivery: &str, findings: &[StoredFinding]) -> Result<String, CliError> {
    let list = |name: &str, rows: BTreeMap<(&str, &str), u64>| -> Vec<serde_json::Value> {
        let object = |((severity, word), rows): ((&str, &str), u64)| serde_json::json!({ name: word, "severity": severity, "rows": rows });
        rows.into_iter().map(object).collect()
    };
    let object = |it: &StoredFinding| {
        serde_json::json!({
            "file": it.file, "line": it.line, "column": it.column, "rule": it.rule,
            "severity": it.severity, "finding": it.text,
        })
    };
    let json = serde_json::json!({
        "delivery": delivery,
        "by_rule": list("rule", rows_by(findings, |it| Some(&it.rule))),
        "by_column": list("column", rows_by(findings, |it| it.column.as_deref())),
        "findings": findings.iter().map(object).collect::<Vec<_>>(),
    });
    pretty_json(&json)
}

/// Counts by rule and by column, for reading.
pub(super) fn summary(findings: &[StoredFinding]) -> String {
    let mut text = String::new();
    let mut section = |heading: &str, rows: BTreeMap<(&str, &str), u64>| {
        let _infallible = writeln!(text, "{heading:<34}{:<10}{:>12}", "severity", "rows");
        for ((severity, word), rows) in rows {
            let _infallible =
                writeln!(text, "{word:<34}{severity:<10}{:>12}", grouped(&rows.to_string()));
        }
        text.push('\n');
    };
    section("rule", rows_by(findings, |it| Some(&it.rule)));
    section("column", rows_by(findings, |it| it.column.as_deref()));
    text + &format!("{} in all\n", count(findings.len() as u64, "finding"))
}
