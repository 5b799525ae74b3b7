//! Delivery ids in file names, and as they are written by mistake: with a month of one digit, other
//! marks, other digits.

/// The one calendar id that `text` seems to mean; `None` where it means none, or several.
pub(crate) fn near_id(text: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for numbers in groups(text) {
        match numbers.as_slice() {
            [both] => {
                let parts = both.split_at_checked(4);
                found.extend(parts.and_then(|(year, month)| id_of(year, month)));
            }
            [one, other] => found.extend(id_of(one, other).or_else(|| id_of(other, one))),
            // A third number makes a day of it.
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    match found.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Every calendar id that stands in a file name as it should, each once; a day is none.
pub(super) fn ids_in(file: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for token in file.split(|it: char| !it.is_ascii_digit() && it != '-') {
        let id = token.split_once('-').and_then(|(year, month)| id_of(year, month));
        ids.extend(id.filter(|id| id == token && !ids.contains(id)));
    }
    ids
}

/// The calendar id of a year and a month.
fn id_of(year: &str, month: &str) -> Option<String> {
    let month = match month {
        "5" | "05" => "05",
        "11" => "11",
        _ => return None,
    };
    let plausible = year.len() == 4 && year.starts_with("20");
    plausible.then(|| format!("{year}-{month}"))
}

/// The numbers of a text; those with one mark between them stand together.
fn groups(text: &str) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<String>> = vec![Vec::new()];
    let mut last = None;
    for character in text.chars() {
        let Some(digit) = digit_of(character) else {
            if character.is_alphanumeric() || last.is_some_and(|it| digit_of(it).is_none()) {
                groups.push(Vec::new());
            }
            last = Some(character);
            continue;
        };
        if let Some(group) = groups.last_mut() {
            match group.last_mut().filter(|_| last.is_some_and(|it| digit_of(it).is_some())) {
                Some(number) => number.push(digit),
                None => group.push(digit.to_string()),
            }
        }
        last = Some(character);
    }
    groups
}

/// A digit as ours: those of full width look alike.
fn digit_of(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '\u{FF10}'..='\u{FF19}' => char::from_u32(u32::from(character) - 0xFF10 + u32::from('0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_that_is_meant_is_found_and_a_day_or_two_ids_are_none() {
        for text in [
            "2008-5",
            "2008_05",
            "200805",
            "05-2008",
            "5/2008",
            "２００８-05",
            "2008–05",
            " 2008-05",
        ] {
            assert_eq!(near_id(text).as_deref(), Some("2008-05"), "{text}");
        }
        for text in
            ["2008-06", "2008-05-13", "20080513", "2008-05 2008-11", "x", "", "5", "2008 - 5"]
        {
            assert_eq!(near_id(text), None, "{text}");
        }
        assert_eq!(near_id("export_2008-5_v2.csv").as_deref(), Some("2008-05"));
    }

    #[test]
    fn ids_stand_alone_in_a_file_name() {
        assert_eq!(ids_in("a_2007-05_2007-11.2007-05.csv"), ["2007-05", "2007-11"]);
        assert_eq!(ids_in("a_2007-05_2008-05-13_12007-05_2007-06.csv"), ["2007-05"]);
    }
}
