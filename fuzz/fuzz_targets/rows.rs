//! The splitter that looks at sixteen bytes at once, against the one that reads record by record.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::delivery::{Field, RecordEnd, RowFault, Rows, Shape, count_line_ends, next_record};

fuzz_target!(|input: (u8, &[u8])| {
    let (first, text) = input;
    let delimiter = [b';', b',', b'\t', b'|'][usize::from(first % 4)];
    let width = usize::from(first / 4 % 10) + 1;
    let rows = Rows::split(text.to_vec(), 1, delimiter, width);
    let (mut readable, mut unread) = (0, 0);
    let mut fields: Vec<Field> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let end = next_record(text, at, Shape { delimiter, width }, false, &mut fields);
        let next = end.next().expect("nothing follows the text");
        let is_empty = fields.len() == 1 && fields[0].start == at && fields[0].end == at;
        match end {
            RecordEnd::Complete { .. } if is_empty => {}
            RecordEnd::Complete { .. } if fields.len() == width => {
                assert_eq!(rows.lines()[readable], line);
                for (column, field) in fields.iter().enumerate() {
                    let raw = &text[field.start..field.end];
                    let found = rows.field(readable, column);
                    if field.doubled_quotes {
                        assert_eq!(found, unquoted(raw));
                    } else {
                        assert_eq!(found, raw);
                    }
                }
                readable += 1;
            }
            _ => {
                let row = rows.unread()[unread];
                assert_eq!((row.line, row.start, row.end), (line, at, next));
                let fault = match end {
                    RecordEnd::Complete { .. } => RowFault::FieldCount(fields.len()),
                    _ => RowFault::QuoteUnclosed,
                };
                assert_eq!(row.fault, fault);
                unread += 1;
            }
        }
        line += count_line_ends(&text[at..next]);
        at = next;
    }
    assert_eq!((rows.len(), rows.unread().len()), (readable, unread));
});

fn unquoted(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        text.push(byte);
        if byte == b'"' {
            bytes.next();
        }
    }
    text
}
