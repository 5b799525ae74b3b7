//! Findings in the formats that `rejects` and `ingest --findings` write.

use std::fmt::Write as _;
use std::io::Write;

use super::error::CliError;
use super::output::pretty_json;
use crate::export::Format;
use crate::finding::Severity;
use crate::render::{count, grouped, quoted, terminal_lines};
use crate::warehouse::{
    DeliveryFindingRecord, DeliveryRecord, FindingsAsParquet, RowCounts, StoredFinding,
    StoredFindings,
};

/// Whether a list of the format has it without being asked for it: a table of findings by row has
/// of the delivery as a whole only what keeps it out.
pub(super) fn is_listed(format: Format, found: &DeliveryFindingRecord) -> bool {
    matches!(format, Format::Table | Format::Json) || found.severity == Severity::Block.name()
}

/// What was found, of a delivery as a whole and of its rows.
pub(super) struct List<'a> {
    /// The delivery as it was asked for.
    pub(super) delivery: &'a str,
    pub(super) of_delivery: &'a [DeliveryFindingRecord],
    pub(super) findings: &'a StoredFindings,
    /// Which of them are listed, by rule and severity.
    pub(super) wanted: &'a dyn Fn(&str, &str) -> bool,
}

impl List<'_> {
    /// Writes the list, some findings at a time; gives how many findings of rows it has.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> Result<u64, CliError> {
        match format {
            Format::Csv => {
                out.write_all(self.csv_of_delivery().as_bytes())?;
                self.each(|findings| Ok(out.write_all(csv(findings).as_bytes())?))
            }
            Format::Json => self.write_json(out),
            Format::Parquet => {
                let mut file = FindingsAsParquet::new()?;
                file.add(&self.of_delivery.iter().map(of_no_row).collect::<Vec<_>>())?;
                let count = self.each(|findings| Ok(file.add(findings)?))?;
                out.write_all(&file.finish()?)?;
                Ok(count)
            }
            // The options let no other format through.
            _ => {
                out.write_all(terminal_lines(&self.table_of_delivery()).as_bytes())?;
                self.each(
                    |findings| Ok(out.write_all(terminal_lines(&table(findings)).as_bytes())?),
                )
            }
        }
    }

    /// Hands on the findings of rows that are listed; gives how many they are.
    fn each(
        &self,
        mut take: impl FnMut(&[StoredFinding]) -> Result<(), CliError>,
    ) -> Result<u64, CliError> {
        let mut count = 0;
        self.findings.each(|findings| {
            let wanted = |it: &&StoredFinding| (self.wanted)(&it.rule, &it.severity);
            let wanted: Vec<StoredFinding> = findings.iter().filter(wanted).cloned().collect();
            count += wanted.len() as u64;
            take(&wanted)
        })?;
        Ok(count)
    }

    fn table_of_delivery(&self) -> String {
        let mut text = String::new();
        for it in self.of_delivery {
            let column = it.column.as_deref().unwrap_or("");
            let (rule, found) = (&it.rule, said(it));
            let _infallible = writeln!(text, "{} {rule} {column}: {found}", self.delivery);
        }
        text
    }

    /// What concerns no row has neither file nor line.
    fn csv_of_delivery(&self) -> String {
        let mut text = "file,line,column,rule,severity,finding\n".to_owned();
        for it in self.of_delivery {
            let column = it.column.as_deref().unwrap_or("");
            let (rule, severity, found) = (&it.rule, &it.severity, quoted(&said(it)));
            let _infallible = writeln!(text, ",,{column},{rule},{severity},{found}");
        }
        text
    }

    /// One object; its list of findings is written as they come.
    fn write_json(&self, out: &mut dyn Write) -> Result<u64, CliError> {
        const FINDINGS: &str = "\"findings\": []";
        let whole = self.json_of_delivery()?;
        let (before, after) = whole.split_once(FINDINGS).unwrap_or((whole.as_str(), ""));
        out.write_all(before.as_bytes())?;
        out.write_all(b"\"findings\": [")?;
        let mut first = true;
        let count = self.each(|findings| {
            for finding in findings {
                let text = pretty_json(&object(finding))?;
                let start = if first { "\n    " } else { ",\n    " };
                out.write_all(start.as_bytes())?;
                out.write_all(text.trim_end().replace('\n', "\n    ").as_bytes())?;
                first = false;
            }
            Ok(())
        })?;
        let end = if first { "]" } else { "\n  ]" };
        out.write_all(end.as_bytes())?;
        out.write_all(after.as_bytes())?;
        Ok(count)
    }

    /// The object without the findings of rows.
    fn json_of_delivery(&self) -> Result<String, CliError> {
        let list = |name: &str, counts: &RowCounts| -> Vec<serde_json::Value> {
            let object = |((severity, word), rows): (&(String, String), &u64)| serde_json::json!({ name: word, "severity": severity, "rows": rows });
            counts.rows().iter().map(object).collect()
        };
        let (mut by_rule, mut by_column) = (RowCounts::default(), RowCounts::default());
        self.each(|findings| {
            count_up(findings, &mut by_rule, &mut by_column);
            Ok(())
        })?;
        let of_delivery = |it: &DeliveryFindingRecord| {
            serde_json::json!({
                "column": it.column, "rule": it.rule, "severity": it.severity,
                "finding": it.text, "accepted": it.accepted,
            })
        };
        let json = serde_json::json!({
            "delivery": self.delivery,
            "of_delivery": self.of_delivery.iter().map(of_delivery).collect::<Vec<_>>(),
            "by_rule": list("rule", &by_rule),
            "by_column": list("column", &by_column),
            "findings": [],
        });
        pretty_json(&json)
    }
}

/// Findings of rows, for reading.
pub(super) fn table(findings: &[StoredFinding]) -> String {
    let mut text = String::new();
    for it in findings {
        let column = it.column.as_deref().unwrap_or("");
        let (file, line, rule) = (&it.file, it.line, &it.rule);
        let _infallible = writeln!(text, "{file}:{line} {rule} {column}: {}", it.text);
    }
    text
}

fn csv(findings: &[StoredFinding]) -> String {
    let mut text = String::new();
    for it in findings {
        let column = it.column.as_deref().unwrap_or("");
        let (file, found) = (quoted(&it.file), quoted(&it.text));
        let (line, rule, severity) = (it.line, &it.rule, &it.severity);
        let _infallible = writeln!(text, "{file},{line},{column},{rule},{severity},{found}");
    }
    text
}

fn object(finding: &StoredFinding) -> serde_json::Value {
    serde_json::json!({
        "file": finding.file, "line": finding.line, "column": finding.column,
        "rule": finding.rule, "severity": finding.severity, "finding": finding.text,
    })
}

fn count_up(findings: &[StoredFinding], by_rule: &mut RowCounts, by_column: &mut RowCounts) {
    for finding in findings {
        by_rule.add(finding, &finding.rule);
        if let Some(column) = &finding.column {
            by_column.add(finding, column);
        }
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
pub(super) fn summary(
    record: &DeliveryRecord,
    findings: &StoredFindings,
) -> Result<String, CliError> {
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
    let (mut by_rule, mut by_column) = (RowCounts::default(), RowCounts::default());
    let mut all = 0;
    findings.each(|findings| {
        count_up(findings, &mut by_rule, &mut by_column);
        all += findings.len() as u64;
        Ok::<(), CliError>(())
    })?;
    let mut section = |heading: &str, counts: &RowCounts| {
        let _infallible = writeln!(text, "{heading:<34}{:<10}{:>12}", "severity", "rows");
        for ((severity, word), rows) in counts.rows() {
            let _infallible =
                writeln!(text, "{word:<34}{severity:<10}{:>12}", grouped(&rows.to_string()));
        }
        text.push('\n');
    };
    section("rule", &by_rule);
    section("column", &by_column);
    let _infallible = writeln!(text, "{} in all", count(all, "finding"));
    Ok(terminal_lines(&text).into_owned())
}
