//! Text that is made piece by piece and given out as it is asked for.

/// Text made so far, and how much of it has been given out.
#[derive(Debug, Default)]
pub(super) struct HeldText {
    text: Vec<u8>,
    given: usize,
}

impl HeldText {
    /// Begins a new piece; call it when all of the last one has been given.
    pub(super) fn begin(&mut self) -> &mut Vec<u8> {
        self.text.clear();
        self.given = 0;
        &mut self.text
    }

    /// Whether all has been given out.
    pub(super) fn is_given(&self) -> bool {
        self.given == self.text.len()
    }

    /// Gives out as much as `bytes` can take.
    pub(super) fn give(&mut self, bytes: &mut [u8]) -> usize {
        let rest = &self.text[self.given..];
        let count = rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        count
    }
}
