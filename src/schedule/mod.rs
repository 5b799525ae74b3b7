//! What runs by itself: what is due, the runs that make it, who is told.
//!
//! In: a warehouse with its reports, `schedule.toml`, the folder of editions. Out: what is due and why;
//! editions, each once; notices. Never: a clock in what says what is due, an edition that is made twice.

pub mod calendar;
mod definition;
mod due;
mod expected;
mod journal;
pub mod notice;
mod overview;
mod run;
mod settings;
mod telling;
pub mod timer;
mod under_way;

pub use definition::{After, Needs, Schedule};
pub use due::{Arrival, Begin, Facts, Hindrance, Item, KnownEdition, Reason, Try, beginning, due};
pub use expected::{Expected, Standing, expected, missing};
pub use journal::{Entry, FOLDER, Journal, Step, Telling};
pub use overview::{Overview, Scheduled};
pub use run::run;
pub use settings::{Settings, SettingsError};
pub use telling::untold;
pub use under_way::{Done, Hands, Refused, RunError};
