//! Places as frames: of each code of a centre, where it lies, and what it is called today.
//!
//! In: the places of a dictionary. Out: frames to join with observations. Never: a code twice.

use polars::prelude::*;

use crate::dictionary::Places;

/// Province and region of each municipality. Where a centre lies is told by its code alone, whatever
/// the quarter: see [`Places`].
pub(super) fn places(places: &Places) -> PolarsResult<DataFrame> {
    let municipalities = places.municipalities();
    let nis: Vec<&str> = municipalities.iter().map(|it| &*it.nis).collect();
    let province: Vec<Option<&str>> =
        municipalities.iter().map(|it| it.province.as_deref()).collect();
    let region: Vec<&str> = municipalities.iter().map(|it| &*it.region).collect();
    DataFrame::new(
        municipalities.len(),
        vec![
            Column::new("cpas".into(), nis),
            Column::new("province".into(), province),
            Column::new("region".into(), region),
        ],
    )
}

/// The codes that have ended, each with the one that its territory belongs to today.
pub(super) fn successors(places: &Places) -> PolarsResult<DataFrame> {
    let ended = places.municipalities().iter().filter(|it| it.successor.is_some());
    let (nis, today): (Vec<&str>, Vec<&str>) =
        ended.map(|it| (&*it.nis, places.today(&it.nis))).unzip();
    let columns = vec![Column::new("cpas".into(), &nis), Column::new("cpas_today".into(), today)];
    DataFrame::new(nis.len(), columns)
}
