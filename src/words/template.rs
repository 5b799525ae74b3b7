//! A template's way back: the values that a text, which was made from a template, has in the place of
//! its placeholders.

/// A placeholder's name and the value in its place.
pub(crate) type Value<'t> = (&'static str, &'t str);

/// The values of a text that was made from a template; none where it was not, or where a value is
/// not one that its placeholder can have.
pub(crate) fn values_of<'t>(
    template: &'static str,
    text: &'t str,
    can_be: &dyn Fn(&str, &str) -> bool,
) -> Option<Vec<Value<'t>>> {
    let Some((literal, behind)) = template.split_once('{') else {
        return (template == text).then(Vec::new);
    };
    let rest = text.strip_prefix(literal)?;
    let (name, template) = behind.split_once('}')?;
    // The shortest value that lets the rest be made from the rest of the template.
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]).skip(1);
    ends.filter(|end| can_be(name, &rest[..*end])).find_map(|end| {
        let mut values = values_of(template, &rest[end..], can_be)?;
        values.insert(0, (name, &rest[..end]));
        Some(values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_and_what_was_not_made_so_has_none() {
        let digits = |name: &str, value: &str| name == "any" || value.parse::<u32>().is_ok();
        let cases: [(&'static str, &str, Option<&[Value<'_>]>); 5] = [
            ("of {n} rows", "of 12 rows", Some(&[("n", "12")])),
            ("of {n} rows", "of x rows", None),
            ("{any}; then {any}", "a; then b; then c", Some(&[("any", "a"), ("any", "b; then c")])),
            ("{any} é", "ü é", Some(&[("any", "ü")])),
            ("none", "none ", None),
        ];
        for (template, text, expected) in cases {
            let found = values_of(template, text, &digits);
            assert_eq!(found.as_deref(), expected, "{template}");
        }
    }
}
