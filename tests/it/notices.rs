//! Notices: who is told of what, and what reaches real receivers on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;
use sppis::schedule::Settings;
use sppis::schedule::notice::{
    Event, Happening, Measurements, Message, Notice, ReportMeasurements,
};
use sppis::warehouse::Warehouse;
use sppis::words::Language;

use crate::receivers::{
    Certificates, Mail, Manners, from_base64, mail_server, silent_server, talking_server,
    web_server,
};
use crate::sandbox::{PERSONS, Sandbox};

const PASSWORD: &str = "open sesame 7";
const FAR: i32 = 4000;

/// An edition that is made.
fn success() -> Happening {
    Happening {
        id: "quarterly-figures/2008Q4/success".to_owned(),
        event: Event::Success,
        report: Some("quarterly-figures".to_owned()),
        edition: Some("2008Q4".to_owned()),
        delivery: None,
        at_ms: 1_236_000_000_000,
        folder: Some(PathBuf::from("/data/editions/quarterly-figures/2008Q4")),
        version: Some(7),
        seconds: Some(3_725),
        revised: Some(3),
        new: Some(24),
        text: None,
    }
}

fn happening(event: Event) -> Happening {
    Happening { event, ..success() }
}

/// A warehouse with these settings, a password that its owner alone can read, and an authority.
fn sandbox(settings: &str, authority: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/schedule.toml", settings);
    sandbox.write("warehouse/authority.pem", authority);
    let password = sandbox.write("warehouse/password", format!("{PASSWORD}\n"));
    fs::set_permissions(password, fs::Permissions::from_mode(0o600)).unwrap();
    sandbox
}

fn notices(sandbox: &Sandbox) -> Vec<Notice> {
    Settings::open(&Warehouse::open(&sandbox.join("warehouse")).unwrap()).unwrap().notices
}

/// The one notice of these settings.
fn notice(sandbox: &Sandbox) -> Notice {
    let mut all = notices(sandbox);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn by_mail(address: &str, more: &str) -> String {
    format!(
        "[notices.team]\nmail = \"{address}\"\nfrom = \"sppis@example.be\"\n\
         to = [\"a@example.be\", \"Bea <b@example.be>\"]\ntimeout = \"5s\"\n{more}"
    )
}

const WITH_PASSWORD: &str = "password_file = \"password\"\n";
const WITH_AUTHORITY: &str = "authority_file = \"authority.pem\"\n";

/// What a receiver got; it has it by the time it was told.
fn got<T>(receiver: &Receiver<T>) -> T {
    receiver.recv_timeout(Duration::from_secs(5)).unwrap()
}

fn got_nothing<T: std::fmt::Debug>(receiver: &Receiver<T>) {
    let waited = receiver.recv_timeout(Duration::from_millis(200));
    assert_eq!(waited.unwrap_err(), RecvTimeoutError::Timeout);
}

/// What is said where nobody could be told: one sentence, which holds no secret.
fn refused(notice: &Notice, happening: &Happening) -> String {
    let text = notice.tell(happening).unwrap_err().to_string();
    let base64 = "b3BlbiBzZXNhbWUgN";
    assert!(!text.contains(PASSWORD) && !text.contains(base64), "{text}");
    assert!(!text.contains('\n'), "{text}");
    text
}

fn without_ports(text: &str, ports: &[u16]) -> String {
    ports.iter().fold(text.to_owned(), |text, port| text.replace(&port.to_string(), "PORT"))
}

#[test]
fn a_mail_has_the_same_bytes_each_time_and_says_that_a_program_wrote_it() {
    let (port, mails) = mail_server(Manners::default());
    let sandbox = sandbox(&by_mail(&format!("smtp+plain://127.0.0.1:{port}"), ""), "");
    let notice = notice(&sandbox);
    for _ in 0..2 {
        notice.tell(&success()).unwrap();
    }
    let [first, second] = [got(&mails), got(&mails)];
    assert_eq!(first.text, second.text);
    assert_eq!((first.login.as_str(), first.was_safe), ("", false));
    assert_eq!(first.from, "FROM:<sppis@example.be>");
    assert_eq!(first.to, ["TO:<a@example.be>", "TO:<b@example.be>"]);
    insta::assert_snapshot!(first.text, @r"
    From: sppis@example.be
    Subject: quarterly-figures 2008Q4: edition ready
    Date: Mon, 02 Mar 2009 13:20:00 +0000
    Message-ID: <b62b4fe04fb99edf79e72abe5ed3332545680190ddbd8cb9bb954ad884eb1b98@example.be>
    Auto-Submitted: auto-generated
    To: a@example.be, Bea <b@example.be>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 7bit

    Report: quarterly-figures
    Edition: 2008Q4
    Version of the data: 7
    Figures that are others than in the edition before: 3
    Rows that the edition before did not have: 24
    Duration: 1 h 2 min 5 s
    Folder: /data/editions/quarterly-figures/2008Q4
    Time: 2009-03-02 13:20:00 UTC
    Mark of this notice: quarterly-figures/2008Q4/success
    ");
}

#[test]
fn a_mail_in_another_language_is_of_ascii_characters_only() {
    let (port, mails) = mail_server(Manners::default());
    let settings = by_mail(&format!("smtp+plain://localhost:{port}"), "lang = \"fr\"\n");
    notice(&sandbox(&settings, "")).tell(&success()).unwrap();
    let mail = got(&mails);
    assert!(mail.text.is_ascii(), "{}", mail.text);
    let subject = mail.text.split("=?utf-8?b?").nth(1).unwrap().split("?=").next().unwrap();
    let subject = String::from_utf8(from_base64(subject)).unwrap();
    assert!(subject.contains("édition"), "{subject}");
    assert!(mail.text.contains("\nContent-Transfer-Encoding: quoted-printable\n"), "{}", mail.text);
    assert!(mail.text.contains("\n=C3=89dition=C2=A0: 2008Q4\n"), "{}", mail.text);
}

#[test]
fn a_mail_goes_over_a_connection_that_is_safe_or_not_at_all() {
    for (scheme, tls_from_the_start) in [("smtp", false), ("smtps", true)] {
        let certificates = Certificates::of("localhost", FAR);
        let authority = certificates.authority.clone();
        let manners =
            Manners { certificates: Some(certificates), tls_from_the_start, ..Manners::default() };
        let (port, mails) = mail_server(manners);
        let address = format!("{scheme}://user@example.be@localhost:{port}");
        let trusting = by_mail(&address, &format!("{WITH_PASSWORD}{WITH_AUTHORITY}"));
        let sandbox = sandbox(&trusting, &authority);
        notice(&sandbox).tell(&success()).unwrap();
        let mail = got(&mails);
        assert!(mail.was_safe);
        let login = format!("\0user@example.be\0{PASSWORD}");
        assert_eq!(String::from_utf8(from_base64(&mail.login)).unwrap(), login);

        sandbox.write("warehouse/schedule.toml", by_mail(&address, WITH_PASSWORD));
        let text = refused(&notice(&sandbox), &success());
        let expected = format!(
            "{scheme}://localhost:{port}: its certificate is of no authority that this machine \
             trusts; `authority_file` names another"
        );
        assert_eq!(text, expected);
        got_nothing(&mails);
    }
}

#[test]
fn a_mail_that_cannot_be_handed_over_says_what_stood_in_the_way() {
    let tls = |name: &str, year: i32| {
        let certificates = Certificates::of(name, year);
        let authority = certificates.authority.clone();
        let tls = Manners {
            certificates: Some(certificates),
            tls_from_the_start: true,
            ..Manners::default()
        };
        (tls, authority)
    };
    let plain = || (Manners::default(), String::new());
    let refusing = Manners { refuses_login: true, ..Manners::default() };
    let picky = Manners { refuses: Some("b@example.be"), ..Manners::default() };
    let mut said = String::new();
    for (scheme, (manners, authority)) in [
        ("smtps", tls("other.example.be", FAR)),
        ("smtps", tls("localhost", 2000)),
        ("smtps", plain()),
        ("smtp", plain()),
        ("smtp+plain", (refusing, String::new())),
        ("smtp+plain", (picky, String::new())),
    ] {
        let more = if authority.is_empty() { "" } else { WITH_AUTHORITY };
        let (port, mails) = mail_server(manners);
        let address = format!("{scheme}://user@localhost:{port}");
        let settings = by_mail(&address, &format!("{WITH_PASSWORD}{more}"));
        let sandbox = sandbox(&settings, &authority);
        said += &without_ports(&refused(&notice(&sandbox), &success()), &[port]);
        said += "\n";
        got_nothing(&mails);
    }
    let closed = silent_server().0;
    let sandbox = sandbox(&by_mail(&format!("smtp+plain://localhost:{closed}"), ""), "");
    said += &without_ports(&refused(&notice(&sandbox), &success()), &[closed]);
    insta::assert_snapshot!(said, @r"
    smtps://localhost:PORT: expected a valid certificate of that name, found one that is of another name
    smtps://localhost:PORT: expected a valid certificate of that name, found one that is no longer valid
    smtps://localhost:PORT: expected TLS from the start, found something else
    smtp://localhost:PORT: expected a server that offers STARTTLS, found one that does not; `smtps://` is TLS from the start
    smtp+plain://localhost:PORT: expected that user and password are known there, found that they are refused (535)
    smtp+plain://localhost:PORT: the server refuses the mail: 550 5.1.1 nobody of this name
    smtp+plain://localhost:PORT: nobody listens there
    ");
}

/// The parts of a mail: name of the file and bytes.
fn attached(mail: &Mail) -> BTreeMap<String, Vec<u8>> {
    let boundary = mail.text.split("boundary=\"").nth(1).map(|it| it.split('"').next().unwrap());
    let Some(boundary) = boundary else { return BTreeMap::new() };
    let between = format!("--{boundary}");
    let parts = mail.text.split(&between).skip(2);
    let files = parts.filter_map(|part| {
        let (head, body) = part.split_once("\n\n")?;
        let name = head.split("filename=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), from_base64(body)))
    });
    files.collect()
}

#[test]
fn files_of_an_edition_are_sent_where_it_is_for_publication_and_never_otherwise() {
    let (port, mails) = mail_server(Manners::default());
    let address = format!("smtp+plain://localhost:{port}");
    let sandbox = sandbox(&by_mail(&address, "attach = [\"csv\", \".fr.html\"]\n"), "");
    let row = format!("{};1;21004;2005-08-01;2005-08-31;;;1;10,00", PERSONS[0]);
    let file = sandbox.delivery("2007-05", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    sandbox.run(["report", "quarterly-figures", "--edition", "first", "--lang", "fr,nl"]).ok();
    let folder = sandbox.join("editions/quarterly-figures/first");
    let made = Happening { folder: Some(folder.clone()), ..success() };
    let notice = notice(&sandbox);

    notice.tell(&made).unwrap();
    let internal = got(&mails);
    assert!(attached(&internal).is_empty());
    let text = internal.text.replace("=\n", "");
    assert!(text.contains("The figures of this edition are internal"), "{text}");
    assert!(text.contains("editions/quarterly-figures/first"), "{text}");

    let manifest = folder.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let published = text.replace("\"for_publication\": false", "\"for_publication\": true");
    assert_ne!(published, text);
    fs::write(&manifest, published).unwrap();
    notice.tell(&made).unwrap();
    let mail = got(&mails);
    let files = attached(&mail);
    assert!(files.contains_key("index.fr.html") && !files.contains_key("index.nl.html"));
    assert!(files.keys().filter(|it| it.contains(".csv")).count() > 1, "{:?}", files.keys());
    assert_eq!(files["index.fr.html"], fs::read(folder.join("index.fr.html")).unwrap());
    assert!(!mail.text.contains("internal"), "{}", mail.text);
    notice.tell(&made).unwrap();
    assert_eq!(got(&mails).text, mail.text);

    // What did not succeed has no files to be sent.
    notice.tell(&Happening { event: Event::Failure, ..made.clone() }).unwrap();
    assert!(attached(&got(&mails)).is_empty());
    fs::write(folder.join("index.fr.html"), "another").unwrap();
    // What is not as it was made is not sent, and who is told hears why.
    notice.tell(&made).unwrap();
    let mail = got(&mails);
    assert!(attached(&mail).is_empty());
    assert!(mail.text.contains("index.fr.html"), "{}", mail.text);
}

#[test]
fn a_request_says_what_happened_to_the_address_of_its_event() {
    let certificates = Certificates::of("localhost", FAR);
    let authority = certificates.authority.clone();
    let (port, requests) = web_server(Some(certificates), "204 No Content");
    let settings = format!(
        "[notices.check]\nhttp = \"https://localhost:{port}/abc?token=t0ken\"\n\
         failure = \"https://localhost:{port}/abc/fail\"\nwhen = [\"start\", \"failure\"]\n\
         secret_file = \"password\"\nauthority_file = \"authority.pem\"\nlang = \"nl\"\n"
    );
    let sandbox = sandbox(&settings, &authority);
    let notice = notice(&sandbox);
    notice.tell(&happening(Event::Start)).unwrap();
    let request = got(&requests);
    assert_eq!(request.line, "POST /abc?token=t0ken HTTP/1.1");
    let field = |name: &str| request.head.get(name).map(String::as_str);
    assert_eq!(field("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(field("sppis-event"), Some("start"));
    assert_eq!(field("authorization"), Some(&*format!("Bearer {PASSWORD}")));
    assert!(field("user-agent").unwrap().starts_with("sppis"));
    let key = field("idempotency-key").unwrap().to_owned();
    assert!(request.body.starts_with("quarterly-figures 2008Q4: begonnen\n\n"), "{}", request.body);
    assert!(request.body.contains("\nDuur: 1 u 2 min 5 s\n"), "{}", request.body);

    let failed = Happening { text: Some("it is\nbroken\u{1b}[31m".to_owned()), ..success() };
    notice.tell(&Happening { event: Event::Failure, ..failed }).unwrap();
    let request = got(&requests);
    assert_eq!(request.line, "POST /abc/fail HTTP/1.1");
    assert_eq!(request.head["idempotency-key"], key, "it is the same happening");
    assert!(request.body.ends_with("\nit is\nbroken\\u{1b}[31m\n"), "{}", request.body);

    let ran = sandbox.run(["notices", "--test"]).ok();
    assert_eq!(ran.stdout, format!("check: told, http https://localhost:{port}\n"));
    let request = got(&requests);
    assert_eq!(request.head["sppis-event"], "trial");
    assert!(!format!("{ran}").contains("t0ken") && !format!("{ran}").contains(PASSWORD));
}

#[test]
fn an_answer_that_is_no_success_is_an_error_and_nothing_is_followed() {
    let (other, requests_of_other) = web_server(None, "200 OK");
    let moved = format!("302 Found\r\nLocation: http://localhost:{other}/");
    let mut said = String::new();
    for answer in ["500 Internal Server Error", "404 Not Found", moved.as_str(), "200 OK\r\nx"] {
        let (port, requests) = web_server(None, answer);
        let settings = format!("[notices.x]\nhttp = \"http://localhost:{port}/s3cret\"\n");
        let sandbox = sandbox(&format!("{settings}secret_file = \"password\"\n"), "");
        said += &without_ports(&refused(&notice(&sandbox), &success()), &[port]);
        said += "\n";
        got(&requests);
    }
    let certificates = Certificates::of("localhost", FAR);
    let (tls, requests) = web_server(Some(certificates), "200 OK");
    let (plain, _) = web_server(None, "200 OK");
    let closed = silent_server().0;
    for port in [tls, plain, closed] {
        let settings = format!("[notices.x]\nhttp = \"https://localhost:{port}/s3cret\"\n");
        let sandbox = sandbox(&settings, "");
        said += &without_ports(&refused(&notice(&sandbox), &success()), &[port]);
        said += "\n";
    }
    got_nothing(&requests);
    got_nothing(&requests_of_other);
    assert!(!said.contains("s3cret"), "{said}");
    insta::assert_snapshot!(said, @r"
    http://localhost:PORT: expected an answer of success, found 500
    http://localhost:PORT: expected an answer of success, found 404
    http://localhost:PORT: expected an answer of success, found 302, which points elsewhere and is not followed; name the address that it points to
    http://localhost:PORT: expected an answer of HTTP, found something else
    https://localhost:PORT: its certificate is of no authority that this machine trusts; `authority_file` names another
    https://localhost:PORT: the server ended the connection without an answer
    https://localhost:PORT: nobody listens there
    ");
}

#[test]
fn a_receiver_that_does_not_come_to_an_end_is_waited_for_no_longer_than_was_said() {
    let (silent, _kept) = silent_server();
    let [web, mail] = ["HTTP/1.1 200 OK\r\nX: ", "220-mail.test\r\n220-"].map(talking_server);
    let by_http = |port| format!("http = \"http://localhost:{port}/\"");
    let by_mail = |port| {
        format!("mail = \"smtp+plain://localhost:{port}\"\nfrom = \"a@b.be\"\nto = [\"a@b.be\"]")
    };
    for way in [by_http(silent), by_http(web), by_mail(silent), by_mail(mail)] {
        let sandbox = sandbox(&format!("[notices.slow]\n{way}\ntimeout = \"1s\"\n"), "");
        let start = Instant::now();
        let text = refused(&notice(&sandbox), &success());
        assert!(start.elapsed() < Duration::from_secs(3), "{way}");
        let expected = "expected an answer within 1 s, found none; `timeout` waits longer";
        assert!(text.ends_with(expected), "{way}: {text}");
    }
}

/// A script that writes what it was handed into files beside it.
const TELL: &str = "#!/bin/sh\ncd \"$(dirname \"$0\")\"\ncat > said\nenv | sort > env\n\
                    printf '%s\\n' \"$@\" > words\n";

fn script(sandbox: &Sandbox, text: &str) {
    let path = sandbox.write("warehouse/tell", text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_command_gets_the_text_and_its_words_as_they_are_and_never_the_key() {
    let settings = "[notices.chat]\ncommand = [\"./tell\", \"$(id)\", \"a b\", \"*\"]\n";
    let sandbox = sandbox(settings, "");
    script(&sandbox, TELL);
    notice(&sandbox).tell(&success()).unwrap();
    assert_eq!(sandbox.read("warehouse/words"), "$(id)\na b\n*\n");
    let said = sandbox.read("warehouse/said");
    assert!(said.starts_with("quarterly-figures 2008Q4: edition ready\n\nReport: "), "{said}");
    let own = |text: &str| -> String {
        let lines = text.lines().filter(|it| it.starts_with("SPPIS_"));
        lines.flat_map(|it| [it, "\n"]).collect()
    };
    insta::assert_snapshot!(own(&sandbox.read("warehouse/env")), @r"
    SPPIS_EDITION=2008Q4
    SPPIS_EVENT=success
    SPPIS_FOLDER=/data/editions/quarterly-figures/2008Q4
    SPPIS_ID=quarterly-figures/2008Q4/success
    SPPIS_REPORT=quarterly-figures
    ");

    let mut command = sandbox.command(&["notices", "--test"]);
    let key = sandbox.key_file();
    let ran = command.env("SPPIS_KEY_FILE", &key).env("SPPIS_REPORT", "another").output().unwrap();
    assert!(ran.status.success());
    let variables = own(&sandbox.read("warehouse/env"));
    let trial = variables.lines().next().unwrap();
    assert_eq!(trial, "SPPIS_EVENT=trial");
    assert!(!variables.contains("KEY") && !variables.contains("REPORT"), "{variables}");
}

#[test]
fn a_command_that_fails_or_does_not_end_is_an_error_and_leaves_nothing_running() {
    let sandbox = sandbox("[notices.chat]\ncommand = [\"./tell\"]\ntimeout = \"1s\"\n", "");
    let mut said = String::new();
    for text in [
        "#!/bin/sh\necho 'no such \x1b[31mtopic' >&2\nexit 3\n",
        "#!/bin/sh\nkill -9 $$\n",
        // What it started goes on, and would write after the time.
        "#!/bin/sh\n(sleep 2; touch \"$(dirname \"$0\")/late\") &\nsleep 60\n",
    ] {
        script(&sandbox, text);
        let start = Instant::now();
        said += &refused(&notice(&sandbox), &success());
        said += "\n";
        assert!(start.elapsed() < Duration::from_secs(3));
    }
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!sandbox.join("warehouse/late").exists());
    // Who reads nothing of a long text has done nothing wrong.
    script(&sandbox, "#!/bin/sh\nexit 0\n");
    let long = Happening { text: Some("long ".repeat(100_000)), ..success() };
    notice(&sandbox).tell(&long).unwrap();
    fs::remove_file(sandbox.join("warehouse/tell")).unwrap();
    said += &refused(&notice(&sandbox), &success());
    let folder = sandbox.join("warehouse").display().to_string();
    insta::assert_snapshot!(said.replace(&folder, "FOLDER"), @r"
    the command FOLDER/./tell: expected exit code 0, found exit code 3: no such \u{1b}[31mtopic
    the command FOLDER/./tell: expected exit code 0, found an end by signal 9
    the command FOLDER/./tell: expected its end within 1 s, found it running, and ended it; `timeout` waits longer
    the command FOLDER/./tell: cannot be run: No such file or directory (os error 2)
    ");
}

/// Measurements as a collector reads them: by name and report.
fn collected(text: &str) -> BTreeMap<(String, String), String> {
    let lines = text.lines().filter(|it| !it.starts_with('#'));
    let measurements = lines.map(|line| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let (name, label) = name.split_once('{').unwrap_or((name, ""));
        let label = label.strip_prefix("report=\"").and_then(|it| it.strip_suffix("\"}"));
        let label = label.unwrap_or_default().replace("\\n", "\n").replace("\\\"", "\"");
        ((name.to_owned(), label.replace("\\\\", "\\")), value.to_owned())
    });
    measurements.collect()
}

#[test]
fn measurements_are_a_file_that_a_collector_reads_whole() {
    let sandbox = sandbox("[notices.monitoring]\nmetrics = \"../out/sppis.prom\"\n", "");
    let notice = notice(&sandbox);
    let measurements = Measurements {
        reports: vec![
            ReportMeasurements {
                report: "good".to_owned(),
                last_success_ms: Some(1_236_000_000_123),
                last_duration_ms: Some(12_034),
                failing: false,
                overdue: 0,
            },
            ReportMeasurements {
                report: "odd \"\\\n".to_owned(),
                failing: true,
                overdue: 3,
                ..ReportMeasurements::default()
            },
        ],
        data_ms: Some(1_235_000_000_000),
        last_run_ms: 1_236_000_600_000,
    };
    let text = notice.measure(&measurements).unwrap_err().to_string();
    assert!(text.ends_with("out/sppis.prom cannot be written: entity not found"), "{text}");
    fs::create_dir(sandbox.join("out")).unwrap();
    notice.measure(&measurements).unwrap();
    let path = sandbox.join("out/sppis.prom");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    let text = fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(text, @r#"
    # HELP sppis_report_last_success_timestamp_seconds When the last edition was made.
    # TYPE sppis_report_last_success_timestamp_seconds gauge
    sppis_report_last_success_timestamp_seconds{report="good"} 1236000000.123
    # HELP sppis_report_last_duration_seconds How long the last edition took.
    # TYPE sppis_report_last_duration_seconds gauge
    sppis_report_last_duration_seconds{report="good"} 12.034
    # HELP sppis_report_failing 1 where the last edition could not be made.
    # TYPE sppis_report_failing gauge
    sppis_report_failing{report="good"} 0
    sppis_report_failing{report="odd \"\\\n"} 1
    # HELP sppis_report_overdue_editions Editions that should be there and are not.
    # TYPE sppis_report_overdue_editions gauge
    sppis_report_overdue_editions{report="good"} 0
    sppis_report_overdue_editions{report="odd \"\\\n"} 3
    # HELP sppis_data_timestamp_seconds When the newest data were committed.
    # TYPE sppis_data_timestamp_seconds gauge
    sppis_data_timestamp_seconds 1235000000.000
    # HELP sppis_last_run_timestamp_seconds When it was last looked what is due.
    # TYPE sppis_last_run_timestamp_seconds gauge
    sppis_last_run_timestamp_seconds 1236000600.000
    "#);
    let found = collected(&text);
    assert_eq!(found[&("sppis_report_failing".to_owned(), "odd \"\\\n".to_owned())], "1");
    assert_eq!(found.len(), 8);

    // A trial changes nothing, and nothing that happens is told so.
    let ran = sandbox.run(["notices", "--test"]).ok();
    assert!(ran.stdout.starts_with("monitoring: told, metrics "), "{ran}");
    assert!(!notice.wants(&success()));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(sandbox.files("out"), [path]);
}

#[test]
fn a_secret_that_others_can_read_is_not_used() {
    let (port, requests) = web_server(None, "200 OK");
    let settings =
        format!("[notices.x]\nhttp = \"http://localhost:{port}/\"\nsecret_file = \"password\"\n");
    let sandbox = sandbox(&settings, "");
    let path = sandbox.join("warehouse/password");
    let mut said = String::new();
    for (mode, bytes) in [
        (0o640, &b"open sesame 7"[..]),
        (0o604, b"open sesame 7"),
        (0o600, b"\n"),
        (0o600, b"open sesame 7\nmore"),
        (0o600, b"open sesame 7\xff"),
        (0o600, "open sesame 7é".as_bytes()),
        (0o600, &[b'x'; 5000]),
    ] {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        said += &refused(&notice(&sandbox), &success());
        said += "\n";
    }
    fs::remove_file(&path).unwrap();
    said += &refused(&notice(&sandbox), &success());
    got_nothing(&requests);
    insta::assert_snapshot!(said.replace(&path.display().to_string(), "FILE"), @r"
    FILE: can be read by others; run `chmod 600` on it
    FILE: can be read by others; run `chmod 600` on it
    FILE: expected a secret, found nothing
    FILE: expected a secret on one line, found more
    FILE: expected a secret as text, found other bytes
    FILE: expected letters, digits and signs of ASCII, found others
    FILE: expected a secret on one line, found more
    FILE: No such file or directory (os error 2)
    ");
}

/// What is wrong, in every way that a file can be.
const WRONG: &str = r#"
[notices.none]
lang = "fr"

[notices.both]
mail = "smtp://mail.example.be"
http = "https://example.be/"

[notices.mail]
mail = "smtp://user:s3cret@mail.example.be"
when = ["succes", "late", "late"]
reports = [7]
lang = "it"
to = []
attach = ["*.pdf"]
timeout = "30"

[notices.who]
mail = "smtp://mail.example.be:587"
password_file = "password"
from = "somebody"
to = ["a@example.be", "b@"]
secret_file = "x"

[notices.user]
mail = "smtps://user@mail.example.be"
from = "a@example.be"
to = ["a@example.be"]
timeout = "1h"

[notices.scheme]
mail = "https://mail.example.be"
from = "a@example.be"
to = ["a@example.be"]

[notices.clear]
mail = "smtp+plain://mail.example.be"
from = "a@example.be"
to = ["a@example.be"]

[notices.port]
mail = "smtp://mail.example.be:0/x"
from = "a@example.be"
to = ["a@example.be"]

[notices.request]
http = "http://example.be/"
secret_file = "password"
failure = "example.be/fail"
late = "https://user:s3cret@example.be/"
refused = "ftp://example.be/"
faliure = "https://example.be/fail"
start = "https://example.be/start"

[notices.command]
command = []

[notices.file]
metrics = ""
when = ["late"]

[other]
"#;

#[test]
fn all_mistakes_of_a_file_are_said_at_once() {
    let sandbox = sandbox(WRONG, "");
    let ran = sandbox.run(["notices"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(!ran.stderr.contains("s3cret"), "{ran}");
    let one = "[notices.one]\nreports = [\"quarterly-figure\", \"mine\"]\ncommand = [\"true\"]\n";
    sandbox.write("warehouse/schedule.toml", one);
    let unknown = sandbox.run(["notices"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    insta::assert_snapshot!(unknown.stderr, @r"
    error: 2 mistakes in ./warehouse/schedule.toml
      ./warehouse/schedule.toml:2:12: there is no report `quarterly-figure` (did you mean `quarterly-figures`?)
      ./warehouse/schedule.toml:2:32: there is no report `mine` (known here: delivery-note, quarterly-figures, yearly-overview)
    ");
    insta::assert_snapshot!(ran.stderr, @r#"
    error: 30 mistakes in ./warehouse/schedule.toml
      ./warehouse/schedule.toml:2:10: a notice has one way of telling, found none (write one of `mail`, `http`, `command`, `metrics`)
      ./warehouse/schedule.toml:5:10: a notice has one way of telling, found mail and http (write one of `mail`, `http`, `command`, `metrics`)
      ./warehouse/schedule.toml:9:1: `from` is missing: a text in quotes
      ./warehouse/schedule.toml:10:8: an address holds no password: it stands in a file of its own, which `password_file` names
      ./warehouse/schedule.toml:11:9: unknown event `succes` (did you mean `success`?)
      ./warehouse/schedule.toml:11:27: `late` is named twice
      ./warehouse/schedule.toml:12:12: `reports` must be a list of texts, found a whole number
      ./warehouse/schedule.toml:13:8: unknown language `it` (known here: en, fr, nl, de)
      ./warehouse/schedule.toml:14:6: `to` names nobody (such as `to = ["somebody@example.be"]`)
      ./warehouse/schedule.toml:15:11: expected the ending of files such as `pdf` or `fr.pdf`, found `*.pdf`
      ./warehouse/schedule.toml:16:11: `timeout` must be a length of time such as `30s`, `10min`, `2h` or `14d`, found `30`
      ./warehouse/schedule.toml:19:8: the address names no user whose password this would be (such as `smtp://user@mail.example.be:587`)
      ./warehouse/schedule.toml:21:8: expected a mail address such as `somebody@example.be`, found `somebody`
      ./warehouse/schedule.toml:22:23: expected a mail address such as `somebody@example.be`, found `b@`
      ./warehouse/schedule.toml:23:1: unknown key `secret_file` (known here: when, reports, lang, timeout, mail, password_file, authority_file, from, to, attach)
      ./warehouse/schedule.toml:26:8: `password_file` is missing: the address names a user (such as `smtp://user@mail.example.be:587`)
      ./warehouse/schedule.toml:29:11: `timeout` may be `1s` to `10min`
      ./warehouse/schedule.toml:32:8: expected a mail server such as `smtp://user@mail.example.be:587`, or with `smtps://`, found another beginning
      ./warehouse/schedule.toml:37:8: `smtp+plain://` is for this machine alone (`localhost`), found `mail.example.be`; `smtp://` asks the server for TLS
      ./warehouse/schedule.toml:42:8: expected a mail server such as `smtp://user@mail.example.be:587`, found no name and port behind `smtp://`
      ./warehouse/schedule.toml:48:15: a secret is sent to `https://` addresses only, found one of `http://`
      ./warehouse/schedule.toml:49:11: expected an address such as `https://example.be/abc`, found none
      ./warehouse/schedule.toml:50:8: an address holds no user or password: a secret stands in a file of its own, which `secret_file` names
      ./warehouse/schedule.toml:51:11: expected an address such as `https://example.be/abc`, found `ftp://`
      ./warehouse/schedule.toml:52:1: unknown key `faliure` (did you mean `failure`?)
      ./warehouse/schedule.toml:53:9: `when` does not name `start`: nothing would be told there
      ./warehouse/schedule.toml:56:11: `command` names no program (such as `command = ["/usr/local/bin/tell", "--topic", "sppis"]`)
      ./warehouse/schedule.toml:59:11: `metrics` names no file
      ./warehouse/schedule.toml:60:1: unknown key `when` (known here: timeout, metrics)
      ./warehouse/schedule.toml:62:2: unknown key `other` (known here: time_zone, schedules, notices, editions, inbox)
    "#);
}

const SEVERAL: &str = r#"
[notices.team]
when = ["success", "late"]
reports = ["quarterly-figures", "delivery-note"]
lang = "fr"
mail = "smtp://user@mail.example.be"
password_file = "password"
from = "sppis@example.be"
to = ["a@example.be", "b@example.be"]

[notices.check]
http = "https://hc.example.be/abc-secret?x=y"

[notices.chat]
command = ["true"]

[notices.broken]
command = ["false"]
when = ["start"]

[notices.monitoring]
metrics = "/var/lib/sppis.prom"
"#;

#[test]
fn notices_are_listed_without_what_may_be_a_secret() {
    let sandbox = sandbox(SEVERAL, "");
    let ran = sandbox.run(["notices"]).ok();
    assert!(!ran.stdout.contains("secret"), "{ran}");
    insta::assert_snapshot!(ran.stdout, @r"
    team            mail     smtp://mail.example.be:587, a@example.be, b@example.be
                             success, late; of reports only quarterly-figures, delivery-note
    check           http     https://hc.example.be
                             success, failure, late, delivery, refused
    chat            command  true
                             success, failure, late, delivery, refused
    broken          command  false
                             start
    monitoring      metrics  /var/lib/sppis.prom
                             how all reports are doing
    ");
    let ran = sandbox.run(["notices", "check", "--format", "json"]).ok();
    let said: Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = serde_json::json!([{
        "name": "check",
        "way": "http",
        "place": "https://hc.example.be",
        "to": [],
        "when": ["success", "failure", "late", "delivery", "refused"],
        "reports": [],
        "language": "en",
    }]);
    assert_eq!(said, expected);

    let ran = sandbox.run(["notices", "chta"]);
    insta::assert_snapshot!(ran, @r"
    exit 2
    --- stdout
    --- stderr
    error: there is no notice `chta`
    hint: did you mean `chat`?
    ");
    let ran = sandbox.run(["notices", "--test", "broken"]);
    insta::assert_snapshot!(ran, @r"
    exit 2
    --- stdout
    --- stderr
    error: notice `broken`: the command false: expected exit code 0, found exit code 1
    ");
    sandbox.run(["notices", "--test", "chat"]).ok();
    fs::remove_file(sandbox.join("warehouse/schedule.toml")).unwrap();
    let ran = sandbox.run(["notices", "--test"]).ok();
    insta::assert_snapshot!(ran, @r"
    exit 0
    --- stdout
    --- stderr
    note: nobody is told of anything: ./warehouse/schedule.toml has no `[notices.NAME]`
    ");
}

#[test]
fn a_notice_wants_what_it_names_and_what_is_of_no_report() {
    let sandbox = sandbox(SEVERAL, "");
    let all = notices(&sandbox);
    let wanted = |happening: &Happening| -> Vec<&str> {
        all.iter().filter(|it| it.wants(happening)).map(Notice::name).collect()
    };
    assert_eq!(wanted(&success()), ["team", "check", "chat"]);
    assert_eq!(wanted(&happening(Event::Failure)), ["check", "chat"]);
    assert_eq!(wanted(&happening(Event::Start)), ["broken"]);
    let of = |report: Option<&str>| Happening {
        report: report.map(str::to_owned),
        ..happening(Event::Late)
    };
    assert_eq!(wanted(&of(Some("yearly-overview"))), ["check", "chat"]);
    assert_eq!(wanted(&of(None)), ["team", "check", "chat"]);
    assert_eq!(wanted(&Happening::trial(0)).len(), all.len());
}

/// All that can happen, in all languages.
fn in_all_languages() -> String {
    let mut said = String::new();
    for language in Language::ALL {
        let events = Event::ALL.into_iter().map(|(_, event)| happening(event));
        for happening in events.chain([Happening::trial(1_236_000_000_000)]) {
            said += &(Message::of(&happening, language).subject + "\n");
        }
        let failed = Happening { text: Some("broken".to_owned()), ..success() };
        said += &Message::of(&failed, language).text;
        said += &Message::of(&Happening::trial(0), language).text;
    }
    said
}

#[test]
#[expect(clippy::too_many_lines, reason = "what is said, line by line")]
fn every_happening_is_told_in_every_language() {
    let said = in_all_languages();
    assert!(!said.contains(['{', '}']), "{said}");
    insta::assert_snapshot!(said, @r"
    quarterly-figures 2008Q4: started
    quarterly-figures 2008Q4: edition ready
    quarterly-figures 2008Q4: failed
    quarterly-figures 2008Q4: late
    quarterly-figures 2008Q4: delivery taken in
    quarterly-figures 2008Q4: delivery refused
    sppis: trial notice
    Report: quarterly-figures
    Edition: 2008Q4
    Version of the data: 7
    Figures that are others than in the edition before: 3
    Rows that the edition before did not have: 24
    Duration: 1 h 2 min 5 s
    Folder: /data/editions/quarterly-figures/2008Q4
    Time: 2009-03-02 13:20:00 UTC
    Mark of this notice: quarterly-figures/2008Q4/success

    What the program says:
    broken
    This notice was sent to see whether it arrives. Nothing has happened.

    Time: 1970-01-01 00:00:00 UTC
    Mark of this notice: trial-0
    quarterly-figures 2008Q4 : commencé
    quarterly-figures 2008Q4 : édition prête
    quarterly-figures 2008Q4 : échec
    quarterly-figures 2008Q4 : en retard
    quarterly-figures 2008Q4 : livraison intégrée
    quarterly-figures 2008Q4 : livraison refusée
    sppis : avis d’essai
    Rapport : quarterly-figures
    Édition : 2008Q4
    Version des données : 7
    Chiffres révisés depuis l’édition précédente : 3
    Lignes que l’édition précédente n’avait pas : 24
    Durée : 1 h 2 min 5 s
    Dossier : /data/editions/quarterly-figures/2008Q4
    Moment : 2009-03-02 13:20:00 UTC
    Référence de cet avis : quarterly-figures/2008Q4/success

    Message du programme, en anglais :
    broken
    Cet avis a été envoyé pour vérifier qu’il arrive. Il ne s’est rien passé.

    Moment : 1970-01-01 00:00:00 UTC
    Référence de cet avis : trial-0
    quarterly-figures 2008Q4: begonnen
    quarterly-figures 2008Q4: editie klaar
    quarterly-figures 2008Q4: mislukt
    quarterly-figures 2008Q4: te laat
    quarterly-figures 2008Q4: levering opgenomen
    quarterly-figures 2008Q4: levering geweigerd
    sppis: proefbericht
    Rapport: quarterly-figures
    Editie: 2008Q4
    Versie van de gegevens: 7
    Cijfers die sinds de vorige editie herzien zijn: 3
    Rijen die de vorige editie niet had: 24
    Duur: 1 u 2 min 5 s
    Map: /data/editions/quarterly-figures/2008Q4
    Tijdstip: 2009-03-02 13:20:00 UTC
    Kenmerk van dit bericht: quarterly-figures/2008Q4/success

    Melding van het programma, in het Engels:
    broken
    Dit bericht is gestuurd om na te gaan of het aankomt. Er is niets gebeurd.

    Tijdstip: 1970-01-01 00:00:00 UTC
    Kenmerk van dit bericht: trial-0
    quarterly-figures 2008Q4: begonnen
    quarterly-figures 2008Q4: Ausgabe fertig
    quarterly-figures 2008Q4: fehlgeschlagen
    quarterly-figures 2008Q4: überfällig
    quarterly-figures 2008Q4: Lieferung aufgenommen
    quarterly-figures 2008Q4: Lieferung abgelehnt
    sppis: Probenachricht
    Bericht: quarterly-figures
    Ausgabe: 2008Q4
    Version der Daten: 7
    Zahlen, die seit der vorigen Ausgabe revidiert wurden: 3
    Zeilen, die die vorige Ausgabe nicht hatte: 24
    Dauer: 1 Std. 2 Min. 5 s
    Ordner: /data/editions/quarterly-figures/2008Q4
    Zeitpunkt: 2009-03-02 13:20:00 UTC
    Kennzeichen dieser Nachricht: quarterly-figures/2008Q4/success

    Meldung des Programms, auf Englisch:
    broken
    Diese Nachricht wurde gesendet, um zu prüfen, ob sie ankommt. Es ist nichts geschehen.

    Zeitpunkt: 1970-01-01 00:00:00 UTC
    Kennzeichen dieser Nachricht: trial-0
    ");
}

#[test]
fn what_happened_can_be_kept_and_is_told_the_same_later() {
    let text = serde_json::to_string(&success()).unwrap();
    assert_eq!(serde_json::from_str::<Happening>(&text).unwrap(), success());
    assert!(text.contains("\"event\":\"success\""), "{text}");
}
