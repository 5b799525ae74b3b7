//! Every change that an ingestion makes to files fails once: with an error, with a crash in the
//! middle of it, with a full disk from then on. After each there is the old state or the new one,
//! `verify` agrees, and the next ingestion works. The same on small disks of every size.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::sandbox::{CONFIGURATION, PROGRAM, Sandbox, compiled, files_below};

/// The library that makes operations fail, compiled once.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| compiled("fault"))
}

/// A warehouse with one state of a delivery, a file with another state, and the figures of both.
struct Scene {
    sandbox: Sandbox,
    file: String,
    states: [String; 2],
}

const LOG: &str = "operations.log";

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let [first, second] = ["60", "50"].map(|persons| {
            let sample = ["sample", "--deliveries", "2008-05", "--persons", persons];
            sandbox.run_all(&[&sample[..], &["--output", persons]].concat()).ok();
            format!("{persons}/DWH_SPPIS_Formulaires_2008-05.csv")
        });
        sandbox.run(["ingest", &first]).ok();
        let old = sandbox.csv("by-regime-and-measure");
        let scene = Self { sandbox, file: second, states: [old.clone(), old] };
        scene.keep();
        scene.ingest("0", "error").unwrap();
        let new = scene.sandbox.csv("by-regime-and-measure");
        assert_ne!(old_of(&scene), new);
        let states = [scene.states[0].clone(), new];
        Self { states, ..scene }
    }

    /// Remembers the warehouse as it is.
    fn keep(&self) {
        copy(&self.sandbox.join("warehouse"), &self.sandbox.join("kept"));
    }

    /// The warehouse as it was remembered.
    fn restore(&self) {
        fs::remove_dir_all(self.sandbox.join("warehouse")).unwrap();
        copy(&self.sandbox.join("kept"), &self.sandbox.join("warehouse"));
    }

    /// Ingests with a fault; the exit code, `None` where the process was gone.
    fn ingest(&self, at: &str, kind: &str) -> Option<i32> {
        let mut command = self.sandbox.command(&["ingest", &self.file]);
        command.env("LD_PRELOAD", library()).env("FAULT_LOG", self.sandbox.join(LOG));
        command.env("FAULT_AT", at).env("FAULT_KIND", kind);
        command.output().unwrap().status.code().filter(|code| *code != 137)
    }
}

fn old_of(scene: &Scene) -> String {
    scene.states[0].clone()
}

fn copy(from: &Path, to: &Path) {
    for path in files_below(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, target).unwrap();
    }
    fs::create_dir_all(to.join("staging")).unwrap();
}

fn fail_everywhere(kind: &str) {
    let scene = Scene::new();
    let log = fs::read_to_string(scene.sandbox.join(LOG)).unwrap();
    let operations = log.lines().count();
    for name in ["create", "write", "fsync", "rename", "link"] {
        assert!(log.lines().any(|line| line == name), "no `{name}` is seen");
    }
    let mut reached = [false, false];
    for at in 1..=operations {
        scene.restore();
        let code = scene.ingest(&at.to_string(), kind);
        let found = scene.sandbox.csv("by-regime-and-measure");
        let state = scene.states.iter().position(|state| *state == found);
        let state = state.unwrap_or_else(|| panic!("{kind} at {at}: a state between two\n{found}"));
        reached[state] = true;
        if let Some(code) = code {
            assert_eq!(code == 0, state == 1, "{kind} at {at}: exit {code}, state {state}");
        }
        let verified = scene.sandbox.run(["verify"]);
        assert_eq!(verified.code, 0, "{kind} at {at}: {verified}");
        scene.sandbox.run(["clean"]).ok();
        let verified = scene.sandbox.run(["verify"]).ok();
        assert!(!verified.stdout.contains("no version names"), "{kind} at {at}: {verified}");
        scene.sandbox.run(["ingest", &scene.file]).ok();
        assert_eq!(scene.sandbox.csv("by-regime-and-measure"), scene.states[1], "{kind} at {at}");
    }
    assert!(reached[0], "{kind}: no fault came before the commit");
}

#[test]
fn an_error_of_any_operation_leaves_the_old_or_the_new_state() {
    fail_everywhere("error");
}

#[test]
fn a_crash_in_any_operation_leaves_the_old_or_the_new_state() {
    fail_everywhere("crash");
}

#[test]
fn a_disk_that_is_full_from_any_operation_on_leaves_the_old_or_the_new_state() {
    fail_everywhere("full");
}

/// On a disk of `$1` KiB: what ingesting the file `$3` comes to, the answer then, and the same again
/// once the disk is large. `$2` is the program.
const ON_SMALL_DISK: &str = r#"
mount -t tmpfs -o size="$1"k none warehouse && cp -a kept/. warehouse/ || exit 90
"$2" ingest "$3" >/dev/null 2>ingest.err; echo "ingest $?"
"$2" verify >verify.out 2>&1; echo "verify $?"
"$2" run by-regime-and-measure --format csv >then.csv
"$2" clean >/dev/null 2>&1; echo "clean $?"
mount -o remount,size=64m warehouse || exit 91
"$2" ingest "$3" >/dev/null 2>&1; echo "again $?"
"$2" run by-regime-and-measure --format csv >again.csv
"$2" verify >/dev/null 2>&1; echo "verify $?"
"#;

impl Scene {
    /// Exit codes by what was done, on a disk of some KiB; `None` where nothing may be mounted.
    fn on_disk(&self, size: usize) -> Option<Vec<String>> {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", ON_SMALL_DISK, "sh"]);
        command.args([&size.to_string(), PROGRAM, &self.file]).current_dir(self.sandbox.path());
        command.env_remove("SPPIS_WAREHOUSE");
        command.env("XDG_CONFIG_HOME", self.sandbox.join(CONFIGURATION));
        let output = command.output().ok()?;
        let lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        output.status.success().then_some(lines)
    }
}

/// Where the machine lets nobody mount a disk, the test above stands for this one.
#[test]
fn a_small_disk_that_fills_up_leaves_the_old_or_the_new_state() {
    const KIB_MAX: usize = 4096;
    let scene = Scene::new();
    let [mut refused, mut done] = [false; 2];
    for size in (64..KIB_MAX).step_by(12) {
        let Some(lines) = scene.on_disk(size) else {
            // Nothing was mounted, or not even the old state has room.
            continue;
        };
        let said = scene.sandbox.read("ingest.err");
        let full = said.contains("No space left on device");
        let state = usize::from(lines[0] == "ingest 0");
        assert_eq!(scene.sandbox.read("then.csv"), scene.states[state], "{size}: {lines:?}");
        assert!(state == 1 || full && said.contains("hint: the disk is full"), "{size}: {said}");
        let rest = ["verify 0", "clean 0", "again 0", "verify 0"];
        assert_eq!(lines[1..], rest, "{size}: {}", scene.sandbox.read("verify.out"));
        assert_eq!(scene.sandbox.read("again.csv"), scene.states[1], "{size}");
        (refused, done) = (refused || state == 0, done || !full);
        if !full {
            break;
        }
    }
    let may_mount = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    if may_mount.is_ok_and(|status| status.success()) {
        assert!(refused && done, "a disk was too small, and one was not");
    }
}
