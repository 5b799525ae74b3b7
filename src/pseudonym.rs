//! Identifier to keyed number: the only code that sees both.
//!
//! In: normalised identifiers and the warehouse's key. Out: 63-bit pseudonyms, the same for the
//! same person in every delivery. Never: a hash without a key (the whole register of national
//! numbers can be hashed in under a minute), the key in a text, or an identifier kept.
//!
//! What is told of whole files, which hold identifiers too, is keyed here as well. A pseudonym is the first 63 bits of keyed BLAKE3 over the identifier's digits or token.

use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::decode::IdentifierColumn;
use crate::exact::fitting;

/// Bytes of a key.
pub(crate) const KEY_LENGTH: usize = 32;

/// The secret that turns identifiers into pseudonyms; overwritten when dropped. It stays in one place
/// of memory, so that moving it leaves no copy behind.
pub struct PseudonymKey(Box<[u8; KEY_LENGTH]>);

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PseudonymKey({})", self.fingerprint())
    }
}

impl Drop for PseudonymKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PseudonymKey {
    /// The key with these bytes.
    pub fn new(mut bytes: [u8; KEY_LENGTH]) -> Self {
        let mut key = Self(Box::new([0; KEY_LENGTH]));
        key.0.copy_from_slice(&bytes);
        bytes.zeroize();
        key
    }

    /// The key's bytes, to be written to its file.
    pub(crate) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// Tells keys apart without giving them away: 128 bits of a derived hash, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        let derived = blake3::derive_key("sppis 2026 pseudonym key fingerprint", self.0.as_slice());
        blake3::Hash::from_bytes(derived).to_hex().chars().take(32).collect()
    }

    /// What may be told of bytes that hold identifiers: their hash, hashed again under a key that is made
    /// of this one for nothing else. Without it, what else is known of the bytes cannot be tried against it.
    pub fn keyed_hash(&self, hash: &blake3::Hash) -> blake3::Hash {
        let key = Zeroizing::new(blake3::derive_key(
            "sppis 2026 hashes of delivered files",
            self.0.as_slice(),
        ));
        blake3::keyed_hash(&key, hash.as_bytes())
    }

    /// The pseudonyms of a column's rows at `rows`, in that order.
    pub fn pseudonyms<'a>(
        &'a self,
        identifiers: &'a IdentifierColumn,
        rows: &'a [u32],
    ) -> impl Iterator<Item = Option<i64>> + 'a {
        let mut digits = Zeroizing::new([0_u8; 11]);
        // The rows of a person often follow each other.
        let mut last: Option<(i64, i64)> = None;
        rows.iter().map(move |row| match identifiers {
            IdentifierColumn::National(numbers) => numbers[*row as usize].map(|number| {
                if let Some((same, pseudonym)) = last
                    && same == number
                {
                    return pseudonym;
                }
                write_digits(number, &mut digits);
                let pseudonym = self.pseudonym(digits.as_slice());
                last = Some((number, pseudonym));
                pseudonym
            }),
            IdentifierColumn::Coded(tokens) => {
                tokens[*row as usize].as_deref().map(|token| self.pseudonym(token.as_bytes()))
            }
        })
    }

    /// The pseudonym of whoever has this token.
    pub fn of_token(&self, token: &str) -> i64 {
        self.pseudonym(token.as_bytes())
    }

    fn pseudonym(&self, identifier: &[u8]) -> i64 {
        let hash = blake3::keyed_hash(&self.0, identifier);
        let mut first = [0_u8; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        i64::from_le_bytes(first) & i64::MAX
    }
}

/// Eleven digits, leading zeros kept.
fn write_digits(mut number: i64, digits: &mut [u8; 11]) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + fitting::<_, u8>(number % 10);
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_has_the_same_number_under_one_key_only() {
        let column = IdentifierColumn::National(vec![Some(42_012_205_181), None]);
        let token = vec![Some("42012205181".into())];
        let one = PseudonymKey::new([1; KEY_LENGTH]);
        let other = PseudonymKey::new([2; KEY_LENGTH]);
        let numbers: Vec<_> = one.pseudonyms(&column, &[0, 1, 0]).collect();
        assert_eq!(numbers[0], numbers[2]);
        assert!(numbers[0].unwrap() >= 0 && numbers[1].is_none());
        assert_ne!(numbers[0], other.pseudonyms(&column, &[0]).next().unwrap());
        let token = IdentifierColumn::Coded(token);
        assert_eq!(numbers[0], one.pseudonyms(&token, &[0]).next().unwrap());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
