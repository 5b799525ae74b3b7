//! An inbox: a folder in which deliveries arrive, and are taken in once they are complete.
//!
//! In: the settings of an [`Inbox`], a warehouse, and what time it is. Out: a [`Pass`], what became of
//! every file. Never: a file that is removed, written over, or put away before what became of it is on
//! disk; a link that is followed.
//!
//! ```text
//! DWH_SPPIS_Formulaires_2007-05.csv      waits until it is complete
//! done/2007-05@1/                        its files, and the validation report that goes back
//! refused/2007-11/                       the same, and 2007-11.refused.txt says why
//! .sppis-inbox                           locked by the pass that is under way
//! .sppis-moving/                         a delivery on its way into done/ or refused/
//! ```
//!
//! A delivery is taken in where it lies, its files are moved together into `.sppis-moving`, and that
//! folder gets its name in `done` or `refused` in one step. A pass that is interrupted before leaves
//! files in `.sppis-moving`, which the next one puts back, and begins again: what was committed is
//! known by its bytes.

mod arrivals;
mod earlier;
mod fate;
mod folder;
mod layout;
mod parts;
mod pass;
mod putting_away;
mod refused;
mod settings;

pub(crate) use fate::{Fate, InboxError, Pass};
pub(crate) use pass::pass;
pub(crate) use settings::Inbox;
