//! What is asked of a query besides what its file says.
//!
//! In: words of a command line or a report. Out: the same by name. Never: what they mean, which only the query
//! tells.

use crate::quarter::Quarter;

/// What the user asks besides the query's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    /// First quarter.
    pub from: Option<Quarter>,
    /// Last quarter.
    pub to: Option<Quarter>,
    /// Dimension and value, or several values with commas; those of one dimension are alternatives.
    pub wheres: Vec<(String, String)>,
    /// Parameter and value, or several values with commas where it is a list.
    pub sets: Vec<(String, String)>,
}
