//! Whatever a file holds, packed, typed or neither: it is read to its end or refused, in a sentence.

#![no_main]

use std::fs;
use std::process::abort;

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::delivery::{Identifiers, Part};
use sppis_fuzz::fault::on_panic;

// A library may stop at a damaged file where the program waits for it, and nowhere else. The
// fuzzer's own hook ends the process at any panic.
fuzz_target!(init: on_panic(|place| {
    eprintln!("panicked at {place}, where nobody waits for it");
    abort();
}), |bytes: &[u8]| {
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
