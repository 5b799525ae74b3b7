//! `sppis timer`: units that systemd takes, lines that cron takes, and files that are nobody else's.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sppis::schedule::timer::{CRONTAB_FILE, SERVICE_FILE, TIMER_FILE, Timer, timer};

use crate::sandbox::Sandbox;

/// Names that are plain, and names with what systemd, cron or a shell would take for something else.
const NAMES: [&str; 5] =
    ["plain", "with spaces", "50% of it %h %%", "l'année $HOME ${x} $$", "a;b #c&d"];

/// Where the program of a run lies, whose path has no apostrophe.
fn program(folder: &Path) -> PathBuf {
    PathBuf::from(folder.to_str().unwrap().replace('\'', "")).join("bin/sppis")
}

/// A run whose files all lie in a folder.
fn of(folder: &Path) -> Timer {
    let program = program(folder);
    let (warehouse, key) = (folder.join("warehouse"), folder.join("keys/ab.key"));
    Timer::new(&program, &warehouse, &key, &[folder.join("editions")]).unwrap()
}

fn named(name: &str) -> Timer {
    of(&Path::new("/srv").join(name))
}

/// Runs systemd's own reader of units; `None`, with the reason, where there is none.
fn systemd_analyze(arguments: &[&str]) -> Option<Output> {
    let ran = Command::new("systemd-analyze").args(arguments).env("SYSTEMD_COLORS", "0").output();
    if ran.is_err() {
        // CI installs it where it may.
        let reason = "left out: there is no systemd-analyze here";
        let _closed = writeln!(std::io::stderr(), "{reason}").is_err();
    }
    ran.ok()
}

#[test]
fn a_service_of_the_system_is_shut_in() {
    insta::assert_snapshot!(named("50% of l'été").system_service("statistics"), @r#"
    # Made by `sppis timer`: what it starts, by sppis-due.timer.
    [Unit]
    Description=What is due in the sppis warehouse /srv/50%% of l'été/warehouse
    Wants=network-online.target
    After=network-online.target
    RequiresMountsFor="/srv/50%% of l'été/warehouse" "/srv/50%% of l'été/editions"

    [Service]
    Type=oneshot
    ExecStart="/srv/50%% of lété/bin/sppis" --warehouse "/srv/50%% of l'été/warehouse" due --run
    User=statistics
    # Where the key lies only systemd needs to read it; the service is handed a copy that nobody else sees.
    LoadCredential=sppis.key:/srv/50%% of l'été/keys/ab.key
    # All that it may write to.
    ReadWritePaths="/srv/50%% of l'été/warehouse" "/srv/50%% of l'été/editions"
    PrivateTmp=yes
    ProtectSystem=strict
    ProtectHome=read-only
    PrivateDevices=yes
    PrivateMounts=yes
    PrivateUsers=yes
    ProtectClock=yes
    ProtectControlGroups=yes
    ProtectHostname=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    ProtectProc=invisible
    ProcSubset=pid
    RemoveIPC=yes
    KeyringMode=private
    CapabilityBoundingSet=
    UMask=0077
    NoNewPrivileges=yes
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@privileged
    SystemCallErrorNumber=EPERM
    "#);
}

#[test]
fn a_service_of_a_user_is_told_where_the_key_lies() {
    insta::assert_snapshot!(named("50% of l'été").user_service(), @r#"
    # Made by `sppis timer`: what it starts, by sppis-due.timer.
    [Unit]
    Description=What is due in the sppis warehouse /srv/50%% of l'été/warehouse

    [Service]
    Type=oneshot
    ExecStart="/srv/50%% of lété/bin/sppis" --warehouse "/srv/50%% of l'été/warehouse" due --run
    Environment="SPPIS_KEY_FILE=/srv/50%% of l'été/keys/ab.key"
    # More can be kept from a service that the system's systemd starts: `sppis timer --systemd --user NAME`.
    UMask=0077
    NoNewPrivileges=yes
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@privileged
    SystemCallErrorNumber=EPERM
    "#);
}

#[test]
fn a_timer_makes_up_for_what_was_missed() {
    insta::assert_snapshot!(timer("Mon..Fri *-*-* 06:30"), @"
    # Made by `sppis timer`: when sppis-due.service is started.
    [Unit]
    Description=Look for what is due in a sppis warehouse

    [Timer]
    OnCalendar=Mon..Fri *-*-* 06:30
    # What was missed while the machine was off is made up for.
    Persistent=yes
    RandomizedDelaySec=30s
    AccuracySec=30s

    [Install]
    WantedBy=timers.target
    ");
}

#[test]
fn a_crontab_says_who_is_told() {
    insta::assert_snapshot!(named("50% of l'été").crontab(), @r#"
    # Made by `sppis timer`: what is due, looked for every ten minutes.
    # It says something only where something was made or failed, and cron mails that: to the owner of this
    # crontab, or to MAILTO=name@example.be on a line above; MAILTO= mails nothing.
    PATH=/usr/local/bin:/usr/bin:/bin
    */10 * * * * SPPIS_KEY_FILE='/srv/50\% of l'\''été/keys/ab.key' '/srv/50\% of lété/bin/sppis' --warehouse '/srv/50\% of l'\''été/warehouse' due --run
    "#);
}

#[test]
fn systemd_takes_the_units_as_they_are() {
    for name in NAMES {
        let sandbox = Sandbox::empty();
        // What a unit starts must be there.
        let folder = sandbox.join(name);
        let program = program(&folder);
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        symlink("/bin/true", &program).unwrap();
        let units = sandbox.join("units");
        fs::create_dir(&units).unwrap();
        let (service, timer_file) = (units.join(SERVICE_FILE), units.join(TIMER_FILE));
        let paths = [service.to_str().unwrap(), timer_file.to_str().unwrap()];
        for every in ["*:0/10", "Mon..Fri *-05,11-15 06:30:00 Europe/Brussels", "quarterly"] {
            fs::write(&timer_file, timer(every)).unwrap();
            for text in [of(&folder).system_service("daemon"), of(&folder).user_service()] {
                fs::write(&service, &text).unwrap();
                let arguments =
                    ["verify", "--man=no", "--recursive-errors=yes", paths[0], paths[1]];
                let Some(ran) = systemd_analyze(&arguments) else { return };
                let said = String::from_utf8_lossy(&ran.stderr);
                let own: Vec<&str> = said.lines().filter(|it| it.contains("sppis")).collect();
                assert_eq!(own, Vec::<&str>::new(), "{text}");
            }
        }
        // What it is told that does not hold is told back: it has read what was meant.
        fs::remove_file(&program).unwrap();
        let Some(ran) = systemd_analyze(&["verify", "--man=no", paths[0]]) else { return };
        let said = String::from_utf8_lossy(&ran.stderr);
        let wanted = format!("{} is not executable", program.display());
        assert!(said.contains(&wanted), "{said}");
    }
}

#[test]
fn systemd_finds_the_service_of_the_system_little_exposed() {
    let sandbox = Sandbox::empty();
    let path = sandbox.write(SERVICE_FILE, named("plain").system_service("statistics"));
    // In tenths; what is left is the network, which notices need, and homes that can be read.
    let arguments = ["security", "--offline=true", "--threshold=13", path.to_str().unwrap()];
    let Some(ran) = systemd_analyze(&arguments) else { return };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}

/// What cron hands to the shell of a line: a `%` that has no backslash ends it.
fn taken_by_cron(line: &str) -> String {
    let command = line.splitn(6, ' ').nth(5).unwrap();
    let (mut taken, mut is_escaped) = (String::new(), false);
    for character in command.chars() {
        match character {
            '%' if is_escaped => {
                taken.pop();
                taken.push('%');
            }
            '%' => return taken,
            other => taken.push(other),
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    taken
}

#[test]
fn cron_runs_what_is_meant() {
    for name in NAMES {
        let sandbox = Sandbox::empty();
        let folder = sandbox.join(name);
        let script = "#!/bin/sh\nprintf '<%s>' \"$SPPIS_KEY_FILE\" \"$@\"\n";
        let program = program(&folder);
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, script).unwrap();
        fs::set_permissions(program, fs::Permissions::from_mode(0o700)).unwrap();
        let text = of(&folder).crontab();
        let line = text.lines().last().unwrap();
        let ran = Command::new("sh").args(["-c", &taken_by_cron(line)]).output().unwrap();
        let folder = folder.display();
        let expected =
            format!("<{folder}/keys/ab.key><--warehouse><{folder}/warehouse><due><--run>");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{line}\n{said}");
    }
}

#[test]
fn what_units_cannot_name_is_refused() {
    let whole = Path::new("/srv/sppis");
    let mut said = String::new();
    for name in ["/srv/a\nExecStart=/bin/sh", "/srv/a\"b", "/srv/a\\b", "/srv/a\u{202e}b", "srv/x"]
    {
        let name = Path::new(name);
        for paths in [[name, whole, whole], [whole, name, whole], [whole, whole, name]] {
            let error = Timer::new(paths[0], paths[1], paths[2], &[]).unwrap_err();
            let other = Timer::new(whole, whole, whole, &[name.to_owned()]).unwrap_err();
            assert_eq!(error, other);
        }
        let error = Timer::new(name, whole, whole, &[]).unwrap_err();
        said += &(error.to_string() + "\n");
    }
    assert!(Timer::new(Path::new("/opt/l'été/sppis"), whole, whole, &[]).is_err());
    insta::assert_snapshot!(said, @r#"
    expected a path that units and crontabs can name, found /srv/a\u{a}ExecStart=/bin/sh, with a quotation mark, a backslash or a character that is not seen
    expected a path that units and crontabs can name, found /srv/a"b, with a quotation mark, a backslash or a character that is not seen
    expected a path that units and crontabs can name, found /srv/a\b, with a quotation mark, a backslash or a character that is not seen
    expected a path that units and crontabs can name, found /srv/a\u{202e}b, with a quotation mark, a backslash or a character that is not seen
    expected a whole path, found srv/x
    "#);
}

#[test]
fn the_command_prints_files_and_how_to_install_them() {
    let sandbox = Sandbox::new();
    let asked: [(&[&str], &[&str], &[&str]); 3] = [
        (
            &["--systemd", "--user", "statistics"],
            &[SERVICE_FILE, TIMER_FILE],
            &["ProtectSystem=strict"],
        ),
        (&["--systemd", "--every", "hourly"], &[SERVICE_FILE, TIMER_FILE], &["OnCalendar=hourly"]),
        (&["--cron"], &[CRONTAB_FILE], &["*/10 * * * * "]),
    ];
    let mut steps = String::new();
    for (options, files, texts) in asked {
        let ran = sandbox.run_all(&[&["timer"], options].concat()).ok();
        for file in files {
            assert!(ran.stdout.contains(&format!("# {file}\n# Made by `sppis timer`")), "{ran}");
        }
        for text in texts {
            assert!(ran.stdout.contains(text), "{ran}");
        }
        let key = sandbox.key_file();
        assert!(ran.stdout.contains(key.file_name().unwrap().to_str().unwrap()), "{ran}");
        assert!(ran.stdout.contains("SANDBOX/warehouse"), "{ran}");
        let (_, how) = ran.stdout.split_once("# To install:\n").unwrap();
        steps += how;
        // The same in a folder, where everybody may read them.
        let folder = sandbox.join("units");
        let output = ["--output", folder.to_str().unwrap()];
        sandbox.run_all(&[&["timer"], options, &output].concat()).ok();
        for file in files {
            let text = sandbox.read(&format!("units/{file}"));
            let text = text.replace(&sandbox.path().display().to_string(), "SANDBOX");
            assert!(ran.stdout.contains(&text), "{text}\n{ran}");
            let mode = fs::metadata(folder.join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o644);
        }
        fs::remove_dir_all(folder).unwrap();
    }
    insta::assert_snapshot!(steps, @"
    #   sudo install -d -m 0700 -o statistics SANDBOX/editions
    #   sudo install -m 0644 sppis-due.service sppis-due.timer /etc/systemd/system/
    #   sudo systemctl daemon-reload
    #   sudo systemctl enable --now sppis-due.timer
    #   install -D -m 0644 -t ~/.config/systemd/user sppis-due.service sppis-due.timer
    #   systemctl --user daemon-reload
    #   systemctl --user enable --now sppis-due.timer
    #   loginctl enable-linger   # also while nobody is logged in
    #   (crontab -l 2>/dev/null; cat sppis-due.crontab) | crontab -
    ");
}

#[test]
fn files_of_others_are_left_as_they_are() {
    let sandbox = Sandbox::new();
    let arguments = ["timer", "--systemd", "--output", "units"];
    let first = sandbox.run(arguments).ok();
    let again = sandbox.run(arguments).ok();
    sandbox.write(&format!("units/{TIMER_FILE}"), "[Timer]\nOnCalendar=daily\n");
    let refused = sandbox.run(arguments);
    assert_eq!(refused.code, 2, "{refused}");
    assert_eq!(sandbox.read(&format!("units/{TIMER_FILE}")), "[Timer]\nOnCalendar=daily\n");
    let within = sandbox.run(["timer", "--cron", "--output", "warehouse"]);
    assert_eq!(within.code, 2, "{within}");
    let said = [first, again, refused, within].map(|it| it.stderr).concat();
    insta::assert_snapshot!(said, @"
    wrote SANDBOX/units/sppis-due.service
    wrote SANDBOX/units/sppis-due.timer
    to install:
      install -D -m 0644 -t ~/.config/systemd/user sppis-due.service sppis-due.timer
      systemctl --user daemon-reload
      systemctl --user enable --now sppis-due.timer
      loginctl enable-linger   # also while nobody is logged in
    wrote over SANDBOX/units/sppis-due.service, which was made here before
    wrote over SANDBOX/units/sppis-due.timer, which was made here before
    to install:
      install -D -m 0644 -t ~/.config/systemd/user sppis-due.service sppis-due.timer
      systemctl --user daemon-reload
      systemctl --user enable --now sppis-due.timer
      loginctl enable-linger   # also while nobody is logged in
    error: SANDBOX/units/sppis-due.timer is there already, and not by this command
    hint: name another folder, or move it away
    error: warehouse lies inside the warehouse
    hint: results are written outside of it
    ");
}

#[test]
fn what_could_never_run_is_refused() {
    let sandbox = Sandbox::new();
    let mut said = String::new();
    for options in [
        &["timer"][..],
        &["timer", "--cron", "--systemd"],
        &["timer", "--cron", "--every", "hourly"],
        &["timer", "--systemd", "--every", "hourly\nUnit=other.service"],
        &["timer", "--systemd", "--user", "a b"],
    ] {
        let ran = sandbox.run_all(options);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        said += ran.stderr.lines().next().unwrap();
        said += "\n";
    }
    // A key in a variable is not there for what runs by itself.
    let key: PathBuf = sandbox.key_file();
    let bytes = fs::read(&key).unwrap();
    let digits = bytes.iter().flat_map(|it| [it >> 4, it & 15]);
    let digits: String = digits.filter_map(|it| char::from_digit(it.into(), 16)).collect();
    let mut command = sandbox.command(&["timer", "--cron"]);
    let ran = command.env("SPPIS_KEY", digits).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    said += &String::from_utf8_lossy(&ran.stderr);
    fs::rename(&key, key.with_extension("gone")).unwrap();
    let gone = sandbox.run(["timer", "--cron"]);
    assert_eq!(gone.code, 2, "{gone}");
    insta::assert_snapshot!(said, @"
    error: the following required arguments were not provided:
    error: the argument '--cron' cannot be used with '--systemd'
    error: the argument '--cron' cannot be used with '--every <CALENDAR>'
    error: invalid value 'hourly
    error: invalid value 'a b' for '--user <NAME>': expected the name of a user: letters, digits, `_`, `-` and `.`
    error: the key comes from the environment variable SPPIS_KEY, which is not there for what runs by itself
    hint: `sppis key --backup FILE` writes it to a file; run this command with SPPIS_KEY_FILE naming it
    ");
}
