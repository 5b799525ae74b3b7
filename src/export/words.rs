//! What exports for people say in words: headings, cells, symbols, notes, where figures come from.

use std::collections::BTreeSet;

use crate::disclosure::{
    Cell, MARK, Member, Note, REST, ReleasedTable, ResultColumn, STATUS_ENDING, TOTAL, Unit, Values,
};
use crate::metric::{Dimension, NO_VALUE};
use crate::render::{
    Language, Look, heading as named, label, meaning as meaning_of_name, meaning_of_formula,
    people, with_label, with_name,
};
use crate::words::Words;

/// Endings of columns that stand beside that of a metric, and the keys of their headings.
const BESIDE: [(&str, &str); 4] = [
    (STATUS_ENDING, "heading_of.status"),
    ("_before", "heading_of.before"),
    ("_after", "heading_of.after"),
    ("_difference", "heading_of.difference"),
];

/// What stands above a column: its name in English, otherwise its label, where it has one.
pub(super) fn heading(table: &ReleasedTable, name: &str, language: Language) -> String {
    let words = Words::of(language);
    if language == Language::En {
        return name.to_owned();
    }
    if words.find("heading", name).is_some() {
        return words.heading(name).to_owned();
    }
    if let Some(derived) = table.derived(name) {
        let own = label(&derived.label, language);
        return if own.is_empty() { name } else { own }.to_owned();
    }
    let beside = BESIDE.iter().find_map(|(ending, key)| Some((name.strip_suffix(ending)?, key)));
    match beside {
        Some((of, key)) => words.fill(key, &[("column", &heading(table, of, language))]),
        None => name.to_owned(),
    }
}

/// What stands above a column of a publication: its label in every language, as a sentence begins.
pub(super) fn titled(table: &ReleasedTable, name: &str, language: Language) -> String {
    capital(&labelled(table, name, language))
}

fn labelled(table: &ReleasedTable, name: &str, language: Language) -> String {
    let words = Words::of(language);
    if let Some(own) = words.find("heading", name) {
        return own.to_owned();
    }
    if let Some(derived) = table.derived(name) {
        let own = match language {
            // Another language's label would be worse than the name.
            Language::En => derived.label.en.as_str(),
            language => label(&derived.label, language),
        };
        return if own.is_empty() { name.replace('_', " ") } else { own.to_owned() };
    }
    let beside = BESIDE.iter().find_map(|(ending, key)| Some((name.strip_suffix(ending)?, key)));
    match beside {
        Some((of, key)) => words.fill(key, &[("column", &labelled(table, of, language))]),
        None => name.replace('_', " "),
    }
}

/// A text with a capital letter at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a column says; of columns that explain others, the label alone.
pub(super) fn meaning(table: &ReleasedTable, column: &ResultColumn, language: Language) -> String {
    let name = &column.name;
    let of_formula = || Some(meaning_of_formula(&table.derived(name)?.formula, language));
    let known = meaning_of_name(name, language).map(str::to_owned);
    known.or_else(of_formula).unwrap_or_else(|| heading(table, name, language))
}

/// The unit of a column's numbers; a dimension has none.
pub(super) fn unit_of(column: &ResultColumn, words: &'static Words) -> &'static str {
    match &column.values {
        Values::Members(_) | Values::Text(_) => "",
        Values::Numbers(numbers) => match numbers.unit {
            Unit::Count => words.text("unit.count"),
            Unit::Label => "",
            Unit::Euros => words.text("unit.euros"),
            Unit::Percent => words.text("unit.percent"),
        },
    }
}

/// What a reader must know of a table, in a language.
pub(crate) fn notes(table: &ReleasedTable, language: Language) -> Vec<String> {
    table.notes().iter().map(|it| note(table, it, language, heading)).collect()
}

/// What stands above a column of a name.
type Above = fn(&ReleasedTable, &str, Language) -> String;

/// What a note says, as a sentence.
pub(super) fn note(table: &ReleasedTable, note: &Note, language: Language, above: Above) -> String {
    let words = Words::of(language);
    let of_column =
        |key, column: &str| words.fill(key, &[("column", &above(table, column, language))]);
    let of_quarters =
        |key, quarters: &[String]| words.fill(key, &[("quarters", &words.all_quarters(quarters))]);
    match note {
        Note::ShareOfLess(column) => of_column("note.share_of_less", column),
        Note::RateOnLess(column) => of_column("note.rate_on_less", column),
        Note::Over(quarters) => of_quarters("note.over", quarters),
        Note::OverBefore(quarters) => of_quarters("note.over_before", quarters),
        Note::NotDelivered(quarters) => of_quarters("note.asked_not_delivered", quarters),
        Note::NotAsked(quarters) => of_quarters("note.not_asked", quarters),
        Note::LeftOut { count, without } => {
            let quarters = words.all_quarters(without);
            words.fill("note.left_out", &[("count", &*count.to_string()), ("quarters", &quarters)])
        }
        Note::CodesEnded { on, codes } => {
            let values = [("day", &*words.day(*on)), ("codes", &some_of(codes))];
            words.fill("note.codes_ended", &values)
        }
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

/// Symbols of cells without a number, and the status of those over some of their quarters where
/// there are such, each with what it says.
pub(super) fn symbols(
    table: &ReleasedTable,
    words: &'static Words,
) -> Vec<(&'static str, &'static str)> {
    let mut symbols = vec![
        ("–", words.text("status_meaning.undefined")),
        (".", words.text("status_meaning.not_applicable")),
        (":", words.text("status_meaning.not_delivered")),
    ];
    let is_partial = |column: &ResultColumn| match &column.values {
        Values::Numbers(numbers) => {
            numbers.cells.iter().any(|it| matches!(it, Cell::Partial(_) | Cell::LeftOut))
        }
        Values::Members(_) | Values::Text(_) => false,
    };
    let partial = (words.text("status.partial"), words.text("status_meaning.partial"));
    symbols.extend(table.columns().iter().any(is_partial).then_some(partial));
    symbols
}

/// The counts that do not add up over rows, by what stands above them.
pub(super) fn not_additive(table: &ReleasedTable, language: Language) -> Option<String> {
    let names = table.not_additive();
    let names: Vec<_> = names.iter().map(|name| heading(table, name, language)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What a condition such as `region=04000` asks for.
pub(super) fn condition(condition: &str, look: Look<'_>) -> String {
    let words = Words::of(look.language);
    let Some((name, value)) = condition.split_once('=') else { return condition.to_owned() };
    let lacks = Dimension::named(name)
        .is_some_and(|it| value == NO_VALUE || (it.may_lack_value() && value == it.no_value()));
    let value = match look.language {
        Language::En => value.to_owned(),
        _ if lacks => named(NO_VALUE, look.language).to_owned(),
        _ => with_name(name, value, look),
    };
    let values = [("dimension", named(name, look.language)), ("value", &*value)];
    words.fill("table.condition", &values)
}

/// The dimensions: the columns before the first of numbers. A text after it describes a number.
pub(crate) fn dimensions(table: &ReleasedTable) -> &[ResultColumn] {
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
    let reads_so = || [TOTAL, REST, NO_VALUE].iter().any(|it| named(it, language) == bare);
    if !is_marked && reads_so() { format!("{MARK}{shown}") } else { shown }
}

/// What a dimension is of, for a publication: its label in every language; a word begins as a
/// sentence does, what delivery or query brought stays as it is.
pub(super) fn member_text(name: &str, member: &Member, look: Look<'_>) -> String {
    let language = look.language;
    let Some(text) = member.text() else {
        // Every person has a sex, every centre a place: it is not known, where it is not there.
        let has_one =
            Dimension::named(name).is_some_and(|it| it.is_of_place() || it == Dimension::Sex);
        let word = if has_one {
            Words::of(language).text("member.not_known")
        } else {
            named(NO_VALUE, language)
        };
        return capital(word);
    };
    let shown = with_label(name, &text, look);
    if !matches!(member, Member::Value(_)) {
        return capital(&shown);
    }
    if shown != *text {
        return capital(&shown);
    }
    let bare = shown.trim_start_matches(MARK).to_lowercase();
    let is_marked = shown.starts_with(MARK) && [TOTAL, REST].contains(&&*bare);
    let reads_so = [TOTAL, REST, NO_VALUE].iter().any(|it| named(it, language) == bare);
    if reads_so && !is_marked { format!("{MARK}{shown}") } else { shown }
}

/// Dimensions whose values are codes with names.
const PLACES: [&str; 4] = ["cpas", "cpas_today", "province", "region"];

/// The dimensions of places that their names alone tell apart.
pub(super) fn bare_places<'c>(
    columns: impl IntoIterator<Item = &'c ResultColumn>,
    look: Look<'_>,
) -> Vec<&'c str> {
    let is_bare = |column: &&ResultColumn| {
        let Values::Members(members) = &column.values else { return false };
        let members: BTreeSet<&Member> = members.iter().collect();
        let texts = members.iter().map(|it| member_text(&column.name, it, look));
        let names: BTreeSet<String> = texts.map(|it| name_of_place(&it).to_owned()).collect();
        PLACES.contains(&&*column.name) && names.len() == members.len()
    };
    columns.into_iter().filter(is_bare).map(|it| it.name.as_str()).collect()
}

/// `04000 Brussels` without its code.
pub(super) fn name_of_place(text: &str) -> &str {
    match text.split_once(' ') {
        Some((code, name)) if code.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => text,
    }
}

/// The title of a table.
pub(super) fn label_of(table: &ReleasedTable, look: Look<'_>) -> String {
    label(table.title(), look.language).to_owned()
}

/// A text that is no dimension's, for a publication.
pub(super) fn text_of(name: &str, text: Option<&str>, look: Look<'_>) -> String {
    text.map_or_else(String::new, |text| with_label(name, text, look))
}

/// A cell for people: values of dimensions with their name, numbers grouped.
pub(super) fn cell(column: &ResultColumn, row: usize, look: Look<'_>) -> String {
    let texts = match &column.values {
        numbers @ Values::Numbers(_) => return people(numbers, row, look.language),
        texts => texts,
    };
    let Some(text) = texts.text(row) else {
        let said = if column.is_status() { "" } else { named(NO_VALUE, look.language) };
        return said.to_owned();
    };
    let shown = with_name(&column.name, &text, look);
    let is_value =
        |members: &[Member]| members.get(row).is_some_and(|it| matches!(it, Member::Value(_)));
    match texts {
        Values::Members(members) if is_value(members) => told_apart(shown, look.language),
        _ => shown,
    }
}

/// A name of programs as people say it.
pub(super) fn spoken(name: &str) -> String {
    name.replace('_', " ")
}
