//! Whatever stands in a file: every row is accepted or found, and no finding shows an identifier.

#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::check::{CheckContext, DuplicateIndex, examine};
use sppis_fuzz::decode::{DecodeSettings, IdentifierFormat, decode, parse_national};
use sppis_fuzz::delivery::{Chunk, DeliveryId, Header};
use sppis_fuzz::dictionary::Dictionary;
use sppis_fuzz::finding::Severity;

static DICTIONARY: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::built_in().expect("it is compiled in"));

const HEADER: &[u8] = b"NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CBENCONV;\
EBENCONVCM;NNISPTN2;REMARK\n";

fuzz_target!(|text: &[u8]| {
    // A file of any header, and rows under one that is always good.
    let _ = Header::read(text, true);
    let header = Header::read(HEADER, true).expect("a header");
    for format in [IdentifierFormat::National, IdentifierFormat::Coded] {
        let (_, window) = DeliveryId::calendar("2008-05").expect("an id of the calendar");
        let settings = DecodeSettings::new(format, &DICTIONARY);
        let context = CheckContext::new(&DICTIONARY, window, format, &Vec::new());
        let chunk = Chunk { part: 0, first_line: 2, text: text.to_vec(), position: 0 };
        let decoded = decode(chunk, &header, &settings);
        assert!(decoded.cells().iter().all(|(_, counts)| counts.balances()), "a field is lost");
        let read = decoded.row_count_read();
        let examined = vec![examine(decoded, &context)];
        let checked = DuplicateIndex::default().admit(examined).expect("memory is enough");
        let batch = &checked[0];
        let rejects = batch.findings().iter().filter(|it| it.rule.severity == Severity::Reject);
        let rejected: BTreeSet<u64> = rejects.map(|finding| finding.line).collect();
        assert_eq!(read, (batch.accepted().count() + rejected.len()) as u64);
        for row in batch.accepted() {
            assert!(!rejected.contains(&batch.decoded().lines()[row]));
        }
        let kept = batch.rejected_rows(&header, format, &DICTIONARY);
        assert_eq!(kept.len(), rejected.len());
        if format == IdentifierFormat::National {
            let texts = batch.findings().iter().map(|finding| finding.text.as_ref());
            let rows = kept.iter().filter_map(|row| row.text.as_deref());
            texts.chain(rows).for_each(no_identifier);
        }
    }
});

/// No word of a text is a national number.
fn no_identifier(text: &str) {
    for word in text.split(|it: char| !it.is_ascii_digit()) {
        assert!(word.len() < 10 || parse_national(word).is_err(), "an identifier is shown");
    }
}
