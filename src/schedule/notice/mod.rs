//! Notices: people and programs that are told of what happens on schedule.
//!
//! In: what a person wrote under `[notices]`, and happenings. Out: a mail, a request, a command or a file of
//! measurements for each. Never: a secret in a message or an error, a figure but how many changed, a
//! wait without an end.

mod address;
mod authority;
mod command;
mod definition;
mod error;
mod happening;
mod http;
mod mail;
mod measurements;
mod message;
mod path;
mod reach;
mod secret;
mod smtp;

pub use definition::Notice;
pub use error::NoticeError;
pub use happening::{Event, Happening};
pub use measurements::{Measurements, ReportMeasurements};
pub use message::Message;
