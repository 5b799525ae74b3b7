//! Whatever stands in a warehouse's own dictionary: it is taken, or refused with its mistakes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::dictionary::Dictionary;

fuzz_target!(|text: &str| {
    if let Err(error) = Dictionary::extended(Some(("dictionary.toml", text))) {
        assert!(!error.to_string().is_empty());
    }
});
