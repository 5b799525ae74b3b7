//! From deliveries of `DWH_SPPIS_Formulaires` to figures one can sign: ingestion, warehouse, named
//! queries. What each module is for, and what must never happen, stands in the map below.
#![doc = include_str!("README.md")]

pub mod exact;

pub mod visible;

pub mod quarter;

pub mod fault;

pub mod document;

pub mod words;

pub mod finding;

pub mod dictionary;

pub mod delivery;

pub mod decode;

pub mod check;

pub mod pseudonym;

pub mod attribution;

pub mod warehouse;

pub mod scan;

pub mod sql;

pub mod metric;

pub mod query;

pub mod counting;

pub mod answer;

pub mod statement;

pub mod disclosure;

pub mod render;

pub mod fonts;

pub mod chart;

pub mod export;

pub mod validation;

pub mod report;

pub mod pipeline;

pub mod schedule;

pub mod cli;

pub mod sample;
