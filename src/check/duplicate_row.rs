//! A row equal in all known columns to an earlier row of the same delivery, across its parts.

use std::collections::HashSet;

use rayon::prelude::*;

use super::batch::{CheckedBatch, ExaminedBatch};
use crate::finding::{Finding, Rule, Severity};

/// `check.duplicate-row`
pub(super) static RULE: Rule = Rule {
    id: "check.duplicate-row",
    severity: Severity::Reject,
    meaning: "no row equals an earlier row of the delivery in all known columns",
    help: "the first of the equal rows is kept; ask the sender whether the others are meant",
};

/// The rows of a delivery met so far, by the hash of their values.
///
/// Sharded by hash, so that a wave of batches is looked up in parallel and each row still meets
/// the rows before it in file order.
#[derive(Debug)]
pub struct DuplicateIndex {
    shards: Vec<HashSet<u128, Passed>>,
}

/// The row hashes are hashes already.
type Passed = std::hash::BuildHasherDefault<PassedHasher>;

/// Passes the low half of a row hash on; the shard is picked from its high half.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct PassedHasher(u64);

impl std::hash::Hasher for PassedHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = u64::try_from(value & u128::from(u64::MAX)).unwrap_or_default();
    }
}

const SHARD_COUNT: usize = 64;

impl Default for DuplicateIndex {
    fn default() -> Self {
        Self { shards: (0..SHARD_COUNT).map(|_| HashSet::default()).collect() }
    }
}

impl DuplicateIndex {
    /// Rejects the duplicates of a wave of batches, which must come in file order.
    pub fn admit(&mut self, mut wave: Vec<ExaminedBatch>) -> Vec<CheckedBatch> {
        let mut rows: Vec<Vec<(u128, usize, usize)>> = vec![Vec::new(); SHARD_COUNT];
        for (at, batch) in wave.iter().enumerate() {
            for (row, hash) in batch.decoded.row_hashes().iter().enumerate() {
                if *hash != 0 {
                    rows[shard_of(*hash)].push((*hash, at, row));
                }
            }
        }
        let duplicates = self.shards.par_iter_mut().zip(rows).flat_map_iter(|(shard, rows)| {
            let earlier = |(hash, at, row)| (!shard.insert(hash)).then_some((at, row));
            rows.into_iter().filter_map(earlier)
        });
        let duplicates: Vec<(usize, usize)> = duplicates.collect();
        for (at, row) in duplicates {
            wave[at].reject_duplicate(row);
        }
        for batch in &mut wave {
            batch.findings.sort_by_key(|finding| finding.line);
        }
        wave.into_iter().map(ExaminedBatch::admit).collect()
    }
}

fn shard_of(hash: u128) -> usize {
    usize::try_from(hash >> 122).unwrap_or_default() % SHARD_COUNT
}

impl ExaminedBatch {
    fn reject_duplicate(&mut self, row: usize) {
        self.verdicts[row].accepted = false;
        self.findings.push(Finding {
            rule: &RULE,
            part: self.decoded.part(),
            line: self.decoded.lines()[row],
            column: None,
            text: "equal in all known columns to an earlier row of the delivery".into(),
        });
    }
}
