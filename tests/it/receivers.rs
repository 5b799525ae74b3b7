//! Receivers of notices on this machine: mail servers and web servers, with and without TLS.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// An authority of its own, and a server that it vouches for.
pub(crate) struct Certificates {
    /// The authority's certificate in PEM.
    pub(crate) authority: String,
    server: Arc<ServerConfig>,
}

impl Certificates {
    /// For a server of this name, valid until the end of a year.
    pub(crate) fn of(name: &str, last_year: i32) -> Self {
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.distinguished_name.push(DnType::CommonName, "authority of tests");
        let key = KeyPair::generate().unwrap();
        let authority = root.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(root, key);
        let mut own = CertificateParams::new(vec![name.to_owned()]).unwrap();
        own.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = own.signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self { authority, server: Arc::new(server) }
    }

    fn wrapped(&self, stream: &TcpStream) -> Box<dyn Stream> {
        let connection = ServerConnection::new(Arc::clone(&self.server)).unwrap();
        Box::new(StreamOwned::new(connection, stream.try_clone().unwrap()))
    }
}

trait Stream: Read + Write {
    /// A line without its end; nothing where the other side has gone.
    fn line(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let mut byte = [0];
        loop {
            match self.read(&mut byte) {
                Ok(1) if byte[0] == b'\n' => break,
                Ok(1) => bytes.push(byte[0]),
                _ => return None,
            }
        }
        Some(String::from_utf8(bytes).unwrap().trim_end_matches('\r').to_owned())
    }

    /// Says something, to whoever is still there.
    fn say(&mut self, text: &str) -> Option<()> {
        self.write_all(text.as_bytes()).and_then(|()| self.flush()).ok()
    }
}

impl<T: Read + Write> Stream for T {}

/// Serves on a free port, each connection on a thread of its own.
fn serve(session: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let session = Arc::new(session);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let session = Arc::clone(&session);
            thread::spawn(move || session(stream.unwrap()));
        }
    });
    port
}

/// How a mail server behaves.
#[derive(Default)]
pub(crate) struct Manners {
    /// It has TLS.
    pub(crate) certificates: Option<Certificates>,
    /// From the start, not after asking for it.
    pub(crate) tls_from_the_start: bool,
    /// It knows no user, and repeats what it was sent.
    pub(crate) refuses_login: bool,
    /// It takes no mail for this one.
    pub(crate) refuses: Option<&'static str>,
}

/// A mail as a server got it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mail {
    pub(crate) login: String,
    pub(crate) was_safe: bool,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
}

/// A mail server: its port, and the mails that it gets.
pub(crate) fn mail_server(manners: Manners) -> (u16, Receiver<Mail>) {
    let (sender, receiver) = channel();
    let port = serve(move |stream| {
        mail_session(&stream, &manners, &sender);
    });
    (port, receiver)
}

fn mail_session(tcp: &TcpStream, manners: &Manners, sender: &Sender<Mail>) -> Option<()> {
    let mut mail = Mail { was_safe: manners.tls_from_the_start, ..Mail::default() };
    let mut stream: Box<dyn Stream> = match &manners.certificates {
        Some(certificates) if manners.tls_from_the_start => certificates.wrapped(tcp),
        _ => Box::new(tcp.try_clone().unwrap()),
    };
    stream.say("220 mail.test ESMTP\r\n")?;
    loop {
        let line = stream.line()?;
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        let answer = match verb {
            "EHLO" if manners.certificates.is_some() && !mail.was_safe => {
                "250-mail.test\r\n250 STARTTLS"
            }
            "EHLO" => "250-mail.test\r\n250 AUTH PLAIN LOGIN",
            "STARTTLS" => {
                stream.say("220 go on\r\n")?;
                stream = manners.certificates.as_ref().unwrap().wrapped(tcp);
                mail.was_safe = true;
                continue;
            }
            "AUTH" if manners.refuses_login => &format!("535 5.7.8 refused: {line}"),
            "AUTH" => {
                rest.strip_prefix("PLAIN ").unwrap().clone_into(&mut mail.login);
                "235 welcome"
            }
            "MAIL" => {
                rest.clone_into(&mut mail.from);
                "250 ok"
            }
            "RCPT" if manners.refuses.is_some_and(|it| rest.contains(it)) => {
                "550 5.1.1 nobody of this name"
            }
            "RCPT" => {
                mail.to.push(rest.to_owned());
                "250 ok"
            }
            "DATA" => {
                stream.say("354 go on\r\n")?;
                loop {
                    match stream.line()? {
                        end if end == "." => break,
                        line => mail.text.extend([line.strip_prefix('.').unwrap_or(&line), "\n"]),
                    }
                }
                sender.send(mail.clone()).unwrap();
                "250 taken"
            }
            "QUIT" => return stream.say("221 bye\r\n"),
            _ => "500 what?",
        };
        stream.say(&format!("{answer}\r\n"))?;
    }
}

/// A request as a server got it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) head: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// A web server that answers everything in one way: its port, and the requests that it gets.
pub(crate) fn web_server(
    certificates: Option<Certificates>,
    answer: &str,
) -> (u16, Receiver<Request>) {
    let (sender, receiver) = channel();
    let answer = answer.to_owned();
    let port = serve(move |tcp| {
        let mut stream: Box<dyn Stream> = match &certificates {
            Some(certificates) => certificates.wrapped(&tcp),
            None => Box::new(tcp),
        };
        if let Some(request) = read_request(&mut *stream) {
            sender.send(request).unwrap();
            stream.say(&format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n"));
        }
    });
    (port, receiver)
}

fn read_request(stream: &mut dyn Stream) -> Option<Request> {
    let line = stream.line()?;
    let mut head = BTreeMap::new();
    loop {
        let field = stream.line()?;
        if field.is_empty() {
            break;
        }
        let (name, value) = field.split_once(": ").unwrap();
        head.insert(name.to_lowercase(), value.to_owned());
    }
    let length = head.get("content-length").map_or(0, |it| it.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Request { line, head, body: String::from_utf8(body).unwrap() })
}

/// A server that takes connections and never says anything; it does so as long as it is kept.
pub(crate) fn silent_server() -> (u16, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (listener.local_addr().unwrap().port(), listener)
}

/// A server that begins to say something, and never comes to an end.
pub(crate) fn talking_server(beginning: &'static str) -> u16 {
    serve(move |mut stream| {
        stream.say(beginning);
        while stream.say("2").is_some() {
            thread::sleep(Duration::from_millis(100));
        }
    })
}

/// The bytes of a text in base64.
pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|it| DIGITS.iter().position(|digit| *digit == it));
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_usize, 0);
    for digit in digits {
        held = held << 6 | digit;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    bytes
}
