//! Where the figures of a snapshot come from.

use crate::export::Provenance;
use crate::warehouse::{Snapshot, TableFile, short};

/// What a snapshot's rows are classified by, as much of it as is shown.
pub fn classification(snapshot: &Snapshot) -> Option<String> {
    snapshot.meaning().map(|it| short(it.classification()).to_owned())
}

/// Where a snapshot's figures come from.
pub fn provenance(snapshot: &Snapshot) -> Provenance {
    let deliveries = snapshot.deliveries().into_iter();
    let named = deliveries.map(|it| format!("{}@{}", it.record.delivery, it.record.revision));
    let mut quarters: Vec<_> = snapshot.files().iter().map(TableFile::quarter).collect();
    quarters.dedup();
    let quarters = quarters.iter().map(ToString::to_string).collect();
    let (version, deliveries) = (snapshot.version(), named.collect());
    let classification = classification(snapshot);
    Provenance { version, classification, deliveries, quarters, ..Provenance::default() }
}
