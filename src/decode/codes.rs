//! Builds a column of codes: few distinct texts, a key per row.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow::array::{Int32Builder, StringArray, StringBuilder};

use super::batch::CodeArray;

/// A column of codes while it is built.
///
/// A code is often the one of the row before, so that one is compared first; only then is the
/// text looked up among those met so far.
#[derive(Default)]
pub(super) struct CodeBuilder {
    keys: Int32Builder,
    texts: StringBuilder,
    known: HashMap<Box<str>, i32, BuildHasherDefault<CodeHasher>>,
    last: Option<(Box<str>, i32)>,
}

impl CodeBuilder {
    pub(super) fn append_null(&mut self) {
        self.keys.append_null();
    }

    pub(super) fn append_nulls(&mut self, count: usize) {
        self.keys.append_nulls(count);
    }

    pub(super) fn append(&mut self, text: &str) {
        if let Some((last, key)) = &self.last
            && **last == *text
        {
            return self.keys.append_value(*key);
        }
        let key = match self.known.get(text) {
            Some(key) => *key,
            None => self.learn(text),
        };
        self.keys.append_value(key);
        self.last = Some((text.into(), key));
    }

    fn learn(&mut self, text: &str) -> i32 {
        // A chunk has fewer rows than a key can count.
        let key = i32::try_from(self.known.len()).unwrap_or(i32::MAX);
        self.texts.append_value(text);
        self.known.insert(text.into(), key);
        key
    }

    pub(super) fn finish(mut self) -> CodeArray {
        let texts: StringArray = self.texts.finish();
        let array = CodeArray::try_new(self.keys.finish(), Arc::new(texts));
        array.unwrap_or_else(|error| unreachable!("each key is a position in the texts: {error}"))
    }
}

/// FNV-1a: short texts that nobody outside chooses to collide, a few bytes each.
pub(super) struct CodeHasher(u64);

impl Default for CodeHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for CodeHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
