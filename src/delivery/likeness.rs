//! What makes the name of a column like that of a variable.
//!
//! In: two names. Out: how they are alike, the most certain first. Never: a header, which only has names.
//!
//! Names are compared without case, accents, blanks and marks, with letters of other scripts read as
//! those they look like. A name is near another when it is the same then, when it holds it or is half
//! of it, when at most two letters differ (one in short names, three in long ones), or when it begins
//! alike.

use unicode_normalization::UnicodeNormalization as _;

use crate::document::nearest;
use crate::finding::shown;

/// What makes a name like another, the most certain first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// The same but for these characters.
    LookAlike(Vec<char>),
    /// The same but for blanks, marks and accents.
    Marks,
    /// A second column of the name, as pandas calls it.
    Second,
    /// The name without its end.
    CutOff,
    /// One letter differs.
    OneLetter,
    /// It holds the name.
    Holds,
    /// Two letters differ.
    TwoLetters,
    /// It is a part of the name.
    Part,
    /// Three letters differ.
    ThreeLetters,
    /// It begins alike.
    Beginning,
}

/// `EBENCONVCM.1` for `EBENCONVCM`.
pub(super) fn is_second(name: &str, known: &str) -> bool {
    let (base, number) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    numbered && base.trim().eq_ignore_ascii_case(known)
}

/// The name that a variable probably has in a header, with what is not seen of it.
pub(super) fn probable(variable: &str, names: &[&str]) -> Option<String> {
    let like = names.iter().filter_map(|name| Some((likeness(name, variable)?, *name)));
    let near = like.min().map(|(_, name)| name);
    let near = near.or_else(|| nearest(variable, names.iter().copied()))?;
    let strange = strange(near);
    let written = if strange.is_empty() {
        String::new()
    } else {
        format!(", written with {}", points(&strange))
    };
    Some(format!("{}{written}", shown(near)))
}

/// What makes `name` like `variable`, if anything does.
pub(super) fn likeness(name: &str, variable: &str) -> Option<Likeness> {
    let (own, other) = (folded(name), folded(variable));
    if own == other {
        let characters = strange(name);
        let marks = characters.is_empty();
        return Some(if marks { Likeness::Marks } else { Likeness::LookAlike(characters) });
    }
    if is_written_like(&own, &other) {
        return Some(Likeness::LookAlike(strange(name)));
    }
    if is_second(name, variable) {
        return Some(Likeness::Second);
    }
    // A name cut off to eight characters, and one with another ending.
    let alike = own.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    if alike == own.len() && alike * 2 >= other.len() {
        return Some(Likeness::CutOff);
    }
    match strsim::damerau_levenshtein(&own, &other) {
        1 => Some(Likeness::OneLetter),
        _ if own.contains(&other) => Some(Likeness::Holds),
        2 if other.len() >= LONG => Some(Likeness::TwoLetters),
        _ if own.len() >= PART_MIN && own.len() * 2 >= other.len() && other.contains(&own) => {
            Some(Likeness::Part)
        }
        3 if other.len() >= VERY_LONG => Some(Likeness::ThreeLetters),
        _ => (alike * 4 >= other.len() * 3).then_some(Likeness::Beginning),
    }
}

/// Whether half of the letters are those of the other name, and the rest of other scripts: nobody has
/// a list of all that look alike.
fn is_written_like(own: &str, other: &str) -> bool {
    let letters = own.chars().filter(char::is_ascii).count();
    let fits = |(own, other): (char, char)| own == other || !own.is_ascii();
    own.chars().count() == other.len()
        && letters * 2 >= other.len()
        && own.chars().zip(other.chars()).all(fits)
}

pub(super) fn letters_apart(name: &str, variable: &str) -> usize {
    strsim::damerau_levenshtein(&folded(name), &folded(variable))
}

/// In names of so many letters, two may differ.
const LONG: usize = 6;

/// In names of so many letters, three may.
const VERY_LONG: usize = 9;

/// A part of a name has so many letters.
const PART_MIN: usize = 4;

/// Characters that no name of a variable has, blanks aside.
fn strange(name: &str) -> Vec<char> {
    let mut characters: Vec<char> =
        name.chars().filter(|it| !it.is_ascii() && !it.is_whitespace()).collect();
    characters.dedup();
    characters
}

pub(super) fn points(characters: &[char]) -> String {
    const SHOWN: usize = 3;
    let points = characters.iter().take(SHOWN).map(|it| format!("U+{:04X}", u32::from(*it)));
    let more = if characters.len() > SHOWN { " and others" } else { "" };
    format!("{}{more}", points.collect::<Vec<_>>().join(", "))
}

/// Letters and digits alone, in capitals of ASCII where they are or look like them: Unicode says which
/// characters are a letter in another form (bold, of full width, in a circle) or with an accent.
fn folded(name: &str) -> String {
    let capitals = name.nfkd().flat_map(char::to_uppercase);
    capitals.filter(|it| it.is_alphanumeric()).map(look_alike).collect()
}

/// The capital of ASCII that a capital letter looks like: Cyrillic, Greek, or a small capital.
fn look_alike(capital: char) -> char {
    match capital {
        'А' | 'Α' | 'ᴀ' => 'A',
        'В' | 'Β' | 'ʙ' => 'B',
        'С' | 'Ϲ' | 'ᴄ' => 'C',
        'ᴅ' => 'D',
        'Е' | 'Ε' | 'ᴇ' => 'E',
        'ꜰ' => 'F',
        'Ԍ' | 'ɢ' => 'G',
        'Н' | 'Η' | 'ʜ' => 'H',
        'І' | 'Ӏ' | 'Ι' | 'ı' | 'ɪ' | 'Ɪ' => 'I',
        'Ј' | 'ᴊ' => 'J',
        'К' | 'Κ' | 'ᴋ' => 'K',
        'ʟ' => 'L',
        'М' | 'Μ' | 'ᴍ' => 'M',
        'Ν' | 'ɴ' => 'N',
        'О' | 'Ο' | 'Ø' | 'ᴏ' => 'O',
        'Р' | 'Ρ' | 'ᴘ' => 'P',
        'ʀ' | 'Ʀ' => 'R',
        'Ѕ' | 'ꜱ' => 'S',
        'Т' | 'Τ' | 'ᴛ' => 'T',
        'ᴜ' => 'U',
        'ᴠ' => 'V',
        'Ԝ' | 'ᴡ' => 'W',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' | 'ʏ' => 'Y',
        'Ζ' | 'ᴢ' => 'Z',
        other => other,
    }
}
