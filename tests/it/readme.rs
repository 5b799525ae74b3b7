//! The commands of the README and of the manuals, run as written.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::sandbox::{CONFIGURATION, PROGRAM, Sandbox, repository};

/// The `sh` blocks of a document. Blocks marked `sh no-run` build the project and are run by CI.
fn blocks(document: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(document)).unwrap();
    let mut blocks = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("```sh\n") {
        let body = &rest[start + "```sh\n".len()..];
        let end = body.find("```").unwrap();
        blocks.push(body[..end].to_owned());
        rest = &body[end..];
    }
    blocks
}

/// Runs the blocks of a document one after the other in one empty folder.
fn run_blocks(document: &str, minimum: usize) {
    let blocks = blocks(document);
    assert!(blocks.len() >= minimum, "{document} has {} blocks", blocks.len());
    let sandbox = Sandbox::empty();
    let folder = Path::new(PROGRAM).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    std::os::unix::fs::symlink(repository().join("data-samples"), sandbox.join("data-samples"))
        .unwrap();
    for block in blocks {
        let output = Command::new("sh")
            .args(["-euc", &block])
            .current_dir(sandbox.path())
            .env("PATH", &path)
            .env_remove("SPPIS_WAREHOUSE")
            .env_remove("SPPIS_LANG")
            .env_remove("SPPIS_LOCALE")
            .env("XDG_CONFIG_HOME", sandbox.join(CONFIGURATION))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{document}:\n{block}\n{stderr}");
    }
}

#[test]
fn the_commands_of_the_readme_work_as_written() {
    run_blocks("README.md", 3);
}

#[test]
fn the_commands_of_the_query_manual_work_as_written() {
    run_blocks("queries/README.md", 2);
}

#[test]
fn the_commands_of_the_report_manual_work_as_written() {
    run_blocks("reports/README.md", 1);
}

#[test]
fn the_commands_of_the_samples_page_work_as_written() {
    run_blocks("data-samples/README.md", 1);
}

#[test]
fn documents_name_only_commands_that_there_are() {
    let page = sppis::cli::reference();
    for document in
        ["README.md", "queries/README.md", "src/README.md", "benches/README.md", "docs/security.md"]
    {
        let text = fs::read_to_string(repository().join(document)).unwrap();
        for rest in text.split("`sppis ").skip(1) {
            let verb = rest.split([' ', '`']).next().unwrap();
            let known = verb.starts_with('-') || page.contains(&format!("## `sppis {verb}`"));
            assert!(known, "{document} names `sppis {verb}`");
        }
    }
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "queries/README.md",
        "reports/README.md",
        "src/README.md",
        "data-samples/README.md",
        "docs/security.md",
    ] {
        let text = fs::read_to_string(repository().join(document)).unwrap();
        let folder = Path::new(document).parent().unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            if !target.is_empty() && !target.starts_with("http") {
                let path = repository().join(folder).join(target);
                assert!(path.exists(), "{document} links to {target}");
            }
        }
    }
}
