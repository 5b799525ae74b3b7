//! The header of a Parquet page, in Thrift's compact form: of its fields only the sizes.
//!
//! A structure is a row of fields. A field begins with a byte: its upper half is the distance of
//! its number from that of the one before, its lower half the type; a byte of zero ends the
//! structure. Whole numbers have seven bits a byte, the sign in the lowest.

/// What a page says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// Bytes of the header itself.
    pub(super) header_length: u64,
    /// Bytes of the page as it is packed.
    pub(super) packed: u64,
    /// Bytes of the page unpacked.
    pub(super) unpacked: u64,
    /// Values in it, those that are null included.
    pub(super) values: u64,
    pub(super) is_dictionary: bool,
    encoding: u64,
}

impl PageHeader {
    /// Whether its values are texts that are written as what differs.
    pub(super) fn is_delta_of_bytes(&self) -> bool {
        const LENGTHS: u64 = 6;
        const STRINGS: u64 = 7;
        !self.is_dictionary && [LENGTHS, STRINGS].contains(&self.encoding)
    }
}

/// The header at the beginning of some bytes; `None` where they are none, or end before it does.
pub(super) fn page_header(bytes: &[u8]) -> Option<PageHeader> {
    let mut reader = Reader { bytes, at: 0 };
    let mut page = PageHeader::default();
    let mut number = 0;
    loop {
        match reader.field(&mut number)? {
            (_, STOP) => break,
            (2, I32) => page.unpacked = reader.size()?,
            (3, I32) => page.packed = reader.size()?,
            (5, STRUCT) => reader.values_of(&mut page, 2)?,
            (7, STRUCT) => {
                page.is_dictionary = true;
                reader.values_of(&mut page, 2)?;
            }
            (8, STRUCT) => reader.values_of(&mut page, 4)?,
            (_, kind) => reader.skip(kind, 0)?,
        }
    }
    page.header_length = reader.at as u64;
    Some(page)
}

const STOP: u8 = 0;
const I32: u8 = 5;
const STRUCT: u8 = 12;
/// Structures within structures; a header has two.
const DEPTH_MAX: usize = 8;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A whole number that is not negative.
    fn size(&mut self) -> Option<u64> {
        let number = self.number()?;
        (number & 1 == 0).then_some(number >> 1)
    }

    /// The next field's number and type, which is `STOP` at the end of the structure.
    fn field(&mut self, last: &mut u64) -> Option<(u64, u8)> {
        let byte = self.byte()?;
        if byte == STOP {
            return Some((0, STOP));
        }
        *last = match byte >> 4 {
            0 => self.size()?,
            distance => *last + u64::from(distance),
        };
        Some((*last, byte & 0x0f))
    }

    /// The header of a kind of page: the count of values first, their encoding in field `encoding`.
    fn values_of(&mut self, page: &mut PageHeader, encoding: u64) -> Option<()> {
        let mut number = 0;
        loop {
            match self.field(&mut number)? {
                (_, STOP) => return Some(()),
                (1, I32) => page.values = self.size()?,
                (field, I32) if field == encoding => page.encoding = self.size()?,
                (_, kind) => self.skip(kind, 1)?,
            }
        }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        match kind {
            // Truth values stand in the type.
            1 | 2 => {}
            3 => self.pass(1)?,
            4..=6 => {
                self.number()?;
            }
            7 => self.pass(8)?,
            8 => {
                let length = self.number()?;
                self.pass(length)?;
            }
            STRUCT => {
                let mut number = 0;
                loop {
                    match self.field(&mut number)? {
                        (_, STOP) => break,
                        (_, kind) => self.skip(kind, depth + 1)?,
                    }
                }
            }
            // Lists and maps do not occur.
            _ => return None,
        }
        Some(())
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        let next = self.at.checked_add(usize::try_from(count).ok()?)?;
        self.at = Some(next).filter(|next| *next <= self.bytes.len())?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_its_sizes_and_everything_else_is_passed_over() {
        // Type 0, 200 bytes unpacked, 100 packed, a checksum, and of a data page 50 values in encoding 7
        // with statistics.
        let data = [
            0x15, 0x00, 0x15, 0x90, 0x03, 0x15, 0xc8, 0x01, 0x15, 0x0a, 0x1c, 0x15, 0x64, 0x15,
            0x0e, 0x15, 0x06, 0x15, 0x06, 0x1c, 0x18, 0x02, 0x61, 0x62, 0x00, 0x00, 0x00, 0xff,
        ];
        let page = page_header(&data).unwrap();
        let expected = PageHeader {
            header_length: 27,
            packed: 100,
            unpacked: 200,
            values: 50,
            is_dictionary: false,
            encoding: 7,
        };
        assert_eq!(page, expected);
        assert!(page.is_delta_of_bytes());
        for end in 0..27 {
            assert_eq!(page_header(&data[..end]), None);
        }
        assert_eq!(page_header(&[0x15, 0x00, 0x15, 0x91, 0x03, 0x00]), None, "a negative size");
    }
}
