//! The validation report of a delivery, of what an ingestion found or of what is stored.

use super::ingest::{IngestReport, Outcome};
use crate::check::Profile;
use crate::validation::{Found, Validated, ValidationOutcome, ValidationReport};
use crate::warehouse::{
    DeliveryRecord, LoggedCommit, Snapshot, StoredFindings, Warehouse, WarehouseError,
};

/// The report of a delivery that is committed.
pub(crate) fn report_of_commit(
    warehouse: &Warehouse,
    snapshot: &Snapshot,
    commit: &LoggedCommit,
) -> Result<ValidationReport, WarehouseError> {
    let profile = warehouse.profile(&commit.record)?;
    let validated = Validated {
        record: &commit.record,
        outcome: ValidationOutcome::Committed,
        found: &found(&warehouse.findings(&commit.record)?)?,
        profile: profile.as_ref(),
        previous: previous(warehouse, snapshot, &commit.record)?,
    };
    Ok(ValidationReport::new(&validated, warehouse.dictionary()))
}

/// The report of a delivery that was just read, whatever became of it; none where the ingestion was
/// not asked for details.
pub(crate) fn report_of_ingestion(
    warehouse: &Warehouse,
    ingested: &IngestReport,
) -> Result<Option<ValidationReport>, WarehouseError> {
    let Some(details) = &ingested.details else { return Ok(None) };
    let snapshot = warehouse.snapshot(None)?;
    let validated = Validated {
        record: &ingested.record,
        outcome: match ingested.outcome {
            Outcome::Committed { .. } | Outcome::Unchanged { .. } => ValidationOutcome::Committed,
            Outcome::Refused => ValidationOutcome::Refused,
            Outcome::DryRun => ValidationOutcome::DryRun,
        },
        found: &found(&details.findings)?,
        profile: Some(&details.profile),
        previous: previous(warehouse, &snapshot, &ingested.record)?,
    };
    Ok(Some(ValidationReport::new(&validated, warehouse.dictionary())))
}

/// What of the findings stands in a report.
fn found(findings: &StoredFindings) -> Result<Found, WarehouseError> {
    let mut found = Found::default();
    findings.each(|findings| {
        found.add(findings);
        Ok::<(), WarehouseError>(())
    })?;
    Ok(found)
}

/// The current delivery of the latest earlier period, and what its rows are like.
fn previous(
    warehouse: &Warehouse,
    snapshot: &Snapshot,
    record: &DeliveryRecord,
) -> Result<Option<(String, Profile)>, WarehouseError> {
    let before = record.quarters().and_then(|own| snapshot.latest_before(own));
    let Some(before) = before.map(|commit| &commit.record) else { return Ok(None) };
    let name = format!("{}@{}", before.delivery, before.revision);
    Ok(warehouse.profile(before)?.map(|profile| (name, profile)))
}
