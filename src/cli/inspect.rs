//! `sppis inspect`

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use super::sample::whole_number;
use crate::check::MayBeShown;
use crate::delivery::{
    ChunkReader, Delivery, Encoding, Field, Header, Part, RecordEnd, Rows, misnamed, next_record,
};
use crate::dictionary::{Column, Dictionary};
use crate::exact::fitting;
use crate::export::Format;
use crate::finding::{shown, shown_path};
use crate::render::bytes;
use crate::warehouse::{Warehouse, WarehouseError};

/// Show how a file would be read: packing, encoding, delimiter, columns, delivery, first rows.
///
/// Nothing is changed and no identifier is shown. What is not certain is said with the option to
/// give. Where the warehouse has recoded numbers, of other values only days and known codes are shown.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis inspect DWH_SPPIS_Formulaires_2007-05.csv.gz\n  sppis inspect DWH_SPPIS_Formulaires_2007-05.csv.gz --format json"
)]
pub(super) struct Arguments {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Encoding, if the file has no byte-order mark and is not UTF-8: windows-1252.
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<Encoding>,

    /// Rows to show.
    #[arg(long, default_value = "3", value_parser = whole_number)]
    rows: u64,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let path = &arguments.file;
    let guard = || Guard::of_root(root).with_inputs(std::slice::from_ref(path));
    let sink = arguments.output.sink(guard, console)?;
    let may_be = rules_of(root)?;
    let part =
        Part::open(path, arguments.encoding).map_err(|error| CliError::new(error.to_string()))?;
    let delivery = Delivery::open(std::slice::from_ref(path), None, None, arguments.encoding);
    let delivery = delivery.map_err(|error| error.to_string());
    if sink.format == Format::Json {
        sink.put(pretty_json(&json(&part, delivery.as_ref()))?.as_bytes(), console)?;
        return Ok(Exit::Done);
    }
    let mut text = Vec::new();
    let written = write(&part, delivery.as_ref(), fitting(arguments.rows), &may_be, &mut text);
    // What was found before a mistake is shown too.
    sink.put_text(&String::from_utf8_lossy(&text), console)?;
    if !written? {
        console.flush()?;
        console.say(
            "some bytes are not valid in this encoding; `--encoding windows-1252` may be meant",
        );
    }
    Ok(Exit::Done)
}

/// What is known of a file without its rows.
fn json(part: &Part, delivery: Result<&Delivery, &String>) -> Value {
    let (header, about) = (part.header(), part.about());
    let misnamed = misnamed(header);
    let column = |(name, column): (&String, &Option<Column>)| {
        let problem = misnamed.iter().find_map(|it| (it.name == *name).then(|| it.reason()));
        json!({
            "name": shown_name(name, *column), "known": column.is_some(), "problem": problem,
        })
    };
    let columns = header.names().iter().zip(header.columns()).map(column);
    json!({
        "file": shown_path(part.path()),
        "bytes": part.byte_count(),
        "packing": part.packing().name(),
        "encoding": about.encoding.as_deref().unwrap_or(part.encoding().name()),
        "delimiter": (!part.packing().is_typed()).then(|| char::from(header.delimiter())),
        "delivery": delivery.ok().map(|it| it.id().to_string()),
        "quarters": delivery.ok().map(|it| it.window().to_string()),
        "problem": delivery.err(),
        "columns": columns.collect::<Vec<_>>(),
        "not_there": header.absent(),
    })
}

/// What is known of a file, and its first rows; gives whether these are valid in its encoding.
fn write(
    part: &Part,
    delivery: Result<&Delivery, &String>,
    rows: usize,
    may_be: &MayBeShown,
    out: &mut dyn Write,
) -> Result<bool, CliError> {
    let header = part.header();
    writeln!(out, "file       {}, {}", shown_path(part.path()), bytes(part.byte_count()))?;
    writeln!(out, "packing    {}", part.packing().name())?;
    dialect(part, may_be, out)?;
    match delivery {
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
    preview(part, rows, may_be, out)
}

/// What may be shown of values, as the warehouse says, if there is one.
fn rules_of(root: &Path) -> Result<MayBeShown, CliError> {
    Ok(match Warehouse::open(root) {
        Ok(warehouse) => {
            let identifier = warehouse.configuration().identifier();
            MayBeShown::new(identifier, warehouse.dictionary().clone())
        }
        Err(WarehouseError::Absent(_)) => MayBeShown::of_national(Dictionary::built_in()?),
        Err(error) => return Err(error.into()),
    })
}

/// How the rows stand in the file: split by a delimiter, or as cells with types.
fn dialect(part: &Part, may_be: &MayBeShown, out: &mut dyn Write) -> Result<(), CliError> {
    let about = part.about();
    let encoding = about.encoding.as_deref().unwrap_or(part.encoding().name());
    if let Some(sheets) = &about.sheets {
        let others = match sheets.others.len() {
            0 => String::new(),
            others => format!(", of {}; no other is read", others + 1),
        };
        writeln!(out, "sheet      {}{others}", shown(&sheets.read))?;
    }
    if part.packing().is_typed() {
        let rows = about.rows.map_or_else(|| count_rows(part, may_be), Ok)?;
        writeln!(out, "rows       {rows}")?;
    }
    writeln!(out, "encoding   {encoding}")?;
    if !part.packing().is_typed() {
        let delimiter = match part.header().delimiter() {
            b'\t' => "tab".to_owned(),
            other => format!("`{}`", char::from(other)),
        };
        writeln!(out, "delimiter  {delimiter}")?;
    }
    Ok(())
}

/// The rows of a file that does not say how many it has.
fn count_rows(part: &Part, may_be: &MayBeShown) -> Result<u64, CliError> {
    let mut chunks = chunks(part, may_be)?;
    let mut count = 0;
    while let Some(chunk) = chunks.next_chunk().map_err(|error| unread(part, &error))? {
        let header = part.header();
        let width = header.names().len();
        let rows = Rows::split(chunk.text, chunk.first_line, header.delimiter(), width);
        count += (rows.len() + rows.unread().len()) as u64;
    }
    Ok(count)
}

fn chunks(part: &Part, may_be: &MayBeShown) -> Result<ChunkReader, CliError> {
    let chunks = part.chunks(0, may_be.identifiers());
    chunks.map_err(|error| CliError::new(error.to_string()))
}

fn unread(part: &Part, error: &std::io::Error) -> CliError {
    CliError::new(format!("{}: {error}", shown_path(part.path())))
}

/// The first rows, each value as it may be shown; identifiers never. Gives whether they are valid in the
/// file's encoding.
fn preview(
    part: &Part,
    rows: usize,
    may_be: &MayBeShown,
    out: &mut dyn Write,
) -> Result<bool, CliError> {
    let chunk = chunks(part, may_be)?.next_chunk().map_err(|error| unread(part, &error))?;
    let Some(chunk) = chunk else {
        writeln!(out, "no row under the header")?;
        return Ok(true);
    };
    let (text, header) = (chunk.text.as_slice(), part.header());
    let mut fields: Vec<Field> = Vec::new();
    let (mut at, mut row) = (0, 0);
    while at < text.len() && row < rows {
        let end = next_record(text, at, header.shape(), false, &mut fields);
        let is_empty = matches!(fields.as_slice(), [only] if (only.start, only.end) == (at, at));
        at = end.next().unwrap_or(text.len());
        // An empty line is no row.
        if is_empty {
            continue;
        }
        row += 1;
        writeln!(out, "row {row}")?;
        match end {
            RecordEnd::QuoteUnclosed { .. } => {
                writeln!(out, "  a quoted field is not closed")?;
            }
            // What stands where cannot be told.
            _ if fields.len() != header.names().len() => {
                let (expected, found) = (header.names().len(), fields.len());
                writeln!(out, "  expected {expected} fields, found {found}")?;
            }
            _ => preview_row(text, &fields, header, may_be, out)?,
        }
    }
    if row == 0 && rows > 0 {
        writeln!(out, "no row under the header")?;
    }
    Ok(std::str::from_utf8(text).is_ok())
}

/// The fields of a row that are not blank.
fn preview_row(
    text: &[u8],
    fields: &[Field],
    header: &Header,
    may_be: &MayBeShown,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let raw = |field: &Field| text.get(field.start..field.end).unwrap_or(&[]);
    let own = [Column::Person, Column::Partner].map(|column| {
        let field = header.position(column).and_then(|at| fields.get(at));
        field.and_then(|field| std::str::from_utf8(raw(field)).ok()).map_or("", str::trim)
    });
    for (field, (name, column)) in fields.iter().zip(header.names().iter().zip(header.columns())) {
        let value = match std::str::from_utf8(raw(field)) {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => may_be.value(*column, text.trim(), own),
            Err(_) => "bytes that are not valid".to_owned(),
        };
        writeln!(out, "  {:<18}{value}", shown_name(name, *column))?;
    }
    Ok(())
}

/// A known variable's name, or what may be shown of another.
fn shown_name(name: &str, column: Option<Column>) -> String {
    column.map_or_else(|| shown(name), |column| column.name().to_owned())
}
