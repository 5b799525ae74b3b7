//! When editions of a report are made: `[schedule]` in its `report.toml`, or `[schedules.NAME]` in
//! `schedule.toml`.
//!
//! In: the table of either file. Out: a [`Schedule`]. Never: a schedule that can bring no edition.

use std::time::Duration;

use chrono::DateTime;
use chrono_tz::Tz;

use super::calendar::Calendar;
use crate::delivery::DeliveryId;
use crate::document::{DocumentError, Placed, Problem, Table, nearest, read_document};
use crate::report::Source;

/// When editions of a report are made, and when they are late.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// After which deliveries; none where it is for days alone.
    pub after: Option<After>,
    /// On which days, or, of a report after deliveries, on the first of which thereafter.
    pub on: Vec<Calendar>,
    /// The zone that names of editions are days of.
    pub zone: Tz,
    /// How long an edition may be due before it is late.
    pub late_after: Duration,
    /// What must be there too.
    pub needs: Needs,
    /// Whether a delivery that comes again makes another edition.
    pub redelivery: bool,
    /// The first delivery that there is an edition of.
    pub first: Option<DeliveryId>,
}

/// After which deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Each.
    Any,
    /// Those of May.
    May,
    /// Those of November.
    November,
}

impl After {
    /// All of them, by the names that they have in files.
    pub const ALL: [(&str, Self); 3] =
        [("any", Self::Any), ("05", Self::May), ("11", Self::November)];

    /// Whether a delivery is one of them.
    pub fn holds(self, delivery: &str) -> bool {
        match self {
            Self::Any => true,
            Self::May => delivery.ends_with("-05"),
            Self::November => delivery.ends_with("-11"),
        }
    }
}

/// Which deliveries must have come in before an edition is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Needs {
    /// None besides that of the edition.
    #[default]
    None,
    /// So many of the calendar in a row, that of the edition the last of them.
    InARow(u16),
    /// These.
    Named(Vec<String>),
}

/// Days that an edition may be due before it is late, where nothing is said.
const LATE_AFTER: Duration = Duration::from_hours(14 * 24);
/// Deliveries of fifty years.
const IN_A_ROW_MAX: i64 = 100;

impl Schedule {
    /// What a report says of itself; none where it says nothing.
    pub fn of_report(source: &Source, zone: Tz) -> Result<Option<Self>, DocumentError> {
        let file = source.definition_file();
        read_document(&file.path, &file.text, |root| {
            // What the report is made of was read before.
            root.leave_others();
            root.table("schedule").map(|table| Self::read(&table, zone))
        })
    }

    /// The schedule of a table; `zone` is that of days that name none.
    pub fn read(table: &Table<'_>, zone: Tz) -> Self {
        let zone = time_zone(table).unwrap_or(zone);
        let after = table.text("after_delivery").map(|text| after(table, &text));
        let on = table.text_or_texts("on").into_iter();
        let on: Vec<Calendar> = on.filter_map(|text| calendar(table, &text, zone)).collect();
        if let Some(span) = table.empty_list("on") {
            table.problem(Problem::new(span, "`on` names no day"));
        }
        if after.is_none() && !table.has("on") {
            let start = table.span().start;
            let problem = Problem::new(start..start + 1, "nothing says when an edition is due");
            table.problem(
                problem.help("write `after_delivery = \"any\"`, or days as `on = \"*-06-01\"`"),
            );
        }
        let schedule = Self {
            after: after.flatten(),
            on,
            zone,
            late_after: table.duration("late_after").unwrap_or(LATE_AFTER),
            needs: needs(table),
            redelivery: table.flag("redelivery"),
            first: first(table),
        };
        if !table.has("after_delivery") {
            for key in ["redelivery", "first"] {
                if table.has(key) {
                    let message = format!("`{key}` is of reports with `after_delivery`");
                    table.problem(Problem::new(table.place_of(key), message));
                }
            }
        }
        table.finish();
        schedule
    }
}

fn after(table: &Table<'_>, text: &Placed<String>) -> Option<After> {
    let found = After::ALL.iter().find(|(name, _)| *name == text.value).map(|it| it.1);
    if found.is_none() {
        let message =
            format!("`after_delivery` must be `any`, `05` or `11`, found `{}`", text.value);
        let problem = Problem::new(text.span.clone(), message);
        table.problem(problem.help("deliveries are of May (05) and November (11)"));
    }
    found
}

fn calendar(table: &Table<'_>, text: &Placed<String>, zone: Tz) -> Option<Calendar> {
    match Calendar::parse(&text.value, zone) {
        Ok(calendar) if calendar.next_after(DateTime::UNIX_EPOCH).is_none() => {
            let message = format!("`{}` never occurs", text.value);
            table.problem(Problem::new(text.span.clone(), message));
            None
        }
        Ok(calendar) => Some(calendar),
        Err(error) => {
            let problem = Problem::new(text.span.clone(), error.to_string());
            table.problem(match error.hint() {
                Some(hint) => problem.help(hint),
                None => problem,
            });
            None
        }
    }
}

/// The time zone of a table, if it names one.
pub(super) fn time_zone(table: &Table<'_>) -> Option<Tz> {
    let text = table.text("time_zone")?;
    let zone: Option<Tz> = text.value.parse().ok();
    if zone.is_none() {
        let message = format!("unknown time zone `{}`", text.value);
        let names = chrono_tz::TZ_VARIANTS.iter().map(|it| it.name());
        let problem = Problem::new(text.span, message);
        table.problem(match nearest(&text.value, names) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("such as `Europe/Brussels`"),
        });
    }
    zone
}

fn needs(table: &Table<'_>) -> Needs {
    let named = table.value_or_values("needs");
    let Some(first) = named.first() else { return Needs::None };
    if let Ok(count) = first.value.parse::<i64>() {
        return match u16::try_from(count) {
            Ok(count) if (1..=IN_A_ROW_MAX).contains(&i64::from(count)) && named.len() == 1 => {
                Needs::InARow(count)
            }
            _ => {
                let message = format!(
                    "`needs` must be a number of deliveries, 1 to {IN_A_ROW_MAX}, or a list of their ids, found `{}`",
                    first.value
                );
                table.problem(Problem::new(first.span.clone(), message));
                Needs::None
            }
        };
    }
    for text in &named {
        if DeliveryId::named(&text.value).is_err() {
            let message =
                format!("`needs` must name deliveries such as `2008-05`, found `{}`", text.value);
            table.problem(Problem::new(text.span.clone(), message));
        }
    }
    Needs::Named(named.into_iter().map(|it| it.value).collect())
}

fn first(table: &Table<'_>) -> Option<DeliveryId> {
    let text = table.text("first")?;
    let found = DeliveryId::calendar(&text.value).ok().map(|(id, _)| id);
    if found.is_none() {
        let message = format!(
            "`first` must be a delivery of the calendar such as `2008-05`, found `{}`",
            text.value
        );
        table.problem(Problem::new(text.span, message));
    }
    found
}
