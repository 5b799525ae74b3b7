//! Units are passed in parts, by all threads.
//!
//! In: what makes units, and what is to be done with them. Out: what each thread came to. Never: a part passed twice.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::units::{Maker, Units};

/// Passes all parts; gives what each thread came to, which must not depend on which parts it had.
pub(super) fn passed<T: Send>(
    maker: &Maker<'_>,
    begin: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, &mut Units) + Sync,
) -> Vec<T> {
    let (parts, next) = (maker.parts(), AtomicUsize::new(0));
    let of_thread = |_| {
        let (mut own, mut units) = (begin(), Units::default());
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts.count {
                return own;
            }
            maker.fill(&parts, part, &mut units);
            take(&mut own, &mut units);
        }
    };
    (0..rayon::current_num_threads()).into_par_iter().map(of_thread).collect()
}
