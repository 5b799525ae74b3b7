//! Dates whose days and months may have changed places.

use crate::decode::DayFirstDates;
use crate::finding::{DeliveryFinding, Rule, Severity};

/// `delivery.days-twelve`
pub(super) static RULE: Rule = Rule {
    id: "delivery.days-twelve",
    severity: Severity::Block,
    meaning: "of over a hundred dates written DD/MM/YYYY or DD-MM-YYYY, some have a day over 12",
    help: "ask the sender whether the month is written first; if the days are right, for example \
           always the first of a month, `--accept delivery.days-twelve`",
};

/// So many dates may happen to have no day over 12.
const DATES_MAX: u64 = 100;
/// No month has a higher number.
const MONTHS: u32 = 12;

/// Found where over a hundred dates with the day first have no day that could not be a month.
pub fn days_twelve(dates: &DayFirstDates) -> Option<DeliveryFinding> {
    let (days, months) = (dates.days()?, dates.months()?);
    if dates.count() <= DATES_MAX || days.1 > MONTHS {
        return None;
    }
    let text = format!(
        "of {} dates written DD/MM/YYYY or DD-MM-YYYY none has a day over 12: read so, their days \
         are {} to {}, their months {} to {}",
        dates.count(),
        days.0,
        days.1,
        months.0,
        months.1
    );
    Some(DeliveryFinding { rule: &RULE, column: None, text })
}
