//! `sppis sample`

use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::{pretty_json, write_atomically};
use super::place::Guard;
use super::rejects::known_rule;
use crate::delivery::DeliveryId;
use crate::finding::shown_path;
use crate::render::count;
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
    #[arg(long, default_value_t = 1000)]
    persons: u64,

    /// Seed: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Share of rows with a planted mistake, such as 1% or 0.01.
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    mistakes: crate::finding::Budget,

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

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let crate::finding::Budget::Share(share) = arguments.mistakes else {
        return Err(CliError::new("`--mistakes` is a share of the rows, such as 1% or 0.01"));
    };
    let per_million = u32::try_from(share.saturating_mul(100)).unwrap_or(u32::MAX).min(1_000_000);
    let mut windows = Vec::new();
    for text in &arguments.deliveries {
        let id =
            DeliveryId::calendar(text.trim()).map_err(|error| CliError::new(error.to_string()))?;
        windows.push(id);
    }
    let mut sample = Sample::new(arguments.persons, arguments.seed, per_million);
    if !arguments.mistakes_of.is_empty() {
        let rules = arguments.mistakes_of.iter().map(|rule| known_rule(rule.trim()));
        let rules = rules.collect::<Result<Vec<&str>, CliError>>()?;
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
