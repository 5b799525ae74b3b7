//! A share of the row hashes that are held: each once, in the order in which they came.
//!
//! In: hashes. Out: whether each is new. Never: a hash taken for another one.
//!
//! A table with open addressing says where in the list a hash stands, in four bytes: so what is
//! jumped about in is a quarter of the list, and the list itself only grows at its end.

use crate::exact::fitting;

/// Bits of a place that say where in the list its hash stands, from one.
const POSITION_BITS: u32 = 24;
/// Those bits; and the most hashes that a share can hold. It is given fewer: a wave of chunks has not
/// as many rows, and shares are written out between waves.
const POSITION: u32 = (1 << POSITION_BITS) - 1;
const PLACES_MIN: usize = 1 << 11;
/// How much larger a table becomes that is full: everything in it is put in its place again then.
const GROWTH: usize = 4;

/// Hashes of one range.
pub(super) struct Shard {
    /// Zero for none; otherwise a position in `hashes`, from one, and above it a few bits of the hash.
    places: Vec<u32>,
    hashes: Vec<u128>,
}

impl Shard {
    /// None yet, and room for some: memory is taken as it is filled.
    pub(super) fn new(expected: usize) -> Self {
        Self { places: vec![0; PLACES_MIN], hashes: Vec::with_capacity(expected) }
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Makes room for as many more.
    pub(super) fn reserve(&mut self, more: usize) {
        let needed = self.hashes.len() + more;
        assert!(
            needed <= POSITION as usize,
            "shares of hashes are written out before they are so many"
        );
        let mut place_count = self.places.len();
        while place_count / 8 * 7 < needed {
            place_count *= GROWTH;
        }
        if place_count > self.places.len() {
            self.places = vec![0; place_count];
            for (hash, position) in self.hashes.iter().zip(1..) {
                let mut at = first_place(*hash, place_count);
                while self.places[at] != 0 {
                    at = (at + 1) % place_count;
                }
                self.places[at] = tag(*hash) | position;
            }
        }
    }

    /// Has the places of some hashes brought from memory all at once, before each is looked at: the
    /// processor would otherwise wait for one after the other.
    pub(super) fn fetch(&self, hashes: impl Iterator<Item = u128>) {
        let places = hashes.map(|hash| self.places[first_place(hash, self.places.len())]);
        std::hint::black_box(places.fold(0, |all, place| all | place));
    }

    /// Takes a hash, for which there must be room; says whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, hash: u128) -> bool {
        let (tag, last) = (tag(hash), self.places.len() - 1);
        let mut at = first_place(hash, self.places.len());
        loop {
            let place = self.places[at];
            if place == 0 {
                self.hashes.push(hash);
                self.places[at] = tag | fitting::<_, u32>(self.hashes.len());
                return true;
            }
            let position = (place & POSITION) as usize;
            if place & !POSITION == tag && self.hashes[position - 1] == hash {
                return false;
            }
            at = (at + 1) & last;
        }
    }

    /// The hashes in rising order; to be cleared then, since their places are others now.
    pub(super) fn sorted(&mut self) -> &[u128] {
        self.hashes.sort_unstable();
        &self.hashes
    }

    /// Forgets all hashes and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.hashes.clear();
        self.places.fill(0);
    }
}

/// Where a hash is looked for first; the number of places is a power of two.
#[inline]
fn first_place(hash: u128, place_count: usize) -> usize {
    fitting::<_, usize>(low(hash)) & (place_count - 1)
}

/// Bits of a hash that its first place does not depend on, where a place has them.
#[inline]
fn tag(hash: u128) -> u32 {
    let high: u32 = fitting(low(hash) >> u32::BITS);
    high & !POSITION
}

/// The half of a hash from which places are picked; shards are picked from the other.
pub(super) fn low(hash: u128) -> u64 {
    fitting(hash & u128::from(u64::MAX))
}
