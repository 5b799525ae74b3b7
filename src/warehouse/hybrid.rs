//! Parquet's hybrid of run lengths and bit packing, by groups of eight numbers.
//!
//! In: numbers, as keys that a table gives their numbers for. Out: bytes of a data page. A group of
//! equal numbers that goes on becomes a run; every other is packed, in as many bytes as a number has
//! bits. Never: a run between groups, so that nothing is decided number by number.
//!
//! Layout: <https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE>

/// Numbers that are packed together.
const GROUP_LENGTH: usize = 8;
/// Bytes of packed groups up to which no run is made of them: the codec shortens them further than
/// runs do that stand between packed groups.
const RUN_WORTH: usize = 128;

/// A key of a number, as narrow as it may be.
pub(super) trait Key: Copy + Eq + Default + Send + Sync {
    /// Its place in a table.
    fn place(self) -> usize;
}

impl Key for u8 {
    #[inline]
    fn place(self) -> usize {
        self.into()
    }
}

impl Key for u32 {
    #[inline]
    fn place(self) -> usize {
        self as usize
    }
}

/// Appends the numbers that `table` has for `keys`, of `width` bits each.
pub(super) fn write<K: Key>(keys: &[K], table: &[u32], width: u8, out: &mut Vec<u8>) {
    let mut hybrid = Hybrid { width, out, packed: Vec::new(), run: 0, run_length: 0 };
    let (groups, rest) = keys.as_chunks::<GROUP_LENGTH>();
    for group in groups {
        if *group == [group[0]; GROUP_LENGTH] {
            hybrid.repeat(table[group[0].place()], GROUP_LENGTH);
        } else {
            hybrid.pack(group.map(|key| table[key.place()]));
        }
    }
    if let [first, ..] = rest {
        let number = table[first.place()];
        if hybrid.continues(number) && rest.iter().all(|key| key == first) {
            hybrid.repeat(number, rest.len());
        } else {
            let mut numbers = [0; GROUP_LENGTH];
            numbers.iter_mut().zip(rest).for_each(|(it, key)| *it = table[key.place()]);
            hybrid.pack(numbers);
        }
    }
    hybrid.end_run();
    hybrid.end_packed();
}

struct Hybrid<'o> {
    width: u8,
    out: &'o mut Vec<u8>,
    /// Groups that come before the run.
    packed: Vec<u8>,
    run: u32,
    run_length: usize,
}

impl Hybrid<'_> {
    fn continues(&self, number: u32) -> bool {
        self.run_length > 0 && self.run == number
    }

    #[inline]
    fn repeat(&mut self, number: u32, length: usize) {
        if !self.continues(number) {
            self.end_run();
            self.run = number;
        }
        self.run_length += length;
    }

    #[inline]
    fn pack(&mut self, numbers: [u32; GROUP_LENGTH]) {
        if self.run_length > 0 {
            self.end_run();
        }
        pack(numbers, self.width, &mut self.packed);
    }

    /// Writes the run, or packs it where that is shorter.
    fn end_run(&mut self) {
        let length = std::mem::take(&mut self.run_length);
        let groups = length / GROUP_LENGTH;
        if length.is_multiple_of(GROUP_LENGTH) && groups * usize::from(self.width) <= RUN_WORTH {
            (0..groups).for_each(|_| pack([self.run; GROUP_LENGTH], self.width, &mut self.packed));
            return;
        }
        self.end_packed();
        write_variable(length << 1, self.out);
        let bytes = usize::from(self.width.div_ceil(8));
        self.out.extend_from_slice(&self.run.to_le_bytes()[..bytes]);
    }

    fn end_packed(&mut self) {
        if !self.packed.is_empty() {
            let groups = self.packed.len() / usize::from(self.width);
            write_variable(groups << 1 | 1, self.out);
            self.out.append(&mut self.packed);
        }
    }
}

/// Appends eight numbers bit by bit, the lowest first: as many bytes as a number has bits.
#[inline]
fn pack(numbers: [u32; GROUP_LENGTH], width: u8, out: &mut Vec<u8>) {
    let length = usize::from(width);
    if width <= 8 {
        let bits = numbers.iter().rev().fold(0_u64, |bits, it| bits << width | u64::from(*it));
        out.extend_from_slice(&bits.to_le_bytes()[..length]);
    } else if width <= 16 {
        let bits = numbers.iter().rev().fold(0_u128, |bits, it| bits << width | u128::from(*it));
        out.extend_from_slice(&bits.to_le_bytes()[..length]);
    } else {
        let (mut bits, mut held) = (0_u64, 0_u8);
        for number in numbers {
            bits |= u64::from(number) << held;
            held += width;
            while held >= 8 {
                out.extend_from_slice(&bits.to_le_bytes()[..1]);
                bits >>= 8;
                held -= 8;
            }
        }
    }
}

/// Seven bits a byte, the lowest first.
fn write_variable(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.extend_from_slice(&(number | 0x80).to_le_bytes()[..1]);
        number >>= 7;
    }
    out.extend_from_slice(&number.to_le_bytes()[..1]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The numbers that bytes stand for, read as the format says, one by one.
    fn read(bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut bytes = bytes.iter().copied();
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let (mut header, mut shift) = (0_usize, 0);
            loop {
                let byte = bytes.next().unwrap();
                header |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            if header & 1 == 0 {
                let value = bytes.by_ref().take(usize::from(width.div_ceil(8))).enumerate();
                let value = value.fold(0, |sum, (at, byte)| sum | u32::from(byte) << (8 * at));
                numbers.extend(std::iter::repeat_n(value, header >> 1));
            } else {
                let length = (header >> 1) * usize::from(width);
                let packed: Vec<u8> = bytes.by_ref().take(length).collect();
                assert_eq!(packed.len(), length, "a packed run is whole");
                let bit = |at: usize| u32::from(packed[at / 8] >> (at % 8) & 1);
                let number = |at: usize| {
                    let first = at * usize::from(width);
                    (0..usize::from(width)).fold(0, |sum, it| sum | bit(first + it) << it)
                };
                numbers.extend((0..(header >> 1) * GROUP_LENGTH).map(number));
            }
        }
        assert_eq!(bytes.next(), None, "nothing is left over");
        // Only the last group is filled up, with zeros.
        assert!(numbers.len() < count + GROUP_LENGTH);
        assert!(numbers.drain(count..).all(|number| number == 0));
        numbers
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn any_runs_of_any_width_are_read_back(
            width in 1_u8..=24,
            runs in prop::collection::vec((any::<u32>(), 0_usize..50), 0..40),
            single in prop::collection::vec(any::<u32>(), 0..60),
        ) {
            let runs = runs.iter().flat_map(|(key, length)| std::iter::repeat_n(*key, *length));
            let limit = (1_u32 << width) - 1;
            let numbers: Vec<u32> = runs.chain(single).map(|it| it & limit).collect();
            let mut table = numbers.clone();
            table.sort_unstable();
            table.dedup();
            let place = |number: &u32| u32::try_from(table.partition_point(|it| it < number));
            let keys: Vec<u32> = numbers.iter().map(|it| place(it).unwrap()).collect();
            let mut wide = Vec::new();
            write(&keys, &table, width, &mut wide);
            prop_assert_eq!(read(&wide, width, numbers.len()), numbers);
            if table.len() <= 256 {
                let keys: Vec<u8> = keys.iter().map(|key| u8::try_from(*key).unwrap()).collect();
                let mut narrow = Vec::new();
                write(&keys, &table, width, &mut narrow);
                prop_assert_eq!(narrow, wide);
            }
        }
    }
}
