//! Values of the dimensions of place: what is wrong with one, what is likely to be meant, and which
//! codes ended within the quarters of an answer.
//!
//! The codes of municipalities, provinces and regions look alike, so what is meant is looked for
//! among codes of the same kind only, and a code of another kind is named as what it is.

use crate::dictionary::{NamedPlace, Places};
use crate::document::nearest;
use crate::metric::Dimension;
use crate::quarter::date_of;

/// What a NIS code is the code of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Municipality,
    Province,
    Region,
}

impl Kind {
    fn of(code: &str, places: &Places) -> Option<Self> {
        let among = |named: Vec<NamedPlace>| named.iter().any(|it| it.nis == code);
        if among(Places::regions()) {
            return Some(Self::Region);
        }
        if among(Places::provinces()) {
            return Some(Self::Province);
        }
        places.municipality(code).map(|_| Self::Municipality)
    }

    fn wanted(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Province => Self::Province,
            Dimension::Region => Self::Region,
            _ => Self::Municipality,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::Province => "province",
            Self::Region => "region",
        }
    }

    /// The dimension that has its codes.
    fn dimension(self) -> Dimension {
        match self {
            Self::Municipality => Dimension::Cpas,
            Self::Province => Dimension::Province,
            Self::Region => Dimension::Region,
        }
    }
}

/// What is wrong with a value of a dimension of place, if anything.
pub(crate) fn wrong(dimension: Dimension, code: &str, places: &Places) -> Option<String> {
    let (name, wanted) = (dimension.name(), Kind::wanted(dimension));
    let is_nis = code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit());
    if wanted == Kind::Municipality && !is_nis {
        return Some(format!("expected a NIS code of 5 digits for `{name}`, found `{code}`"));
    }
    match Kind::of(code, places) {
        None => Some(unknown(name, wanted, code, places)),
        Some(kind) if kind == wanted => match places.municipality(code)?.successor.as_ref() {
            // One that ends later than that may be a code of today, by what was delivered.
            Some(successor)
                if dimension == Dimension::CpasToday
                    && Some(successor.on) <= Places::known_until() =>
            {
                let (on, today) = (date_of(successor.on), places.today(code));
                Some(format!("`{code}` is no code of today since {on}: ask for `{name}={today}`"))
            }
            _ => None,
        },
        Some(kind) => {
            let in_it = |it: &NamedPlace| it.region == Some(code);
            let has_provinces = kind != Kind::Region || Places::provinces().iter().any(in_it);
            let is = match wanted {
                Kind::Province if !has_provinces => "region without provinces".to_owned(),
                wanted => format!("{}, no {}", kind.name(), wanted.name()),
            };
            Some(format!("`{code}` is a {is}: ask for `{}={code}`", kind.dimension().name()))
        }
    }
}

fn unknown(name: &str, wanted: Kind, code: &str, places: &Places) -> String {
    let known = |named: Vec<NamedPlace>| named.into_iter().map(|it| it.nis).collect::<Vec<_>>();
    let known = match wanted {
        Kind::Municipality => {
            let near = places.nearest(code);
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return format!("unknown value of `{name}` `{code}`: no municipality has had it{near}");
        }
        Kind::Province => known(Places::provinces()),
        Kind::Region => known(Places::regions()),
    };
    match nearest(code, known.iter().copied()) {
        Some(near) => format!("unknown value of `{name}` `{code}`; did you mean `{near}`?"),
        None => format!("unknown value of `{name}` `{code}`; known: {}", known.join(", ")),
    }
}
