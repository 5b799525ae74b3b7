//! `sppis sample`

use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::{pretty_json, write_atomically};
use super::place::Guard;
use crate::delivery::DeliveryId;
use crate::exact::fitting;
use crate::finding::{Budget, shown_path};
use crate::pipeline::options::{OptionError, known_rule};
use crate::quarter::{Quarter, QuarterRange};
use crate::render::{count, terminal};
use crate::sample::Sample;

/// Write synthetic deliveries: invented persons with valid numbers.
///
/// The same seed speaks of the same persons in every delivery, on every machine. Beside each
/// file stands a manifest with its number of rows and of planted mistakes by rule.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis sample --deliveries 2007-05,2007-11 --persons 1000 --seed 1 \
                  --output samples\n  sppis sample --deliveries 2018-05 --persons 1000000 \
                  --mistakes 1% --output samples\n  sppis sample --deliveries 2018-05 --mistakes 5% \
                  --mistakes-of check.code-decimal,check.no-value-word --output samples"
)]
pub(super) struct Arguments {
    /// Ids of the deliveries, separated by commas.
    #[arg(long, required = true, value_delimiter = ',', value_name = "IDS")]
    deliveries: Vec<String>,

    /// Persons; each has about 0.6 rows per delivery.
    #[arg(long, default_value = "1000", value_parser = persons, allow_hyphen_values = true)]
    persons: u64,

    /// Seed: the same seed gives the same bytes.
    #[arg(long, default_value = "1", value_parser = whole_number, allow_hyphen_values = true)]
    seed: u64,

    /// Share of rows with a planted mistake, such as 1% or 0.01.
    #[arg(long, value_name = "SHARE", default_value = "0%", value_parser = share, allow_hyphen_values = true)]
    mistakes: u64,

    /// Plant only mistakes that these rules find, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    mistakes_of: Vec<String>,

    /// Replace files that are there already.
    #[arg(long)]
    force: bool,

    /// Folder to write to.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

/// A share of rows, in hundredths of a percent.
fn share(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(Budget::Share(share)) => Ok(share),
        _ => Err("expected a share of the rows such as `1%` or `0.01`, at most `100%`".to_owned()),
    }
}

fn persons(text: &str) -> Result<u64, String> {
    let some = text.parse().ok().filter(|count| *count > 0);
    some.ok_or_else(|| "expected a whole number of persons, at least 1".to_owned())
}

/// A number for an option.
pub(super) fn whole_number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

/// The id and window of a delivery of the calendar that can hold rows.
fn delivery(text: &str) -> Result<(DeliveryId, QuarterRange), CliError> {
    let Ok((id, window)) = DeliveryId::calendar(text) else {
        let expected = "expected `YYYY-05` or `YYYY-11`, such as `2007-05`";
        return Err(CliError::new(format!("`{}` is no delivery id: {expected}", terminal(text))));
    };
    if window.last() < Quarter::SOURCE_START {
        let (start, first) = (Quarter::SOURCE_START, "the first delivery is `2004-05`");
        let text = format!("delivery `{id}` covers {window}, but the source begins in {start}");
        return Err(CliError::new(format!("{text}; {first}")));
    }
    Ok((id, window))
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let per_million = fitting(arguments.mistakes * 100);
    let mut windows = Vec::new();
    for text in &arguments.deliveries {
        windows.push(delivery(text.trim())?);
    }
    let mut sample = Sample::new(arguments.persons, arguments.seed, per_million);
    if !arguments.mistakes_of.is_empty() {
        let rules = arguments.mistakes_of.iter().map(|rule| known_rule(rule.trim()));
        let rules = rules.collect::<Result<Vec<&str>, OptionError>>()?;
        sample = sample.with_mistakes_of(&rules).map_err(|rule| {
            CliError::new(format!("`{rule}` needs a setting: no mistake can be planted for it"))
        })?;
    }
    let folder = &arguments.output;
    let guard = Guard::of_root(root);
    guard.folder(folder)?;
    for (id, window) in windows {
        let path = folder.join(format!("DWH_SPPIS_Formulaires_{id}.csv"));
        let beside = path.with_extension("manifest.json");
        for path in [&path, &beside] {
            if path.symlink_metadata().is_ok() && !arguments.force {
                return Err(CliError::new(format!("{} is there already", shown_path(path)))
                    .hint("name another folder, or replace it with `--force`"));
            }
        }
        let (place, beside) = (guard.file(&path)?, guard.file(&beside)?);
        let mut manifest = None;
        write_atomically(&place, |mut out| {
            manifest = Some(sample.write(window, &mut out)?);
            Ok(())
        })?;
        let Some(manifest) = manifest else { continue };
        let json = pretty_json(&manifest)?;
        write_atomically(&beside, |out| Ok(out.write_all(json.as_bytes())?))?;
        let planted: u64 = manifest.planted.values().sum();
        let rows = count(manifest.rows, "row");
        console.tell(&format!("wrote {} ({rows}, {planted} planted mistakes)", shown_path(&path)));
    }
    Ok(Exit::Done)
}
