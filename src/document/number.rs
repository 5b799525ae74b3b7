//! Numbers as they are written: digits that are never taken for a binary float.

use toml::de::DeValue;

use super::{Placed, Table};

impl Table<'_> {
    /// A number under `key`, in quotes or without them, as it is written.
    pub fn number(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            other => {
                self.wrong_type(value.span(), key, "a number", other);
                return None;
            }
        };
        Some(Placed { value: text, span: value.span() })
    }
}
