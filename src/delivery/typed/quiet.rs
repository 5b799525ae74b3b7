//! Libraries that read files of other programs, called so that a damaged file is a sentence: their
//! panics are caught, and nothing is printed of them, since it may show what stands in the file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls a library; an error where it panics. What it has half done must not be used again.
pub(super) fn quietly<T>(call: impl FnOnce() -> T) -> Result<T, ()> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(call)).map_err(drop);
    QUIET.set(false);
    outcome
}
