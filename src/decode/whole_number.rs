//! Numbers that a program has written as floats, although they are whole.

/// The whole number that a decimal number is, where nothing but zeros follows its mark.
pub fn whole_number(text: &str) -> Option<&str> {
    let (whole, decimals) = text.split_once(['.', ','])?;
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let zeros = !decimals.is_empty() && decimals.bytes().all(|byte| byte == b'0');
    (zeros && is_digits(digits)).then_some(whole)
}

/// Whether a text is digits of ASCII and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::whole_number;

    #[test]
    fn only_zeros_after_its_mark_make_a_decimal_number_a_whole_one() {
        let cases =
            [("1.0", "1"), ("0,00", "0"), ("21004.0", "21004"), ("00.0", "00"), ("-1.0", "-1")];
        for (text, expected) in cases {
            assert_eq!(whole_number(text), Some(expected));
        }
        for text in ["1", ".0", "1.", "1.5", "1.0.0", "+1.0", "1,0 ", "A.0", "-.0", "1.0,0", ""] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }
}
