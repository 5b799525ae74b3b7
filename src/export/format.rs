//! The formats of an export, and the endings of their files.

use clap::ValueEnum;

/// Format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for reading in a terminal.
    Table,
    /// Comma-separated, amounts like `1234.50`; for spreadsheets see `--locale`.
    Csv,
    /// Tab-separated, without quotes.
    Tsv,
    /// One object with provenance, columns and rows; amounts as text, to stay exact.
    Json,
    /// One object per line and row, without provenance; amounts as text.
    Ndjson,
    /// Parquet with decimals.
    Parquet,
    /// Arrow IPC with decimals: a file, or a stream on stdout.
    Arrow,
    /// An Excel workbook: tables for reading, charts, and the values of CSV; several answers in one.
    Xlsx,
    /// A Markdown table.
    Markdown,
    /// One page that needs nothing else.
    Html,
    /// A Jupyter notebook that holds the result and reads its Arrow file.
    Ipynb,
    /// SDMX-CSV 2.1, one line per figure; a file has its structure beside it.
    SdmxCsv,
    /// PX, for `PxWeb`: a cube with labels in all languages.
    Px,
    /// A chart as scalable vector graphics.
    Svg,
    /// The same chart as pixels.
    Png,
}

impl Format {
    /// Whether the bytes are no text.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx | Self::Png)
    }

    /// Whether several cannot stand in one stream.
    pub fn is_alone(self) -> bool {
        (self.is_binary() && !self.holds_several()) || self == Self::Svg
    }

    /// Whether a file has room for several answers.
    pub fn holds_several(self) -> bool {
        self == Self::Xlsx
    }

    /// Whether a picture is all there is, or a part of it.
    pub fn has_picture(self) -> bool {
        self.is_picture() || matches!(self, Self::Arrow | Self::Ipynb | Self::Xlsx)
    }

    /// Whether it is a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Svg | Self::Png)
    }

    /// Whether people read it as a table that is laid out for them.
    pub fn is_laid_out(self) -> bool {
        matches!(self, Self::Table | Self::Markdown | Self::Html | Self::Xlsx)
    }

    /// Whether people read it, in a language of theirs; programs read the others, which must not change
    /// with who asks.
    pub fn is_for_people(self) -> bool {
        self.is_laid_out() || self.is_picture() || self == Self::Ipynb
    }

    /// Whether it is text with delimiters, as a country's spreadsheets have their own.
    pub fn is_delimited(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// Whether a file has more than what goes to stdout: what a stream has no room for, or, beside
    /// it, what rows have none for.
    pub fn is_more_in_a_file(self) -> bool {
        matches!(self, Self::Table | Self::Arrow) || self.is_bare_rows()
    }

    /// Whether it has rows and nothing else: no place for what is said of them.
    pub fn is_bare_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Ndjson | Self::SdmxCsv)
    }

    /// The format that the end of a file's name says; the longest ending that fits it does.
    pub fn of_name(name: &str) -> Option<Self> {
        let fitting = |format: &Self| format.fitting(name).map(|ending| (ending.len(), *format));
        let formats = Self::value_variants().iter();
        // A format that shares another's ending stands after it.
        formats.rev().filter_map(fitting).max_by_key(|(length, _)| *length).map(|(_, it)| it)
    }

    /// Whether a file of the format may have this name: none that says another.
    pub fn may_have(self, name: &str) -> bool {
        let length = |format: Self| format.fitting(name).map(str::len);
        Self::of_name(name).is_none_or(|said| length(self) >= length(said))
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        self.endings()[0]
    }

    /// The endings that say the format, its own first. SDMX-CSV is CSV too.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Table => &["txt"],
            Self::Csv => &["csv"],
            Self::Tsv => &["tsv"],
            Self::Json => &["json"],
            Self::Ndjson => &["ndjson", "jsonl"],
            Self::Parquet => &["parquet"],
            Self::Arrow => &["arrow", "feather"],
            Self::Xlsx => &["xlsx"],
            Self::Markdown => &["md", "markdown"],
            Self::Html => &["html", "htm"],
            Self::Ipynb => &["ipynb"],
            Self::SdmxCsv => &["sdmx.csv", "csv"],
            Self::Px => &["px"],
            Self::Svg => &["svg"],
            Self::Png => &["png"],
        }
    }

    /// The longest of its endings that a name has.
    fn fitting(self, name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        let ends = |ending: &&&str| {
            name.strip_suffix(**ending).is_some_and(|before| before.ends_with('.'))
        };
        self.endings().iter().filter(ends).max_by_key(|it| it.len()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_a_format_by_its_longest_ending() {
        let cases = [
            ("x.csv", Some(Format::Csv)),
            ("x.sdmx.csv", Some(Format::SdmxCsv)),
            ("sdmx.csv", Some(Format::Csv)),
            ("A.HTM", Some(Format::Html)),
            ("x.jsonl", Some(Format::Ndjson)),
            ("x.txt", Some(Format::Table)),
            ("csv", None),
            ("x.csv.gz", None),
            ("x.pdf", None),
            ("", None),
        ];
        for (name, format) in cases {
            assert_eq!(Format::of_name(name), format, "{name}");
        }
        assert!(Format::SdmxCsv.may_have("x.csv") && !Format::Csv.may_have("x.sdmx.csv"));
        assert!(Format::Csv.may_have("x.dat") && !Format::Csv.may_have("x.html"));
        for format in Format::value_variants() {
            let name = format!("x.{}", format.ending());
            assert_eq!(Format::of_name(&name), Some(*format), "{name}");
        }
    }
}
