//! One or several, and what is left to another reader.

use toml::de::DeValue;

use super::{Placed, Table};

impl Table<'_> {
    /// A text, or a list of texts, under `key`; absent is empty.
    pub fn text_or_texts(&self, key: &'static str) -> Vec<Placed<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::String(text) => {
                vec![Placed { value: text.to_string(), span: value.span() }]
            }
            _ => self.texts_of(key, value),
        }
    }

    /// A text, whole number or day, or a list of such, under `key`, as texts; absent is empty.
    pub fn value_or_values(&self, key: &'static str) -> Vec<Placed<String>> {
        match self.get(key).map(toml::Spanned::get_ref) {
            None => Vec::new(),
            Some(DeValue::Array(_)) => self.values(key),
            Some(_) => self.value(key).into_iter().collect(),
        }
    }

    /// Says that another reader takes `key`.
    pub fn leave(&self, key: &'static str) {
        self.asked.borrow_mut().push(key);
    }

    /// Says that all keys that were not asked for are another reader's.
    pub fn leave_others(&self) {
        self.leaves.set(true);
    }
}
