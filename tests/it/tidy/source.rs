//! Source text: what of it is code, and what only tests have.
//!
//! In: a file. Out: its lines, words and signs, or its tree. Never: what stands under `#[cfg(test)]`, and never
//! less than all else, wherever it stands.

use std::fs;
use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, File, ImplItem, Item, Meta, Token};

use crate::sandbox::{files_below, repository};

/// A file of the crate.
pub(super) struct Source {
    /// Its path below the folder of sources: `check/row.rs`.
    pub(super) name: String,
    /// Its module from the root of the crate on: `check`, `row`.
    pub(super) module: Vec<String>,
    text: String,
    /// Lines of what only tests have; the first line of the file is 1.
    tests: Vec<RangeInclusive<usize>>,
}

/// A word, sign or literal, comments and documentation aside.
pub(super) struct Piece {
    pub(super) line: usize,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let stem = name.trim_end_matches(".rs");
        let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        module.pop_if(|last| last == "mod" || last == "lib");
        let mut source =
            Self { name: name.to_owned(), module, text: text.to_owned(), tests: Vec::new() };
        let mut tests = LinesOfTests::default();
        tests.visit_file(&source.parsed());
        source.tests = tests.lines;
        source
    }

    /// Its module below the root, which the rules of the house are about.
    pub(super) fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }

    pub(super) fn parsed(&self) -> File {
        syn::parse_file(&self.text).unwrap_or_else(|error| {
            panic!("src/{}:{}: {error}", self.name, error.span().start().line)
        })
    }

    fn is_of_tests(&self, line: usize) -> bool {
        self.tests.iter().any(|lines| lines.contains(&line))
    }

    /// Its lines of code, comments included, by their numbers.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(line, _)| !self.is_of_tests(*line))
    }

    /// Its words, signs and literals, also those inside calls of macros.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = pieces(self.text.parse().unwrap());
        pieces.retain(|piece| !self.is_of_tests(piece.line));
        pieces
    }

    /// A line as messages show it.
    pub(super) fn shown(&self, line: usize) -> String {
        let text = self.text.lines().nth(line - 1).unwrap_or_default();
        format!("src/{}:{line}: {}", self.name, text.trim())
    }
}

/// The files of the crate.
pub(super) fn sources() -> Vec<Source> {
    let folder = repository().join("src");
    let files = files_below(&folder).into_iter();
    let files = files.filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let read = |path: std::path::PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
        Source::new(name, &fs::read_to_string(&path).unwrap())
    };
    files.map(read).collect()
}

/// The words, signs and literals of some code, in order.
pub(super) fn pieces(tokens: TokenStream) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    for token in tokens {
        let line = token.span().start().line;
        let TokenTree::Group(group) = token else {
            found.push(Piece { line, text: token.to_string() });
            continue;
        };
        let inner = pieces(group.stream());
        let marks = found.iter().rev().take_while(|it| ["#", "!"].contains(&&*it.text)).count();
        if marks > 0 && inner.first().is_some_and(|it| it.text == "doc") {
            found.truncate(found.len() - marks);
            continue;
        }
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        found.push(Piece { line, text: open.to_owned() });
        found.extend(inner);
        found.push(Piece { line: group.span_close().start().line, text: close.to_owned() });
    }
    found
}

/// Finds the lines that only tests have.
#[derive(Default)]
struct LinesOfTests {
    lines: Vec<RangeInclusive<usize>>,
}

impl LinesOfTests {
    fn add(&mut self, item: &impl Spanned) {
        let span = item.span();
        self.lines.push(span.start().line..=span.end().line);
    }
}

impl<'a> Visit<'a> for LinesOfTests {
    fn visit_item(&mut self, item: &'a Item) {
        if is_of_tests(item) {
            self.add(item);
        } else {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        if is_of_tests_within(item) {
            self.add(item);
        } else {
            syn::visit::visit_impl_item(self, item);
        }
    }
}

/// Whether only tests have an item.
pub(super) fn is_of_tests(item: &Item) -> bool {
    is_for_tests(match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::ExternCrate(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => return false,
    })
}

/// Whether only tests have what stands in an `impl`.
pub(super) fn is_of_tests_within(item: &ImplItem) -> bool {
    is_for_tests(match item {
        ImplItem::Const(it) => &it.attrs,
        ImplItem::Fn(it) => &it.attrs,
        ImplItem::Type(it) => &it.attrs,
        ImplItem::Macro(it) => &it.attrs,
        _ => return false,
    })
}

/// Whether what has these attributes is compiled for tests alone.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    fn needs_tests(meta: &Meta) -> bool {
        let Meta::List(list) = meta else { return meta.path().is_ident("test") };
        let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        let inner = inner.unwrap_or_default();
        if list.path.is_ident("any") {
            return inner.iter().all(needs_tests);
        }
        (list.path.is_ident("cfg") || list.path.is_ident("all")) && inner.iter().any(needs_tests)
    }
    attributes.iter().any(|it| needs_tests(&it.meta))
}
