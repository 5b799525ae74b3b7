//! Telling: what is noted in the journal of a run, and who is told of it.
//!
//! In: what happened in a run, or was found in it. Out: entries of the journal, notices, measurements. Never: something
//! that is told before it is noted, or not noted once it was told.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::due::{Begin, Item};
use super::journal::{Entry, Journal, Step, Telling};
use super::notice::{Event, Happening, Measurements, Notice, NoticeError, ReportMeasurements};
use super::overview::{Overview, begun};
use super::under_way::{Run, RunError};

/// How the note begins that says from which version on deliveries are told of.
const SINCE: &str = "deliveries since version ";
/// How the standing of a report is noted.
pub(super) const REPORT: &str = "report ";
/// How that of a notice is.
const NOTICE: &str = "notice ";

impl Run<'_> {
    pub(super) fn note(&mut self, step: Step) -> Result<(), RunError> {
        let appended = self.journal.append(Entry { at: Utc::now(), step });
        let path = self.journal.path().to_owned();
        appended.map_err(|source| RunError::Kept { path, source })
    }

    /// What is to be told of something, and the notices that want it.
    pub(super) fn telling(&self, happening: Happening) -> Telling {
        let wanting = self.settings.notices.iter().filter(|it| it.wants(&happening));
        let notices = wanting.map(|it| it.name().to_owned()).collect();
        Telling { notices, happening: Some(happening) }
    }

    /// Notes something that is to be told once; whether it was not noted before.
    pub(super) fn note_once(
        &mut self,
        what: String,
        happening: Happening,
    ) -> Result<bool, RunError> {
        let is_noted =
            self.journal.entries().iter().any(
                |entry| matches!(&entry.step, Step::Noted { what: noted, .. } if *noted == what),
            );
        if !is_noted {
            let telling = self.telling(happening);
            self.note(Step::Noted { what, telling })?;
        }
        Ok(!is_noted)
    }

    /// Notes whether something can be worked with, where that is not so as it was noted last; whether an error is a
    /// new one.
    pub(super) fn note_standing(
        &mut self,
        of: &str,
        error: Option<&str>,
    ) -> Result<bool, RunError> {
        let beginning = format!("{of}: ");
        let what = format!("{beginning}{}", error.unwrap_or("as it should be"));
        let last = self.journal.entries().iter().rev().find_map(|entry| match &entry.step {
            Step::Noted { what, .. } if what.starts_with(&beginning) => Some(what.as_str()),
            _ => None,
        });
        // What never was otherwise is not worth a word.
        if last == Some(&what) || last.is_none() && error.is_none() {
            return Ok(false);
        }
        let telling = match error {
            // A notice that fails is said and not told: it would wait for itself.
            Some(_) if of.starts_with(NOTICE) => Telling::default(),
            None => Telling::default(),
            Some(error) => {
                let report = of.strip_prefix(REPORT).unwrap_or_default();
                let failure = happening(Event::Failure, report, "", error);
                let id = format!("failure {of} {}", failure.at_ms);
                self.telling(Happening { id, ..failure })
            }
        };
        self.note(Step::Noted { what, telling })?;
        Ok(error.is_some())
    }

    pub(super) fn note_late(&mut self) -> Result<(), RunError> {
        let overview = self.overview()?;
        for (report, item) in overview.items().into_iter().filter(|(_, item)| item.is_late) {
            let happening = happening(Event::Late, report.name(), &item.edition, "");
            self.note_once(happening.id.clone(), happening)?;
        }
        if let Some(last) = overview.missing.last() {
            let what = format!("not received until {last}");
            let text = format!("not received: {}", overview.missing.join(", "));
            let happening = Happening {
                id: what.clone(),
                delivery: Some(last.clone()),
                text: Some(text),
                ..happening(Event::Late, "", "", "")
            };
            self.note_once(what, happening)?;
        }
        Ok(())
    }

    /// From which version on deliveries are told of: that of the first run.
    pub(super) fn begin(&mut self) -> Result<(), RunError> {
        if self.since().is_some() {
            return Ok(());
        }
        let what = format!("{SINCE}{}", self.warehouse.snapshot(None)?.version());
        self.note(Step::Noted { what, telling: Telling::default() })
    }

    fn since(&self) -> Option<u64> {
        self.journal.entries().iter().find_map(|entry| match &entry.step {
            Step::Noted { what, .. } => what.strip_prefix(SINCE)?.parse().ok(),
            _ => None,
        })
    }

    /// Deliveries that came in since the first run, whichever way.
    pub(super) fn note_deliveries(&mut self) -> Result<(), RunError> {
        let snapshot = self.warehouse.snapshot(None)?;
        let since = self.since().unwrap_or_else(|| snapshot.version());
        for commit in snapshot.commits().iter().filter(|it| it.version > since) {
            let (id, revision) = (&commit.record.delivery, commit.record.revision);
            let what = format!("delivery {id}@{revision}");
            let happening = Happening {
                id: what.clone(),
                version: Some(commit.version),
                delivery: Some(format!("{id}@{revision}")),
                ..happening(Event::Delivery, "", "", "")
            };
            self.note_once(what, happening)?;
        }
        Ok(())
    }

    /// That a report is begun is told at once or not at all.
    pub(super) fn tell_start(&mut self, report: &str, item: &Item) {
        let happening = Happening {
            version: Some(item.version),
            ..happening(Event::Start, report, &item.edition, "")
        };
        for notice in self.settings.notices.iter().filter(|it| it.wants(&happening)) {
            if let Err(error) = notice.tell(&happening) {
                self.hands.say(&format!("warning: notice `{}`: {error}", notice.name()));
            }
        }
    }

    /// From where on reports have editions: what was there at their first run.
    pub(super) fn note_beginnings(&mut self, overview: &Overview) -> Result<(), RunError> {
        for report in &overview.reports {
            let noted = begun(&self.journal, report.name());
            let is_of_same_kind = matches!(
                (&noted, &report.begins),
                (Some(Begin::Quarter(_)), Begin::Quarter(_))
                    | (Some(Begin::Moment(_)), Begin::Moment(_))
            );
            if !is_of_same_kind {
                let (name, from) = (report.name().to_owned(), report.begins.clone());
                self.note(Step::Scheduled { report: name, from })?;
            }
        }
        Ok(())
    }

    /// Tells what has not been told; what cannot be told now is told by a later run.
    pub(super) fn tell(&mut self) -> Result<(), RunError> {
        let mut unreachable: Vec<String> = Vec::new();
        for (name, happening) in untold(&self.journal) {
            if unreachable.contains(&name) {
                continue;
            }
            let path = self.journal.path().to_owned();
            self.journal.reserve().map_err(|source| RunError::Kept { path, source })?;
            let notice = self.settings.notices.iter().find(|it| it.name() == name);
            let problem = match notice.map(|it| it.tell(&happening)) {
                // A notice that is not in the settings any more wants nothing.
                None | Some(Ok(())) => {
                    let happening = happening.id;
                    self.note(Step::Told { notice: name.clone(), happening })?;
                    None
                }
                Some(Err(error)) => {
                    // Whoever does not answer now does not answer the next one either.
                    if matches!(error, NoticeError::Server { .. }) {
                        unreachable.push(name.clone());
                    }
                    Some(error.to_string())
                }
            };
            if self.note_standing(&format!("{NOTICE}{name}"), problem.as_deref())? {
                let problem = problem.unwrap_or_default();
                self.hands.say(&format!(
                    "warning: notice `{name}`: {problem}; it is told at a later run"
                ));
            }
        }
        Ok(())
    }

    /// Reports that cannot be worked with are failing ones.
    fn measured(&self, overview: &Overview) -> Vec<ReportMeasurements> {
        let well = overview.reports.iter().map(|it| {
            let overdue = it.items.iter().filter(|it| it.is_late).count();
            measured(it.name(), overdue, &self.journal)
        });
        let broken = overview.broken.iter().map(|(name, _)| ReportMeasurements {
            failing: true,
            ..measured(name, 0, &self.journal)
        });
        well.chain(broken).collect()
    }

    pub(super) fn measure(&mut self) -> Result<(), RunError> {
        if !self.settings.notices.iter().any(Notice::measures) {
            return Ok(());
        }
        let overview = self.overview()?;
        let snapshot = self.warehouse.snapshot(None)?;
        let measurements = Measurements {
            reports: self.measured(&overview),
            data_ms: snapshot.commits().last().map(|it| it.timestamp_ms),
            last_run_ms: Utc::now().timestamp_millis(),
        };
        let mut problems = Vec::new();
        for notice in self.settings.notices.iter().filter(|it| it.measures()) {
            let name = notice.name().to_owned();
            problems.push((name, notice.measure(&measurements).err().map(|it| it.to_string())));
        }
        for (name, problem) in problems {
            if self.note_standing(&format!("{NOTICE}{name}"), problem.as_deref())? {
                let problem = problem.unwrap_or_default();
                self.hands.say(&format!("warning: notice `{name}`: {problem}"));
            }
        }
        Ok(())
    }
}

/// What has not been told, and by whom, oldest first.
pub fn untold(journal: &Journal) -> Vec<(String, Happening)> {
    let told: HashSet<(&str, &str)> = journal
        .entries()
        .iter()
        .filter_map(|entry| match &entry.step {
            Step::Told { notice, happening } => Some((notice.as_str(), happening.as_str())),
            _ => None,
        })
        .collect();
    let mut untold = Vec::new();
    for entry in journal.entries() {
        let (Step::Made { telling, .. }
        | Step::Failed { telling, .. }
        | Step::Noted { telling, .. }) = &entry.step
        else {
            continue;
        };
        let Some(happening) = &telling.happening else { continue };
        let is_told = |name: &&String| told.contains(&(name.as_str(), happening.id.as_str()));
        let wanting = telling.notices.iter().filter(|it| !is_told(it));
        untold.extend(wanting.map(|name| (name.clone(), happening.clone())));
    }
    untold
}

/// Something that happened to an edition, called so that it is known again.
pub(super) fn happening(event: Event, report: &str, edition: &str, error: &str) -> Happening {
    let hash = blake3::hash(error.as_bytes()).to_hex();
    let of_error = if error.is_empty() { "" } else { &hash[..12] };
    let id = format!("{} {report} {edition} {of_error}", event.name());
    let named = |it: &str| (!it.is_empty()).then(|| it.to_owned());
    Happening {
        id: id.trim_end().to_owned(),
        event,
        report: named(report),
        edition: named(edition),
        delivery: None,
        at_ms: Utc::now().timestamp_millis(),
        text: named(error),
        folder: None,
        version: None,
        seconds: None,
        revised: None,
        new: None,
    }
}

/// What is measured of a report.
fn measured(name: &str, overdue: usize, journal: &Journal) -> ReportMeasurements {
    let (mut last, mut duration, mut failing) = (None, None, false);
    for entry in journal.entries() {
        match &entry.step {
            Step::Made { report, milliseconds, .. } if report == name => {
                (last, duration, failing) = (Some(at_ms(entry.at)), *milliseconds, false);
            }
            Step::Failed { report, .. } if report == name => failing = true,
            _ => {}
        }
    }
    ReportMeasurements {
        report: name.to_owned(),
        last_success_ms: last,
        last_duration_ms: duration,
        failing,
        overdue,
    }
}

fn at_ms(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}
