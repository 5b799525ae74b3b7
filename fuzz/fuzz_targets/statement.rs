//! Whatever is asked in SQL: it is compiled, or refused in a few sentences, at any depth.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::statement::{Statement, shows_persons};

fuzz_target!(|text: &str| {
    let aggregates = Statement::read(text, false);
    let rows = Statement::read(text, true);
    match &aggregates {
        Ok(statement) => {
            assert!(!shows_persons(statement), "a person is shown");
            assert!(rows.is_ok(), "rows let through less");
        }
        Err(refused) => {
            assert!(!refused.mistakes.is_empty(), "refused for no reason");
            let is_short = |it: &String| it.len() < 2_000 && !it.is_empty();
            assert!(refused.mistakes.iter().all(is_short), "a long story");
        }
    }
});
