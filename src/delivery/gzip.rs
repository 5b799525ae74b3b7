//! gzip: members one after the other, and nothing behind them.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::refusal::refused;

/// The first byte of a member.
const MAGIC: u8 = 0x1F;

/// Unpacks all members.
pub(super) struct Members<R> {
    state: State<R>,
}

enum State<R> {
    /// A member is being unpacked.
    Member(Box<GzDecoder<R>>),
    /// A member has ended.
    Between(R),
    /// All have.
    Ended,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(packed: R) -> Self {
        Self { state: State::Member(Box::new(GzDecoder::new(packed))) }
    }
}

/// Whether another member begins. The file ends otherwise: bytes of zero fill up blocks of tapes,
/// and anything else is something that nobody would look at.
fn begins(packed: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let next = packed.fill_buf()?;
        match next.iter().find(|byte| **byte != 0) {
            None if next.is_empty() => return Ok(false),
            None => {
                let length = next.len();
                packed.consume(length);
            }
            Some(_) if next.first() == Some(&MAGIC) => return Ok(true),
            Some(_) => {
                let text = "something that is not packed stands behind the gzip data; files put \
                            together are no delivery, give each as a file of its own";
                return Err(refused(text.to_owned()));
            }
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        loop {
            // An error leaves the state as it is: a reader that tries again must not find an end.
            let another = match &mut self.state {
                State::Member(member) => match member.read(bytes)? {
                    0 => false,
                    read => return Ok(read),
                },
                State::Between(packed) => begins(packed)?,
                State::Ended => return Ok(0),
            };
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Member(member) => State::Between(member.into_inner()),
                State::Between(packed) if another => {
                    State::Member(Box::new(GzDecoder::new(packed)))
                }
                State::Between(_) | State::Ended => State::Ended,
            };
        }
    }
}
