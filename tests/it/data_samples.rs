//! Every delivery under `data-samples/` against its declared numbers and a plain fold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sppis::warehouse::{DeliveryRecord, Warehouse};

use crate::peers::peer;
use crate::sandbox::{Sandbox, repository};
use crate::seeded;

/// What a sample declares of itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    file: String,
    delivery: String,
    window: Option<String>,
    rows_read: u64,
    rows_accepted: u64,
    rows_rejected: u64,
    cents_accepted: i64,
    cents_stored: i64,
    cents_clipped: i64,
    rejected_by_rule: BTreeMap<String, u64>,
    warned_by_rule: BTreeMap<String, u64>,
    cells: String,
}

/// What the plain fold over the rows says of a file.
#[derive(Debug, Deserialize)]
pub(crate) struct Fold {
    rows_read: u64,
    rows_accepted: u64,
    rows_rejected: u64,
    rejected_by_rule: BTreeMap<String, u64>,
    warned_by_rule: BTreeMap<String, u64>,
    cents_accepted: i64,
    cents_stored: i64,
    cents_clipped: i64,
    observations: BTreeMap<String, u64>,
    cents: BTreeMap<String, i64>,
    cells: Vec<(String, String, String, u64, u64, u64, String)>,
}

/// Numbers of a delivery in a form that all three can be compared in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    rows: (u64, u64, u64),
    cents: (i64, i64, i64),
    rejected: BTreeMap<String, u64>,
    warned: BTreeMap<String, u64>,
}

impl Numbers {
    pub(crate) fn of_record(record: &DeliveryRecord) -> Self {
        let sums = &record.reconciliation;
        let cents = |text: &str| text.parse().unwrap();
        let rules = |severity: &str| {
            let rules = record.rules.iter().filter(|rule| rule.severity == severity);
            rules.map(|rule| (rule.rule.clone(), rule.rows)).collect()
        };
        Self {
            rows: (sums.rows_read, sums.rows_accepted, sums.rows_rejected),
            cents: (
                cents(&sums.cents_accepted),
                cents(&sums.cents_stored),
                cents(&sums.cents_clipped),
            ),
            rejected: rules("reject"),
            warned: rules("warn"),
        }
    }
}

pub(crate) fn folded(delivery: &str, window: Option<&str>, file: &Path) -> Fold {
    let mut arguments = vec![delivery, file.to_str().unwrap()];
    if let Some(window) = window {
        arguments.extend(["--window", window]);
    }
    serde_json::from_str(&peer("fold.py", &arguments)).unwrap()
}

pub(crate) fn numbers_of_fold(fold: &Fold) -> Numbers {
    Numbers {
        rows: (fold.rows_read, fold.rows_accepted, fold.rows_rejected),
        cents: (fold.cents_accepted, fold.cents_stored, fold.cents_clipped),
        rejected: fold.rejected_by_rule.clone(),
        warned: fold.warned_by_rule.clone(),
    }
}

pub(crate) fn csv_of_fold(folds: &[Fold]) -> String {
    let mut text =
        "quarter,regime,measure,observations,persons,convention_persons,amount\n".to_owned();
    let mut cells: Vec<_> = folds.iter().flat_map(|fold| &fold.cells).collect();
    cells.sort();
    for (quarter, regime, measure, observations, persons, convention_persons, amount) in cells {
        let counts = [observations, persons, convention_persons].map(u64::to_string).join(",");
        text += &[quarter.as_str(), regime, measure, &counts, amount].join(",");
        text.push('\n');
    }
    text
}

pub(crate) fn record(sandbox: &Sandbox, delivery: &str) -> DeliveryRecord {
    let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
    let snapshot = warehouse.snapshot(None).unwrap();
    snapshot.delivery(delivery).unwrap().record.clone()
}

fn manifests() -> Vec<(PathBuf, Manifest)> {
    let folders = fs::read_dir(repository().join("data-samples")).unwrap();
    let mut manifests = Vec::new();
    for folder in folders {
        let path = folder.unwrap().path().join("manifest.toml");
        if let Ok(text) = fs::read_to_string(&path) {
            let manifest: Manifest =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            manifests.push((path.parent().unwrap().join(&manifest.file), manifest));
        }
    }
    manifests.sort_by(|a, b| a.0.cmp(&b.0));
    manifests
}

#[test]
fn every_sample_gives_the_numbers_that_it_declares_and_that_a_plain_fold_finds() {
    let manifests = manifests();
    assert!(manifests.len() >= 6);
    for (file, manifest) in manifests {
        let sandbox = Sandbox::new();
        let path = file.to_str().unwrap();
        let mut arguments = vec!["ingest", path, "--max-rejects", "100%"];
        arguments.extend(["--delivery", &manifest.delivery]);
        if let Some(window) = &manifest.window {
            arguments.extend(["--window", window]);
        }
        sandbox.run_all(&arguments).ok();
        let found = Numbers::of_record(&record(&sandbox, &manifest.delivery));
        let declared = Numbers {
            rows: (manifest.rows_read, manifest.rows_accepted, manifest.rows_rejected),
            cents: (manifest.cents_accepted, manifest.cents_stored, manifest.cents_clipped),
            rejected: manifest.rejected_by_rule,
            warned: manifest.warned_by_rule,
        };
        assert_eq!(found, declared, "{path}");
        let cells = sandbox.csv("by-regime-and-measure");
        assert_eq!(cells.trim_end(), manifest.cells.trim(), "{path}");
        let fold = folded(&manifest.delivery, manifest.window.as_deref(), &file);
        assert_eq!(found, numbers_of_fold(&fold), "{path}");
        assert_eq!(cells, csv_of_fold(&[fold]), "{path}");
    }
}

#[test]
fn twenty_years_of_dirty_deliveries_equal_the_fold_cell_by_cell_and_cent_by_cent() {
    let sandbox = seeded::warehouse();
    let mut folds = Vec::new();
    for delivery in seeded::DELIVERIES.split(',') {
        let file = sandbox.join(&format!("in/DWH_SPPIS_Formulaires_{delivery}.csv"));
        let fold = folded(delivery, None, &file);
        let record = record(sandbox, delivery);
        assert_eq!(Numbers::of_record(&record), numbers_of_fold(&fold), "{delivery}");
        for quarter in &record.reconciliation.quarters {
            let name = &quarter.quarter;
            assert_eq!(quarter.observations, fold.observations[name], "{name}");
            assert_eq!(quarter.cents, fold.cents[name].to_string(), "{name}");
        }
        folds.push(fold);
    }
    assert_eq!(sandbox.csv("by-regime-and-measure"), csv_of_fold(&folds));
}

#[test]
fn together_the_samples_break_every_rule_that_needs_no_setting() {
    let mut broken: Vec<String> = Vec::new();
    for (_, manifest) in manifests() {
        broken.extend(
            manifest.rejected_by_rule.into_keys().chain(manifest.warned_by_rule.into_keys()),
        );
    }
    for rule in sppis::check::all_rules() {
        // Fixed amounts and recoded identifiers are configured, and unset by default.
        if !["check.amount-not-fixed", "check.identifier-in-code"].contains(&rule.id) {
            assert!(broken.iter().any(|id| id == rule.id), "no sample breaks {}", rule.id);
        }
    }
}
