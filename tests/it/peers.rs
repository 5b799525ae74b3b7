//! Programs of other makers, from PyPI, in an environment that is made on first use.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::sandbox::repository;

/// Python with DuckDB, Polars and delta-rs, in `target/peers`.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let requirements = repository().join("tests/peer/requirements.txt");
        let wanted = fs::read_to_string(&requirements).unwrap();
        // Cargo names its folder for tests' files itself; nothing in it says where the target folder begins.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let folder = target.join("peers");
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        let done = folder.join("installed.txt");
        let python = folder.join("environment/bin/python");
        if fs::read_to_string(&done).ok().as_ref() != Some(&wanted) || !python.exists() {
            let environment = folder.join("environment");
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
            let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
            run(Command::new(&python).args(install).arg(&requirements));
            fs::write(&done, wanted).unwrap();
        }
        python
    })
}

/// Runs a script of `tests/peer` with these arguments; gives what it printed.
pub(crate) fn peer(script: &str, arguments: &[&str]) -> String {
    let script = repository().join("tests/peer").join(script);
    run(Command::new(python()).arg(script).args(arguments))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be run: {error}; the tests need Python 3 with venv")
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{stderr}");
    String::from_utf8(output.stdout).unwrap()
}
