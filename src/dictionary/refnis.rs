//! Belgian municipalities since 2002-10-01 with province, region, validity and successor: Statbel's
//! REFNIS list, and what a warehouse adds to it.
//!
//! A code alone says where a centre lies. No code of the list was given a second time, and none
//! changed its province or region while it was valid: a municipality that passes to another province
//! gets another code. A code that has ended keeps its place, since late rows still carry it. So the
//! place of a code in a quarter is that of the code, in every quarter.

use std::borrow::Cow;

use super::model::Validity;
use crate::quarter::{Day, day_of};

/// Municipalities by NIS code.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Sorted by code.
    municipalities: Vec<Municipality>,
}

/// A text of the list compiled in, or of a warehouse's own.
pub(super) type Text = Cow<'static, str>;

/// A municipality, where it lies and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// NIS code, 5 digits.
    pub nis: Text,
    /// Its names.
    pub names: PlaceNames,
    /// NIS code of the province; Brussels has none.
    pub province: Option<Text>,
    /// NIS code of the region.
    pub region: Text,
    /// When the code is valid.
    pub validity: Validity,
    /// What its territory belongs to since it ended.
    pub successor: Option<Successor>,
}

/// The code that takes over from one that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// NIS code.
    pub nis: Text,
    /// From which day.
    pub on: Day,
}

/// Names of a place by language; there is always one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceNames {
    /// English.
    pub en: Text,
    /// French.
    pub fr: Text,
    /// Dutch.
    pub nl: Text,
    /// German.
    pub de: Text,
}

/// A province or region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    /// NIS code.
    pub nis: &'static str,
    /// Its names.
    pub names: PlaceNames,
    /// NIS code of the region that it lies in; none of a region.
    pub region: Option<&'static str>,
}

const MUNICIPALITIES: &str = include_str!("data/municipalities.csv");
const SUCCESSORS: &str = include_str!("data/successors.csv");
const PROVINCES: &str = include_str!("data/provinces.csv");
const REGIONS: &str = include_str!("data/regions.csv");

impl Places {
    /// The list compiled in.
    pub fn built_in() -> Self {
        let provinces = Self::provinces();
        let municipality = |line: &'static str| {
            let mut fields = line.split(',');
            let (nis, names) = (fields.next()?, names(&mut fields)?);
            // Brussels stands in the list with its region as province, and has none.
            let province = fields.next().filter(|code| provinces.iter().any(|it| it.nis == *code));
            let region = fields.next()?.into();
            let validity = Validity { from: day(fields.next()?), to: day(fields.next()?) };
            let (nis, province) = (nis.into(), province.map(Text::from));
            Some(Municipality { nis, names, province, region, validity, successor: None })
        };
        let municipalities = MUNICIPALITIES.lines().skip(1).filter_map(municipality).collect();
        let mut places = Self { municipalities };
        for line in SUCCESSORS.lines().skip(1) {
            let mut fields = line.split(',');
            if let [Some(nis), Some(successor), Some(on)] = [(); 3].map(|()| fields.next())
                && let (Some(ended), Some(on)) = (places.municipality_mut(nis), day(on))
            {
                ended.successor = Some(Successor { nis: successor.into(), on });
            }
        }
        places
    }

    /// All municipalities, by NIS code.
    pub fn municipalities(&self) -> &[Municipality] {
        &self.municipalities
    }

    /// The municipality with that NIS code.
    pub fn municipality(&self, nis: &str) -> Option<&Municipality> {
        self.position(nis).ok().and_then(|at| self.municipalities.get(at))
    }

    pub(super) fn municipality_mut(&mut self, nis: &str) -> Option<&mut Municipality> {
        self.position(nis).ok().and_then(|at| self.municipalities.get_mut(at))
    }

    /// Where the code stands, or would.
    fn position(&self, nis: &str) -> Result<usize, usize> {
        self.municipalities.binary_search_by(|it| (*it.nis).cmp(nis))
    }

    /// Adds a municipality, or puts it in the place of the one with its code.
    pub(super) fn put(&mut self, municipality: Municipality) {
        match self.position(&municipality.nis) {
            Ok(at) => self.municipalities[at] = municipality,
            Err(at) => self.municipalities.insert(at, municipality),
        }
    }

    /// The code that the territory of a code belongs to today; a code that is not in the list stands
    /// for itself.
    pub fn today<'a>(&'a self, nis: &'a str) -> &'a str {
        self.succession(nis).last().map_or(nis, |municipality| &municipality.nis)
    }

    /// The last day that the list compiled in tells of: what it says has happened.
    pub fn known_until() -> Option<Day> {
        SUCCESSORS.lines().skip(1).filter_map(|line| day(line.rsplit(',').next()?)).max()
    }

    /// The places as they are on a day, or on the last that the list compiled in tells of: without
    /// the successors that take over later. `None` where these are all.
    pub(super) fn on(&self, day: Option<Day>) -> Option<Self> {
        let known = Self::known_until().max(day);
        let later = |it: &Municipality| it.successor.as_ref().is_some_and(|it| Some(it.on) > known);
        if !self.municipalities.iter().any(later) {
            return None;
        }
        let mut places = self.clone();
        for municipality in places.municipalities.iter_mut().filter(|it| later(it)) {
            municipality.successor = None;
        }
        Some(places)
    }

    /// The municipality with that code, and those that took over from it one after the other.
    pub(super) fn succession<'a>(&'a self, nis: &str) -> impl Iterator<Item = &'a Municipality> {
        let next = |it: &&'a Municipality| self.municipality(&it.successor.as_ref()?.nis);
        // A list that leads in a circle is refused when it is read, which takes some steps of it.
        std::iter::successors(self.municipality(nis), next).take(self.municipalities.len() + 1)
    }

    /// The known code most like a text of digits, if few of them differ; of several the lowest.
    pub fn nearest(&self, text: &str) -> Option<&str> {
        const NEAR_ENOUGH: usize = 2;
        let codes = self.municipalities.iter().map(|it| &*it.nis);
        let scored = codes.map(|code| (difference(text.as_bytes(), code.as_bytes()), code));
        let (difference, code) = scored.min()?;
        (difference <= NEAR_ENOUGH).then_some(code)
    }

    /// The provinces.
    pub fn provinces() -> Vec<NamedPlace> {
        named(PROVINCES)
    }

    /// The regions.
    pub fn regions() -> Vec<NamedPlace> {
        named(REGIONS)
    }

    /// The text of the lists, for the dictionary's fingerprint.
    pub(super) fn texts() -> [&'static str; 4] {
        [MUNICIPALITIES, SUCCESSORS, PROVINCES, REGIONS]
    }
}

/// How many digits are others, changed places or are too many or too few.
fn difference(text: &[u8], code: &[u8]) -> usize {
    let (short, long) = if text.len() < code.len() { (text, code) } else { (code, text) };
    match long.len() - short.len() {
        0 => {
            let mut others: usize = text.iter().zip(code).map(|(a, b)| usize::from(a != b)).sum();
            let pairs = text.windows(2).zip(code.windows(2));
            let swapped = |(a, b): &(&[u8], &[u8])| a[0] != a[1] && a[0] == b[1] && a[1] == b[0];
            others -= usize::from(pairs.filter(swapped).count() > 0);
            others
        }
        1 => {
            let without = |at: usize| {
                let rest = long[..at].iter().chain(&long[at + 1..]);
                1 + rest.zip(short).filter(|(a, b)| a != b).count()
            };
            (0..long.len()).map(without).min().unwrap_or(usize::MAX)
        }
        _ => usize::MAX,
    }
}

/// Dutch, French and German, as the lists have them; German is not known of every place.
fn names(fields: &mut std::str::Split<'static, char>) -> Option<PlaceNames> {
    let (nl, fr, de) = (fields.next()?, fields.next()?, fields.next()?);
    let de = if de.is_empty() { nl } else { de };
    Some(PlaceNames { en: nl.into(), fr: fr.into(), nl: nl.into(), de: de.into() })
}

fn day(text: &str) -> Option<Day> {
    text.parse().ok().map(day_of)
}

fn named(text: &'static str) -> Vec<NamedPlace> {
    let line = |line: &'static str| {
        let mut fields = line.split(',');
        let (nis, names) = (fields.next()?, names(&mut fields)?);
        Some(NamedPlace { nis, names, region: fields.next() })
    };
    text.lines().skip(1).filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_region_and_leads_to_one_that_has_not_ended() {
        let places = Places::built_in();
        assert_eq!(places.municipalities().len(), 620);
        assert!(places.municipalities().is_sorted_by(|a, b| a.nis < b.nis));
        let ended = places.municipalities().iter().filter(|it| it.validity.to.is_some());
        assert_eq!(ended.clone().count(), 55);
        for it in ended {
            let successor = it.successor.as_ref().unwrap();
            assert_eq!(it.validity.to, Some(successor.on - 1), "{}", it.nis);
        }
        for it in places.municipalities() {
            assert_eq!(it.province.is_none(), it.region == "04000", "{}", it.nis);
            let today = places.municipality(places.today(&it.nis)).unwrap();
            assert_eq!(today.validity.to, None, "{}", it.nis);
        }
    }

    #[test]
    fn the_nearest_code_has_few_other_digits() {
        let places = Places::built_in();
        for (text, near) in [("4402", "44012"), ("21404", "21004"), ("210044", "21004")] {
            assert_eq!(places.nearest(text), Some(near), "{text}");
        }
        assert_eq!(places.nearest("7"), None);
        assert_eq!(difference(b"21040", b"21004"), 1);
        assert_eq!(difference(b"12345", b"12345"), 0);
    }
}
