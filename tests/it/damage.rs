//! Damage of every kind to every kind of file: whichever way is asked, the right figure or the name of the
//! file that is damaged, never anything else.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sppis::counting::histories;
use sppis::disclosure::ReleasedTable;
use sppis::pipeline::answer::{Basis, Means, answer, answer_compared, answer_statement, verify};
use sppis::pipeline::difference::differences;
use sppis::query::{Arguments, Catalog, Question, resolve};
use sppis::render::plain;
use sppis::statement::Statement;
use sppis::warehouse::{AsOf, LoggedCommit, Snapshot, Warehouse};

use crate::guesses::warehouse_of_old;
use crate::sandbox::{CONFIGURATION, Sandbox, files_below};

/// Damages that are tried.
const COUNT: usize = 1000;

/// What a way gives: text that must be the same, or an error with its causes.
type Answer = Result<String, String>;

fn said(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

fn question(warehouse: &Warehouse, name: &str, quarter: Option<&str>) -> Question {
    let quarter = quarter.map(|it| it.parse().unwrap());
    let arguments = Arguments { from: quarter, to: quarter, wheres: Vec::new(), sets: Vec::new() };
    let query = Catalog::open(None).unwrap().query(name).unwrap();
    resolve(query, &arguments, warehouse.dictionary()).unwrap()
}

fn text(table: &ReleasedTable) -> String {
    let mut text = String::new();
    for row in 0..table.row_count() {
        for column in table.columns() {
            let _ = write!(text, "{};", plain(&column.values, row));
        }
        text.push('\n');
    }
    text
}

/// A query over a state, with the second count where that is asked for.
fn run(
    warehouse: &Warehouse,
    snapshot: &Snapshot,
    means: Means,
    asked: Question,
    again: bool,
) -> Answer {
    let basis = Basis::new(warehouse, snapshot, means);
    let answers = answer(vec![asked], &basis).map_err(|error| said(&error))?;
    if again {
        for (_, checked) in verify(&answers, &basis).map_err(|error| said(&error))? {
            assert!(checked.differences.is_empty(), "{:?}", checked.differences);
        }
    }
    Ok(text(&answers.tables[0]))
}

const SQL: &str = "SELECT quarter, measure, count(DISTINCT person) AS p, sum(amount) AS a FROM observations \
                   GROUP BY quarter, measure ORDER BY quarter, measure";

/// The histories, made from the observations.
fn made_anew(root: &Path, snapshot: &Snapshot) -> Answer {
    let folder = root.join("again");
    let built = histories::rebuild(&folder, snapshot).map_err(|error| said(&error));
    let answer = built.map(|_| {
        let mut paths = histories::listed(&folder);
        paths.sort();
        let mut all = blake3::Hasher::new();
        for path in paths {
            all.update(&fs::read(path).unwrap());
        }
        all.finalize().to_string()
    });
    let _absent = fs::remove_dir_all(folder);
    answer
}

/// Every way to ask, each with what it says.
fn ways(root: &Path) -> Vec<(&'static str, Answer)> {
    let failed = |error: sppis::warehouse::WarehouseError| said(&error);
    let warehouse = match Warehouse::open(root) {
        Ok(warehouse) => warehouse,
        Err(error) => return vec![("open", Err(said(&error)))],
    };
    let warehouse = &warehouse;
    let now = || warehouse.snapshot(None).map_err(failed);
    let asked = |name, quarter| question(warehouse, name, quarter);
    let by_measure = || asked("by-regime-and-measure", None);
    let over_histories = || run(warehouse, &now()?, Means::Histories, by_measure(), false);
    let without = || run(warehouse, &now()?, Means::Observations, by_measure(), true);
    let course = || {
        let asked = asked("transitions", None);
        run(warehouse, &now()?, Means::Observations, asked, false)
    };
    let of_quarter = || {
        let asked = asked("by-sex-and-age", Some("2006Q1"));
        run(warehouse, &now()?, Means::Observations, asked, true)
    };
    let of_then = || {
        let then = warehouse.snapshot(Some(&AsOf::Version(2))).map_err(failed)?;
        run(warehouse, &then, Means::default(), by_measure(), false)
    };
    let compared = || {
        let then = warehouse.snapshot(Some(&AsOf::Version(2))).map_err(failed)?;
        let now = now()?;
        let bases = [&now, &then].map(|it| Basis::new(warehouse, it, Means::default()));
        let answers = answer_compared(vec![by_measure()], &bases[0], &bases[1]);
        Ok(text(&answers.map_err(|error| said(&error))?.tables[0]))
    };
    let sql = || {
        let statement = Statement::read(SQL, false).unwrap();
        let answer = answer_statement(&statement, &now()?, warehouse.dictionary());
        Ok(text(&answer.map_err(|error| said(&error))?.0))
    };
    let diff = || {
        let now = now()?;
        let [one, other] = ["2007-11@1", "2007-11@2"].map(|it| now.named(it).cloned());
        let (one, other) = (one.map_err(failed)?, other.map_err(failed)?);
        let state = |of: &LoggedCommit| {
            warehouse.snapshot(Some(&AsOf::Version(now.last_version_of(of)))).map_err(failed)
        };
        let (old, new) = (state(&one)?, state(&other)?);
        let found = differences(warehouse, (&one, &old), (&other, &new));
        let found = found.map_err(|error| said(&error))?;
        Ok(format!("{found:?}"))
    };
    let beside = || {
        let mut text = String::new();
        for commit in now()?.commits() {
            let record = &commit.record;
            let findings = warehouse.findings(record).and_then(|it| it.all()).map_err(failed)?;
            let rows = warehouse.rejected_rows(record).and_then(|it| it.all()).map_err(failed)?;
            let profile = warehouse.profile(record).map_err(failed)?;
            let _ = write!(text, "{commit:?} {findings:?} {rows:?} {profile:?}");
        }
        Ok(text)
    };
    vec![
        ("run", over_histories()),
        ("run --without-histories --verify", without()),
        ("run transitions --without-histories", course()),
        ("run --from --to --without-histories --verify", of_quarter()),
        ("run --as-of", of_then()),
        ("run --compare-with", compared()),
        ("sql", sql()),
        ("diff", diff()),
        ("rejects, report, history", beside()),
        ("histories --rebuild", now().and_then(|now| made_anew(root, &now))),
    ]
}

/// A warehouse of three deliveries, one of which came again.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (deliveries, persons, folder) in
        [("2007-05,2007-11,2008-05", "60", "first"), ("2007-11", "58", "again")]
    {
        let sample = ["sample", "--deliveries", deliveries, "--persons", persons, "--seed", "3"];
        sandbox.run_all(&[&sample[..], &["--mistakes", "5%", "--output", folder]].concat()).ok();
        for file in sandbox.files(folder) {
            if file.extension().is_some_and(|it| it == "csv") {
                let file = file.to_str().unwrap();
                sandbox.run(["ingest", file, "--max-rejects", "100%", "--replace"]).ok();
            }
        }
    }
    sandbox
}

/// The files that may be damaged, by kind; what users write themselves is theirs.
fn kinds(root: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut kinds: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in files_below(root) {
        let inside = path.strip_prefix(root).unwrap().to_str().unwrap();
        let folder = inside.split('/').next().unwrap();
        let ending = path.extension().unwrap_or_default().to_str().unwrap();
        let kind = match folder {
            "observations" | "findings" | "histories" => format!("{folder} {ending}"),
            "committed" => folder.to_owned(),
            _ => continue,
        };
        kinds.entry(kind).or_default().push(path);
    }
    kinds
}

/// A file with what was there, which is put back in the end.
struct Damaged {
    before: Vec<(PathBuf, Vec<u8>)>,
    how: String,
}

impl Damaged {
    /// Does something to a file, at a place drawn.
    fn draw(kinds: &BTreeMap<String, Vec<PathBuf>>, random: &mut ChaCha8Rng) -> Self {
        let pick = |random: &mut ChaCha8Rng| {
            let (kind, paths) = kinds.iter().nth(random.random_range(0..kinds.len())).unwrap();
            (kind.clone(), paths[random.random_range(0..paths.len())].clone())
        };
        let (kind, path) = pick(random);
        let bytes = fs::read(&path).unwrap();
        let mut before = vec![(path.clone(), bytes.clone())];
        let at = random.random_range(0..bytes.len());
        let mut new = bytes.clone();
        let of_text = |from: u8, to: u8, random: &mut ChaCha8Rng| {
            let places: Vec<usize> =
                (0..bytes.len()).filter(|at| (from..=to).contains(&bytes[*at])).collect();
            let at = places.get(random.random_range(0..places.len().max(1))).copied();
            (at.unwrap_or(0), random.random_range(from..=to))
        };
        let how = match random.random_range(0..10) {
            0..3 => {
                new[at] ^= 1 << random.random_range(0..8);
                "a bit flipped"
            }
            3 => {
                let other = random.random_range(0..bytes.len());
                new.swap(at, other);
                "two bytes exchanged"
            }
            4 => {
                new.truncate(at);
                "cut off"
            }
            5 => {
                let end = bytes.len().min(at + 300);
                new[at..end].fill(0);
                "zeros"
            }
            6 => {
                let (at, digit) = of_text(b'0', b'9', random);
                new[at] = digit;
                "another digit"
            }
            7 => {
                let (at, letter) = of_text(b'a', b'z', random);
                new[at] = letter;
                "another letter"
            }
            8 => {
                // Of the same kind, so that it is what might stand there.
                let others = &kinds[&kind];
                let other = others[random.random_range(0..others.len())].clone();
                new = fs::read(&other).unwrap();
                fs::write(&other, &bytes).unwrap();
                before.push((other, new.clone()));
                "changed places"
            }
            _ => {
                fs::remove_file(&path).unwrap();
                return Self { before, how: "gone".to_owned() };
            }
        };
        fs::write(&path, &new).unwrap();
        Self { before, how: format!("{how} at {at}") }
    }

    /// Whether an error names it.
    fn is_named(&self, error: &str) -> bool {
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        self.before.iter().any(|(path, _)| error.contains(&name(path)))
    }

    fn put_back(&self) {
        for (path, bytes) in &self.before {
            fs::write(path, bytes).unwrap();
        }
    }
}

fn copy(sandbox: &Sandbox) -> Sandbox {
    let copy = Sandbox::empty();
    for name in ["warehouse", CONFIGURATION] {
        for file in sandbox.files(name) {
            let to = copy.join("").join(file.strip_prefix(sandbox.path()).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&file, &to).unwrap();
        }
    }
    copy
}

/// Damages a copy of a warehouse again and again.
fn attack(sandbox: &Sandbox, seed: u64, count: usize) -> Vec<String> {
    let sandbox = copy(sandbox);
    let root = sandbox.join("warehouse");
    let right = ways(&root);
    for (way, answer) in &right {
        assert!(answer.is_ok(), "{way}: {answer:?}");
    }
    let kinds = kinds(&root);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut wrong = Vec::new();
    for _ in 0..count {
        let damaged = Damaged::draw(&kinds, &mut random);
        let (path, how) = (damaged.before[0].0.display(), &damaged.how);
        for ((way, found), (_, right)) in ways(&root).into_iter().zip(&right) {
            match found {
                Ok(found) if Ok(&found) == right.as_ref() => {}
                Ok(_) => wrong.push(format!("{path}, {how}: {way}: another figure")),
                Err(error) if damaged.is_named(&error) => {}
                Err(error) => wrong.push(format!("{path}, {how}: {way}: not named: {error}")),
            }
        }
        damaged.put_back();
    }
    wrong
}

#[test]
fn a_thousand_damages_give_the_right_figure_or_the_name_of_the_file() {
    let sandbox = sandbox();
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let wrong = std::thread::scope(|scope| {
        let sandbox = &sandbox;
        let attack = |at| scope.spawn(move || attack(sandbox, at, COUNT.div_ceil(threads)));
        let attackers: Vec<_> = (0..threads as u64).map(attack).collect();
        let found = attackers.into_iter().map(|it| it.join().unwrap());
        found.flatten().collect::<Vec<String>>()
    });
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Every command that reads a warehouse, by the program.
const COMMANDS: [&[&str]; 13] = [
    &["run", "by-regime-and-measure", "--without-histories", "--format", "csv"],
    &["run", "by-regime-and-measure", "--without-histories", "--verify", "--format", "csv"],
    &["run", "by-regime-and-measure", "--as-of", "2", "--without-histories", "--format", "csv"],
    &["run", "by-year", "--compare-with", "2", "--without-histories", "--format", "csv"],
    &["run", "persons-by-quarter", "--from", "2005Q3", "--to", "2005Q3", "--without-histories"],
    &["sql", SQL],
    &["diff", "2007-11@1", "2007-11@2"],
    &["rejects", "2007-05"],
    &["rejects", "2007-05", "--rows"],
    &["validation", "2007-05"],
    &["histories", "--rebuild"],
    &["history"],
    &["deliveries"],
];

#[test]
fn every_command_ends_with_2_the_name_of_the_file_and_what_to_do() {
    let sandbox = sandbox();
    let root = sandbox.join("warehouse");
    let right: Vec<String> =
        COMMANDS.iter().map(|command| sandbox.run_all(command).ok().stdout).collect();
    let mut refused = BTreeMap::new();
    for (kind, paths) in kinds(&root) {
        let path = &paths[0];
        let bytes = fs::read(path).unwrap();
        for at in [5, bytes.len() / 3, bytes.len() / 2, bytes.len() - 20] {
            let mut changed = bytes.clone();
            changed[at.min(bytes.len() - 1)] ^= 4;
            fs::write(path, changed).unwrap();
            for (command, right) in COMMANDS.iter().zip(&right) {
                let ran = sandbox.run_all(command);
                if ran.code == 0 && ran.stdout == *right {
                    continue;
                }
                let name = path.file_name().unwrap().to_str().unwrap();
                assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{kind} {command:?} {ran}");
                assert!(ran.stderr.contains(name), "{kind} {command:?} {ran}");
                assert!(ran.stderr.contains("hint: "), "{kind} {command:?} {ran}");
                assert!(ran.stderr.contains("backup"), "{kind} {command:?} {ran}");
                *refused.entry(kind.clone()).or_insert(0) += 1;
            }
        }
        fs::write(path, bytes).unwrap();
    }
    for kind in ["findings json", "findings parquet", "observations json", "observations parquet"] {
        assert!(refused.contains_key(kind), "{kind}: {refused:?}");
    }
}

#[test]
fn two_files_with_changed_places_are_found_and_never_become_histories() {
    let sandbox = sandbox();
    let listed =
        sandbox.run(["files"]).ok().stdout.replace("SANDBOX", sandbox.path().to_str().unwrap());
    let files: Vec<PathBuf> = listed.lines().map(PathBuf::from).collect();
    let [one, other] = [&files[0], &files[1]];
    let bytes = [one, other].map(|path| fs::read(path).unwrap());
    fs::write(one, &bytes[1]).unwrap();
    fs::write(other, &bytes[0]).unwrap();
    let kept: Vec<Vec<u8>> =
        sandbox.files("warehouse/histories").iter().map(|path| fs::read(path).unwrap()).collect();
    for command in &COMMANDS[..6] {
        let ran = sandbox.run_all(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command:?} {ran}");
    }
    let ran = sandbox.run(["histories", "--rebuild"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("hint: restore the file from a backup"), "{ran}");
    let now = sandbox.files("warehouse/histories");
    let now: Vec<Vec<u8>> = now.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(kept == now);
}

#[test]
fn only_what_is_read_is_compared() {
    let sandbox = sandbox();
    let listed =
        sandbox.run(["files"]).ok().stdout.replace("SANDBOX", sandbox.path().to_str().unwrap());
    let path = PathBuf::from(listed.lines().next().unwrap());
    let bytes = fs::read(&path).unwrap();
    let quarter = path.to_str().unwrap().split("quarter=").nth(1).unwrap()[..6].to_owned();
    let by_measure = ["run", "by-regime-and-measure", "--without-histories", "--format", "csv"];
    let right = sandbox.run(by_measure).ok().stdout;
    let (mut same, mut refused) = (0, 0);
    for at in (4..bytes.len()).step_by(bytes.len() / 60) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        let ran = sandbox.run(by_measure);
        match ran.code {
            0 => same += usize::from(ran.stdout == right),
            _ => refused += 1,
        }
        // Other quarters do not need the file at all.
        let other = if quarter == "2006Q1" { "2006Q2" } else { "2006Q1" };
        let range = ["--from", other, "--to", other];
        sandbox.run_all(&[&by_measure[..], &range].concat()).ok();
    }
    assert!(same > 5 && refused > 5, "{same} {refused}");
}

#[test]
fn files_of_earlier_versions_are_compared_as_a_whole() {
    let sandbox = warehouse_of_old();
    let ask = ["run", "persons-by-quarter", "--without-histories", "--format", "csv"];
    let right = sandbox.run(ask).ok().stdout;
    let files = files_below(&sandbox.join("warehouse/observations/quarter=2006Q1"));
    let path = &files[0];
    let bytes = fs::read(path).unwrap();
    for at in (4..bytes.len()).step_by(bytes.len() / 25) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(path, changed).unwrap();
        let ran = sandbox.run(ask);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{at}: {ran}");
        assert!(ran.stderr.contains(path.file_name().unwrap().to_str().unwrap()), "{ran}");
    }
    fs::write(path, bytes).unwrap();
    assert_eq!(sandbox.run(ask).ok().stdout, right);
}

#[test]
fn verify_says_what_is_damaged_of_states_that_were_replaced_and_of_the_files_beside() {
    let sandbox = sandbox();
    let replaced = |path: &&PathBuf| path.to_str().unwrap().contains("2007-11-r1-");
    for (folder, kept) in [("observations", "quarter="), ("findings", "profile")] {
        let files = sandbox.files(&format!("warehouse/{folder}"));
        let mut of_old = files.iter().filter(replaced);
        let path = of_old.find(|path| path.to_str().unwrap().contains(kept)).unwrap();
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[1..]).unwrap();
        let verified = sandbox.run(["verify"]).ok();
        let name = path.file_name().unwrap().to_str().unwrap();
        let note = verified.stdout.lines().find(|line| line.starts_with("note: ")).unwrap();
        assert!(note.contains(name), "{verified}");
        fs::write(path, &bytes).unwrap();
    }
    let mut files = sandbox.files("warehouse/histories").into_iter();
    fs::remove_file(files.find(|it| it.extension().unwrap() == "checksums").unwrap()).unwrap();
    let verified = sandbox.run(["verify"]).ok();
    assert!(verified.stdout.contains("not all files are there"), "{verified}");
    sandbox.run(["histories", "--rebuild"]).ok();
    let verified = sandbox.run(["verify"]).ok();
    assert!(!verified.stdout.contains("note: "), "{verified}");
}

#[test]
fn a_damaged_file_is_mended_by_ingesting_again() {
    let sandbox = sandbox();
    let right = sandbox.csv("by-regime-and-measure");
    let listed =
        sandbox.run(["files"]).ok().stdout.replace("SANDBOX", sandbox.path().to_str().unwrap());
    let path = PathBuf::from(listed.lines().next().unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(100);
    fs::write(&path, bytes).unwrap();
    let without = ["run", "by-regime-and-measure", "--without-histories", "--format", "csv"];
    assert_eq!(sandbox.run(without).code, 2);
    let file = "first/DWH_SPPIS_Formulaires_2007-05.csv";
    sandbox.run(["ingest", file, "--max-rejects", "100%", "--again"]).ok();
    assert_eq!(sandbox.run(without).ok().stdout, right);
    sandbox.run(["verify"]).ok();
}
