//! A column of codes: few distinct texts, a key per row.
//!
//! What a raw text says is worked out once per chunk: trimming, leading zeros, its hash, whether it
//! could be an identifier. After that the seven bytes or fewer of a field are looked up as one word.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Codes of one column. Its `Debug` shows the number of rows, never a value.
#[derive(Default)]
pub struct Codes {
    keys: Vec<u32>,
    texts: Arc<[Box<str>]>,
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codes({} rows, {} distinct)", self.keys.len(), self.texts.len())
    }
}

impl Codes {
    /// A column without values.
    pub(super) fn absent(row_count: usize) -> Self {
        Self { keys: vec![0; row_count], texts: Arc::default() }
    }

    pub(super) fn new(keys: Vec<u32>, texts: Vec<Box<str>>) -> Self {
        Self { keys, texts: texts.into() }
    }

    /// By row: 0 for no value, otherwise one more than a position in [`texts`](Self::texts).
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// The distinct codes, in the order in which they first occur.
    pub fn texts(&self) -> &Arc<[Box<str>]> {
        &self.texts
    }
}

/// What a field of a code column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// No value.
    Nothing,
    /// The text at that position.
    Text(u32),
    /// Its bytes are not valid text.
    Unreadable,
    /// It could be an identifier.
    Identifier,
}

/// The meanings of raw texts met so far in one column of a chunk.
pub(super) struct CodeMemory {
    words: WordTable,
    long: HashMap<Box<[u8]>, Meaning>,
    positions: HashMap<Box<str>, u32>,
    pub(super) texts: Vec<Box<str>>,
}

impl CodeMemory {
    pub(super) fn new() -> Self {
        Self {
            words: WordTable::new(),
            long: HashMap::new(),
            positions: HashMap::new(),
            texts: Vec::new(),
        }
    }

    /// The meaning of the field at `start..end` of `text`; `learn` works it out for a new one.
    #[inline]
    pub(super) fn meaning(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        learn: impl FnOnce(&mut Self, &[u8]) -> Meaning,
    ) -> Meaning {
        let Some(word) = word(text, start, end) else {
            let bytes = text.get(start..end).unwrap_or(&[]);
            if let Some(meaning) = self.long.get(bytes) {
                return *meaning;
            }
            let meaning = learn(self, bytes);
            self.long.insert(bytes.into(), meaning);
            return meaning;
        };
        if let Some(meaning) = self.words.get(word) {
            return meaning;
        }
        let meaning = learn(self, text.get(start..end).unwrap_or(&[]));
        self.words.insert(word, meaning);
        meaning
    }

    /// The position of a normalised text.
    pub(super) fn position(&mut self, text: &str) -> Meaning {
        if let Some(position) = self.positions.get(text) {
            return Meaning::Text(*position);
        }
        // A chunk has fewer fields than a position can count.
        let position = u32::try_from(self.texts.len()).unwrap_or(u32::MAX - 1);
        self.texts.push(text.into());
        self.positions.insert(text.into(), position);
        Meaning::Text(position)
    }
}

/// Bytes that a word holds besides its length.
const WORD_LENGTH: usize = 7;

/// One to seven bytes and their number as a word that is not zero; `None` for other lengths.
#[inline]
fn word(text: &[u8], start: usize, end: usize) -> Option<u64> {
    let length = end.checked_sub(start)?;
    if length == 0 || length > WORD_LENGTH {
        return None;
    }
    let bytes = text.get(start..)?.first_chunk::<8>()?;
    let mask = u64::MAX >> (64 - 8 * length);
    Some(u64::from_le_bytes(*bytes) & mask | (length as u64) << 56)
}

/// Open addressing by word; zero marks a free place.
struct WordTable {
    places: Vec<(u64, Meaning)>,
    held: usize,
}

impl WordTable {
    fn new() -> Self {
        Self { places: vec![(0, Meaning::Nothing); 64], held: 0 }
    }

    #[inline]
    fn get(&self, word: u64) -> Option<Meaning> {
        let mask = self.places.len() - 1;
        let mut at = spread(word) & mask;
        loop {
            match self.places[at] {
                (found, meaning) if found == word => return Some(meaning),
                (0, _) => return None,
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn insert(&mut self, word: u64, meaning: Meaning) {
        if self.held * 2 >= self.places.len() {
            let wider = vec![(0, Meaning::Nothing); self.places.len() * 2];
            let held = std::mem::replace(&mut self.places, wider);
            held.into_iter().filter(|(word, _)| *word != 0).for_each(|it| self.put(it.0, it.1));
        }
        self.put(word, meaning);
        self.held += 1;
    }

    fn put(&mut self, word: u64, meaning: Meaning) {
        let mask = self.places.len() - 1;
        let mut at = spread(word) & mask;
        while self.places[at].0 != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = (word, meaning);
    }
}

/// Spreads words that differ in few bits. A sender who wants collisions slows down one chunk.
#[inline]
fn spread(word: u64) -> usize {
    let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 40).unwrap_or_default()
}
