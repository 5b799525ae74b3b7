//! What the footer of a file says of the bytes before it, and the log of the footer.

use std::fmt;
use std::str::FromStr;

/// The name under which the hashes of columns stand in a footer.
pub(super) const SUMS_KEY: &str = "sppis.blake3";

/// Digits of such a hash: 128 bits are enough against what is no attack.
const SUM_DIGITS: usize = 32;

/// The hash of a column of a row group.
pub(super) fn sum_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..SUM_DIGITS].to_owned()
}

/// The end of a file, from the last byte of its columns on: it says what the others are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tail {
    /// Where it begins.
    pub(super) start: u64,
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub(super) hash: String,
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.start, self.hash)
    }
}

impl FromStr for Tail {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected where a footer begins, and its hash";
        let (start, hash) = text.split_once(' ').ok_or(EXPECTED)?;
        let start = start.parse().map_err(|_| EXPECTED)?;
        Ok(Self { start, hash: hash.to_owned() })
    }
}
