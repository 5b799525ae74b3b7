//! Findings in the formats that `rejects` and `ingest --findings` write.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::error::CliError;
use super::output::pretty_json;
use crate::finding::Severity;
use crate::render::{count, grouped, quoted, terminal_lines};
use crate::warehouse::{
    DeliveryFindingRecord, DeliveryRecord, StoredFinding, findings_as_parquet, rows_by,
};

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
    /// Whether a list of the format has it without being asked for it: a table of findings by row has
    /// of the delivery as a whole only what keeps it out.
    pub(super) fn has(self, found: &DeliveryFindingRecord) -> bool {
        matches!(self, Self::Table | Self::Json) || found.severity == Severity::Block.name()
    }

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

/// What was found, of a delivery as a whole and of its rows.
pub(super) struct List<'a> {
    /// The delivery as it was asked for.
    pub(super) delivery: &'a str,
    pub(super) of_delivery: &'a [DeliveryFindingRecord],
    pub(super) findings: &'a [StoredFinding],
}

impl List<'_> {
    /// The list as bytes.
    pub(super) fn encode(&self, form: Form) -> Result<Vec<u8>, CliError> {
        Ok(match form {
            Form::Table => terminal_lines(&self.table()).as_bytes().to_vec(),
            Form::Csv => self.csv().into_bytes(),
            Form::Json => self.json()?.into_bytes(),
            Form::Parquet => {
                let whole = self.of_delivery.iter().map(of_no_row);
                findings_as_parquet(
                    &whole.chain(self.findings.iter().cloned()).collect::<Vec<_>>(),
                )?
            }
        })
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for it in self.of_delivery {
            let column = it.column.as_deref().unwrap_or("");
            let (rule, found) = (&it.rule, said(it));
            let _infallible = writeln!(text, "{} {rule} {column}: {found}", self.delivery);
        }
        for it in self.findings {
            let column = it.column.as_deref().unwrap_or("");
            let (file, line, rule) = (&it.file, it.line, &it.rule);
            let _infallible = writeln!(text, "{file}:{line} {rule} {column}: {}", it.text);
        }
        text
    }

    /// What concerns no row has neither file nor line.
    fn csv(&self) -> String {
        let mut text = "file,line,column,rule,severity,finding\n".to_owned();
        for it in self.of_delivery {
            let column = it.column.as_deref().unwrap_or("");
            let (rule, severity, found) = (&it.rule, &it.severity, quoted(&said(it)));
            let _infallible = writeln!(text, ",,{column},{rule},{severity},{found}");
        }
        for it in self.findings {
            let column = it.column.as_deref().unwrap_or("");
            let (file, found) = (quoted(&it.file), quoted(&it.text));
            let (line, rule, severity) = (it.line, &it.rule, &it.severity);
            let _infallible = writeln!(text, "{file},{line},{column},{rule},{severity},{found}");
        }
        text
    }

    fn json(&self) -> Result<String, CliError> {
        let findings = self.findings;
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
        let of_delivery = |it: &DeliveryFindingRecord| {
            serde_json::json!({
                "column": it.column, "rule": it.rule, "severity": it.severity,
                "finding": it.text, "accepted": it.accepted,
            })
        };
        let json = serde_json::json!({
            "delivery": self.delivery,
            "of_delivery": self.of_delivery.iter().map(of_delivery).collect::<Vec<_>>(),
            "by_rule": list("rule", rows_by(findings, |it| Some(&it.rule))),
            "by_column": list("column", rows_by(findings, |it| it.column.as_deref())),
            "findings": findings.iter().map(object).collect::<Vec<_>>(),
        });
        pretty_json(&json)
    }
}

/// A finding of a delivery as a whole in words.
fn said(found: &DeliveryFindingRecord) -> String {
    let accepted = if found.accepted { " (accepted)" } else { "" };
    format!("{}{accepted}", found.text)
}

/// Beside findings of rows, one of the delivery as a whole stands in no file, on line 0.
fn of_no_row(found: &DeliveryFindingRecord) -> StoredFinding {
    StoredFinding {
        rule: found.rule.clone(),
        severity: found.severity.clone(),
        file: String::new(),
        line: 0,
        column: found.column.clone(),
        text: said(found),
    }
}

/// Counts by rule and by column, for reading.
pub(super) fn summary(record: &DeliveryRecord, findings: &[StoredFinding]) -> String {
    let mut text = String::new();
    let of_delivery = record.of_delivery();
    if !of_delivery.is_empty() {
        let _infallible =
            writeln!(text, "{:<34}{:<10}finding", "of the delivery as a whole", "severity");
        for found in &of_delivery {
            let column = found.column.as_ref().map(|it| format!("{it}: ")).unwrap_or_default();
            let (rule, severity, said) = (&found.rule, &found.severity, said(found));
            let _infallible = writeln!(text, "{rule:<34}{severity:<10}{column}{said}");
        }
        text.push('\n');
    }
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
    let _infallible = writeln!(text, "{} in all", count(findings.len() as u64, "finding"));
    terminal_lines(&text).into_owned()
}
