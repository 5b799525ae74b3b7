//! The columns a delivery can have, as the decoder sees them: by kind, codes by position.

/// Position of a code variable in [`CODE_COLUMNS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CodeColumn(usize);

/// The variables held as codes, in the order of the stored table.
pub const CODE_COLUMNS: [&str; 18] = [
    "LEGISLATION",
    "CPAS",
    "BUDART_ID",
    "THP_ID",
    "CTYPHLP",
    "CA60BENPLC",
    "CBENCONV",
    "CBENITGTYP",
    "CBENIDVTYP",
    "CPTNIDVTYP",
    "IA60PTNACP",
    "IA61BENACP",
    "CPTNACTACP",
    "ARTICLE35BEN",
    "STS_CNT_ID",
    "CAT_CNT_ID",
    "TYPAMT_ID",
    "NDOSSFX",
];

impl CodeColumn {
    /// The regime.
    pub const LEGISLATION: Self = Self(0);
    /// The centre, by the NIS code of its municipality.
    pub const CPAS: Self = Self(1);
    /// The kind of guidance.
    pub const CBENCONV: Self = Self(6);
    /// The beneficiary's status.
    pub const STS_CNT_ID: Self = Self(14);

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CODE_COLUMNS.len()).map(Self)
    }

    /// The column of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let position = CODE_COLUMNS.iter().position(|known| known.eq_ignore_ascii_case(name));
        position.map(Self)
    }

    /// Position in [`CODE_COLUMNS`].
    pub fn index(self) -> usize {
        self.0
    }

    /// Name as in a delivery's header.
    pub fn name(self) -> &'static str {
        CODE_COLUMNS.get(self.0).copied().unwrap_or_default()
    }
}

/// A known column of a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Column {
    /// Identifier of the beneficiary.
    Person,
    /// Identifier of the partner.
    Partner,
    /// First day of the intervention.
    FirstDay,
    /// Last day of the intervention.
    LastDay,
    /// EBENCONVCM.
    Amount,
    /// A code.
    Code(CodeColumn),
}

impl Column {
    /// The column of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let special = [Self::Person, Self::Partner, Self::FirstDay, Self::LastDay, Self::Amount];
        let found = special.into_iter().find(|column| column.name().eq_ignore_ascii_case(name));
        found.or_else(|| CodeColumn::named(name).map(Self::Code))
    }

    /// Name as in a delivery's header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "NISS",
            Self::Partner => "NNISPTN2",
            Self::FirstDay => "DPAY1STDAY",
            Self::LastDay => "DPAYLSTDAY",
            Self::Amount => "EBENCONVCM",
            Self::Code(code) => code.name(),
        }
    }
}
