//! Every shipped query on a seeded warehouse.

#![expect(
    clippy::expect_used,
    missing_docs,
    reason = "a bench may fail loudly; criterion's macro makes items"
)]

use std::fs;

use criterion::{Criterion, criterion_group, criterion_main};
use sppis::delivery::{Delivery, DeliveryId};
use sppis::pipeline::answer::{Basis, Means, answer};
use sppis::pipeline::ingest::{IngestOptions, ingest};
use sppis::query::{Arguments, Catalog, resolve};
use sppis::sample::Sample;
use sppis::warehouse::{KeyPlace, Warehouse};

const PERSONS: u64 = 50_000;
const SEED: u64 = 1;
const MEANS: [Means; 2] = [Means::Histories, Means::Observations];

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let warehouse = Warehouse::init(&folder.path().join("warehouse"), &KeyPlace::Warehouse)
        .expect("a new warehouse");
    let sample = Sample::new(PERSONS, SEED, 0);
    for id in ["2008-05", "2008-11", "2017-11", "2018-05"] {
        let (id, window) = DeliveryId::calendar(id).expect("an id of the calendar");
        let mut text = Vec::new();
        sample.write(window, &mut text).expect("memory takes every byte");
        let path = folder.path().join(format!("DWH_SPPIS_Formulaires_{id}.csv"));
        fs::write(&path, text).expect("a writable folder");
        let delivery = Delivery::open(&[path], None, None, None).expect("a delivery");
        let options = IngestOptions::default();
        ingest(&warehouse, &delivery, &options, &|_| {}).expect("a delivery taken in");
    }
    let catalog = Catalog::open(None).expect("the shipped queries");
    let snapshot = warehouse.snapshot(None).expect("a snapshot");
    let mut group = criterion.benchmark_group("queries");
    group.sample_size(20);
    for (name, means) in catalog.names().flat_map(|name| MEANS.map(|means| (name, means))) {
        let basis = Basis::new(&warehouse, &snapshot, means);
        group.bench_function(format!("{name}, {means:?}"), |bench| {
            bench.iter(|| {
                let query = catalog.query(name).expect("a query");
                let question = resolve(query, &Arguments::default(), warehouse.dictionary());
                let questions = vec![question.expect("a question")];
                answer(questions, &basis).expect("an answer")
            });
        });
    }
    group.finish();
}

criterion_group!(answers, benches);
criterion_main!(answers);
