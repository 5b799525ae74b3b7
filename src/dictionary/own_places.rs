//! Reads what a warehouse adds to the list of places: codes, and which code took over from which.

use std::collections::BTreeSet;

use super::entry::{position, validity};
use super::refnis::Text;
use super::{Municipality, PlaceNames, Places, Successor};
use crate::document::{Labels, Placed, Problem, Table};
use crate::quarter::date_of;

/// Adds the places of a file, then the successors, so that they can stand in any order.
pub(super) fn merge(places: &mut Places, root: &Table<'_>) {
    for table in root.tables("place") {
        let found = municipality(places, &table);
        table.finish();
        places.put(found);
    }
    let mut ended = BTreeSet::new();
    for table in root.tables("successor") {
        succeed(places, &table, &mut ended);
        table.finish();
    }
}

/// Whether a text has the form of a NIS code.
fn is_nis(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn municipality(places: &Places, table: &Table<'_>) -> Municipality {
    let code = table.required_text("code");
    if !code.value.is_empty() && !is_nis(&code.value) {
        let message = format!("`code` must be a NIS code of 5 digits, found `{}`", code.value);
        table.problem(Problem::new(code.span, message));
    }
    let (names, validity) = (names(&table.labels("name"), &code.value), validity(table));
    if let (Some(from), Some(to)) = (validity.from, validity.to)
        && to < from
    {
        let message = format!("`valid_to` is before `valid_from`, {}", date_of(from));
        table.problem(Problem::new(table.span(), message));
    }
    let province = table.text("province");
    let region = region_of(table, province.as_ref()).unwrap_or_default();
    let same = places.municipality(&code.value).filter(|it| it.validity.to == validity.to);
    Municipality {
        names,
        province: province.map(|code| code.value.into()),
        region,
        validity,
        // Another entry for a code that has ended leaves what took over from it.
        successor: same.and_then(|it| it.successor.clone()),
        nis: code.value.into(),
    }
}

/// The names of a place; one that is missing is the first there is, or the code.
fn names(labels: &Labels, code: &str) -> PlaceNames {
    let any: Text = labels.any().unwrap_or(code).to_owned().into();
    let name = |text: Option<&String>| text.map_or_else(|| any.clone(), |it| it.clone().into());
    PlaceNames {
        fr: name(labels.fr.as_ref()),
        nl: name(labels.nl.as_ref()),
        de: name(labels.de.as_ref()),
        en: any.clone(),
    }
}

/// The region, which is that of the province; only in a region without provinces is there none.
fn region_of(table: &Table<'_>, province: Option<&Placed<String>>) -> Option<Text> {
    let (provinces, regions) = (Places::provinces(), Places::regions());
    let given = table.text("region");
    if let Some(code) = &given {
        position(table, "region", code, regions.iter().map(|it| it.nis))?;
    }
    let Some(province) = province else {
        let has_provinces = |code: &str| provinces.iter().any(|it| it.region == Some(code));
        if given.as_ref().is_none_or(|region| has_provinces(&region.value)) {
            let message =
                "`province` is missing: a municipality of Brussels alone has none, and a `region`";
            table.problem(Problem::new(table.span(), message));
        }
        return given.map(|region| region.value.into());
    };
    if regions.iter().any(|it| it.nis == province.value) {
        let message = format!("`{}` is a region, no province", province.value);
        let problem = Problem::new(province.span.clone(), message);
        table.problem(problem.help("of a municipality of Brussels give `region` alone"));
        return None;
    }
    let at = position(table, "province", province, provinces.iter().map(|it| it.nis))?;
    let region = provinces[at].region?;
    if let Some(given) = given.filter(|given| given.value != region) {
        let message = format!("province `{}` lies in region `{region}`", province.value);
        table.problem(Problem::new(given.span, message));
    }
    Some(region.into())
}

/// Ends a code the day before another takes over.
fn succeed(places: &mut Places, table: &Table<'_>, ended: &mut BTreeSet<String>) {
    let code = table.required_text("code");
    let successor = table.required_text("successor");
    let Some(on) = table.required_day("on") else { return };
    let refuse = |span, message: String| table.problem(Problem::new(span, message));
    for code in [&code, &successor] {
        if !code.value.is_empty() && places.municipality(&code.value).is_none() {
            let message = format!("unknown place `{}`", code.value);
            let problem = Problem::new(code.span.clone(), message);
            table.problem(problem.help("a new code needs a `[[place]]`"));
        }
    }
    let is_valid = |it: &Municipality| it.validity.contains(on);
    if places.municipality(&successor.value).is_some_and(|it| !is_valid(it)) {
        let message = format!("`{}` is not valid on {}", successor.value, date_of(on));
        refuse(successor.span.clone(), message);
    }
    if !ended.insert(code.value.clone()) {
        let message = format!("`{}` has two successors: a code that is split has none", code.value);
        refuse(code.span.clone(), message);
    }
    if places.succession(&successor.value).any(|it| it.nis == code.value.as_str()) {
        let message = format!("the successors of `{}` lead back to it", code.value);
        refuse(code.span, message);
        return;
    }
    let Some(place) = places.municipality_mut(&code.value) else { return };
    if let Some(last) = place.validity.to.filter(|last| *last != on - 1) {
        let message = format!("`{}` ends on {}: `on` is the day after", code.value, date_of(last));
        refuse(code.span, message);
    }
    place.validity.to = Some(on - 1);
    place.successor = Some(Successor { nis: successor.value.into(), on });
}
