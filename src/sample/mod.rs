//! Synthetic deliveries: invented persons with valid numbers, realistic structure, planted mistakes.
//!
//! In: a seed, a number of persons and a delivery. Out: the delivery's text, and what was planted
//! in it. Never: a number drawn from a real register, or memory that grows with the size; person
//! `i` depends on the seed and `i` alone, so deliveries of one seed speak of the same persons.

mod mistake;
mod person;
mod row;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::dictionary::Places;
use crate::quarter::QuarterRange;
use mistake::Mistake;
use person::{Centre, Person};
use row::{COLUMNS, Row};

/// What a sample is made of.
#[derive(Debug, Clone)]
pub struct Sample {
    centres: Arc<[Centre]>,
    persons: u64,
    seed: u64,
    /// Rows with a planted mistake, per million.
    mistakes_per_million: u32,
    mistakes: Vec<Mistake>,
}

/// What a sample delivery holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Manifest {
    /// Rows.
    pub rows: u64,
    /// Rows by planted mistake: the id of the rule that must find it.
    pub planted: BTreeMap<String, u64>,
}

impl Sample {
    /// A sample of `persons` invented persons.
    pub fn new(persons: u64, seed: u64, mistakes_per_million: u32) -> Self {
        let centres = Centre::all(&Places::built_in()).into();
        let mistakes = mistake::ALL.to_vec();
        Self { centres, persons, seed, mistakes_per_million, mistakes }
    }

    /// The same with mistakes of these rules only; a rule that none can be planted for is given back.
    pub fn with_mistakes_of<'r>(mut self, rules: &[&'r str]) -> Result<Self, &'r str> {
        let planted = |rule: &str| mistake::ALL.iter().any(|mistake| mistake.rule == rule);
        if let Some(rule) = rules.iter().find(|rule| !planted(rule)) {
            return Err(rule);
        }
        self.mistakes.retain(|mistake| rules.contains(&mistake.rule));
        Ok(self)
    }

    /// Writes the delivery of a window.
    pub fn write(&self, window: QuarterRange, out: &mut dyn Write) -> io::Result<Manifest> {
        let mut out = BufWriter::with_capacity(1 << 20, out);
        let mut manifest = Manifest::default();
        writeln!(out, "{}", COLUMNS.join(";"))?;
        let mut rows = Vec::new();
        for index in 0..self.persons {
            let mut random = self.random(index);
            let person = Person::draw(&mut random, &self.centres);
            rows.clear();
            person.rows(window, &mut random, &mut rows);
            for row in &rows {
                self.write_row(row, &mut random, &mut manifest, &mut out)?;
            }
        }
        out.flush()?;
        Ok(manifest)
    }

    /// A generator whose stream is documented to stay the same across versions and machines.
    fn random(&self, person: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(person);
        random
    }

    fn write_row(
        &self,
        row: &Row,
        random: &mut ChaCha8Rng,
        manifest: &mut Manifest,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        manifest.rows += 1;
        if random.random_range(0..1_000_000) < self.mistakes_per_million {
            let mistake = self.mistakes[random.random_range(0..self.mistakes.len())];
            if let Some(lines) = mistake.plant(row) {
                manifest.rows += lines.len() as u64 - 1;
                *manifest.planted.entry(mistake.rule.to_owned()).or_default() += 1;
                for line in lines {
                    out.write_all(&line)?;
                    out.write_all(b"\n")?;
                }
                return Ok(());
            }
        }
        writeln!(out, "{}", row.line())
    }
}
