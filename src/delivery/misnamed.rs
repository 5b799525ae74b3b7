//! Columns whose name seems to be meant for a known variable that the file does not have.
//!
//! In: headers, and the names that the user says are something else. Out: each misnamed column with
//! what its name is like. Never: a column of amounts that is left out because of one letter.

use super::Delivery;
use super::header::Header;
use super::likeness::{Likeness, is_second, letters_apart, likeness, points};
use crate::document::nearest;
use crate::finding::shown;

/// A column that may be a variable under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnamed {
    /// The name in the header.
    pub name: String,
    /// The known variable.
    pub variable: &'static str,
    likeness: Likeness,
    /// Whether the file has no column of the variable.
    missing: bool,
}

impl Misnamed {
    /// What the name is like, and what is wrong with that.
    pub fn reason(&self) -> String {
        let variable = self.variable;
        let like = match &self.likeness {
            Likeness::LookAlike(characters) => {
                format!("looks the same, but is written with {}", points(characters))
            }
            Likeness::Marks => "is the same but for marks or blanks".to_owned(),
            Likeness::Second => "is what pandas calls a second column of that name".to_owned(),
            Likeness::CutOff => "is that name cut off".to_owned(),
            Likeness::OneLetter => "is the same but for one letter".to_owned(),
            Likeness::Holds => "holds that name".to_owned(),
            Likeness::TwoLetters => "is the same but for two letters".to_owned(),
            Likeness::Part => "is a part of that name".to_owned(),
            Likeness::ThreeLetters => "is the same but for three letters".to_owned(),
            Likeness::Beginning => "begins alike".to_owned(),
        };
        if self.missing {
            format!("there is no `{variable}`, and it {like}")
        } else {
            format!("there is `{variable}`, and it {like}; which of them counts cannot be told")
        }
    }
}

/// The columns of a file that are near a variable which it does not have, or are a second one of a
/// variable that it has. What is nearer a variable that is there is only another column.
pub(crate) fn misnamed(header: &Header) -> Vec<Misnamed> {
    let absent = header.absent();
    let present: Vec<&'static str> =
        header.columns().iter().flatten().map(|column| column.name()).collect();
    let of = |name: &str| {
        let misnamed = |variable, likeness, missing| {
            Some(Misnamed { name: name.to_owned(), variable, likeness, missing })
        };
        if let Some(variable) = present.iter().find(|variable| is_second(name, variable)) {
            return misnamed(variable, Likeness::Second, false);
        }
        let like = absent.iter().filter_map(|it| Some((likeness(name, it)?, *it)));
        let (likeness, variable) = like.min()?;
        let certain = likeness < Likeness::OneLetter;
        let uncertain = !certain && !matches!(likeness, Likeness::Holds | Likeness::Part);
        let nearer = |other: &&str| letters_apart(name, other) < letters_apart(name, variable);
        if uncertain && present.iter().any(nearer) {
            return None;
        }
        misnamed(variable, likeness, true)
    };
    header.unknown().filter(|name| is_name(name)).filter_map(of).collect()
}

/// A control character inside separates a name from what is none.
fn is_name(name: &str) -> bool {
    let strange = |it: char| it.is_control() && !it.is_whitespace();
    !name.trim_matches(strange).contains(strange)
}

/// Names of columns that the user says are no known variable.
#[derive(Debug, Clone, Default)]
pub struct IgnoredColumns(Vec<String>);

impl IgnoredColumns {
    /// The names as given.
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// Whether a column is one of them; a name can be given as messages show it, too.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|ignored| is_same(ignored, name))
    }
}

fn is_same(given: &str, name: &str) -> bool {
    given.to_lowercase() == name.to_lowercase() || given == name.escape_debug().to_string()
}

/// Columns that keep a delivery from being taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MisnamedColumns {
    /// Columns near a variable that is missing; those of all files.
    #[error("{}", lines(.0))]
    Near(Vec<(String, Misnamed)>),
    /// A column to be ignored that there is not.
    #[error("no file of the delivery has a column {} that is not known{}", shown(.name), candidates(.unknown, .name))]
    NotThere {
        /// The name given.
        name: String,
        /// The columns that could be ignored.
        unknown: Vec<String>,
    },
}

fn lines(columns: &[(String, Misnamed)]) -> String {
    let line = |(file, it): &(String, Misnamed)| {
        format!("{file}: the column {} is not known: {}", shown(&it.name), it.reason())
    };
    columns.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn candidates(unknown: &[String], name: &str) -> String {
    if let Some(near) = nearest(name, unknown.iter().map(String::as_str)) {
        return format!("; did you mean {}?", shown(near));
    }
    let names: Vec<String> = unknown.iter().map(|name| shown(name)).collect();
    if names.is_empty() {
        return "; all of their columns are known".to_owned();
    }
    format!("; those are {}", names.join(", "))
}

impl MisnamedColumns {
    /// The options that let the columns be ignored, ready for a shell.
    pub fn options(&self) -> Option<String> {
        let Self::Near(columns) = self else { return None };
        let mut options: Vec<String> = Vec::new();
        for (_, column) in columns {
            // A name that may not be shown in full cannot be given here either.
            let plain = shown(&column.name) == format!("`{}`", column.name);
            let name = if plain { quoted(&column.name) } else { "NAME".to_owned() };
            let option = format!("--ignore-column {name}");
            if !options.contains(&option) {
                options.push(option);
            }
        }
        Some(options.join(" "))
    }
}

fn quoted(name: &str) -> String {
    let plain = name.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.'));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

impl Delivery {
    /// Fails where a column seems to be a variable under another name, unless it is to be ignored.
    pub fn check_names(&self, ignored: &IgnoredColumns) -> Result<(), MisnamedColumns> {
        let headers = || self.parts().iter().map(|part| (part.name(), part.header()));
        let mut unknown: Vec<String> = Vec::new();
        for name in headers().flat_map(|(_, header)| header.unknown()) {
            if !name.is_empty() && !unknown.iter().any(|it| it == name) {
                unknown.push(name.to_owned());
            }
        }
        if let Some(name) =
            ignored.0.iter().find(|it| !unknown.iter().any(|name| is_same(it, name)))
        {
            return Err(MisnamedColumns::NotThere { name: name.clone(), unknown });
        }
        let of_file = |(file, header): (String, &Header)| {
            let columns = misnamed(header).into_iter().filter(|it| !ignored.contains(&it.name));
            columns.map(move |column| (file.clone(), column)).collect::<Vec<_>>()
        };
        let near: Vec<(String, Misnamed)> = headers().flat_map(of_file).collect();
        if near.is_empty() { Ok(()) } else { Err(MisnamedColumns::Near(near)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a column beside the required ones and the amount, or of one without the amount.
    fn said(name: &str, amount: bool) -> String {
        let amount = if amount { ";EBENCONVCM" } else { "" };
        let text = format!("NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY{amount};\"{name}\"\n");
        let found = misnamed(&Header::read(text.as_bytes(), true).unwrap());
        found.first().map(Misnamed::reason).unwrap_or_default()
    }

    #[test]
    fn a_name_is_near_what_it_was_meant_to_be() {
        let names = [
            "EBENCONVM",
            "EBENCONVCM (EUR)",
            "ЕBENCONVCM",
            "ＥＢＥＮＣＯＮＶＣＭ",
            "EBENCONVCM.1",
            "ébenconvcm",
            "EBEN CONV-CM",
            "EBENCONV",
            "ebencnovcm",
            "EBENCONV_EUR",
            "EBENC",
            "MONTANT_EBENCONVCM",
            "EBENCONVCM\u{200B}",
            "CPA",
            "THP",
            "ARTICLE3",
            "BUDARTID",
            "CBENCONVCM",
            "EBENCONVCM\u{301}",
            "𝐄𝐁𝐄𝐍𝐂𝐎𝐍𝐕𝐂𝐌",
            "ᴇʙᴇɴᴄᴏɴᴠᴄᴍ",
            "EḄEИⒸONVᏟM",
            "ECONVCM",
            "BENCONV",
            "CONVCM",
            "EBN_CNVM",
            "NIDVTYP",
        ];
        let said: Vec<String> =
            names.iter().map(|name| format!("{name:?} {}", said(name, false))).collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        "EBENCONVM" there is no `EBENCONVCM`, and it is the same but for one letter
        "EBENCONVCM (EUR)" there is no `EBENCONVCM`, and it holds that name
        "ЕBENCONVCM" there is no `EBENCONVCM`, and it looks the same, but is written with U+0415
        "ＥＢＥＮＣＯＮＶＣＭ" there is no `EBENCONVCM`, and it looks the same, but is written with U+FF25, U+FF22, U+FF25 and others
        "EBENCONVCM.1" there is no `EBENCONVCM`, and it is what pandas calls a second column of that name
        "ébenconvcm" there is no `EBENCONVCM`, and it looks the same, but is written with U+00E9
        "EBEN CONV-CM" there is no `EBENCONVCM`, and it is the same but for marks or blanks
        "EBENCONV" there is no `EBENCONVCM`, and it is that name cut off
        "ebencnovcm" there is no `EBENCONVCM`, and it is the same but for one letter
        "EBENCONV_EUR" there is no `EBENCONVCM`, and it is the same but for three letters
        "EBENC" there is no `EBENCONVCM`, and it is that name cut off
        "MONTANT_EBENCONVCM" there is no `EBENCONVCM`, and it holds that name
        "EBENCONVCM\u{200b}" there is no `EBENCONVCM`, and it looks the same, but is written with U+200B
        "CPA" there is no `CPAS`, and it is that name cut off
        "THP" there is no `THP_ID`, and it is that name cut off
        "ARTICLE3" there is no `ARTICLE35BEN`, and it is that name cut off
        "BUDARTID" there is no `BUDART_ID`, and it is the same but for marks or blanks
        "CBENCONVCM" there is no `EBENCONVCM`, and it is the same but for one letter
        "EBENCONVCM\u{301}" there is no `EBENCONVCM`, and it looks the same, but is written with U+0301
        "𝐄𝐁𝐄𝐍𝐂𝐎𝐍𝐕𝐂𝐌" there is no `EBENCONVCM`, and it looks the same, but is written with U+1D404, U+1D401, U+1D404 and others
        "ᴇʙᴇɴᴄᴏɴᴠᴄᴍ" there is no `EBENCONVCM`, and it looks the same, but is written with U+1D07, U+0299, U+1D07 and others
        "EḄEИⒸONVᏟM" there is no `EBENCONVCM`, and it looks the same, but is written with U+1E04, U+0418, U+24B8 and others
        "ECONVCM" there is no `EBENCONVCM`, and it is the same but for three letters
        "BENCONV" there is no `CBENCONV`, and it is the same but for one letter
        "CONVCM" there is no `EBENCONVCM`, and it is a part of that name
        "EBN_CNVM" there is no `EBENCONVCM`, and it is the same but for three letters
        "NIDVTYP" there is no `CBENIDVTYP`, and it is a part of that name
        "#);
    }

    #[test]
    fn a_name_is_not_near_what_is_there_or_far() {
        for name in ["EBENCONVM", "EBENCONVCM (EUR)", "ЕBENCONVCM", "EBENCONVCM2"] {
            assert_eq!(said(name, true), "", "{name}");
        }
        let far = [
            "LINE", "REMARK", "PERIODE", "NDOSSIER", "AMOUNT", "NISS_OLD", "STATUS", "NIS_CODE",
            "CAT", "TYPE", "ID", "EBENNET", "CBENSEX", "CPTN", "YEAR", "QUARTER", "SEXE", "REGION",
            "DOSSIER", "NAME", "",
        ];
        for name in far {
            assert_eq!(said(name, false), "", "{name}");
        }
    }
}
