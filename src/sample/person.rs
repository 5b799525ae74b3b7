//! An invented person: identifier, centre, and the spells of measures over the years.

use chrono::{Datelike as _, NaiveDate};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::row::Row;
use crate::dictionary::{Municipality, Places, Validity};
use crate::quarter::{Day, Quarter, QuarterRange, date_of, day_of, end_of_month};

/// First and last year in which spells can begin.
const YEARS: std::ops::Range<i32> = 2002..2027;
/// Spells of one person at most.
const SPELLS_MAX: u32 = 4;
/// Months of one spell at most.
const SPELL_MONTHS_MAX: i32 = 24;

/// An invented person.
#[derive(Debug)]
pub(super) struct Person<'a> {
    niss: String,
    partner: Option<String>,
    centre: &'a Centre,
    asylum_seeker: bool,
    spells: Vec<Spell>,
}

/// Consecutive months in one measure.
#[derive(Debug)]
struct Spell {
    first_day: Day,
    last_day: Day,
    legislation: &'static str,
    measure: Measure,
    /// Day of the convention's row, its guidance, and its amount in cents if it was noted.
    convention: Option<(Day, &'static str, Option<i64>)>,
}

/// What leads to a measure, in the codes of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Article60,
    Article61,
    SocialEconomy,
    Ptp,
    Sine,
    Interim,
    Activa,
    Activation,
    ConventionOnly,
    Piis,
    SocioProfessional,
    Nothing,
}

impl<'a> Person<'a> {
    pub(super) fn draw(random: &mut ChaCha8Rng, centres: &'a [Centre]) -> Self {
        let centre = &centres[random.random_range(0..centres.len())];
        let spells = (0..random.random_range(1..=SPELLS_MAX)).map(|_| Spell::draw(random));
        let spells: Vec<Spell> = spells.collect();
        Self {
            niss: niss(random),
            partner: random.random_ratio(1, 6).then(|| niss(random)),
            centre,
            asylum_seeker: random.random_ratio(1, 12),
            spells,
        }
    }

    /// The rows of the months that touch the window.
    pub(super) fn rows(&self, window: QuarterRange, random: &mut ChaCha8Rng, rows: &mut Vec<Row>) {
        let (start, end) = (window.first().first_day(), window.last().last_day());
        for spell in &self.spells {
            let mut first = spell.first_day;
            while first <= spell.last_day {
                // Some rows run over two months, and so at times over two quarters.
                let month_end = end_of_month(first);
                let long = random.random_ratio(1, 20);
                let natural = if long { end_of_month(month_end + 1) } else { month_end };
                let last = natural.min(spell.last_day);
                if first <= end && start <= last {
                    rows.push(self.row(spell, first, last, random));
                }
                first = last + 1;
            }
        }
        rows.sort_by_cached_key(|row| (row.first_day, row.line()));
        rows.dedup_by(|a, b| a.line() == b.line());
    }

    fn row(&self, spell: &Spell, first: Day, last: Day, random: &mut ChaCha8Rng) -> Row {
        let mut row = Row::new(first, last);
        let new_codes = date_of(first).year() >= 2016;
        let integration = spell.legislation == "1";
        row.set("NISS", self.niss.clone());
        row.set("CPAS", self.centre.code_on(first));
        row.set("LEGISLATION", spell.legislation);
        if last == end_of_month(first) && random.random_ratio(1, 100) {
            row.set("DPAYLSTDAY", "");
        }
        spell.measure.set_codes(&mut row, integration, new_codes);
        let since_2005 = date_of(first).year() >= 2005;
        // The organic law knows no partner.
        if since_2005
            && spell.legislation != "6"
            && let Some(partner) = &self.partner
        {
            row.set("NNISPTN2", partner.clone());
        }
        let covers = |day: Day| first <= day && day <= last;
        let convention = spell.convention.filter(|(day, ..)| since_2005 && covers(*day));
        // The codes of CBENCONV are documented from 2006 on; the organic law does not fill it in.
        let none = if date_of(first).year() >= 2006 && spell.legislation != "6" { "0" } else { "" };
        row.set("CBENCONV", convention.map_or(none, |(_, guidance, _)| guidance));
        if let Some((.., Some(cents))) = convention {
            let sign = if cents < 0 { "-" } else { "" };
            row.set("EBENCONVCM", format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100));
        }
        if new_codes && spell.legislation == "2" {
            let asylum = self.asylum_seeker
                && !matches!(spell.measure, Measure::Article61 | Measure::Activation);
            row.set("STS_CNT_ID", if asylum { "B" } else { "I" });
        }
        if new_codes && integration {
            row.set("CAT_CNT_ID", ["1", "2", "3"][random.random_range(0..3)]);
        }
        if since_2005 && spell.legislation == "2" {
            row.set("NDOSSFX", "00");
        }
        row.set("TYPAMT_ID", if random.random_ratio(1, 30) { "4" } else { "1" });
        row
    }
}

/// A centre: the codes that its municipality has had and when they were valid, the latest first.
#[derive(Debug)]
pub(super) struct Centre(Vec<(String, Validity)>);

impl Centre {
    /// The municipalities of today, each with one of those whose territory it took over.
    pub(super) fn all(places: &Places) -> Vec<Self> {
        let municipalities = places.municipalities();
        let before = |later: &&Municipality| {
            let begins = later.validity.from?;
            let part = |it: &&Municipality| {
                it.successor.as_ref().is_some_and(|it| it.nis == later.nis && it.on == begins)
            };
            let parts = || municipalities.iter().filter(part);
            parts().find(|it| it.province == later.province).or_else(|| parts().next())
        };
        let codes = |today| {
            let codes = std::iter::successors(Some(today), before);
            Self(codes.map(|it| (it.nis.to_string(), it.validity)).collect())
        };
        municipalities.iter().filter(|it| it.successor.is_none()).map(codes).collect()
    }

    /// The code that was valid on a day.
    fn code_on(&self, day: Day) -> &str {
        let valid = self.0.iter().find(|(_, validity)| validity.contains(day));
        valid.or(self.0.first()).map_or("", |(code, _)| code)
    }
}

impl Spell {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        let (year, month) = (random.random_range(YEARS), random.random_range(1..=12));
        let late_start = random.random_ratio(1, 5);
        let day = if late_start { random.random_range(2..=28) } else { 1 };
        let first_day = NaiveDate::from_ymd_opt(year, month, day).map_or(0, day_of);
        let first_day = first_day.max(Quarter::SOURCE_START.first_day());
        let mut last_day = end_of_month(first_day);
        for _ in 1..random.random_range(1..=SPELL_MONTHS_MAX) {
            last_day = end_of_month(last_day + 1);
        }
        if random.random_ratio(1, 10) {
            last_day = first_day.max(last_day - random.random_range(1..15));
        }
        let legislation = match random.random_range(0..100) {
            0..=68 => "1",
            69..=97 => "2",
            _ => "6",
        };
        let measure = Measure::draw(legislation, random);
        let convention = Self::draw_convention(measure, first_day, last_day, random);
        let convention = convention.filter(|_| legislation != "6");
        Self { first_day, last_day, legislation, measure, convention }
    }

    /// Under a convention the State repays a fixed amount once; a few are noted late, not at all,
    /// with odd cents, or taken back.
    fn draw_convention(
        measure: Measure,
        first_day: Day,
        last_day: Day,
        random: &mut ChaCha8Rng,
    ) -> Option<(Day, &'static str, Option<i64>)> {
        let under = measure == Measure::ConventionOnly || random.random_ratio(1, 4);
        if !under {
            return None;
        }
        let day = random.random_range(first_day..=last_day);
        let (guidance, fixed) = if random.random_bool(0.4) { ("1", 25_000) } else { ("2", 50_000) };
        let cents = match random.random_range(0..100) {
            0..=2 => None,
            3..=5 => Some(-fixed),
            6..=8 => Some(fixed - random.random_range(1..10_000)),
            _ => Some(fixed),
        };
        Some((day, guidance, cents))
    }
}

impl Measure {
    fn draw(legislation: &str, random: &mut ChaCha8Rng) -> Self {
        let weighted: &[(u32, Self)] = match legislation {
            "1" => &[
                (30, Self::Article60),
                (8, Self::Article61),
                (6, Self::SocialEconomy),
                (4, Self::Ptp),
                (6, Self::Sine),
                (2, Self::Interim),
                (8, Self::Activa),
                (20, Self::Piis),
                (8, Self::SocioProfessional),
                (6, Self::ConventionOnly),
                (2, Self::Nothing),
            ],
            "2" => &[
                (60, Self::Article60),
                (8, Self::SocialEconomy),
                (8, Self::Article61),
                (10, Self::Activation),
                (12, Self::ConventionOnly),
                (2, Self::Nothing),
            ],
            _ => &[(1, Self::Nothing)],
        };
        let total: u32 = weighted.iter().map(|(weight, _)| weight).sum();
        let mut drawn = random.random_range(0..total);
        for (weight, measure) in weighted {
            if drawn < *weight {
                return *measure;
            }
            drawn -= weight;
        }
        Self::Nothing
    }

    /// The codes that lead to the measure in the regime and period. Until 2015 the regime of
    /// integration has no known codes for most measures: such rows stay unclassified.
    fn set_codes(self, row: &mut Row, integration: bool, new_codes: bool) {
        if integration {
            let budget_article = match (self, new_codes) {
                (Self::Article61, true) => "108",
                (Self::Article61, false) => "1173",
                (Self::Article60, true) => ["115", "116"][usize::from(row.first_day % 2 == 0)],
                (Self::SocialEconomy, true) => "114",
                (Self::Ptp, true) => "118",
                (Self::Sine, true) => "119",
                (Self::Interim, true) => "120",
                (Self::Activa, true) => "121",
                _ => "",
            };
            row.set("BUDART_ID", budget_article);
            let general = NaiveDate::from_ymd_opt(2016, 11, 1).map_or(0, day_of);
            let piis = if row.first_day >= general { "11" } else { "09" };
            let piis = if self == Self::Piis { piis } else { "0" };
            row.set("CBENIDVTYP", piis);
            row.set("CBENITGTYP", if self == Self::SocioProfessional { "01" } else { "0" });
            return;
        }
        let kind_of_aid = match (self, new_codes) {
            (Self::Article60 | Self::SocialEconomy, true) => "114",
            (Self::Article60 | Self::SocialEconomy, false) => "60",
            (Self::Article61, true) => "115",
            (Self::Article61, false) => "61",
            (Self::Activation, true) => "113",
            (Self::Activation, false) => "59",
            _ => "",
        };
        row.set("THP_ID", kind_of_aid);
        if self == Self::SocialEconomy {
            row.set("CTYPHLP", "60");
            row.set("CA60BENPLC", "15");
        } else if self == Self::Article60 {
            row.set("CTYPHLP", "60");
            row.set("CA60BENPLC", "01");
        }
    }
}

/// A number that is valid and drawn, not taken from anywhere.
fn niss(random: &mut ChaCha8Rng) -> String {
    let year = random.random_range(1940..=2005);
    let (month, day) = (random.random_range(1..=12), random.random_range(1..=28));
    let sequence = random.random_range(1..=998);
    let month = match random.random_range(0..100) {
        0..=2 => month + 40,
        3 => month + 20,
        4 => 0,
        _ => month,
    };
    let body: i64 = i64::from(year % 100) * 10_000_000
        + i64::from(month) * 100_000
        + i64::from(day) * 1_000
        + i64::from(sequence);
    let checked = if year >= 2000 { 2_000_000_000 + body } else { body };
    format!("{body:09}{:02}", 97 - checked % 97)
}
