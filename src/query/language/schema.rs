//! The JSON Schema of query files, for editors: what keys there are, and the names they take.
//!
//! An editor with it completes names and marks slips while one types; the program itself reads a
//! file with [`super::file`] and says more.

use serde_json::{Value, json};

use super::derived::Formula;
use super::picture::Kind;
use crate::metric::{Dimension, Metric};

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let metrics = Metric::ALL.map(Metric::name);
    let dimension = json!({ "enum": Dimension::ALL.map(Dimension::name).as_slice() });
    let dimensions = json!({ "type": "array", "items": dimension, "uniqueItems": true });
    let metric_meanings: Vec<String> =
        Metric::ALL.iter().map(|it| format!("{}: {}", it.name(), it.meaning())).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A named query of sppis",
        "type": "object",
        "additionalProperties": false,
        "required": ["metrics"],
        "properties": {
            "metrics": {
                "description": metric_meanings.join("\n"),
                "type": "array",
                "items": { "enum": metrics },
                "minItems": 1,
                "uniqueItems": true,
            },
            "dimensions": dimensions,
            "filter": {
                "description": "a SQL expression on single rows; $NAME is a parameter",
                "type": "string",
            },
            "order": {
                "description": "columns to sort by, - before a name for the largest first",
                "type": "array",
                "items": { "type": "string" },
            },
            "totals": {
                "description": "for each kind of total the dimensions that are kept",
                "type": "array",
                "items": dimensions,
            },
            "columns": {
                "description": "the dimension whose values stand beside each other, where people read",
                "type": "array",
                "items": dimension,
                "maxItems": 1,
            },
            "complete": {
                "description": "every combination of values, also those without observations",
                "type": "boolean",
            },
            "top": top(&dimension, &dimensions),
            "derived": { "type": "object", "additionalProperties": derived(&dimensions) },
            "title": labels(),
            "description": labels(),
            "bands": bands(),
            "chart": chart(),
            "parameters": { "type": "object", "additionalProperties": parameter() },
        },
    })
}

/// Metrics that others are computed from.
fn counted() -> Value {
    let counted = Metric::ALL.into_iter().filter(|metric| !metric.is_ratio());
    json!({ "enum": counted.map(Metric::name).collect::<Vec<_>>() })
}

fn top(dimension: &Value, dimensions: &Value) -> Value {
    json!({
        "description": "the first values of a dimension by a metric; the others are one row",
        "type": "object",
        "additionalProperties": false,
        "required": ["dimension", "by"],
        "properties": {
            "dimension": dimension,
            "by": counted(),
            "count": { "type": "integer", "minimum": 1, "maximum": 10_000, "default": 10 },
            "within": dimensions,
        },
    })
}

fn chart() -> Value {
    let one_break = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["from", "text"],
        "properties": {
            "from": { "type": "string", "pattern": "^[0-9]{4}(Q[1-4])?$" },
            "text": labels(),
        },
    });
    json!({
        "description": "how the figures are drawn, with --format svg or png",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "kind": { "enum": Kind::ALL.map(Kind::name) },
            "metric": {
                "description": "the metric that is drawn; the first one otherwise",
                "type": "string",
            },
            "title": labels(),
            "breaks": {
                "description": "from when on figures are not comparable with those before, and why",
                "type": "array",
                "items": one_break,
            },
        },
    })
}

fn derived(dimensions: &Value) -> Value {
    let one_of = Formula::KEYS.map(|key| json!({ "required": [key] }));
    json!({
        "description": "a metric computed from others, by one formula",
        "type": "object",
        "additionalProperties": false,
        "oneOf": one_of,
        "properties": {
            "ratio": { "type": "array", "items": counted(), "minItems": 2, "maxItems": 2 },
            "share": counted(),
            "change": counted(),
            "rate": counted(),
            "cumulative": counted(),
            "moving": counted(),
            "per_person": { "enum": ["minimum", "median", "maximum", "quantile"] },
            "within": dimensions,
            "against": {
                "description": "the quarter before, a year before, or always the same quarter",
                "anyOf": [
                    { "enum": ["previous_quarter", "year_before"] },
                    { "type": "string", "pattern": "^[0-9]{4}Q[1-4]$" },
                ],
            },
            "quarters": { "type": "integer", "minimum": 2, "maximum": 40, "default": 4 },
            "percent": { "type": "integer", "minimum": 1, "maximum": 99, "default": 50 },
            "decimals": { "type": "integer", "minimum": 0, "maximum": 6 },
            "label": labels(),
        },
    })
}

fn labels() -> Value {
    let text = json!({ "type": "string" });
    json!({ "anyOf": [
        text,
        {
            "type": "object",
            "additionalProperties": false,
            "minProperties": 1,
            "properties": { "en": text, "fr": text, "nl": text, "de": text },
        },
    ] })
}

fn bands() -> Value {
    let banding = Dimension::ALL.into_iter().filter_map(|it| Some((it.name(), it.bands()?)));
    let lowest = banding.map(|(name, banding)| {
        let list = json!({
            "description": "the lowest number of each band, rising; the last is open, and what is below the first \
                            is a band",
            "type": "array",
            "minItems": 1,
            "items": { "type": "integer", "minimum": banding.lowest, "maximum": banding.highest },
        });
        (name.to_owned(), list)
    });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": Value::Object(lowest.collect()),
    })
}

fn parameter() -> Value {
    let text = json!({ "type": "string" });
    let value = json!({ "type": ["string", "integer"] });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["type"],
        "properties": {
            "type": { "enum": ["text", "integer", "date"] },
            "default": { "anyOf": [value, { "type": "array", "items": value, "minItems": 1 }] },
            "list": { "type": "boolean", "description": "several values, for `IN ($name)`" },
            "allowed": { "type": "array", "items": value },
            "description": text,
        },
    })
}
