//! Several values in one text, as on the command line: divided by commas. A comma within a value has
//! a backslash before it.

/// What divides the values.
pub(crate) const DELIMITER: char = ',';

/// The values of a text, without blanks around them.
pub(crate) fn listed(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_escape = character == '\\' && characters.peek() == Some(&DELIMITER);
        match (is_escape, values.last_mut()) {
            (false, _) if character == DELIMITER => values.push(String::new()),
            (true, Some(value)) => value.extend(characters.next()),
            (false, Some(value)) => value.push(character),
            (_, None) => {}
        }
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

/// A value as it is written in such a text.
pub(crate) fn written(value: &str) -> String {
    value.replace(DELIMITER, "\\,")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for value in ["", "a", "a,b", "\\", "\\,", ",", "a\\b", "é, ü"] {
            assert_eq!(listed(&written(value)), [value.trim()], "{value}");
            let twice = format!("x,{}", written(value));
            assert_eq!(listed(&twice), ["x", value.trim()], "{value}");
        }
        assert_eq!(listed("a , b,,"), ["a", "b", "", ""]);
    }
}
