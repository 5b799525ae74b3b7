//! The fixed words of exports for people, in four languages, and their cells.

use crate::disclosure::{
    Cell, MARK, Member, Note, REST, ReleasedTable, ResultColumn, TOTAL, Unit, Values,
};
use crate::metric::NO_VALUE;
use crate::quarter::date_of;
use crate::render::{Language, Look, heading, people, with_name};

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// Its code in BCP 47.
    pub(super) code: &'static str,
    pub(super) cover: &'static str,
    pub(super) notes: &'static str,
    pub(super) table: &'static str,
    pub(super) contents: &'static str,
    pub(super) provenance: &'static str,
    pub(super) column: &'static str,
    pub(super) meaning: &'static str,
    pub(super) unit: &'static str,
    pub(super) symbol: &'static str,
    pub(super) undefined: &'static str,
    pub(super) not_applicable: &'static str,
    pub(super) not_delivered: &'static str,
    pub(super) partial: &'static str,
    pub(super) not_additive: &'static str,
    share_of_less: &'static str,
    rate_on_less: &'static str,
    codes_ended: &'static str,
    over: &'static str,
    over_before: &'static str,
    asked_not_delivered: &'static str,
    not_asked: &'static str,
    left_out: &'static str,
    /// Units: number, euros, percent.
    units: [&'static str; 3],
}

const EN: Words = Words {
    code: "en",
    cover: "Cover",
    notes: "Notes",
    table: "Table",
    contents: "Contents",
    provenance: "Where the figures come from",
    column: "Column",
    meaning: "Meaning",
    unit: "Unit",
    symbol: "Symbol",
    undefined: "undefined: nothing to divide by or to compare with",
    not_applicable: "not applicable: did not exist then, or is not filled in here",
    not_delivered: "not delivered yet",
    partial: "over some of its quarters only: others were not delivered, or not asked for",
    not_additive: "Do not add up over rows",
    share_of_less: "where the whole is below 0, a share is still the part divided by it: shares add up to 100 %, and their signs are opposite to those of the parts.",
    rate_on_less: "where the figure compared with is below 0, the rate is in percent of its magnitude: a rise is above 0, a fall below.",
    codes_ended: "codes of municipalities ended on {day}: {codes}. A centre has another code before than after; `cpas_today` compares it across.",
    over: "rows without a quarter or year are over the quarters delivered: {quarters}",
    over_before: "before, rows without a quarter or year were over {quarters}",
    asked_not_delivered: "asked for and not delivered: {quarters}",
    not_asked: "partial without {quarters}: not asked for",
    left_out: "figures left out, being over some of their quarters only: {count}; without {quarters}",
    units: ["number", "euros", "percent"],
};

const FR: Words = Words {
    code: "fr",
    cover: "Couverture",
    notes: "Notes",
    table: "Tableau",
    contents: "Contenu",
    provenance: "Origine des chiffres",
    column: "Colonne",
    meaning: "Signification",
    unit: "Unité",
    symbol: "Symbole",
    undefined: "indéfini : rien par quoi diviser ou à quoi comparer",
    not_applicable: "sans objet : n'existait pas alors, ou n'est pas rempli ici",
    not_delivered: "pas encore livré",
    partial: "sur une partie de ses trimestres seulement : d'autres n'ont pas été livrés, ou pas demandés",
    not_additive: "Ne s'additionnent pas d'une ligne à l'autre",
    share_of_less: "là où l'ensemble est inférieur à 0, une part reste la partie divisée par lui : les parts totalisent 100 % et leurs signes sont opposés à ceux des parties.",
    rate_on_less: "là où le chiffre de comparaison est inférieur à 0, le taux est en pour cent de sa valeur absolue : une hausse est positive, une baisse négative.",
    codes_ended: "des codes de communes ont pris fin le {day} : {codes}. Un centre a un autre code avant qu'après ; `cpas_today` permet de le comparer.",
    over: "les lignes sans trimestre ni année portent sur les trimestres livrés : {quarters}",
    over_before: "avant, les lignes sans trimestre ni année portaient sur {quarters}",
    asked_not_delivered: "demandés et non livrés : {quarters}",
    not_asked: "partiel sans {quarters} : non demandés",
    left_out: "chiffres omis, ne portant que sur une partie de leurs trimestres : {count} ; sans {quarters}",
    units: ["nombre", "euros", "pour cent"],
};

const NL: Words = Words {
    code: "nl",
    cover: "Omslag",
    notes: "Toelichting",
    table: "Tabel",
    contents: "Inhoud",
    provenance: "Herkomst van de cijfers",
    column: "Kolom",
    meaning: "Betekenis",
    unit: "Eenheid",
    symbol: "Symbool",
    undefined: "onbepaald: niets om door te delen of mee te vergelijken",
    not_applicable: "niet van toepassing: bestond toen niet, of wordt hier niet ingevuld",
    not_delivered: "nog niet geleverd",
    partial: "slechts over een deel van de kwartalen: andere zijn niet geleverd, of niet gevraagd",
    not_additive: "Mogen niet over rijen worden opgeteld",
    share_of_less: "waar het geheel onder 0 ligt, blijft een aandeel het deel gedeeld door het geheel: aandelen zijn samen 100 % en hun teken is tegengesteld aan dat van de delen.",
    rate_on_less: "waar het cijfer van de vergelijking onder 0 ligt, is de wijziging in procent van de absolute waarde ervan: een stijging is positief, een daling negatief.",
    codes_ended: "codes van gemeenten liepen af op {day}: {codes}. Een centrum heeft voordien een andere code dan nadien; `cpas_today` maakt het vergelijkbaar.",
    over: "rijen zonder kwartaal of jaar gaan over de geleverde kwartalen: {quarters}",
    over_before: "voordien gingen rijen zonder kwartaal of jaar over {quarters}",
    asked_not_delivered: "gevraagd en niet geleverd: {quarters}",
    not_asked: "gedeeltelijk zonder {quarters}: niet gevraagd",
    left_out: "cijfers weggelaten, want slechts over een deel van hun kwartalen: {count}; zonder {quarters}",
    units: ["aantal", "euro", "procent"],
};

const DE: Words = Words {
    code: "de",
    cover: "Deckblatt",
    notes: "Anmerkungen",
    table: "Tabelle",
    contents: "Inhalt",
    provenance: "Herkunft der Zahlen",
    column: "Spalte",
    meaning: "Bedeutung",
    unit: "Einheit",
    symbol: "Zeichen",
    undefined: "nicht bestimmt: nichts, wodurch zu teilen oder womit zu vergleichen wäre",
    not_applicable: "nicht zutreffend: gab es damals nicht, oder wird hier nicht ausgefüllt",
    not_delivered: "noch nicht geliefert",
    partial: "nur über einen Teil der Quartale: andere wurden nicht geliefert, oder nicht verlangt",
    not_additive: "Dürfen nicht über Zeilen addiert werden",
    share_of_less: "wo das Ganze unter 0 liegt, bleibt ein Anteil der Teil geteilt durch das Ganze: Anteile ergeben zusammen 100 %, und ihr Vorzeichen ist dem der Teile entgegengesetzt.",
    rate_on_less: "wo die Vergleichszahl unter 0 liegt, ist die Veränderung in Prozent ihres Betrags: ein Anstieg ist positiv, ein Rückgang negativ.",
    codes_ended: "Codes von Gemeinden endeten am {day}: {codes}. Ein Zentrum hat vorher einen anderen Code als nachher; `cpas_today` vergleicht es darüber hinweg.",
    over: "Zeilen ohne Quartal und Jahr umfassen die gelieferten Quartale: {quarters}",
    over_before: "zuvor umfassten Zeilen ohne Quartal und Jahr {quarters}",
    asked_not_delivered: "verlangt und nicht geliefert: {quarters}",
    not_asked: "teilweise ohne {quarters}: nicht verlangt",
    left_out: "Zahlen weggelassen, da nur über einen Teil ihrer Quartale: {count}; ohne {quarters}",
    units: ["Anzahl", "Euro", "Prozent"],
};

impl Words {
    /// The words of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Fr => &FR,
            Language::Nl => &NL,
            Language::De => &DE,
        }
    }

    /// The unit of a column's numbers; a dimension has none.
    pub(super) fn unit_of(&self, column: &ResultColumn) -> &'static str {
        match &column.values {
            Values::Members(_) | Values::Text(_) => "",
            Values::Numbers(numbers) => match numbers.unit {
                Unit::Count => self.units[0],
                Unit::Euros => self.units[1],
                Unit::Percent => self.units[2],
            },
        }
    }

    /// What a note says, as a sentence.
    fn note(&self, note: &Note) -> String {
        let of = |text: &str, quarters: &[String]| text.replace("{quarters}", &quarters.join(", "));
        match note {
            Note::ShareOfLess(column) => format!("{column}: {}", self.share_of_less),
            Note::RateOnLess(column) => format!("{column}: {}", self.rate_on_less),
            Note::Over(quarters) => of(self.over, quarters),
            Note::OverBefore(quarters) => of(self.over_before, quarters),
            Note::NotDelivered(quarters) => of(self.asked_not_delivered, quarters),
            Note::NotAsked(quarters) => of(self.not_asked, quarters),
            Note::LeftOut { count, without } => {
                of(self.left_out, without).replace("{count}", &count.to_string())
            }
            Note::CodesEnded { on, codes } => {
                let text = self.codes_ended.replace("{day}", &date_of(*on).to_string());
                text.replace("{codes}", &some_of(codes))
            }
        }
    }

    /// Symbols of cells without a number, and the status of those over some of their quarters where
    /// there are such, each with what it says.
    pub(super) fn symbols(&self, table: &ReleasedTable) -> Vec<(&'static str, &'static str)> {
        let mut symbols =
            vec![("–", self.undefined), (".", self.not_applicable), (":", self.not_delivered)];
        let is_partial = |column: &ResultColumn| match &column.values {
            Values::Numbers(numbers) => {
                numbers.cells.iter().any(|cell| matches!(cell, Cell::Partial(_) | Cell::LeftOut))
            }
            Values::Members(_) | Values::Text(_) => false,
        };
        let any = table.columns().iter().any(is_partial);
        symbols.extend(any.then_some(("partial", self.partial)));
        symbols
    }
}

/// The first codes that ended with those that took over, and how many there are where not all are
/// named.
fn some_of(codes: &[(String, String)]) -> String {
    const NAMED_MAX: usize = 3;
    let named = codes.iter().take(NAMED_MAX);
    let named: Vec<String> = named.map(|(ended, next)| format!("{ended} → {next}")).collect();
    let more =
        if codes.len() > NAMED_MAX { format!(", … ({})", codes.len()) } else { String::new() };
    named.join(", ") + &more
}

/// What a reader must know of a table, in a language.
pub fn notes(table: &ReleasedTable, language: Language) -> Vec<String> {
    table.notes().iter().map(|note| Words::of(language).note(note)).collect()
}

/// The dimensions: the columns before the first of numbers. A text after it describes a number.
pub(super) fn dimensions(table: &ReleasedTable) -> &[ResultColumn] {
    let columns = table.columns();
    let first = columns.iter().position(is_number).unwrap_or(columns.len());
    &columns[..first]
}

/// Whether a column holds numbers.
pub(super) fn is_number(column: &ResultColumn) -> bool {
    matches!(column.values, Values::Numbers(_))
}

/// A value as it is shown, marked where it reads as no value or as a row over several in the
/// language, or as such a one so marked.
fn told_apart(shown: String, language: Language) -> String {
    let bare = shown.trim_start_matches(MARK);
    // `total` and `rest` themselves are marked in every format.
    let is_marked = [TOTAL, REST].contains(&bare);
    let reads_so = || [TOTAL, REST, NO_VALUE].iter().any(|it| heading(it, language) == bare);
    if !is_marked && reads_so() { format!("{MARK}{shown}") } else { shown }
}

/// A cell for people: values of dimensions with their name, numbers grouped.
pub(super) fn cell(column: &ResultColumn, row: usize, look: Look<'_>) -> String {
    let texts = match &column.values {
        numbers @ Values::Numbers(_) => return people(numbers, row, look.language),
        texts => texts,
    };
    let Some(text) = texts.text(row) else {
        let said = if column.is_status() { "" } else { NO_VALUE };
        return heading(said, look.language);
    };
    let shown = with_name(&column.name, &text, look);
    let is_value =
        |members: &[Member]| members.get(row).is_some_and(|it| matches!(it, Member::Value(_)));
    match texts {
        Values::Members(members) if is_value(members) => told_apart(shown, look.language),
        _ => shown,
    }
}
