//! Comma- and tab-separated values: a header, a line per row, quotes only where RFC 4180 asks for
//! them.

use std::io::{self, Write};

use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::render::{delimited, plain};
use crate::words::Locale;

pub(super) fn write_csv(
    table: &ReleasedTable,
    locale: Locale,
    out: &mut dyn Write,
) -> io::Result<()> {
    let delimiter = locale.delimiter();
    write(table, locale, delimiter, |field| delimited(field, delimiter), out)
}

pub(super) fn write_tsv(
    table: &ReleasedTable,
    locale: Locale,
    out: &mut dyn Write,
) -> io::Result<()> {
    write(table, locale, '\t', |field| delimited(field, '\t'), out)
}

fn write(
    table: &ReleasedTable,
    locale: Locale,
    delimiter: char,
    written: impl Fn(&str) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = locale.opening().to_owned();
    let mut end_line = |line: &mut String| {
        // The last delimiter ends the line instead.
        line.pop();
        line.push('\n');
        let written = out.write_all(line.as_bytes());
        line.clear();
        written
    };
    for column in table.columns() {
        line.push_str(&written(&column.name));
        line.push(delimiter);
    }
    end_line(&mut line)?;
    for row in 0..table.row_count() {
        for column in table.columns() {
            line.push_str(&field(column, row, locale, &written));
            line.push(delimiter);
        }
        end_line(&mut line)?;
    }
    Ok(())
}

/// A text is written for its medium; a number is none, and quoted only for its decimal mark.
fn field(
    column: &ResultColumn,
    row: usize,
    locale: Locale,
    written: impl Fn(&str) -> String,
) -> String {
    let text = plain(&column.values, row);
    match &column.values {
        Values::Members(_) | Values::Text(_) => written(&text),
        Values::Numbers(_) if locale.decimal_mark() == '.' => text,
        Values::Numbers(_) => text.replace('.', &locale.decimal_mark().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{Cell, Numbers, Unit};

    #[test]
    fn a_number_is_never_touched_but_for_its_decimal_mark() {
        let cells = vec![Cell::Value(-123_450), Cell::Undefined];
        let numbers = Numbers { unit: Unit::Euros, decimals: 2, cells };
        let column = ResultColumn { name: "amount".to_owned(), values: Values::Numbers(numbers) };
        let written = |field: &str| delimited(field, '\t');
        assert_eq!(field(&column, 0, Locale::C, written), "-1234.50");
        assert_eq!(field(&column, 0, Locale::NlBe, written), "-1234,50");
        assert_eq!(field(&column, 1, Locale::FrBe, written), "");
    }
}
