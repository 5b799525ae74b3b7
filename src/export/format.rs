//! The formats of an export, and the endings of their files.

/// Format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
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
    /// An Excel workbook: cover, notes, and a sheet with a real table.
    Xlsx,
    /// A Markdown table.
    Markdown,
    /// One page that needs nothing else.
    Html,
    /// A Jupyter notebook that holds the result and reads its Arrow file.
    Ipynb,
    /// SDMX-CSV 2.1, one line per figure.
    SdmxCsv,
}

impl Format {
    /// Whether the bytes are no text.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx)
    }

    /// Whether it has rows and nothing else: no place for what is said of them.
    pub fn is_bare_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Ndjson | Self::SdmxCsv)
    }

    /// The format that a file's ending says.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            "arrow" | "feather" => Some(Self::Arrow),
            "xlsx" => Some(Self::Xlsx),
            "md" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "ipynb" => Some(Self::Ipynb),
            "txt" => Some(Self::Table),
            _ => None,
        }
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Xlsx => "xlsx",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Ipynb => "ipynb",
            Self::SdmxCsv => "sdmx.csv",
        }
    }
}
