//! Names of what a pass makes in an inbox.

pub(super) const DONE: &str = "done";
pub(super) const REFUSED: &str = "refused";
/// How the file ends that says why a delivery was refused.
pub(super) const REFUSED_ENDING: &str = ".refused.txt";
pub(super) const LOCK: &str = ".sppis-inbox";
pub(super) const MOVING: &str = ".sppis-moving";
