//! Rows of corrections that equal rows of the delivery which are stored already.
//!
//! Observations are compared in every stored column but the line. A row is stored already when
//! each of its observations is, all of them under one line. Stored values are what an ingestion compares
//! too: a last day that was filled in is the day it was filled in with, a partner's number that is not
//! valid is none. Only cents outside the window are not stored, and so not compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::row::{OwnedRow, RowConverter, SortField};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::attribution::observation_schema;
use crate::exact::fitting;
use crate::quarter::Quarter;
use crate::warehouse::{TableFile, WarehouseError};

const COMPARING: &str = "comparing corrected rows with stored ones";
const LINE: &str = "line";

/// Observations of corrected rows, by quarter.
#[derive(Debug, Default)]
pub(super) struct LinesByQuarter(BTreeMap<Quarter, Vec<RecordBatch>>);

impl LinesByQuarter {
    pub(super) fn add(&mut self, quarter: Quarter, batch: RecordBatch) {
        self.0.entry(quarter).or_default().push(batch);
    }
}

/// The lines of the corrected rows that are in the files already.
pub(super) fn stored_already(
    rows: &LinesByQuarter,
    files: &[&TableFile],
) -> Result<BTreeSet<u64>, WarehouseError> {
    let compare = Comparison::new()?;
    let mut observations: BTreeMap<u64, usize> = BTreeMap::new();
    // By corrected and stored line: in how many quarters they are the same.
    let mut found: BTreeMap<(u64, i64), usize> = BTreeMap::new();
    for (quarter, batches) in &rows.0 {
        let mut wanted: HashMap<OwnedRow, Vec<u64>> = HashMap::new();
        for batch in batches {
            let corrected = lines(batch);
            for (at, row) in compare.rows(batch)?.into_iter().enumerate() {
                let line = fitting(corrected(at));
                *observations.entry(line).or_default() += 1;
                wanted.entry(row).or_default().push(line);
            }
        }
        for file in files.iter().filter(|file| file.quarter() == *quarter) {
            for batch in Comparison::read(file)? {
                let batch = batch?;
                let stored = lines(&batch);
                for (at, row) in compare.rows(&batch)?.into_iter().enumerate() {
                    for line in wanted.get(&row).into_iter().flatten() {
                        *found.entry((*line, stored(at))).or_default() += 1;
                    }
                }
            }
        }
    }
    let whole = |((line, _), count): &((u64, i64), usize)| observations.get(line) == Some(count);
    Ok(found.into_iter().filter(whole).map(|((line, _), _)| line).collect())
}

/// The line of each observation.
fn lines(batch: &RecordBatch) -> impl Fn(usize) -> i64 {
    let lines = batch.column_by_name(LINE).map(AsArray::as_primitive::<Int64Type>);
    move |at| lines.map_or(0, |lines| lines.value(at))
}

/// Turns observations into rows that are equal when all their columns but the line are.
struct Comparison {
    schema: SchemaRef,
    converter: RowConverter,
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, WarehouseError>>>;

impl Comparison {
    fn new() -> Result<Self, WarehouseError> {
        let schema = observation_schema();
        let fields = schema.fields().iter().filter(|field| field.name() != LINE);
        let fields = fields.map(|field| SortField::new(field.data_type().clone())).collect();
        let converter = RowConverter::new(fields).map_err(WarehouseError::table(COMPARING))?;
        Ok(Self { schema, converter })
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Vec<OwnedRow>, WarehouseError> {
        let fields = self.schema.fields().iter().filter(|field| field.name() != LINE);
        let column = |field: &Arc<arrow::datatypes::Field>| match batch.column_by_name(field.name())
        {
            Some(column) => {
                cast(column, field.data_type()).map_err(WarehouseError::table(COMPARING))
            }
            None => Err(WarehouseError::table(COMPARING)(format!("no column `{}`", field.name()))),
        };
        let columns: Vec<ArrayRef> = fields.map(column).collect::<Result<_, _>>()?;
        let rows = self.converter.convert_columns(&columns);
        let rows = rows.map_err(WarehouseError::table(COMPARING))?;
        Ok(rows.iter().map(|row| row.owned()).collect())
    }

    fn read(file: &TableFile) -> Result<Batches, WarehouseError> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file.written().all_columns()?)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(WarehouseError::table(COMPARING))?;
        Ok(Box::new(reader.map(|batch| batch.map_err(WarehouseError::table(COMPARING)))))
    }
}
