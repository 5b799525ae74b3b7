//! A chart as a specification of Vega-Lite, which notebooks and pages draw: with its data in it, as
//! decimals in text, every series and every position in the order of the table.
//!
//! In: a chart. Out: JSON of version 5. Never: a line over a gap, or an axis in the order of letters.

use serde_json::{Map, Value, json};

use super::picture::chart;
use super::{ExportError, Options, Provenance, pairs};
use crate::chart::{Chart, INK, Kind, Point, SERIES_MAX};
use crate::disclosure::ReleasedTable;
use crate::exact::known;
use crate::render::{decimal_text, json_lines};

/// The document that belongs beside an Arrow file; none where the table is no picture and none was
/// asked for.
pub(crate) fn vega(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
) -> Result<Option<Vec<u8>>, ExportError> {
    let chart = match chart(table, provenance, options.drawing, options.look) {
        Ok(chart) => chart,
        Err(_) if !options.drawing.is_asked_for() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut document = specification(&chart);
    let said = pairs(table, provenance, options.look.language).into_iter();
    let said = said.filter(|it| !it.1.is_empty());
    let said: Map<String, Value> =
        said.map(|(key, value)| (format!("sppis.{key}"), value.into())).collect();
    document["usermeta"] = said.into();
    let mut bytes = Vec::new();
    json_lines(&mut bytes, &document)?;
    bytes.push(b'\n');
    Ok(Some(bytes))
}

/// The chart for Vega-Lite.
pub(super) fn specification(chart: &Chart) -> Value {
    let mut document = json!({
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": { "text": chart.title, "subtitle": chart.unit, "anchor": "start" },
        "description": chart.description,
        "data": { "values": values(chart), "format": { "parse": { "value": "number" } } },
        "config": {
            "font": "Inter, Liberation Sans, Arial, Helvetica, sans-serif",
            "locale": { "number": {
                "decimal": chart.figures.mark.to_string(),
                "thousands": "\u{a0}",
                "grouping": [3],
                "currency": ["", ""],
            } },
        },
    });
    let part = match chart.kind {
        Kind::Lines => lines(chart),
        Kind::Stacked | Kind::Grouped => bars(chart),
        Kind::Ranked => ranked(chart),
    };
    if chart.kind == Kind::Lines && chart.series.len() > SERIES_MAX {
        let names: Vec<&str> = chart.series.iter().map(|it| it.name.as_str()).collect();
        document["facet"] =
            json!({ "field": "series", "type": "nominal", "sort": names, "title": null });
        document["columns"] = 3.into();
        document["spec"] = part;
    } else if let (Value::Object(document), Value::Object(part)) = (&mut document, part) {
        document.extend(part);
    }
    document
}

/// A row for each point; a number that is not there is null.
fn values(chart: &Chart) -> Vec<Value> {
    // What a whole is of is a power of ten.
    let decimals = known(u8::try_from(chart.figures.whole.ilog10()).ok());
    let row = |name: &str, position: String, point: Point| {
        let value = point.value().map(|it| decimal_text(it, decimals));
        let is_partial = matches!(point, Point::Partial(_));
        json!({ "series": name, "position": position, "value": value, "partial": is_partial })
    };
    let positions = positions(chart);
    let rows = chart.series.iter().flat_map(|series| {
        let points = positions.iter().zip(&series.points);
        points.map(move |(position, point)| row(&series.name, position.clone(), *point))
    });
    rows.collect()
}

fn positions(chart: &Chart) -> Vec<String> {
    let name = |label: &str, group: &str| format!("{label} {group}").trim_end().to_owned();
    chart.positions.iter().map(|it| name(&it.label, &it.group)).collect()
}

fn in_order(chart: &Chart) -> Value {
    json!({
        "field": "position",
        "type": "ordinal",
        "scale": { "domain": positions(chart) },
        "axis": { "title": null, "labelOverlap": true },
    })
}

fn number(chart: &Chart) -> Value {
    json!({
        "field": "value",
        "type": "quantitative",
        "scale": { "zero": true },
        "axis": { "title": chart.unit, "format": "," },
    })
}

/// The colour of each series, and its name in the legend; one needs none.
fn colour(chart: &Chart) -> Value {
    let names: Vec<&str> = chart.series.iter().map(|it| it.name.as_str()).collect();
    if !(2..=SERIES_MAX).contains(&names.len()) {
        return json!({ "value": INK[0].colour });
    }
    let colours: Vec<&str> = INK.iter().take(names.len()).map(|it| it.colour).collect();
    json!({
        "field": "series",
        "type": "nominal",
        "scale": { "domain": names, "range": colours },
        "legend": { "title": null },
    })
}

fn tooltip() -> Value {
    json!([{ "field": "series" }, { "field": "position" }, { "field": "value", "type": "quantitative" }])
}

fn lines(chart: &Chart) -> Value {
    let invalid = "break-paths-show-path-domains";
    let wide = if chart.series.len() > SERIES_MAX { (180, 96) } else { (560, 300) };
    json!({
        "width": wide.0,
        "height": wide.1,
        "encoding": {
            "x": in_order(chart),
            "y": number(chart),
            "color": colour(chart),
            "tooltip": tooltip(),
        },
        "layer": [
            { "mark": { "type": "line", "invalid": invalid, "strokeWidth": 2.5, "point": { "size": 16 } } },
            {
                "transform": [{ "filter": "datum.partial" }],
                "mark": { "type": "point", "fill": "white", "size": 50 },
            },
        ],
    })
}

fn bars(chart: &Chart) -> Value {
    let mut encoding = json!({
        "x": in_order(chart),
        "y": number(chart),
        "color": colour(chart),
        "fillOpacity": { "condition": { "test": "datum.partial", "value": 0.15 }, "value": 1 },
        "tooltip": tooltip(),
    });
    if chart.kind == Kind::Grouped && chart.series.len() > 1 {
        let names: Vec<&str> = chart.series.iter().map(|it| it.name.as_str()).collect();
        encoding["xOffset"] = json!({ "field": "series", "scale": { "domain": names } });
        encoding["y"]["stack"] = Value::Null;
    }
    if let Some(stroke) = encoding.get("color").cloned() {
        encoding["stroke"] = stroke;
    }
    json!({ "width": 560, "height": 300, "mark": { "type": "bar" }, "encoding": encoding })
}

fn ranked(chart: &Chart) -> Value {
    json!({
        "width": 560,
        "mark": { "type": "bar" },
        "encoding": {
            "y": in_order(chart),
            "x": number(chart),
            "color": colour(chart),
            "tooltip": tooltip(),
        },
    })
}
