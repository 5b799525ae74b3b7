//! The pseudonym key: where it lies, what is one, what is said of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::sandbox::{Ran, Sandbox};

const ROW: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";

/// 64 digits of a key as random as any.
const DIGITS: &str = "9f3c1de07a5b48c2661fe09b7d34a85310c94f7e2bd8056ab1e37cf4825d9e60";

fn hexadecimal(key: &[u8]) -> String {
    let digits: Vec<String> = key.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// The program with a variable set.
fn with(sandbox: &Sandbox, variable: &str, value: &str, arguments: &[&str]) -> Ran {
    let output = sandbox.command(arguments).env(variable, value).output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What is printed, without the one thing that chance has made.
fn without_fingerprint(sandbox: &Sandbox, text: &str) -> String {
    let name = sandbox.key_file().file_stem().unwrap().to_str().unwrap().to_owned();
    text.replace(&name, "FINGERPRINT")
}

#[test]
fn a_key_is_made_outside_the_warehouse_and_found_again() {
    let sandbox = Sandbox::empty();
    let init = sandbox.run(["init"]).ok();
    let file = sandbox.key_file();
    let key = fs::read(&file).unwrap();
    assert_eq!((key.len(), mode(&file), mode(file.parent().unwrap())), (32, 0o600, 0o700));
    insta::assert_snapshot!(without_fingerprint(&sandbox, &init.stderr), @"
    made a warehouse at ./warehouse
    its pseudonym key, fingerprint FINGERPRINT, is SANDBOX/.config/sppis/keys/FINGERPRINT.key
    note: keep a copy of the key in a safe place: without it persons cannot be linked
    ");
    let delivery = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &delivery]).ok();
    let shown = sandbox.run(["key"]).ok();
    insta::assert_snapshot!(without_fingerprint(&sandbox, &shown.to_string()), @"
    exit 0
    --- stdout
    fingerprint FINGERPRINT
    from        SANDBOX/.config/sppis/keys/FINGERPRINT.key
    --- stderr
    ");
    assert!(!sandbox.run(["verify"]).ok().stdout.contains("beside the data"));
    let printed = init.to_string() + &shown.to_string();
    assert!(!printed.contains(&hexadecimal(&key)));
    for path in sandbox.files("warehouse") {
        let content = fs::read(&path).unwrap();
        assert!(!content.windows(32).any(|window| window == key), "{}", path.display());
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains(&hexadecimal(&key)), "{}", path.display());
    }
    // Two warehouses of one user have a key each.
    sandbox.run(["--warehouse", "second", "init"]).ok();
    sandbox.run(["--warehouse", "second", "verify"]).ok();
    sandbox.run(["verify"]).ok();
}

#[test]
fn a_key_beside_the_data_is_named_and_moves_out_in_one_command() {
    let sandbox = Sandbox::empty();
    let mut said = sandbox.run(["init", "--key-in-warehouse"]).ok().stderr;
    let inside = sandbox.join("warehouse/key/pseudonym.key");
    let key = fs::read(&inside).unwrap();
    assert!(!sandbox.join(".config").exists(), "the user's folder is left alone");
    let delivery = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &delivery]).ok();
    let before = sandbox.csv("by-year");
    said += &sandbox.run(["key"]).ok().to_string();
    said += &sandbox.run(["verify"]).ok().stdout;
    said += &sandbox.run(["key", "--move"]).ok().stderr;
    said += &sandbox.run(["key"]).ok().to_string();
    insta::assert_snapshot!(without_fingerprint(&sandbox, &said), @"
    made a warehouse at ./warehouse
    its pseudonym key, fingerprint FINGERPRINT, is ./warehouse/key/pseudonym.key
    note: the pseudonym key lies beside the data, ./warehouse/key/pseudonym.key: a copy of the warehouse's folder gives back every number
    hint: `sppis key --move` puts it into the user's configuration folder; copies of the warehouse made before still hold it
    note: keep a copy of the key in a safe place: without it persons cannot be linked
    exit 0
    --- stdout
    fingerprint FINGERPRINT
    from        ./warehouse/key/pseudonym.key
    --- stderr
    note: the pseudonym key lies beside the data, ./warehouse/key/pseudonym.key: a copy of the warehouse's folder gives back every number
    hint: `sppis key --move` puts it into the user's configuration folder; copies of the warehouse made before still hold it
    version 1: 1 file, 1 observation, 500.00 EUR of EBENCONVCM
    note: the pseudonym key lies beside the data, ./warehouse/key/pseudonym.key: a copy of the warehouse's folder gives back every number
      help: `sppis key --move` puts it into the user's configuration folder; copies of the warehouse made before still hold it
    all is as it was committed
    moved to SANDBOX/.config/sppis/keys/FINGERPRINT.key, and read back
    copies of the warehouse made before still hold it
    exit 0
    --- stdout
    fingerprint FINGERPRINT
    from        SANDBOX/.config/sppis/keys/FINGERPRINT.key
    --- stderr
    ");
    assert!(!sandbox.join("warehouse/key").exists());
    assert_eq!(fs::read(sandbox.key_file()).unwrap(), key);
    assert_eq!(sandbox.csv("by-year"), before);
    assert!(!sandbox.run(["verify"]).ok().stdout.contains("note:"));
    // There is nothing more to move.
    let again = sandbox.run(["key", "--move"]);
    assert_eq!(again.code, 2, "{again}");
    assert!(again.stderr.contains("does not lie in the warehouse"), "{again}");
    // A copy that was left beside the data is named although it is not the one that is used.
    fs::create_dir(sandbox.join("warehouse/key")).unwrap();
    fs::copy(sandbox.key_file(), &inside).unwrap();
    assert!(sandbox.run(["verify"]).ok().stdout.contains("beside the data"));
    sandbox.run(["key", "--move"]).ok();
    assert!(!inside.exists());
}

#[test]
fn a_key_moves_to_a_file_of_ones_own_and_never_over_another() {
    let sandbox = Sandbox::empty();
    sandbox.run(["init", "--key-in-warehouse"]).ok();
    let inside = sandbox.join("warehouse/key/pseudonym.key");
    let key = fs::read(&inside).unwrap();
    fs::write(sandbox.join("taken"), "mine").unwrap();
    for wrong in ["taken", "no/such/folder/key", "warehouse/key/other", "warehouse/new"] {
        let ran = sandbox.run(["key", "--move", wrong]);
        assert_eq!(ran.code, 2, "{wrong}: {ran}");
        assert_eq!(fs::read(&inside).unwrap(), key, "{wrong}");
    }
    assert_eq!(sandbox.read("taken"), "mine");
    let moved = sandbox.run(["key", "--move", "safe.key"]).ok();
    assert!(moved.stderr.contains("SPPIS_KEY_FILE=safe.key"), "{moved}");
    assert!(!inside.exists());
    assert_eq!(mode(&sandbox.join("safe.key")), 0o600);
    assert_eq!(sandbox.run(["key"]).code, 2, "nothing else leads to it");
    with(&sandbox, "SPPIS_KEY_FILE", "safe.key", &["key"]).ok();
}

#[test]
fn init_puts_the_key_where_it_is_told_or_uses_the_one_that_is_there() {
    let sandbox = Sandbox::empty();
    let init = sandbox.run(["init", "--key-file", "safe.key"]).ok();
    assert!(init.stderr.contains("SPPIS_KEY_FILE=safe.key"), "{init}");
    assert_eq!(mode(&sandbox.join("safe.key")), 0o600);
    let key = fs::read(sandbox.join("safe.key")).unwrap();
    sandbox.run(["--warehouse", "second", "init", "--key-file", "safe.key"]).ok();
    assert_eq!(fs::read(sandbox.join("safe.key")).unwrap(), key);
    for warehouse in ["warehouse", "second"] {
        let arguments = ["--warehouse", warehouse, "verify"];
        with(&sandbox, "SPPIS_KEY_FILE", "safe.key", &arguments).ok();
    }
    assert!(!sandbox.join(".config").exists());
    for wrong in [
        &["--warehouse", "third", "init", "--key-file", "third/key"][..],
        &["--warehouse", "third", "init", "--key-file", "no/such/key"],
        &["--warehouse", "third", "init", "--key-file", "safe.key", "--key-in-warehouse"],
    ] {
        let ran = sandbox.run_all(wrong);
        assert_eq!(ran.code, 2, "{ran}");
        assert!(!sandbox.join("third").exists(), "{wrong:?} leaves nothing");
    }
    let twice = ["--warehouse", "third", "init", "--key-in-warehouse"];
    let ran = with(&sandbox, "SPPIS_KEY_FILE", "safe.key", &twice);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("one too many"), "{ran}");
}

#[test]
fn without_a_folder_of_the_user_init_says_what_can_be_done_and_leaves_nothing() {
    let sandbox = Sandbox::empty();
    fs::write(sandbox.join("file"), "").unwrap();
    let home = sandbox.join("file");
    let mut command = sandbox.command(&["init"]);
    let output = command.env_remove("XDG_CONFIG_HOME").env("HOME", &home).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    let text = text.replace(&sandbox.path().display().to_string(), "SANDBOX");
    insta::assert_snapshot!(text, @"
    error: the pseudonym key has no place outside the warehouse: SANDBOX/file/.config/sppis/keys: Not a directory (os error 20)
    hint: name a file for it with `init --key-file PATH` or `key --move PATH`; `init --key-in-warehouse` puts it beside the data
    ");
    assert!(!sandbox.join("warehouse").exists());
    // The same where the user's folder lies in the warehouse that is to be made.
    let folder = sandbox.join("warehouse").display().to_string();
    let ran = with(&sandbox, "XDG_CONFIG_HOME", &folder, &["init"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("--key-file"), "{ran}");
}

#[test]
fn the_key_is_shown_by_its_fingerprint_and_backed_up() {
    let sandbox = Sandbox::new();
    let shown = sandbox.run(["key"]).ok().stdout;
    sandbox.run(["key", "--backup", "copy.key"]).ok();
    let key = fs::read(sandbox.key_file()).unwrap();
    assert_eq!(fs::read(sandbox.join("copy.key")).unwrap(), key);
    assert_eq!(mode(&sandbox.join("copy.key")), 0o600);
    assert_eq!(sandbox.run(["key", "--backup", "copy.key"]).code, 2, "nothing is overwritten");
    let inside = sandbox.run(["key", "--backup", "warehouse/observations/copy.key"]);
    assert_eq!(inside.code, 2, "{inside}");
    // Without the user's folder the key is handed over in three ways.
    fs::remove_file(sandbox.key_file()).unwrap();
    let folder = sandbox.path().display().to_string();
    fs::copy(sandbox.join("copy.key"), sandbox.join("sppis.key")).unwrap();
    let file = format!("{folder}/copy.key");
    let ways = [
        ("SPPIS_KEY_FILE", &file),
        ("SPPIS_KEY", &hexadecimal(&key)),
        ("CREDENTIALS_DIRECTORY", &folder),
    ];
    for (variable, value) in ways {
        let ran = with(&sandbox, variable, value, &["key"]).ok();
        assert_eq!(ran.stdout.lines().next(), shown.lines().next(), "{variable}");
        assert!(!ran.stdout.contains(&hexadecimal(&key)));
    }
}

#[test]
fn a_warehouse_whose_key_comes_from_outside_holds_none() {
    let sandbox = Sandbox::empty();
    with(&sandbox, "SPPIS_KEY", DIGITS, &["init"]).ok();
    assert!(!sandbox.join("warehouse/key").exists() && !sandbox.join(".config").exists());
    let file = sandbox.delivery("2007-11", &[ROW]);
    let arguments = ["ingest", &file];
    assert_eq!(sandbox.run(arguments).code, 2, "without the key nothing is taken in");
    with(&sandbox, "SPPIS_KEY", DIGITS, &arguments).ok();
    let other: String = DIGITS.chars().rev().collect();
    let other = with(&sandbox, "SPPIS_KEY", &other, &arguments);
    assert!(other.stderr.contains("persons could no longer be linked"), "{other}");
}

#[test]
fn a_missing_an_open_or_another_key_is_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    let key = sandbox.key_file();
    let bytes = fs::read(&key).unwrap();
    let mut said = String::new();
    let mut refused = |content: &[u8], mode| {
        fs::write(&key, content).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let ran = sandbox.run(["ingest", &file]);
        assert_eq!(ran.code, 2, "{ran}");
        said += &without_fingerprint(&sandbox, &ran.stderr);
        ran
    };
    refused(&bytes, 0o644);
    refused(&bytes[1..], 0o600);
    let other: Vec<u8> = bytes.iter().rev().copied().collect();
    let other = refused(&other, 0o600);
    assert!(other.stderr.contains("persons could no longer be linked"), "{other}");
    fs::remove_file(&key).unwrap();
    let missing = sandbox.run(["ingest", &file]);
    assert_eq!(missing.code, 2, "{missing}");
    fs::write(&key, &bytes).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    said += &without_fingerprint(&sandbox, &missing.stderr);
    let said: Vec<&str> = said.lines().filter(|line| !line.contains("no longer")).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    error: the pseudonym key at SANDBOX/.config/sppis/keys/FINGERPRINT.key can be read by others; run `chmod 600` on it
    error: the pseudonym key at SANDBOX/.config/sppis/keys/FINGERPRINT.key has not 32 bytes
    hint: put the key that the warehouse was made with back in its place, or start a new warehouse with `sppis init`
    error: the pseudonym key at SANDBOX/.config/sppis/keys/FINGERPRINT.key is missing; without it persons cannot be linked: restore it from its backup
    ");
    sandbox.run(["ingest", &file]).ok();
}

#[test]
fn bytes_that_no_chance_has_made_are_no_key() {
    let sandbox = Sandbox::empty();
    let counting: Vec<u8> = (0..32).collect();
    let text = "correct horse battery staple cor";
    let accented = "le vœu où Noël fût déjà été çà";
    for bytes in [
        &[0; 32][..],
        &[7; 32],
        &[1, 2].repeat(16),
        b"0123456701234567012345670123456\n",
        &counting,
        text.as_bytes(),
        &accented.as_bytes()[..32],
    ] {
        assert_eq!(bytes.len(), 32);
        fs::write(sandbox.join("bad.key"), bytes).unwrap();
        fs::set_permissions(sandbox.join("bad.key"), fs::Permissions::from_mode(0o600)).unwrap();
        for ran in [
            with(&sandbox, "SPPIS_KEY", &hexadecimal(bytes), &["init"]),
            with(&sandbox, "SPPIS_KEY_FILE", "bad.key", &["init"]),
            sandbox.run(["init", "--key-file", "bad.key"]),
        ] {
            assert_eq!(ran.code, 2, "{bytes:?}: {ran}");
            assert!(ran.stderr.contains("is no key: a key is 32 random bytes"), "{ran}");
            assert!(!sandbox.join("warehouse").exists());
        }
    }
    for wrong in ["", "00", &"g".repeat(64)] {
        let ran = with(&sandbox, "SPPIS_KEY", wrong, &["init"]);
        assert!(ran.stderr.contains("is not 64 hexadecimal digits"), "{ran}");
    }
}

#[test]
fn a_key_in_the_folder_of_the_table_is_refused() {
    let sandbox = Sandbox::new();
    fs::copy(sandbox.key_file(), sandbox.join("warehouse/observations/my.key")).unwrap();
    let ran = with(&sandbox, "SPPIS_KEY_FILE", "warehouse/observations/my.key", &["key"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("in the table's folder"), "{ran}");
}
