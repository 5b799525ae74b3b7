//! A picture of a table that stands alone: as scalable vector graphics, and as pixels. Where its figures
//! come from stands in it, for programs.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{FontResolver, Options as Reading, Tree, fontdb};

use super::picture::chart;
use super::{Drawing, ExportError, Options, Provenance, pairs};
use crate::chart::Chart;
use crate::disclosure::ReleasedTable;
use crate::fonts::{FACES, FAMILY};
use crate::render::html;

/// Pixels by unit: sharp on dense screens and in print at half its width.
const PIXELS: u16 = 2;

pub(super) fn write_svg(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let (_, svg) = drawn(table, provenance, options)?;
    Ok(out.write_all(svg.as_bytes())?)
}

pub(super) fn write_png(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let (chart, svg) = drawn(table, provenance, options)?;
    let language = options.look.language;
    let mut texts =
        vec![("Title".to_owned(), chart.title), ("Description".to_owned(), chart.description)];
    let said = pairs(table, provenance, language).into_iter().filter(|it| !it.1.is_empty());
    texts.extend(said.map(|(key, value)| (format!("sppis.{key}"), value)));
    Ok(out.write_all(&with_texts(&pixels(&svg)?, &texts, language.code())?)?)
}

fn drawn(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
) -> Result<(Chart, String), ExportError> {
    let drawing = Drawing { is_alone: true, ..options.drawing.clone() };
    let chart = chart(table, provenance, &drawing, options.look)?;
    let said = pairs(table, provenance, options.look.language);
    let said = said.iter().filter(|it| !it.1.is_empty());
    let said = said.fold(String::new(), |all, (name, value)| {
        all + &format!("<s:{name}>{}</s:{name}>\n", html(value))
    });
    let svg = chart.svg_with(&format!("<metadata xmlns:s=\"urn:sppis\">\n{said}</metadata>\n"));
    Ok((chart, svg))
}

/// The pixels of a picture, set in the program's own faces; a letter that they do not have is an error.
fn pixels(svg: &str) -> Result<Vec<u8>, ExportError> {
    let missing = Mutex::new(None);
    let note = |letter, _: &[fontdb::ID], _: &mut Arc<fontdb::Database>| {
        missing.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(letter);
        None
    };
    let mut faces = fontdb::Database::new();
    for face in FACES {
        faces.load_font_data(face.to_vec());
    }
    faces.set_sans_serif_family(FAMILY);
    let reading = Reading {
        fontdb: Arc::new(faces),
        font_family: FAMILY.to_owned(),
        font_resolver: FontResolver {
            select_font: FontResolver::default_font_selector(),
            select_fallback: Box::new(note),
        },
        ..Reading::default()
    };
    let pixels = |error: &dyn std::fmt::Display| ExportError::Pixels(error.to_string());
    let tree = Tree::from_str(svg, &reading).map_err(|error| pixels(&error))?;
    drop(reading);
    if let Some(letter) = missing.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(ExportError::Letter(letter));
    }
    let size = tree.size().to_int_size().scale_by(PIXELS.into());
    let size = size.ok_or_else(|| pixels(&"the picture has no size"))?;
    let map = Pixmap::new(size.width(), size.height());
    let mut map = map.ok_or_else(|| pixels(&"the picture is too large"))?;
    let scale = Transform::from_scale(PIXELS.into(), PIXELS.into());
    resvg::render(&tree, scale, &mut map.as_mut());
    map.encode_png().map_err(|error| pixels(&error))
}

/// Where the first part of a PNG file ends, which says its size.
const HEAD: usize = 33;

/// A PNG file with texts, each under a keyword.
fn with_texts(
    png: &[u8],
    texts: &[(String, String)],
    language: &str,
) -> Result<Vec<u8>, ExportError> {
    let (head, rest) = png.split_at(HEAD);
    let mut bytes = head.to_vec();
    for (keyword, text) in texts {
        let mut part = b"iTXt".to_vec();
        part.extend(keyword.bytes().chain([0, 0, 0]));
        part.extend(language.bytes().chain([0, 0]).chain(text.bytes()));
        let length = u32::try_from(part.len() - 4);
        let length = length.map_err(|error| ExportError::Pixels(error.to_string()))?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(&part);
        bytes.extend(checksum(&part).to_be_bytes());
    }
    bytes.extend(rest);
    Ok(bytes)
}

/// The checksum of a part of a PNG file (CRC-32 of ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    let byte = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn a_letter_that_the_faces_do_not_have_is_an_error() {
        let svg = |text: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\" \
                 font-family=\"Inter\"><text y=\"9\">{text}</text></svg>"
            )
        };
        assert!(pixels(&svg("Œuvre \u{2212}1\u{a0}000")).is_ok());
        assert!(matches!(pixels(&svg("日")), Err(ExportError::Letter('日'))));
    }
}
