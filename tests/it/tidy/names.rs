//! What a file defines, imports and names.
//!
//! In: its tree. Out: names and paths as they are written. Never: one of tests alone.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use syn::visit::Visit;
use syn::{Attribute, File, ImplItem, Item, ItemUse, Meta, UseTree, Visibility};

use super::source::{is_of_tests, is_of_tests_within, pieces};

/// A path as it is written: `super::row::Row`.
pub(super) type Path = Vec<String>;

/// The names of a file.
#[derive(Default)]
pub(super) struct Names {
    /// Of what it defines, modules aside.
    pub(super) defined: BTreeSet<String>,
    /// What a name stands for that was imported.
    pub(super) imported: BTreeMap<String, Path>,
    /// Modules of which everything is imported.
    pub(super) whole: Vec<Path>,
    /// All that is named, imports included.
    pub(super) mentions: Vec<Mention>,
}

/// A path that stands in a file.
pub(super) struct Mention {
    pub(super) line: usize,
    pub(super) path: Path,
    pub(super) form: Form,
}

/// How a path stands in a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Imported with `use`.
    Imported,
    /// Imported, and handed on under a name of the file.
    HandedOn,
    /// Anywhere else.
    Named,
}

impl Names {
    pub(super) fn of(file: &File) -> Self {
        let mut names = Self::default();
        let items = file.items.iter().filter(|it| !is_of_tests(it));
        names.defined = items.filter_map(name_of).map(ToString::to_string).collect();
        names.visit_file(file);
        names
    }

    fn mention(&mut self, line: usize, path: Path, form: Form) {
        self.mentions.push(Mention { line, path, form });
    }

    fn import(&mut self, tree: &UseTree, before: &[String], form: Form) {
        let behind = |name: &Ident| [before, &[name.to_string()]].concat();
        let (name, path, line) = match tree {
            UseTree::Path(it) => return self.import(&it.tree, &behind(&it.ident), form),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|it| self.import(it, before, form));
            }
            UseTree::Glob(star) => {
                let line = star.star_token.spans[0].start().line;
                self.whole.push(before.to_vec());
                return self.mention(line, before.to_vec(), form);
            }
            UseTree::Name(it) if it.ident == "self" => {
                (before.last().cloned(), before.to_vec(), it.ident.span().start().line)
            }
            UseTree::Name(it) => {
                (Some(it.ident.to_string()), behind(&it.ident), it.ident.span().start().line)
            }
            UseTree::Rename(it) => {
                let path = if it.ident == "self" { before.to_vec() } else { behind(&it.ident) };
                (Some(it.rename.to_string()), path, it.ident.span().start().line)
            }
        };
        if let Some(name) = name.filter(|it| it != "_") {
            self.imported.insert(name, path.clone());
        }
        self.mention(line, path, form);
    }

    /// Paths where no parser knows what is meant: in calls of macros, and in attributes, which have them in
    /// texts too.
    fn mention_all(&mut self, tokens: TokenStream) {
        let pieces = pieces(tokens);
        let text = |at: usize| pieces.get(at).map_or("", |it| it.text.as_str());
        let is_name = |text: &str| text.starts_with(|it: char| it.is_alphabetic() || it == '_');
        let mut at = 0;
        while at < pieces.len() {
            let (line, start) = (pieces[at].line, at);
            let mut path = Path::new();
            if let Some(inner) = text(at).strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
                let is_path = |it: char| it.is_alphanumeric() || it == '_' || it == ':';
                if inner.contains("::") && inner.chars().all(is_path) {
                    path = inner.split("::").map(str::to_owned).collect();
                }
            }
            while is_name(text(at)) {
                path.push(text(at).to_owned());
                at += 1;
                if (text(at), text(at + 1)) == (":", ":") && is_name(text(at + 2)) {
                    at += 2;
                } else {
                    break;
                }
            }
            let is_field = start > 0 && text(start - 1) == ".";
            if !path.is_empty() && !is_field {
                self.mention(line, path, Form::Named);
            }
            at = at.max(start + 1);
        }
    }
}

/// The name of what an item defines, unless that is a module.
fn name_of(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(it) => Some(&it.ident),
        Item::Enum(it) => Some(&it.ident),
        Item::Fn(it) => Some(&it.sig.ident),
        Item::Macro(it) => it.ident.as_ref(),
        Item::Static(it) => Some(&it.ident),
        Item::Struct(it) => Some(&it.ident),
        Item::Trait(it) => Some(&it.ident),
        Item::Type(it) => Some(&it.ident),
        _ => None,
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_of_tests(item) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        if !is_of_tests_within(item) {
            syn::visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let is_own = matches!(item.vis, Visibility::Inherited);
        self.import(&item.tree, &[], if is_own { Form::Imported } else { Form::HandedOn });
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Path = path.segments.iter().map(|it| it.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |it| it.ident.span().start().line);
        if path.leading_colon.is_none() {
            self.mention(line, names, Form::Named);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.visit_path(&call.path);
        self.mention_all(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.mention_all(list.tokens.clone());
        }
    }

    /// `pub(in crate::query)` names a module and imports nothing.
    fn visit_visibility(&mut self, _: &'a Visibility) {}
}
