//! Ingestion of a seeded delivery: the stages alone, and the whole way to the commit.

#![expect(
    clippy::expect_used,
    missing_docs,
    reason = "a bench may fail loudly; criterion's macro makes items"
)]

use std::fs;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sppis::check::{CheckContext, examine};
use sppis::decode::{DecodeSettings, IdentifierFormat, decode};
use sppis::delivery::{Chunk, Delivery, DeliveryId, Identifiers};
use sppis::dictionary::Dictionary;
use sppis::pipeline::ingest::{IngestOptions, ingest};
use sppis::sample::Sample;
use sppis::warehouse::{KeyPlace, Warehouse};

const PERSONS: u64 = 100_000;
const SEED: u64 = 1;

fn sample(folder: &std::path::Path) -> PathBuf {
    let (id, window) = DeliveryId::calendar("2018-05").expect("an id of the calendar");
    let mut text = Vec::new();
    Sample::new(PERSONS, SEED, 0).write(window, &mut text).expect("memory takes every byte");
    let path = folder.join(format!("DWH_SPPIS_Formulaires_{id}.csv"));
    fs::write(&path, text).expect("a writable folder");
    path
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = sample(folder.path());
    let bytes = fs::metadata(&path).expect("a file").len();
    let delivery = Delivery::open(&[path], None, None, None).expect("a delivery");
    let dictionary = Dictionary::built_in().expect("the dictionary");
    let format = IdentifierFormat::National;
    let settings = DecodeSettings::new(format, &dictionary);
    let context = CheckContext::new(&dictionary, delivery.window(), format, &Vec::new());
    let part = &delivery.parts()[0];
    let mut reader = part.chunks(0, Identifiers::ElevenDigits).expect("a readable file");
    let chunk: Chunk = reader.next_chunk().expect("a readable file").expect("a chunk");

    let mut group = criterion.benchmark_group("one chunk");
    group.throughput(Throughput::Bytes(chunk.text.len() as u64));
    group.bench_function("decode", |bench| {
        bench.iter(|| decode(chunk.clone(), part.header(), &settings));
    });
    group.bench_function("decode and examine", |bench| {
        bench.iter(|| examine(decode(chunk.clone(), part.header(), &settings), &context));
    });
    group.finish();

    let mut group = criterion.benchmark_group("whole delivery");
    group.throughput(Throughput::Bytes(bytes)).sample_size(10);
    let options = IngestOptions::default();
    group.bench_function("ingest", |bench| {
        bench.iter_with_setup(
            || {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let warehouse =
                    Warehouse::init(&folder.path().join("warehouse"), &KeyPlace::Warehouse);
                (warehouse.expect("a new warehouse"), folder)
            },
            |(warehouse, folder)| {
                let report = ingest(&warehouse, &delivery, &options, &|_| {}).expect("a delivery");
                (report, warehouse, folder)
            },
        );
    });
    group.finish();
}

criterion_group!(ingestion, benches);
criterion_main!(ingestion);
