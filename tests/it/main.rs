//! The integration tests: one binary, since each test binary links Polars again.
//!
//! Every module is about one subject, works through the program or the library's public surface,
//! and takes its expectations from declared numbers, another engine, or a plain fold.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "supporting functions of tests may fail loudly, and set up what they need"
)]

/// A temporary folder with a warehouse, and the program run in it.
mod sandbox;

/// Programs of other makers, from PyPI, in an environment of their own.
mod peers;
mod polluted;

/// One warehouse of seeded samples over twenty years, shared by the tests of answers.
mod seeded;

/// `init`, `ingest`, redelivery, budgets, replaced files, versions.
mod ingesting;

/// Deliveries that arrive in a folder: complete or not, refused, hostile, passes that are killed.
mod inbox;

/// Amounts that are no amounts, and the setting that says so.
mod amounts;

/// What is found of a delivery as a whole, and what is accepted of it.
mod whole_deliveries;

/// Deliveries that come again: what goes, what comes, and what may not go.
mod replacing;

/// The pseudonym key: where it lies, what is one, what is said of it.
mod keys;

/// What the machine, its clock, other users and odd folders do to a warehouse.
mod surroundings;

/// Packed, encoded and columnar deliveries: the same rows, the same figures.
mod packed;

/// Cells with types: Parquet, workbooks, SAS datasets.
mod typed;

/// Bounds on what is read and held, and how the program ends where a file is damaged.
mod limits;

/// What figures mean: fixed settings, rules, conventions.
mod meaning;

/// All rows under other rules, in one commit.
mod reclassifying;

/// Killed writers, damaged files, left-over files.
mod crashes;

/// Damage to every kind of file, asked for in every way.
mod damage;

/// The log of the table: what is changed in it, lost, or another program's.
mod damaged_log;

/// Texts that are commands to a terminal, formulas to a spreadsheet, or not seen at all.
mod hostile;

/// Options that are the same for every command, the formats and names of files, and their mode.
mod outputs;

/// Reports on paper: text, marks for readers aloud, margins, bytes.
mod pdf;

/// The command that is recorded in an export gives its bytes again.
mod recorded;

/// What is never overwritten, what is never removed, and a log that lost entries.
mod safe_files;

/// Guesses at numbers against everything that a small delivery leaves behind.
mod guesses;

/// Bad input of every kind: one clear message, exit code 2, nothing changed.
mod refusals;

/// A hundred bad inputs to all commands, as a new user would try them.
mod trials;

/// Every delivery under `data-samples/` against its declared numbers and a plain fold.
mod data_samples;

/// Shipped queries against golden tables, SQL of another engine, and the optimiser off.
mod answers;

/// Person histories: derived, the same figures with and without them.
#[cfg(feature = "index")]
mod histories;

/// Exports read back by other programs.
mod exports;

/// PX files, read by another program.
mod px;

/// Structures of SDMX and packages of data, read by other programs.
mod structure;

/// Completions, pages of the manual, progress, and silence where it is asked for.
mod shell;

/// Which rows an answer has, and what of it adds up.
mod belonging;

/// Totals, comparisons, moving figures, complete answers, answers beside those of another state.
mod language;

/// Questions in SQL: what is answered, and what is refused.
mod statements;

/// No statement shows a single person unaware, and none is too long or too deep.
mod single_persons;

/// Expressions of filters and statements beside another engine's: equal, or refused.
mod expressions;

/// Where centres lie: codes since 2002, mergers, what a warehouse adds, rows without a place.
mod places;

/// Query files with mistakes, own queries, parameters.
mod query_files;

/// The files of a warehouse: modes, key, readers of other makers.
mod warehouse;

/// Numbers split over several cells.
mod split_numbers;

/// No identifier in clear anywhere.
mod faults;
mod identifiers;

/// Laws over random rows: conservation, dialects, permutations.
mod laws;

/// National and BIS numbers as they are issued, beside python-stdnum.
mod numbers;

/// Every value read right: words for no value, codes, days, duplicates, and no field lost.
mod values;

/// `sppis sample`: the same seed, the same bytes; planted mistakes are found.
mod returning;
mod samples;

/// `sppis dictionary`, and a warehouse's own dictionary.
mod dictionary;

/// Dimensions and metrics that no shipped query has.
mod dimensions;

/// Help, exit codes, closed pipes.
mod charts;
mod command_line;

/// Calendar expressions: as systemd reads them, and when they occur.
mod calendar;

/// What is due, as a function.
mod due;

/// A schedule as it is lived with, in a month of mishaps.
mod schedule;

/// `--lang` and `--locale` where they are not given.
mod defaults;
/// What an edition says has changed since the one before.
mod editions;
/// Who is told of what happens on schedule, and the servers that the tests tell.
mod notices;
mod receivers;

/// The commands of the README and of the manuals.
mod readme;

/// Reports and what they promise.
mod reports;

/// What another program does with a warehouse, and the examples of it.
mod library;

/// `sppis timer`: units that systemd takes, lines that cron takes.
mod timer;

/// Rules of the house: layout, imports, docs, lengths.
mod tidy;

/// Missing deliveries, empty quarters, and cells that should be empty.
mod gaps;

/// What can be asked for: what the dictionary knows, and what the data hold.
mod as_sql;
mod asked;

/// Which quarters a figure is over, and what says so where some or all are missing.
mod over;

/// Every word in four languages: the catalogues, what uses them, and findings in other words.
mod wide;
mod words;
