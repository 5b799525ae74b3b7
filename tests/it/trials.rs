//! A trial as a new user would make it: bad input of every kind to every command. Each is refused
//! with exit code 2 and a sentence that names what was wrong, and changes nothing. The list is data:
//! what was typed, and what has to be said.

use std::fs;

use crate::sandbox::{HEADER, Sandbox};

/// What is typed, its words parted by blanks but within quotes, and what the message holds.
const CASES: &[(&str, &str)] = &[
    // No such command, query, option or format.
    ("frobnicate", "unrecognized subcommand 'frobnicate'"),
    ("run", "<NAME>..."),
    ("run by-yaer", "there is no query `by-yaer`; did you mean `by-year`?"),
    ("run by-year by-yaer", "did you mean `by-year`?"),
    ("run nothing-like-it", "there is no query `nothing-like-it`"),
    ("run by-year --form csv", "unexpected argument '--form'"),
    ("run by-year --format cvs", "possible values: table, csv"),
    ("run by-year --lang es", "possible values: en, fr, nl, de"),
    ("run by-year --locale es-ES", "possible values: C, fr-BE, nl-BE, de-BE"),
    ("run --all by-year", "'--all' cannot be used with"),
    ("history extra", "unexpected argument 'extra'"),
    ("verify --deep", "unexpected argument '--deep'"),
    ("clean --force", "unexpected argument '--force'"),
    ("histories --rebuild --dry-run", "unexpected argument '--dry-run'"),
    ("queries nothing", "there is no query `nothing`"),
    ("queries by-yeer", "did you mean `by-year`?"),
    ("queries --schema --check", "'--schema' cannot be used with '--check'"),
    ("queries --source", "<NAME>"),
    ("explain by-yaer", "did you mean `by-year`?"),
    ("explain", "<NAME>"),
    ("report 2008-05", "`sppis validation 2008-05`"),
    // Places that cannot be written, or are no warehouse.
    ("run by-year --output out.docx", "the ending of"),
    ("run by-year --output nofolder/x.csv", "nofolder/x.csv cannot be written"),
    ("run by-year by-region --output file.csv", "file.csv would be a folder for several answers"),
    ("run by-year --output warehouse/observations/x.csv", "lies inside the warehouse"),
    ("--warehouse nowhere run by-year", "there is no warehouse at nowhere"),
    ("--warehouse empty run by-year", "make one with `sppis init`"),
    ("--warehouse text.txt run by-year", "text.txt is a file; a warehouse is a folder"),
    ("--warehouse text.txt init", "text.txt is a file; a warehouse is a folder"),
    ("init", "./warehouse is not empty"),
    ("--warehouse new init --key-file text.txt", "has not 32 bytes"),
    ("key --backup text.txt", "text.txt is there already"),
    ("key --backup warehouse/observations/k", "lies inside the warehouse"),
    ("key --move", "does not lie in the warehouse"),
    // Quarters, days, versions, states.
    ("run by-year --from 2008", "expected a quarter such as `2008Q3`, found `2008`"),
    ("run by-year --from 2008-01", "expected a quarter such as `2008Q3`"),
    ("run by-year --from 2008Q5", "expected a quarter such as `2008Q3`, found `2008Q5`"),
    ("run by-year --from 2008Q3 --to 2007Q1", "is `--from 2007Q1 --to 2008Q3` meant?"),
    ("explain by-year --from 2008Q3 --to 2007Q1", "`--from 2008Q3` lies after `--to 2007Q1`"),
    ("run by-year --from 1008Q1", "expected a quarter from 1900 to 2200 for `--from`"),
    ("run by-year --to 9999Q4", "expected a quarter from 1900 to 2200 for `--to`"),
    ("run by-year --as-of 2099-05", "the warehouse has no delivery `2099-05`"),
    ("run by-year --as-of 2008-5", "is `2008-05` meant?"),
    ("run by-year --as-of 2008-02-30", "the calendar has no day `2008-02-30`"),
    ("run by-year --as-of 1999-01-01", "no delivery committed by 1999-01-01"),
    ("run by-year --as-of 77", "the warehouse has no version 77"),
    ("run by-year --as-of 2008-05@2", "no revision `2` of delivery `2008-05`"),
    ("run by-year --compare-with tomorrow", "no delivery `tomorrow`"),
    ("run by-year --compare-with 2008-13-01", "the calendar has no day `2008-13-01`"),
    ("files --as-of 99", "the warehouse has no version 99"),
    ("deliveries --on yesterday", "expected a day of the calendar such as 2008-12-01"),
    ("deliveries --on 2008-13-01", "expected a day of the calendar such as 2008-12-01"),
    ("diff 2008-05", "<AFTER>"),
    ("diff 2008-05 2099-05", "the warehouse has no delivery `2099-05`"),
    ("diff 2008-05@1 2008-05@9", "no revision `9` of delivery `2008-05`"),
    ("diff 2008-05@1 2008-05@x", "no revision `x` of delivery `2008-05`"),
    ("diff 2008-05 2008-05 --format xml", "possible values: table, csv"),
    // Values of dimensions and parameters.
    ("run by-year --where", "a value is required for '--where"),
    ("run by-year --where sex", "expected NAME=VALUE"),
    ("run by-year --where gender=M", "unknown dimension `gender`; known: quarter, year"),
    ("run by-year --where sex=", "expected a value of `sex`, found nothing; `none` asks for"),
    ("run by-year --where sex=M,", "expected a value of `sex`, found nothing"),
    ("run by-year --where sex=m", "did you mean `M`?"),
    ("run by-year --where sex=M,X", "unknown value of `sex` `X`; known: M, F"),
    ("run by-year --where cpas=brussels", "expected a NIS code of 5 digits for `cpas`"),
    ("run by-year --where cpas=99999", "no municipality has had it"),
    ("run by-year --where region=21004", "is a municipality, no region: ask for `cpas=21004`"),
    ("run by-year --where province=04000", "is a region without provinces"),
    ("run by-year --where age=25", "did you mean `25-34`?"),
    ("run by-year --where year=08", "expected a year such as `2008` for `year`, found `08`"),
    ("run by-year --where year=1999", "the source begins in 2002Q4"),
    ("run by-year --where quarter=2008-Q3", "expected a quarter such as `2008Q3`"),
    ("run by-year --where measure=article60", "did you mean `article_60`?"),
    ("explain by-year --where sex=Q", "unknown value of `sex` `Q`"),
    ("run by-year --set regime=x", "unknown parameter `regime`: this query has none"),
    // Files that are no delivery.
    ("ingest", "<FILE>..."),
    ("ingest nothing.csv", "nothing.csv: No such file"),
    ("ingest empty", "empty: this is a folder; name the files of the delivery"),
    ("ingest empty.csv --delivery 2007-11", "empty.csv: the file is empty"),
    ("ingest text.txt --delivery 2007-11", "line 1 has none of the known variable names"),
    ("ingest answer.xlsx --delivery 2007-11", "the first row of the sheet `Cover` has none of the"),
    (
        "ingest answer.parquet --delivery 2007-11",
        "none of the known variables, but `year`, `regime`",
    ),
    ("inspect answer.xlsx", "the first row of the sheet `Cover` has none of the known variables"),
    ("inspect answer.parquet", "this parquet file has none of the known variables"),
    ("inspect text.txt", "line 1 has none of the known variable names"),
    ("inspect empty", "empty: this is a folder"),
    ("inspect good.csv --rows many", "expected a whole number"),
    ("ingest good.csv", "no delivery id in the file name `good.csv`"),
    ("ingest good.csv good.csv --delivery 2007-11", "two files of the delivery are called"),
    ("ingest good.csv --delivery 2007-06", "`2007-06` is no delivery id"),
    ("ingest good.csv --delivery 2007-11 --encoding latin1", "expected utf-8, utf-16le"),
    ("ingest good.csv --delivery 2007-11 --max-rejects lots", "expected a number of rows such as"),
    ("ingest good.csv --delivery 2007-11 --max-rejects 120%", "(all is `100%`), found `120%`"),
    (
        "ingest good.csv --delivery 2007-11 --max-rejects-of check.nis-invalid=1",
        "`check.niss-invalid`?",
    ),
    ("ingest good.csv --delivery 2007-11 --max-rejects-of check.niss-invalid", "RULE=BUDGET"),
    (
        "ingest good.csv --delivery 2007-11 --accept check.niss-invalid",
        "does not keep a delivery out",
    ),
    ("ingest good.csv --delivery 2007-11 --without-column NISS", "every delivery has `NISS`"),
    ("ingest good.csv --delivery 2007-11 --without-column FOO", "there is no variable `FOO`"),
    ("ingest good.csv --delivery 2007-11 --ignore-column NISS", "all of their columns are known"),
    ("ingest good.csv --delivery 2007-11 --report r.pdf", "r.pdf says no format"),
    ("ingest good.csv --delivery 2007-11 --findings f.doc", "f.doc says no format"),
    ("ingest good.csv --delivery 2007-11 --log xml", "possible values: text, json"),
    // Deliveries and rules that are not there.
    ("rejects", "<DELIVERY>"),
    ("rejects 2099-05", "the warehouse has no delivery `2099-05`"),
    ("rejects 2008-5", "is `2008-05` meant?"),
    ("rejects 2008-05@9", "no revision `9` of delivery `2008-05`"),
    ("rejects 2008-05 --rule check.niss-valid", "did you mean `check.niss-invalid`?"),
    ("rejects 2008-05 --rows --file other.csv", "the delivery has no file `other.csv`"),
    ("replay 2008-05", "<FILE>"),
    ("replay 2008-05 nothing.csv", "nothing.csv: No such file"),
    ("replay 2099-05 good.csv", "the warehouse has no delivery `2099-05`"),
    ("replay 2008-05 text.txt", "line 1 has none of the known variable names"),
    ("validation 2099-05", "the warehouse has no delivery `2099-05`"),
    ("validation 2008-05 --lang xx", "possible values: en, fr, nl, de"),
    ("dictionary NISSS", "did you mean `NISS`?"),
    ("dictionary --lang xx", "possible values: en, fr, nl, de"),
    // Statements.
    ("sql", "<STATEMENT>"),
    ("sql \"\"", "expected one SELECT statement"),
    ("sql \"SELECT\"", "this is no SQL"),
    ("sql \"DROP TABLE observations\"", "nothing is changed here"),
    ("sql \"SELECT * FROM observations\"", "`*` would list single observations"),
    (
        "sql \"SELECT person FROM observations\"",
        "neither an aggregate nor what rows are grouped by",
    ),
    ("sql \"SELECT count(*) FROM obs\"", "unknown table `obs` (did you mean `observations`?)"),
    ("sql \"SELECT cout(*) FROM observations\"", "unknown function `cout` (did you mean `count`?)"),
    ("sql \"SELECT count(*) FROM observations WHERE regme = 1\"", "(did you mean `regime`?)"),
    ("sql \"SELECT sum(regime) FROM observations\"", "`sum` takes numbers, found a text"),
    ("sql \"SELECT count(*) FROM observations; SELECT 1\"", "expected one SELECT statement"),
    ("sql \"SELECT count(*) FROM observations\" --as-of 99", "the warehouse has no version 99"),
    // Samples.
    ("sample --output s", "--deliveries <IDS>"),
    (
        "sample --deliveries 2007-06 --output s",
        "expected `YYYY-05` or `YYYY-11`, such as `2007-05`",
    ),
    ("sample --deliveries 2002-05 --output s", "the first delivery is `2004-05`"),
    (
        "sample --deliveries 2007-05 --persons -1 --output s",
        "a whole number of persons, at least 1",
    ),
    ("sample --deliveries 2007-05 --persons 0 --output s", "a whole number of persons, at least 1"),
    ("sample --deliveries 2007-05 --seed x --output s", "expected a whole number"),
    ("sample --deliveries 2007-05 --mistakes 200% --output s", "at most `100%`"),
    (
        "sample --deliveries 2007-05 --mistakes -1% --output s",
        "expected a share of the rows such as",
    ),
    ("sample --deliveries 2007-05 --mistakes 5 --output s", "expected a share of the rows such as"),
    (
        "sample --deliveries 2007-05 --mistakes-of check.nothing --output s",
        "no rule `check.nothing`",
    ),
    ("sample --deliveries 2007-05 --output text.txt", "text.txt is a file"),
];

/// The words of a line as a shell would part them.
fn words(line: &str) -> Vec<&str> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().collect::<Vec<_>>(),
        _ => vec![part],
    });
    words.collect()
}

#[test]
fn bad_input_is_refused_with_what_was_wrong_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let row = "85073003328;1;21004;2006-07-01;2006-07-31;;;2;500.00";
    let file = sandbox.delivery("2008-05", &[row]);
    sandbox.run(["ingest", &file]).ok();
    for format in ["xlsx", "parquet"] {
        let answer = format!("answer.{format}");
        sandbox.run(["run", "by-year", "--output", &answer]).ok();
    }
    sandbox.write("text.txt", "hello\n");
    sandbox.write("empty.csv", "");
    sandbox.write("good.csv", format!("{HEADER}\n{}\n", row.replace("-07-", "-01-")));
    fs::create_dir(sandbox.join("empty")).unwrap();
    assert!(CASES.len() >= 100);
    let before = sandbox.files(".");
    let mut wrong = Vec::new();
    for (line, said) in CASES {
        let ran = sandbox.run_all(&words(line));
        let says_what = ran.stderr.contains(said) && ran.stderr.starts_with("error: ");
        // Of a key it is said what it is before a backup fails.
        let is_data = !ran.stdout.is_empty() && !line.starts_with("key ");
        if ran.code != 2 || !says_what || is_data {
            wrong.push(format!("sppis {line}\nexpected: {said}\n{ran}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
    assert_eq!(sandbox.files("."), before);
}

#[test]
fn a_recoded_identifier_with_what_is_not_seen_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/sppis.toml", "identifier = \"coded\"\n");
    let unseen = ["\u{200b}", "\u{ad}", "\u{202e}", "\u{feff}", "\u{e0061}", "\u{7}"];
    let tokens = unseen.iter().map(|it| format!("AB{it}12"));
    let tokens: Vec<String> = tokens.chain(["AB12", "Ab-é 12"].map(str::to_owned)).collect();
    let rows = tokens.iter().map(|it| format!("{it};1;21004;2006-07-01;2006-07-31;;;2;500.00"));
    let rows: Vec<String> = rows.collect();
    let file = sandbox.delivery("2008-05", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    assert!(ran.stdout.contains("rows read 8 = accepted 2 + rejected 6"), "{ran}");
    let rejects = sandbox.run(["rejects", "2008-05", "--rule", "check.niss-invalid"]).ok().stdout;
    let said = "expected printable characters, found one that is not seen";
    assert_eq!(rejects.matches(said).count(), 6, "{rejects}");
    assert!(!rejects.contains("AB"), "{rejects}");
}

#[test]
fn nothing_but_notes_is_said_beside_an_answer() {
    let sandbox = Sandbox::new();
    let row = "85073003328;1;21004;2006-07-01;2006-07-31;;;2;500.00";
    let file = sandbox.delivery("2008-05", &[row]);
    sandbox.run(["ingest", &file]).ok();
    for arguments in [
        &["run", "--all", "--without-histories"][..],
        &["run", "--all"],
        &[
            "sql",
            "SELECT regime, count(*), sum(amount) FROM observations WHERE sex IN ('M', 'F') \
                  AND lower(cpas) LIKE '2%' GROUP BY regime HAVING count(DISTINCT person) > 0",
        ],
    ] {
        let ran = sandbox.run_all(arguments).ok();
        let expected = |line: &str| ["note: ", "hint: "].iter().any(|it| line.starts_with(it));
        assert!(ran.stderr.lines().all(expected), "{ran}");
    }
}
