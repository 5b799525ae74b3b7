//! `sppis inspect`

use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use crate::delivery::{
    ChunkReader, Delivery, Encoding, Field, Identifiers, Part, Rows, misnamed, next_record,
};
use crate::dictionary::Column;
use crate::render::bytes;

/// Show how a file would be read: packing, encoding, delimiter, columns, delivery, first rows.
///
/// Nothing is changed and no identifier is shown. What is not certain is said with the option to
/// give.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis inspect DWH_SPPIS_Formulaires_2007-05.csv.gz")]
pub(super) struct Arguments {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Encoding, if the file has no byte-order mark and is not UTF-8: windows-1252.
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<Encoding>,

    /// Rows to show.
    #[arg(long, default_value_t = 3)]
    rows: usize,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, CliError> {
    let path = &arguments.file;
    let part =
        Part::open(path, arguments.encoding).map_err(|error| CliError::new(error.to_string()))?;
    let header = part.header();
    writeln!(console.out(), "file       {}, {}", path.display(), bytes(part.byte_count()))?;
    writeln!(console.out(), "packing    {}", part.packing().name())?;
    dialect(&part, console)?;
    let out = console.out();
    match Delivery::open(std::slice::from_ref(path), None, None, arguments.encoding) {
        Ok(delivery) => writeln!(out, "delivery   {} ({})", delivery.id(), delivery.window())?,
        Err(error) => writeln!(out, "delivery   {error}")?,
    }
    writeln!(out, "columns    {}", header.names().len())?;
    let misnamed = misnamed(header);
    for (name, column) in header.names().iter().zip(header.columns()) {
        let near = misnamed.iter().find(|it| it.name == *name);
        let known = match (column, near) {
            (Some(_), _) => String::new(),
            (None, None) => "not known, not stored".to_owned(),
            (None, Some(near)) => {
                format!(" not known: {}; rename it, or `--ignore-column`", near.reason())
            }
        };
        let line = format!("  {:<18}{known}", shown_name(name, *column));
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "not there  {}", header.absent().join(", "))?;
    preview(&part, arguments.rows, console)
}

/// How the rows stand in the file: split by a delimiter, or as cells with types.
fn dialect(part: &Part, console: &mut Console) -> Result<(), CliError> {
    let about = part.about();
    let encoding = about.encoding.as_deref().unwrap_or(part.encoding().name());
    if let Some((sheet, count)) = &about.sheet {
        let others =
            if *count > 1 { format!(", of {count}; no other is read") } else { String::new() };
        writeln!(console.out(), "sheet      {}{others}", crate::finding::shown(sheet))?;
    }
    if part.packing().is_typed() {
        let rows = about.rows.map_or_else(|| count_rows(part), Ok)?;
        writeln!(console.out(), "rows       {rows}")?;
    }
    writeln!(console.out(), "encoding   {encoding}")?;
    if !part.packing().is_typed() {
        let delimiter = match part.header().delimiter() {
            b'\t' => "tab".to_owned(),
            other => format!("`{}`", char::from(other)),
        };
        writeln!(console.out(), "delimiter  {delimiter}")?;
    }
    Ok(())
}

/// The rows of a file that does not say how many it has.
fn count_rows(part: &Part) -> Result<u64, CliError> {
    let mut chunks = chunks(part)?;
    let mut count = 0;
    while let Some(chunk) = chunks.next_chunk().map_err(|error| unread(part, &error))? {
        let header = part.header();
        let width = header.names().len();
        let rows = Rows::split(chunk.text, chunk.first_line, header.delimiter(), width);
        count += (rows.len() + rows.unread().len()) as u64;
    }
    Ok(count)
}

fn chunks(part: &Part) -> Result<ChunkReader, CliError> {
    let chunks = part.chunks(0, Identifiers::ElevenDigits);
    chunks.map_err(|error| CliError::new(error.to_string()))
}

fn unread(part: &Part, error: &std::io::Error) -> CliError {
    CliError::new(format!("{}: {error}", part.path().display()))
}

/// The first rows, each value as it may be shown; identifiers never.
fn preview(part: &Part, rows: usize, console: &mut Console) -> Result<Exit, CliError> {
    let chunk = chunks(part)?.next_chunk().map_err(|error| unread(part, &error))?;
    let Some(chunk) = chunk else {
        writeln!(console.out(), "no row under the header")?;
        return Ok(Exit::Done);
    };
    let header = part.header();
    let mut fields: Vec<Field> = Vec::new();
    let (mut at, mut invalid) = (0, false);
    for row in 0..rows {
        if at >= chunk.text.len() {
            break;
        }
        let end = next_record(&chunk.text, at, header.shape(), false, &mut fields);
        writeln!(console.out(), "row {}", row + 1)?;
        for (field, (name, column)) in
            fields.iter().zip(header.names().iter().zip(header.columns()))
        {
            let raw = chunk.text.get(field.start..field.end).unwrap_or(&[]);
            let value = match (column, std::str::from_utf8(raw)) {
                (Some(Column::Person | Column::Partner), Ok(text)) if !text.trim().is_empty() => {
                    format!("an identifier of {} characters", text.trim().chars().count())
                }
                (_, Ok(text)) if text.trim().is_empty() => continue,
                (None, Ok(text)) => format!("a text of {} characters", text.trim().chars().count()),
                (_, Ok(text)) => crate::finding::shown(text.trim()),
                (_, Err(_)) => {
                    invalid = true;
                    "bytes that are not valid".to_owned()
                }
            };
            writeln!(console.out(), "  {:<18}{value}", shown_name(name, *column))?;
        }
        at = end.next().unwrap_or(chunk.text.len());
    }
    if invalid || std::str::from_utf8(&chunk.text).is_err() {
        console.say(
            "some bytes are not valid in this encoding; `--encoding windows-1252` may be meant",
        );
    }
    Ok(Exit::Done)
}

/// A known variable's name, or what may be shown of another.
fn shown_name(name: &str, column: Option<Column>) -> String {
    column.map_or_else(|| crate::finding::shown(name), |column| column.name().to_owned())
}
