//! How answers are laid out where people read them: a dimension across, a picture.
//!
//! In: what was asked. Out: what tables and pictures are made by, refused where a format has no such
//! thing or no query has the dimension.

use clap::ValueEnum as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::error::CliError;
use super::options::word;
use super::recorded::Recorded;
use crate::disclosure::Kind;
use crate::disclosure::ReleasedTable;
use crate::document::nearest;
use crate::export::{Drawing, Format};

/// How a table is laid out.
#[derive(Debug, clap::Args)]
pub(super) struct WideArguments {
    /// Set the values of a dimension beside each other, totals last, in formats for reading; as the
    /// query says otherwise. With `--all`, for those that have the dimension.
    #[arg(long, value_name = "DIMENSION")]
    wide: Option<String>,
}

impl WideArguments {
    /// Refuses what no table of these queries can be laid out by.
    pub(super) fn check(
        &self,
        format: Format,
        queries: &[(&str, Vec<&str>)],
        all: bool,
    ) -> Result<(), CliError> {
        let Some(wide) = &self.wide else { return Ok(()) };
        if !format.is_laid_out() {
            let text = format!(
                "`--wide` lays a table out for reading, and {} has its rows as they are",
                word(&format)
            );
            let laid_out = Format::value_variants().iter().filter(|it| it.is_laid_out());
            let formats: Vec<String> = laid_out.map(word).collect();
            return Err(CliError::new(text)
                .hint(format!("leave it out, or choose of: {}", formats.join(", "))));
        }
        let has = |dimensions: &[&str]| dimensions.contains(&wide.as_str());
        if all && queries.iter().any(|(_, dimensions)| has(dimensions)) {
            return Ok(());
        }
        let Some((name, dimensions)) = queries.iter().find(|(_, dimensions)| !has(dimensions))
        else {
            return Ok(());
        };
        let text = format!("query `{name}` has no dimension `{wide}`");
        Err(CliError::new(text).hint(match nearest(wide, dimensions.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has: {}", dimensions.join(", ")),
        }))
    }

    /// The dimension that a table stands by, of those named.
    pub(super) fn of(&self, table: &ReleasedTable) -> Option<String> {
        let has = |wide: &&String| table.columns().iter().any(|it| it.name == **wide);
        self.wide.as_ref().filter(has).cloned()
    }
}

/// How figures are drawn.
#[derive(Debug, clap::Args)]
pub(super) struct ChartArguments {
    /// How a picture is drawn: lines over time, stacked bars, bars, or ranked bars of one time. As the
    /// query says, or as it fits, otherwise.
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    chart: Option<Kind>,

    /// Which metric a picture is of; the one that the query says, or the first, otherwise.
    #[arg(long, value_name = "METRIC")]
    chart_metric: Option<String>,
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    let names = PossibleValuesParser::new(Kind::ALL.map(Kind::name));
    names.try_map(|name| Kind::named(&name).ok_or("no kind of chart"))
}

impl ChartArguments {
    /// The picture that is asked for; refused where there is none in a format.
    pub(super) fn drawing(&self, format: Format) -> Result<Drawing, CliError> {
        let Self { chart, chart_metric } = self;
        if (chart.is_some() || chart_metric.is_some()) && !format.has_picture() {
            let text = format!("the format {} has no picture", word(&format));
            return Err(
                CliError::new(text).hint("write `--format svg`, `--format png` or `--format xlsx`")
            );
        }
        Ok(Drawing { kind: *chart, metric: chart_metric.clone(), ..Drawing::default() })
    }

    /// The same in a command.
    pub(super) fn recorded(&self, command: &mut Recorded) {
        let Self { chart, chart_metric } = self;
        let options =
            [("--chart", chart.map(Kind::name)), ("--chart-metric", chart_metric.as_deref())];
        for (name, value) in options {
            if let Some(value) = value {
                command.option(name, value);
            }
        }
    }
}
