//! What is so or not.

use toml::de::DeValue;

use super::Table;

impl Table<'_> {
    /// `true` or `false` under `key`; absent is `false`.
    pub fn flag(&self, key: &'static str) -> bool {
        self.optional_flag(key).unwrap_or(false)
    }

    /// `true` or `false` under `key`, when there is one.
    pub fn optional_flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.wrong_type(value.span(), key, "`true` or `false`", value.get_ref());
        None
    }
}
