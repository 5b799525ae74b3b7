//! Belgian municipalities with their province and region, from Statbel's REFNIS list.
//!
//! Codes from before a merger are not in the list; a centre with such a code has no province
//! here, and is shown as such rather than guessed from the code's first digits.

/// Municipalities by NIS code.
#[derive(Debug, Clone, Default)]
pub struct Places {
    municipalities: Vec<Municipality>,
}

/// A municipality, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// NIS code, 5 digits.
    pub nis: &'static str,
    /// Dutch name.
    pub name_nl: &'static str,
    /// French name.
    pub name_fr: &'static str,
    /// NIS code of the province; Brussels has none.
    pub province: Option<&'static str>,
    /// NIS code of the region.
    pub region: &'static str,
}

const MUNICIPALITIES: &str = include_str!("data/municipalities.csv");
const PROVINCES: &str = include_str!("data/provinces.csv");
const REGIONS: &str = include_str!("data/regions.csv");

/// NIS code, Dutch and French name of a province or region.
pub type NamedPlace = (&'static str, &'static str, &'static str);

impl Places {
    /// The list compiled in.
    pub fn built_in() -> Self {
        let municipality = |line: &'static str| {
            let mut fields = line.split(',');
            Some(Municipality {
                nis: fields.next()?,
                name_nl: fields.next()?,
                name_fr: fields.next()?,
                province: fields.nth(1).filter(|code| !code.is_empty()),
                region: fields.next()?,
            })
        };
        let municipalities = MUNICIPALITIES.lines().skip(1).filter_map(municipality).collect();
        Self { municipalities }
    }

    /// All municipalities, by NIS code.
    pub fn municipalities(&self) -> &[Municipality] {
        &self.municipalities
    }

    /// The municipality with that NIS code.
    pub fn municipality(&self, nis: &str) -> Option<&Municipality> {
        self.municipalities.iter().find(|municipality| municipality.nis == nis)
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
    pub(super) fn texts() -> [&'static str; 3] {
        [MUNICIPALITIES, PROVINCES, REGIONS]
    }
}

fn named(text: &'static str) -> Vec<NamedPlace> {
    let line = |line: &'static str| {
        let mut fields = line.split(',');
        Some((fields.next()?, fields.next()?, fields.next()?))
    };
    text.lines().skip(1).filter_map(line).collect()
}
