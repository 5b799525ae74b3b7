//! What no error says: panics, mostly of libraries that read a damaged file.
//!
//! In: work that may panic because of what it reads. Out: its value or none, and for everything
//! else the place where the program stopped. Never: the message of a panic, which may hold what
//! stands in the file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

thread_local! {
    /// Whether a panic of this thread is waited for.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// How many wait for a panic of whatever thread.
static EXPECTED_ANYWHERE: AtomicUsize = AtomicUsize::new(0);

/// Calls what may panic on this thread because of what a file holds; `None` where it did.
pub(crate) fn contained<T>(call: impl FnOnce() -> T) -> Option<T> {
    let outer = EXPECTED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    EXPECTED.set(outer);
    outcome.ok()
}

/// The same where the work is spread over threads; nothing else may be done meanwhile.
pub(crate) fn contained_on_all_threads<T>(call: impl FnOnce() -> T) -> Option<T> {
    EXPECTED_ANYWHERE.fetch_add(1, Ordering::SeqCst);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    EXPECTED_ANYWHERE.fetch_sub(1, Ordering::SeqCst);
    outcome.ok()
}

/// From now on a panic that nobody waits for, on any thread, is given to `end` by its place in the
/// source, once; `end` is to end the program, since the thread may be one that others wait for.
pub fn on_panic(end: impl Fn(&str) + Send + Sync + 'static) {
    let ended = AtomicBool::new(false);
    std::panic::set_hook(Box::new(move |panic| {
        let expected = EXPECTED.get() || EXPECTED_ANYWHERE.load(Ordering::SeqCst) > 0;
        if !expected && !ended.swap(true, Ordering::SeqCst) {
            end(&place(panic));
        }
    }));
}

/// The file of the source and the line, without the folders of who built the program.
fn place(panic: &PanicHookInfo<'_>) -> String {
    let Some(location) = panic.location() else { return "an unknown place".to_owned() };
    let file = location.file();
    let registry = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    let library = file.split_once("/library/");
    let file = registry.or(library).map_or(file, |(_, rest)| rest);
    format!("{file}:{}", location.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_that_is_waited_for_is_no_value_and_any_other_work_its_value() {
        let panics = || -> u8 { panic!("what stands in a file") };
        assert_eq!(contained(|| 7), Some(7));
        assert_eq!(contained(panics), None);
        assert_eq!(contained_on_all_threads(|| rayon::join(panics, || 1)), None);
        assert_eq!(EXPECTED_ANYWHERE.load(Ordering::SeqCst), 0);
        assert!(!EXPECTED.get());
    }
}
