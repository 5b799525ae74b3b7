//! Help, exit codes, closed pipes.

use std::io::Read as _;
use std::process::Stdio;

use crate::sandbox::{Sandbox, repository};

/// The reference page is made from the definitions of the arguments; `SPPIS_UPDATE_GOLDEN=1`
/// writes it anew.
#[test]
fn the_reference_page_is_what_help_says() {
    let path = repository().join("COMMANDS.md");
    let heading = "# Commands\n\nMade from `--help` by a test; do not edit.\n\n";
    let page = format!("{heading}{}\n", sppis::cli::reference().trim_end());
    if std::env::var_os("SPPIS_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page);
}

#[test]
fn every_command_has_an_example() {
    let page = sppis::cli::reference();
    let sections: Vec<&str> = page.split("## `").skip(2).collect();
    assert!(sections.len() >= 12);
    for section in sections {
        assert!(section.contains("Example"), "{section}");
    }
}

#[test]
fn help_and_version_are_answers_and_anything_else_is_a_mistake() {
    let sandbox = Sandbox::empty();
    let help = sandbox.run(["--help"]).ok();
    assert!(help.stdout.contains("by-regime-and-measure") && help.stderr.is_empty(), "{help}");
    assert!(sandbox.run(["--version"]).ok().stdout.starts_with("sppis "));
    let cases: [&[&str]; 5] = [
        &[],
        &["ingset"],
        &["ingest"],
        &["run", "x", "--where", "regime"],
        &["ingest", "x.csv", "--max-rejects", "many"],
    ];
    for arguments in cases {
        let ran = sandbox.run_all(arguments);
        assert_eq!(ran.code, 2, "{arguments:?} {ran}");
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_delivery_is_no_report_and_its_validation_report_has_a_name_of_its_own() {
    let sandbox = Sandbox::new();
    for name in ["2008-05", "2008-05@1"] {
        let ran = sandbox.run_all(&["report", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        let error = format!("error: there is no report `{name}`\n");
        let hint =
            format!("hint: the validation report of a delivery is `sppis validation {name}`\n");
        assert_eq!(ran.stderr, error + &hint);
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let sandbox = Sandbox::empty();
    let mut child = sandbox
        .command(&["dictionary", "BUDART_ID"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert_eq!(said, "");
}

#[test]
fn the_demo_shows_reconciliation_and_figures_and_leaves_nothing_behind() {
    let sandbox = Sandbox::empty();
    let temporary = sandbox.join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let output = sandbox.command(&["demo"]).env("TMPDIR", &temporary).output().unwrap();
    assert!(output.status.success());
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in [
        "rows read",
        "euros accepted",
        "rows rejected, by the rule",
        "Persons and State subsidy for partnership conventions (EBENCONVCM)",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    assert_eq!(sandbox.files("."), Vec::<std::path::PathBuf>::new());
}
