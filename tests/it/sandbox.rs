//! A temporary folder with a warehouse, and the program run in it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sppis");

/// The user's configuration folder, in the sandbox: nothing is written into that of who tests.
pub(crate) const CONFIGURATION: &str = ".config";

/// The header that most small deliveries of the tests have.
pub(crate) const HEADER: &str =
    "NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CBENCONV;EBENCONVCM";

/// Valid invented numbers: two men and two women, one of them born after 2000.
pub(crate) const PERSONS: [&str; 4] = ["42012205181", "93051822361", "85073003328", "00021500474"];

/// A temporary folder, the working folder of every command.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// What a command printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

impl Ran {
    /// The command, which must have succeeded.
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::Builder::new().prefix("sppis-test-").tempdir().unwrap() }
    }

    /// A folder with a new warehouse in `warehouse`.
    pub(crate) fn new() -> Self {
        let sandbox = Self::empty();
        sandbox.run(["init"]).ok();
        sandbox
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.join(name)).unwrap()
    }

    /// A delivery file of rows under [`HEADER`].
    pub(crate) fn delivery(&self, id: &str, rows: &[&str]) -> String {
        let name = format!("DWH_SPPIS_Formulaires_{id}.csv");
        self.write(&name, format!("{HEADER}\n{}\n", rows.join("\n")));
        name
    }

    /// Runs the program; paths of the sandbox are shown as `SANDBOX`.
    pub(crate) fn run<const N: usize>(&self, arguments: [&str; N]) -> Ran {
        self.run_all(&arguments)
    }

    pub(crate) fn run_all(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes).replace(&self.path().display().to_string(), "SANDBOX")
        };
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// The program with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("SPPIS_WAREHOUSE")
            .env_remove("SPPIS_LANG")
            .env_remove("SPPIS_LOCALE")
            .env("XDG_CONFIG_HOME", self.join(CONFIGURATION))
            .stdin(Stdio::null());
        command
    }

    /// The file of the one pseudonym key.
    pub(crate) fn key_file(&self) -> PathBuf {
        let files = self.files(&format!("{CONFIGURATION}/sppis/keys"));
        let [file] = files.as_slice() else { panic!("not one key: {files:?}") };
        file.clone()
    }

    /// The answer to a query as CSV.
    pub(crate) fn csv(&self, query: &str) -> String {
        self.run(["run", query, "--format", "csv"]).ok().stdout
    }

    /// Every file below a folder, by path.
    pub(crate) fn files(&self, folder: &str) -> Vec<PathBuf> {
        files_below(&self.join(folder))
    }
}

/// Every file below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The repository's own folder.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A library of `tests/fault` that a program is started with, compiled; its callers keep it.
pub(crate) fn compiled(name: &str) -> PathBuf {
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("so");
    let source = repository().join("tests/fault").join(name).with_extension("c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status()
        .unwrap();
    assert!(compiled.success(), "a C compiler is needed");
    library
}
