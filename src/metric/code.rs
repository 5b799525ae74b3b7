//! The codes of a delivery as dimensions: what is stored as it came, one column each.
//!
//! The centre has dimensions of its own. What codes and values mean stands in the dictionary.

/// A stored code, by its place among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u8);

/// How many there are.
pub(super) const COUNT: usize = CODES.len();

/// Name of the column, and what it says.
const CODES: [(&str, &str); 17] = [
    ("legislation", "code LEGISLATION as delivered: legislation"),
    ("budart_id", "code BUDART_ID as delivered: budget article"),
    ("thp_id", "code THP_ID as delivered: kind of social aid (law of 2 April 1965)"),
    ("ctyphlp", "code CTYPHLP as delivered: kind of help"),
    (
        "ca60benplc",
        "code CA60BENPLC as delivered: article 60 § 7: place of work of the beneficiary",
    ),
    ("cbenconv", "code CBENCONV as delivered: partnership convention: guidance of the beneficiary"),
    (
        "cbenitgtyp",
        "code CBENITGTYP as delivered: institution in the socio-professional integration",
    ),
    (
        "cbenidvtyp",
        "code CBENIDVTYP as delivered: individual integration project (PIIS) of the beneficiary",
    ),
    (
        "cptnidvtyp",
        "code CPTNIDVTYP as delivered: individual integration project (PIIS) of the partner",
    ),
    ("ia60ptnacp", "code IA60PTNACP as delivered: article 60 § 7 accepted for the partner"),
    ("ia61benacp", "code IA61BENACP as delivered: article 61 accepted for the beneficiary"),
    ("cptnactacp", "code CPTNACTACP as delivered: activation accepted for the partner"),
    (
        "article35ben",
        "code ARTICLE35BEN as delivered: exempted income (ordinary socio-professional exemption)",
    ),
    (
        "sts_cnt_id",
        "code STS_CNT_ID as delivered: status of the beneficiary on the 15th of the month",
    ),
    ("cat_cnt_id", "code CAT_CNT_ID as delivered: leefloon category on the 15th of the month"),
    ("typamt_id", "code TYPAMT_ID as delivered: kind of amount of the State subsidy"),
    ("ndossfx", "code NDOSSFX as delivered: dossier suffix"),
];

impl Code {
    /// The first; with [`Self::next`] all in order.
    pub(super) const FIRST: Self = Self(0);

    /// The one after.
    pub(super) const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The column.
    pub fn name(self) -> &'static str {
        CODES[usize::from(self.0)].0
    }

    pub(super) fn meaning(self) -> &'static str {
        CODES[usize::from(self.0)].1
    }
}
