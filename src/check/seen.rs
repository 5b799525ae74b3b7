//! The row hashes met so far, exactly, in bounded memory.
//!
//! Hashes are held in memory until there are [`HELD_MAX`] of them; then they go to a temporary file,
//! sorted, and the memory is used anew. A Bloom filter over all that was written says of nearly every
//! new hash that it is in no file; only of the others the files are looked into. Row hashes are of
//! values that include identifiers: the files have no name, and are sealed (see `sealed_run`).

use std::io;

use rayon::prelude::*;

use super::sealed_run::{Run, RunKey};
use super::seen_shard::{Shard, low};
use crate::exact::fitting;

/// Hashes held before they are written out: 112 MB, and 34 MB of tables, whose size is a power of two
/// and of which seven in eight places are filled.
const HELD_MAX: usize = 7_000_000;
/// Words of the filter, 128 MB: at a thousand million rows one hash in some thirty is looked up in vain.
const FILTER_WORDS: usize = 1 << 24;
const SHARD_COUNT: usize = 64;
/// Words of a shard's share of the filter.
const SHARD_WORDS: usize = FILTER_WORDS / SHARD_COUNT;
/// Rows whose places in memory are asked for before the first of them is needed.
const ROWS_AHEAD: usize = 32;

/// All hashes met so far.
pub(super) struct Seen {
    shards: Vec<Shard>,
    held_max: usize,
    runs: Vec<Run>,
    /// Drawn when the first file is written.
    key: Option<RunKey>,
    filter: Vec<u64>,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held: usize = self.shards.iter().map(Shard::len).sum();
        write!(f, "Seen({held} held, {} runs)", self.runs.len())
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self::with_held_max(HELD_MAX)
    }
}

impl Seen {
    fn with_held_max(held_max: usize) -> Self {
        let shards = (0..SHARD_COUNT).map(|_| Shard::new(held_max / SHARD_COUNT)).collect();
        Self { shards, held_max, runs: Vec::new(), key: None, filter: Vec::new() }
    }

    /// Takes batches of hashes in their order; gives back batch and place of those that had been
    /// taken before. A hash of zero is none.
    pub(super) fn take(&mut self, batches: &[&[u128]]) -> io::Result<Vec<(usize, usize)>> {
        let orders: Vec<ShardOrder> =
            batches.par_iter().map(|hashes| ShardOrder::of(hashes)).collect();
        let (runs, filter) = (&self.runs, &self.filter);
        let known = |(number, shard): (usize, &mut Shard)| {
            let mut known = Vec::new();
            for (batch, (hashes, order)) in batches.iter().zip(&orders).enumerate() {
                let rows = order.rows_of(number);
                shard.reserve(rows.len());
                for rows in rows.chunks(ROWS_AHEAD) {
                    shard.fetch(rows.iter().map(|row| hashes[*row as usize]));
                    for row in rows {
                        let at = *row as usize;
                        if !shard.insert(hashes[at]) || is_written(hashes[at], runs, filter)? {
                            known.push((batch, at));
                        }
                    }
                }
            }
            Ok(known)
        };
        let shards = self.shards.par_iter_mut().enumerate();
        let known: Vec<Vec<_>> = shards.map(known).collect::<io::Result<_>>()?;
        if self.shards.iter().map(Shard::len).sum::<usize>() >= self.held_max {
            self.write_out()?;
        }
        Ok(known.into_iter().flatten().collect())
    }

    fn write_out(&mut self) -> io::Result<()> {
        if self.filter.is_empty() {
            self.filter = vec![0; FILTER_WORDS];
        }
        let key = match &self.key {
            Some(key) => key.clone(),
            None => self.key.insert(RunKey::drawn()?).clone(),
        };
        // Shards are ranges of hashes: one after the other they are sorted as a whole.
        let mut length = 0_u64;
        let mut from = |shard: &Shard| {
            length += shard.len() as u64;
            length - shard.len() as u64
        };
        let places: Vec<u64> = self.shards.iter().map(&mut from).collect();
        let run = Run::new(key, self.runs.len() as u64, length)?;
        let words = self.filter.par_chunks_mut(SHARD_WORDS);
        let shards = self.shards.par_iter_mut().zip(places).zip(words);
        shards.try_for_each(|((shard, place), words)| {
            let hashes = shard.sorted();
            for hash in hashes {
                let (word, bits) = place_in_filter(*hash);
                words[word % SHARD_WORDS] |= bits;
            }
            run.write(place, hashes)?;
            shard.clear();
            Ok::<(), io::Error>(())
        })?;
        self.runs.push(run);
        Ok(())
    }
}

/// The rows of a batch in the order of the shards of their hashes; rows without a hash are in none.
struct ShardOrder {
    rows: Vec<u32>,
    /// Where the rows of each shard end.
    ends: [u32; SHARD_COUNT],
}

impl ShardOrder {
    fn of(hashes: &[u128]) -> Self {
        let mut ends = [0; SHARD_COUNT];
        let present = || hashes.iter().zip(0..).filter(|(hash, _)| **hash != 0);
        present().for_each(|(hash, _)| ends[shard_of(*hash)] += 1);
        let mut before = 0;
        for end in &mut ends {
            before += std::mem::replace(end, before);
        }
        let mut rows = vec![0; before as usize];
        for (hash, row) in present() {
            let end = &mut ends[shard_of(*hash)];
            rows[*end as usize] = row;
            *end += 1;
        }
        Self { rows, ends }
    }

    fn rows_of(&self, shard: usize) -> &[u32] {
        let start = if shard == 0 { 0 } else { self.ends[shard - 1] };
        &self.rows[start as usize..self.ends[shard] as usize]
    }
}

fn is_written(hash: u128, runs: &[Run], filter: &[u64]) -> io::Result<bool> {
    let (word, bits) = place_in_filter(hash);
    if filter.get(word).is_none_or(|held| held & bits != bits) {
        return Ok(false);
    }
    for run in runs {
        if run.contains(hash)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The word of the filter that a hash belongs to, in its shard's share, and its four bits there.
fn place_in_filter(hash: u128) -> (usize, u64) {
    let low = low(hash);
    let word = fitting::<_, usize>(low >> 24) % SHARD_WORDS;
    let word = shard_of(hash) * SHARD_WORDS + word;
    let bits = (0..4).fold(0, |bits, at| bits | 1 << (low >> (at * 6) & 63));
    (word, bits)
}

/// By the highest six bits.
fn shard_of(hash: u128) -> usize {
    fitting::<_, usize>(hash >> 122) % SHARD_COUNT
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_out_is_found_like_what_is_held(
            rows in prop::collection::vec(0_u64..400, 0..1000),
            held_max in 1_usize..200,
        ) {
            // Spread over the whole range, as hashes are.
            let hash = |row: &u64| xxhash_rust::xxh3::xxh3_128(&row.to_le_bytes());
            let hashes: Vec<u128> = rows.iter().map(hash).collect();
            let mut seen = Seen::with_held_max(held_max);
            let mut known = Vec::new();
            for (wave, hashes) in hashes.chunks(37).enumerate() {
                let batches: Vec<&[u128]> = hashes.chunks(10).collect();
                let taken = seen.take(&batches).unwrap();
                known.extend(taken.into_iter().map(|(batch, at)| wave * 37 + batch * 10 + at));
            }
            known.sort_unstable();
            let mut plain = HashSet::new();
            let again = |(at, row): (usize, &u64)| (!plain.insert(*row)).then_some(at);
            let expected: Vec<usize> = rows.iter().enumerate().filter_map(again).collect();
            prop_assert_eq!(known, expected);
        }
    }
}
