//! Files that a notice names.

use std::path::{Path, PathBuf};

use crate::document::{Problem, Table};

/// A path under `key`; a relative one starts from the warehouse's folder.
pub(super) fn path(table: &Table<'_>, key: &'static str, root: &Path) -> Option<PathBuf> {
    let text = table.text(key)?;
    if text.value.is_empty() {
        table.problem(Problem::new(text.span, format!("`{key}` names no file")));
        return None;
    }
    Some(root.join(text.value))
}
