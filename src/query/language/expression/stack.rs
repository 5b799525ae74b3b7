//! A stack for walking SQL trees. A chain of operators is a tree as deep as the chain is long, and
//! the parser's trees are walked, copied and dropped by recursion: on a stack that is large enough
//! for the longest chain there may be, whatever thread asks and however the program was built.

use std::thread::{Builder, scope};

use super::compile::Refusal;

/// Bytes of the stack; memory is taken for what is used of it.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Does work that makes SQL trees and leaves none.
pub(crate) fn on_deep_stack<T: Send>(
    work: impl FnOnce() -> Result<T, Vec<Refusal>> + Send,
) -> Result<T, Vec<Refusal>> {
    scope(|all| {
        match Builder::new().name("sql".to_owned()).stack_size(STACK_BYTES).spawn_scoped(all, work)
        {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => {
                let message = format!("there is no room to read the text: {error}");
                Err(vec![Refusal::new(message, "")])
            }
        }
    })
}
