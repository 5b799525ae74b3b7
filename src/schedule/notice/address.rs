//! Addresses of servers, as people write them.
//!
//! In: `smtp://user@mail.example.be:587`, `https://example.be/abc`. Out: their parts. Never: a password in
//! them, or one that would go over a network in clear.

use std::net::IpAddr;

use rustls::pki_types::ServerName;
use ureq::http::Uri;

/// How a connection to a mail server is made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS as soon as the server is greeted; without it nothing is sent.
    StartTls,
    /// TLS from the start.
    Tls,
    /// None, within the machine.
    Plain,
}

/// Each by the beginning of its addresses, with its usual port.
const SECURITIES: [(&str, Security, u16); 3] = [
    ("smtp", Security::StartTls, 587),
    ("smtps", Security::Tls, 465),
    ("smtp+plain", Security::Plain, 25),
];

/// A mail server, and who one is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MailServer {
    pub(super) security: Security,
    pub(super) user: Option<String>,
    pub(super) host: String,
    pub(super) port: u16,
}

impl MailServer {
    /// Reads an address; the error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected a mail server such as `smtp://user@mail.example.be:587`";
        let parts = text.split_once("://");
        let scheme = |name: &str| SECURITIES.into_iter().find(|it| it.0 == name);
        let found = parts.and_then(|(name, rest)| Some((scheme(name)?, rest)));
        let Some(((name, security, usual), rest)) = found else {
            return Err(format!("{EXPECTED}, or with `smtps://`, found another beginning"));
        };
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, _)) if user.contains(':') => return Err(NO_PASSWORD.to_owned()),
            Some(("", _)) => return Err(format!("{EXPECTED}, found no user before `@`")),
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, rest),
        };
        let (host, port) = host_and_port(place, usual)
            .ok_or_else(|| format!("{EXPECTED}, found no name and port behind `{name}://`"))?;
        if security == Security::Plain && !is_loopback(&host) {
            return Err(format!(
                "`smtp+plain://` is for this machine alone (`localhost`), found `{host}`; \
                 `smtp://` asks the server for TLS"
            ));
        }
        Ok(Self { security, user, host, port })
    }

    /// The address without who one is.
    pub(super) fn shown(&self) -> String {
        let found = SECURITIES.iter().find(|it| it.1 == self.security);
        let name = found.map_or("", |it| it.0);
        format!("{name}://{}:{}", bracketed(&self.host), self.port)
    }
}

const NO_PASSWORD: &str =
    "an address holds no password: it stands in a file of its own, which `password_file` names";

/// A place such as `example.be`, `127.0.0.1:25` or `[::1]:25`.
fn host_and_port(place: &str, usual: u16) -> Option<(String, u16)> {
    let end = place.rfind(']').map_or(0, |it| it + 1);
    let (host, port) = match place[end..].find(':') {
        Some(at) => (&place[..end + at], place[end + at + 1..].parse().ok().filter(|it| *it > 0)?),
        None => (place, usual),
    };
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    ServerName::try_from(bare).ok()?;
    Some((bare.to_owned(), port))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// Whether a name is that of this machine itself.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// An address that requests go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpAddress {
    pub(super) uri: Uri,
    /// What can be shown of it: its path may be a secret.
    pub(super) shown: String,
    pub(super) is_loopback: bool,
}

impl HttpAddress {
    /// Reads an address; the error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected an address such as `https://example.be/abc`";
        let uri: Uri = text.parse().map_err(|_| format!("{EXPECTED}, found none"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(format!("{EXPECTED}, found one without `https://` or a name"));
        };
        if authority.as_str().contains('@') {
            return Err(
                "an address holds no user or password: a secret stands in a file of its own, \
                 which `secret_file` names"
                    .to_owned(),
            );
        }
        if !["http", "https"].contains(&scheme) || authority.host().is_empty() {
            return Err(format!("{EXPECTED}, found `{scheme}://`"));
        }
        let shown = format!("{scheme}://{authority}");
        let is_loopback = is_loopback(authority.host());
        Ok(Self { uri, shown, is_loopback })
    }

    /// Whether a secret that is sent there can be read by nobody on the way.
    pub(super) fn keeps_secrets(&self) -> bool {
        self.is_loopback || self.uri.scheme_str() == Some("https")
    }
}
