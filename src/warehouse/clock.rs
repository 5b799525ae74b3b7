//! What the moments that commits are stamped with cannot be trusted in.
//!
//! In: versions with their stamps, and the moment that the clock says. Out: a sentence where stamps go back, or lie ahead
//! of the clock: then "what was known on a day" is not what its reader takes it for. Never: a
//! change of an answer. A state asked for by day stays the last version stamped by its end.

use chrono::{DateTime, Utc};

/// Clocks of different machines may differ by as much, in milliseconds.
const DIFFERENCE_MAX_MS: i64 = 60_000;

/// Why the state of a day may be another than was known on it.
pub(super) fn doubt(stamps: &[(u64, i64)]) -> Option<String> {
    let back = stamps.windows(2).find_map(|pair| {
        let [(before, earlier), (version, later)] = [pair[0], pair[1]];
        (later + DIFFERENCE_MAX_MS < earlier).then(|| {
            let (earlier, later) = (moment(earlier), moment(later));
            format!(
                "version {version} is stamped {later}, and version {before} before it {earlier}"
            )
        })
    });
    let ahead = || {
        let now = Utc::now().timestamp_millis();
        let (version, stamp) = stamps.iter().find(|(_, at)| *at > now + DIFFERENCE_MAX_MS)?;
        let (stamp, now) = (moment(*stamp), moment(now));
        Some(format!("version {version} is stamped {stamp}, and it is {now}"))
    };
    let found = back.or_else(ahead)?;
    Some(format!(
        "days are told by the clocks of those who committed, and one was wrong: {found}; \
         `--as-of VERSION` does not depend on clocks"
    ))
}

/// That a commit which is made now will have an earlier stamp than the one before it.
pub(super) fn doubt_about_now(stamps: &[(u64, i64)]) -> Option<String> {
    let ((version, last), now) = (stamps.last()?, Utc::now().timestamp_millis());
    (now + DIFFERENCE_MAX_MS < *last).then(|| {
        format!(
            "the clock says {}, and version {version} is stamped {}: `--as-of DAY` goes by these",
            moment(now),
            moment(*last)
        )
    })
}

fn moment(timestamp_ms: i64) -> String {
    match DateTime::from_timestamp_millis(timestamp_ms) {
        Some(moment) => moment.format("%Y-%m-%d %H:%M UTC").to_string(),
        None => format!("{timestamp_ms} ms after 1970"),
    }
}
