//! Where the names that stand in a file come from.
//!
//! In: the files of a crate. Out: for each path the module that defines what it leads to, whatever modules
//! hand it on. Never: the compiler's word; what methods are called on values, is not seen here.

use std::collections::BTreeMap;

use super::names::{Mention, Names, Path};
use super::source::Source;

/// How often a name that is handed on is followed.
const STEPS_MAX: usize = 16;

/// The names of all files, by module.
pub(super) struct Imports {
    files: BTreeMap<Path, Names>,
}

/// What a path leads to.
pub(super) struct Definition {
    /// The module that defines it.
    pub(super) module: Path,
    /// Its name there.
    pub(super) name: String,
}

impl Imports {
    pub(super) fn of(sources: &[Source]) -> Self {
        let names = |it: &Source| (it.module.clone(), Names::of(&it.parsed()));
        Self { files: sources.iter().map(names).collect() }
    }

    /// What a file names of the crate, each with its path from the root on.
    pub(super) fn named_in(&self, source: &Source) -> impl Iterator<Item = (&Mention, Path)> {
        let mentions = self.files[&source.module].mentions.iter();
        mentions.filter_map(|it| Some((it, self.path_in_crate(&source.module, &it.path)?)))
    }

    /// A path that is written in a module, from the root of the crate on; none if it is of another crate.
    fn path_in_crate(&self, module: &[String], written: &[String]) -> Option<Path> {
        let (first, rest) = written.split_first()?;
        let names = self.files.get(module)?;
        let own = || Some([module, written].concat());
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => return Some([module, rest].concat()),
            "super" => {
                let (_, above) = module.split_last()?;
                let is_above = rest.first().is_some_and(|it| it == "super");
                return if is_above {
                    self.path_in_crate(above, rest)
                } else {
                    Some([above, rest].concat())
                };
            }
            _ if self.files.contains_key(&[module, std::slice::from_ref(first)].concat()) => {
                return own();
            }
            _ if names.defined.contains(first) => return own(),
            _ => {}
        }
        match names.imported.get(first) {
            // A name of another crate.
            Some(path) if path[0] == *first => None,
            Some(path) => Some([self.path_in_crate(module, path)?, rest.to_vec()].concat()),
            None => self.in_whole(module, first).map(|it| [&*it, written].concat()),
        }
    }

    /// The module that a name is of which is imported with all others.
    fn in_whole(&self, module: &[String], name: &str) -> Option<Path> {
        self.files.get(module)?.whole.iter().find_map(|path| {
            let is_ours = ["crate", "self", "super"].contains(&&*path[0]);
            let path = is_ours.then(|| self.path_in_crate(module, path))??;
            let names = self.files.get(&path)?;
            let has = names.defined.contains(name) || names.imported.contains_key(name);
            has.then_some(path)
        })
    }

    /// What a path from the root leads to; nothing where that is a module.
    pub(super) fn definition(&self, path: &[String]) -> Option<Definition> {
        self.followed(path, STEPS_MAX)
    }

    /// A module as what a path leads to, where no other stands below it: whoever imports it needs it.
    pub(super) fn module(&self, path: &[String]) -> Option<Definition> {
        let mut below = self.files.keys().filter(|it| it.starts_with(path));
        let is_alone = below.next().is_some_and(|it| it == path) && below.next().is_none();
        is_alone.then(|| Definition { module: path.to_vec(), name: "all".to_owned() })
    }

    fn followed(&self, path: &[String], steps: usize) -> Option<Definition> {
        let mut module = Path::new();
        for (at, name) in path.iter().enumerate() {
            let names = self.files.get(&module)?;
            let below = [&*module, std::slice::from_ref(name)].concat();
            let is_module = self.files.contains_key(&below);
            let is_last = at + 1 == path.len();
            // A module may hand on what has its own name.
            let handed_on = names.imported.get(name).filter(|_| is_last || !is_module);
            let onward = match handed_on {
                Some(it) => Some([&*self.path_in_crate(&module, it)?, &path[at + 1..]].concat()),
                None if is_module || names.defined.contains(name) => None,
                None => self.in_whole(&module, name).map(|it| [&*it, &path[at..]].concat()),
            };
            match onward {
                Some(onward) => return self.followed(&onward, steps.checked_sub(1)?),
                None if is_module => module = below,
                None => return Some(Definition { module, name: name.clone() }),
            }
        }
        None
    }
}
