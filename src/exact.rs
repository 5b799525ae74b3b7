//! What cannot be otherwise: numbers that fit, values that are there. In: a number that has to fit
//! another width by what was checked before, or a value that something before made sure of. Out: the
//! same number or value. Never: a nearest, usual or empty one in its place, of which a figure would
//! be made. Where it is otherwise all the same, the program stops at the place that asked, with exit
//! code 2, as a fault of its own; what users, files and deliveries may hold is checked with errors.

/// A number in another width, which it fits.
#[inline]
#[track_caller]
pub(crate) fn fitting<T, U: TryFrom<T>>(number: T) -> U {
    match U::try_from(number) {
        Ok(number) => number,
        Err(_) => stop(),
    }
}

/// A value that is there.
#[inline]
#[track_caller]
pub(crate) fn known<T>(value: Option<T>) -> T {
    match value {
        Some(value) => value,
        None => stop(),
    }
}

/// Ends the program with the place of who called, and without a value: it may be of a person.
#[cold]
#[track_caller]
#[expect(clippy::panic, reason = "going on would make a figure of what cannot be")]
fn stop() -> ! {
    panic!("a number does not fit, or a value is not there")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::contained;

    #[test]
    fn what_is_as_it_must_be_stays_and_anything_else_stops() {
        assert_eq!(fitting::<i64, u32>(7), 7);
        assert_eq!(known(Some("x")), "x");
        assert_eq!(contained(|| fitting::<i64, u32>(-1)), None);
        assert_eq!(contained(|| fitting::<usize, u16>(1 << 16)), None);
        assert_eq!(contained(|| known(None::<u8>)), None);
    }
}
