//! A column of codes: few distinct texts, a key per row.
//!
//! What a raw text says is worked out once per chunk: trimming, leading zeros, its hash, whether it
//! could be an identifier. After that the seven bytes or fewer of a field are looked up as one word.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::row_hash::value_hash;
use crate::delivery::Rows;
use crate::dictionary::Column;
use crate::exact::fitting;

/// Codes of one column. Its `Debug` shows the number of rows, never a value.
#[derive(Default)]
pub struct Codes {
    keys: Vec<u32>,
    texts: Arc<[Box<str>]>,
    written: Vec<Box<str>>,
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codes({} rows, {} distinct)", self.keys.len(), self.texts.len())
    }
}

impl Codes {
    /// A column without values.
    pub(super) fn absent(row_count: usize) -> Self {
        Self { keys: vec![0; row_count], texts: Arc::default(), written: Vec::new() }
    }

    /// By row: 0 for no value, otherwise one more than a position in [`texts`](Self::texts).
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// The distinct codes, in the order in which they first occur.
    pub fn texts(&self) -> &Arc<[Box<str>]> {
        &self.texts
    }

    /// What stands in the file for some of the codes, where that is not the code itself.
    pub fn written(&self) -> &[Box<str>] {
        &self.written
    }
}

/// What a field of a code column says: the key of its code, 0 for no value.
pub(super) type Meaning = Result<u32, Odd>;

/// What is odd about a field of a code column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    /// Its bytes are not valid text.
    Unreadable,
    /// It could be an identifier.
    Identifier,
    /// It is a word for no value.
    NoValueWord,
    /// It is the code with this key, written as a decimal number.
    Decimal(u32),
}

/// The meanings of raw texts met so far in one column of a chunk.
pub(super) struct CodeMemory {
    column: Column,
    words: WordTable,
    long: HashMap<Box<[u8]>, Meaning>,
    keys: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// Texts that stand for a code under another one.
    written: Vec<Box<str>>,
    /// By key.
    hashes: Vec<u128>,
}

impl CodeMemory {
    pub(super) fn new(column: Column) -> Self {
        Self {
            column,
            words: WordTable::new(),
            long: HashMap::new(),
            keys: HashMap::new(),
            texts: Vec::new(),
            written: Vec::new(),
            hashes: vec![0],
        }
    }

    /// Finds the key of the field of each of some rows; `learn` works out what a new text says. Gives
    /// the rows whose fields are odd, most of which have no key.
    ///
    /// Most fields are a word that is known already. A function of its own, since with the code of
    /// other columns around it, the loop keeps little in registers.
    #[inline(never)]
    pub(super) fn keys(
        &mut self,
        rows: &Rows,
        block: Range<usize>,
        at: usize,
        keys: &mut [u32],
        learn: impl Fn(&mut Self, &[u8]) -> Meaning,
    ) -> Vec<(usize, Odd)> {
        let (text, mut odd_rows) = (rows.text(), Vec::new());
        let bounds = rows.bounds_of(block.clone(), at);
        for ((row, (start, end)), key) in block.zip(bounds).zip(keys) {
            if start == end {
                continue;
            }
            if let Some(known) = word(text, start, end).and_then(|word| self.words.get(word)) {
                *key = known;
                continue;
            }
            match self.look_up(text, (start, end), &learn) {
                Ok(known) => *key = known,
                Err(odd) => {
                    if let Odd::Decimal(known) = odd {
                        *key = known;
                    }
                    odd_rows.push((row, odd));
                }
            }
        }
        odd_rows
    }

    /// The meaning of a field that is no word known to be a code.
    #[cold]
    fn look_up(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        learn: impl Fn(&mut Self, &[u8]) -> Meaning,
    ) -> Meaning {
        let bytes = text.get(start..end).unwrap_or(&[]);
        if let Some(meaning) = self.long.get(bytes) {
            return *meaning;
        }
        let meaning = learn(self, bytes);
        match (word(text, start, end), meaning) {
            (Some(word), Ok(key)) => self.words.insert(word, key),
            _ => {
                self.long.insert(bytes.into(), meaning);
            }
        }
        meaning
    }

    /// The key of a normalised text, which is written so in the file.
    pub(super) fn key_of(&mut self, text: &str, written: &str) -> u32 {
        if text != written {
            self.written.push(written.into());
        }
        self.key(text)
    }

    /// The key of a normalised text.
    fn key(&mut self, text: &str) -> u32 {
        if let Some(key) = self.keys.get(text) {
            return *key;
        }
        self.texts.push(text.into());
        self.hashes.push(value_hash(self.column, text.as_bytes()));
        // A chunk has fewer fields than a key can count.
        let key = fitting(self.texts.len());
        self.keys.insert(text.into(), key);
        key
    }

    /// The text of a key that is not 0.
    pub(super) fn text(&self, key: u32) -> &str {
        &self.texts[key as usize - 1]
    }

    /// Adds what keys stand for to the hashes of their rows.
    pub(super) fn add_hashes(&self, keys: &[u32], sums: &mut [u128]) {
        let hashes = self.hashes.as_slice();
        if hashes.len() > 1 {
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum = sum.wrapping_add(hashes[*key as usize]);
            }
        }
    }

    /// The column of these keys.
    pub(super) fn into_codes(self, keys: Vec<u32>) -> Codes {
        Codes { keys, texts: self.texts.into(), written: self.written }
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
    let mask = (1 << (8 * length)) - 1;
    Some(u64::from_le_bytes(*bytes) & mask | (length as u64) << 56)
}

/// Keys of codes by word, with open addressing; a word of zero marks a free place.
struct WordTable {
    places: Vec<(u64, u32)>,
    held: usize,
}

impl WordTable {
    fn new() -> Self {
        Self { places: vec![(0, 0); 64], held: 0 }
    }

    #[inline]
    fn get(&self, word: u64) -> Option<u32> {
        let mask = self.places.len() - 1;
        let mut at = spread(word) & mask;
        loop {
            match self.places[at] {
                (found, key) if found == word => return Some(key),
                (0, _) => return None,
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn insert(&mut self, word: u64, key: u32) {
        if self.held * 2 >= self.places.len() {
            let wider = vec![(0, 0); self.places.len() * 2];
            let held = std::mem::replace(&mut self.places, wider);
            held.into_iter().filter(|(word, _)| *word != 0).for_each(|it| self.put(it.0, it.1));
        }
        self.put(word, key);
        self.held += 1;
    }

    fn put(&mut self, word: u64, key: u32) {
        let mask = self.places.len() - 1;
        let mut at = spread(word) & mask;
        while self.places[at].0 != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = (word, key);
    }
}

/// Spreads words that differ in few bits. A sender who wants collisions slows down one chunk.
#[inline]
fn spread(word: u64) -> usize {
    let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    fitting(mixed >> 40)
}
