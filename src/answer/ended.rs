//! Codes of municipalities that ended within the quarters of an answer.
//!
//! In: a question and its quarters. Out: a note for each. Never: a figure.

use crate::dictionary::{Municipality, Places};
use crate::metric::Dimension;
use crate::quarter::{Day, Quarter};
use crate::query::{Note, Question};
use std::collections::BTreeMap;

/// Notes on the codes that ended within the quarters that an answer by place is made of: those asked
/// for, and those that figures of them are computed from.
pub(crate) fn codes_ended(question: &Question, asked: &[Quarter], places: &Places) -> Vec<Note> {
    let sources = asked.iter().flat_map(|it| question.query().sources_of(*it));
    let quarters = || sources.clone().chain(asked.iter().copied());
    let by_place = Dimension::ALL.into_iter().any(|it| it.is_of_place() && question.needs(it));
    let (Some(first), Some(last), true) = (quarters().min(), quarters().max(), by_place) else {
        return Vec::new();
    };
    let within = first.first_day() + 1..=last.last_day();
    let mut ended: BTreeMap<Day, Vec<(String, String)>> = BTreeMap::new();
    for municipality in places.municipalities() {
        let Some(successor) = &municipality.successor else { continue };
        let concerned = [Some(municipality), places.municipality(&successor.nis)];
        if within.contains(&successor.on)
            && concerned.into_iter().flatten().any(|it| asked_for(question, it, places))
        {
            let codes = (municipality.nis.to_string(), successor.nis.to_string());
            ended.entry(successor.on).or_default().push(codes);
        }
    }
    ended.into_iter().map(|(on, codes)| Note::CodesEnded { on, codes }).collect()
}

/// Whether a municipality is among the places that a question asks for.
fn asked_for(question: &Question, municipality: &Municipality, places: &Places) -> bool {
    let of = |dimension| match dimension {
        Dimension::Cpas => Some(&*municipality.nis),
        Dimension::CpasToday => Some(places.today(&municipality.nis)),
        Dimension::Province => municipality.province.as_deref(),
        _ => Some(&*municipality.region),
    };
    let mut conditions = question.wheres.iter().filter(|(dimension, _)| dimension.is_of_place());
    conditions.all(|(dimension, values)| {
        of(*dimension).is_some_and(|own| values.iter().any(|it| it.as_deref() == Some(own)))
    })
}
