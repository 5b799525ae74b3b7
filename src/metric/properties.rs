//! What is said of a dimension, asked of it.
//!
//! In: a dimension, or its name. Out: its row of the table. Never: an answer that is not of that row.

use super::code::{self, Code};
use super::dimension::Dimension;
use super::table::{Banding, Definition, Kind, OF_CODES, TABLE};

impl Dimension {
    /// All dimensions, the codes last.
    pub const ALL: [Self; TABLE.len() + code::COUNT] = Self::all();

    const fn all() -> [Self; TABLE.len() + code::COUNT] {
        let mut all = [Self::Quarter; TABLE.len() + code::COUNT];
        let mut at = 0;
        let mut code = Code::FIRST;
        while at < all.len() {
            if at < TABLE.len() {
                all[at] = TABLE[at].0;
            } else {
                all[at] = Self::Code(code);
                code = code.next();
            }
            at += 1;
        }
        all
    }

    /// The dimension of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// What is said of it; a code speaks for itself.
    fn definition(self) -> &'static Definition {
        let of_row = TABLE.iter().find(|(dimension, _)| *dimension == self);
        of_row.map_or(&OF_CODES, |(_, definition)| definition)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        if let Self::Code(code) = self { code.name() } else { self.definition().name }
    }

    /// What it says, in one line.
    pub fn meaning(self) -> &'static str {
        if let Self::Code(code) = self { code.meaning() } else { self.definition().meaning }
    }

    /// Stored column it comes from.
    pub fn column(self) -> &'static str {
        if let Self::Code(code) = self { code.name() } else { self.definition().column }
    }

    /// Whether it says when a row is.
    pub fn is_of_time(self) -> bool {
        self.definition().kind == Kind::Time
    }

    /// Whether it depends on other observations of the same person.
    pub fn is_of_course(self) -> bool {
        matches!(self.definition().kind, Kind::Course | Kind::Sets)
    }

    /// Whether its values are the measures of a person in a quarter, joined.
    pub fn is_of_sets(self) -> bool {
        self.definition().kind == Kind::Sets
    }

    /// Whether a row counts once for each of several values, so that it is no column of single rows.
    pub fn spreads(self) -> bool {
        self.definition().spreads
    }

    /// Its bands, where it is a number.
    pub fn bands(self) -> Option<Banding> {
        self.definition().bands
    }

    /// Whether it is a number, in bands where figures are broken down by it.
    pub fn is_banded(self) -> bool {
        self.bands().is_some()
    }

    /// Whether it says where the centre is.
    pub fn is_of_place(self) -> bool {
        self.definition().kind == Kind::Place
    }

    /// Whether a row can be without a value of it.
    pub fn may_lack_value(self) -> bool {
        self.definition().may_lack_value
    }

    /// What asks for the rows without a value of it; a word that is no value it can have.
    pub fn no_value(self) -> &'static str {
        self.definition().no_value
    }

    /// Values it can have, where they are a closed list that no dictionary extends.
    pub fn fixed_values(self) -> Option<&'static [&'static str]> {
        Some(self.definition().values).filter(|values| !values.is_empty())
    }
}
