//! Measurements for a monitoring: a file in the text format of Prometheus.
//!
//! In: how reports are doing. Out: the file, there as a whole or as it was before. Never: a figure, or a
//! binary float.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Everybody may read how reports are doing.
const MODE: u32 = 0o644;

/// How all reports are doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measurements {
    /// Each report.
    pub reports: Vec<ReportMeasurements>,
    /// When the newest data were committed, in milliseconds after 1970.
    pub data_ms: Option<i64>,
    /// When it was last looked what is due.
    pub last_run_ms: i64,
}

/// How a report is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportMeasurements {
    /// Its name.
    pub report: String,
    /// When its last edition was made, in milliseconds after 1970.
    pub last_success_ms: Option<i64>,
    /// How long that took, in milliseconds.
    pub last_duration_ms: Option<u64>,
    /// Whether its last edition could not be made.
    pub failing: bool,
    /// Editions that should be there and are not.
    pub overdue: usize,
}

/// A measurement: its name, what it is, and its values by report.
type Family<'a> = (&'static str, &'static str, Vec<(Option<&'a str>, String)>);

impl Measurements {
    /// The measurements in the text format of Prometheus.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (name, help, values) in self.families() {
            if values.is_empty() {
                continue;
            }
            text.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " gauge\n"]);
            for (report, value) in values {
                text.push_str(name);
                if let Some(report) = report {
                    text.extend(["{report=\"", &escaped(report), "\"}"]);
                }
                text.extend([" ", &value, "\n"]);
            }
        }
        text
    }

    fn families(&self) -> [Family<'_>; 6] {
        let once = |ms: Option<i64>| ms.map(|it| (None, moment(it))).into_iter().collect();
        [
            (
                "sppis_report_last_success_timestamp_seconds",
                "When the last edition was made.",
                self.of_reports(|it| it.last_success_ms.map(moment)),
            ),
            (
                "sppis_report_last_duration_seconds",
                "How long the last edition took.",
                self.of_reports(|it| it.last_duration_ms.map(seconds)),
            ),
            (
                "sppis_report_failing",
                "1 where the last edition could not be made.",
                self.of_reports(|it| Some(u8::from(it.failing).to_string())),
            ),
            (
                "sppis_report_overdue_editions",
                "Editions that should be there and are not.",
                self.of_reports(|it| Some(it.overdue.to_string())),
            ),
            (
                "sppis_data_timestamp_seconds",
                "When the newest data were committed.",
                once(self.data_ms),
            ),
            (
                "sppis_last_run_timestamp_seconds",
                "When it was last looked what is due.",
                once(Some(self.last_run_ms)),
            ),
        ]
    }

    fn of_reports(
        &self,
        value: impl Fn(&ReportMeasurements) -> Option<String>,
    ) -> Vec<(Option<&str>, String)> {
        let named = self.reports.iter().map(|it| (Some(it.report.as_str()), value(it)));
        named.filter_map(|(report, value)| Some((report, value?))).collect()
    }
}

/// Milliseconds as seconds with three decimals.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// The same of a moment, which may be before 1970.
fn moment(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    sign.to_owned() + &seconds(ms.unsigned_abs())
}

/// The value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Writes a file under a temporary name first: who collects it never sees half of it.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let (mut temporary, folder) = temporary(path)?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().set_permissions(Permissions::from_mode(MODE))?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Whether the file could be written; nothing of it stays.
pub(super) fn probe(path: &Path) -> io::Result<()> {
    temporary(path)?.0.close()
}

fn temporary(path: &Path) -> io::Result<(tempfile::NamedTempFile, &Path)> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(".sppis-").tempfile_in(folder);
    // Without the temporary name, which tells nobody anything.
    let made = made.map_err(|error| io::Error::from(error.kind()))?;
    Ok((made, folder))
}
