//! Words of a closed list, each of which stands for something.

use super::{Placed, Problem, Table};

impl Table<'_> {
    /// What a word stands for; another word is a mistake. `what` says what the words are.
    pub fn one_of<T: Copy>(
        &self,
        word: &Placed<String>,
        what: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        let found = known.iter().find(|(name, _)| *name == word.value).map(|it| it.1);
        if found.is_none() {
            let message = format!("unknown {what} `{}`", word.value);
            let names = known.iter().map(|(name, _)| *name);
            self.problem(Problem::new(word.span.clone(), message).suggest(&word.value, names));
        }
        found
    }

    /// The same of the list under `key`, in which each word may stand once.
    pub fn some_of<T: Copy + PartialEq>(
        &self,
        key: &'static str,
        what: &str,
        known: &[(&str, T)],
    ) -> Vec<T> {
        let mut found = Vec::new();
        for word in self.texts(key) {
            match self.one_of(&word, what, known) {
                Some(it) if !found.contains(&it) => found.push(it),
                Some(_) => {
                    let message = format!("`{}` is named twice", word.value);
                    self.problem(Problem::new(word.span, message));
                }
                None => {}
            }
        }
        found
    }
}
