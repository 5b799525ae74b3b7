//! Words that stand for no value: what databases, statistics packages and spreadsheets write where
//! there is nothing.

const WORDS: [&str; 9] = ["NULL", "NA", "N/A", "#N/A", "NaN", "None", "(null)", "\\N", "."];
const LENGTH_MAX: usize = 6;

/// Whether a text without blanks around it is such a word, in any case.
pub fn is_no_value_word(text: &str) -> bool {
    text.len() <= LENGTH_MAX && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_known_in_any_case_and_alone() {
        for word in WORDS {
            for text in [word.to_owned(), word.to_lowercase(), word.to_uppercase()] {
                assert!(is_no_value_word(&text), "{text}");
            }
        }
        for text in ["", "N", "-", "0", "NULLS", "null null", "N.A.", "non", "..", "nil"] {
            assert!(!is_no_value_word(text), "{text}");
        }
    }
}
