//! Whatever a file holds, packed, typed or neither: it is read to its end or refused, in a sentence.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::delivery::{Identifiers, Part};

fuzz_target!(|bytes: &[u8]| {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), bytes).expect("room for it");
    match Part::open(file.path(), None) {
        Ok(part) => {
            let mut chunks = part.chunks(0, Identifiers::ElevenDigits).expect("opened before");
            let mut line = 0;
            while let Ok(Some(chunk)) = chunks.next_chunk() {
                assert!(chunk.first_line > line, "lines go on");
                line = chunk.first_line;
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "one sentence: {error}"),
    }
});
