//! Telling by an HTTP request.
//!
//! In: an address for all or for single events, a secret. Out: one request, its text for people, its head for
//! programs. Never: a secret that is sent on to where an answer points, or in clear over a network.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::address::HttpAddress;
use super::authority::authorities;
use super::error::NoticeError;
use super::happening::{Event, Happening};
use super::message::Message;
use super::path::path;
use super::reach::{io_problem, no_answer, tls_problem};
use super::secret::secret;
use crate::document::{Problem, Table};
use crate::export::tool;

/// Where requests go.
#[derive(Debug, Clone)]
pub(super) struct Http {
    address: HttpAddress,
    of_events: Vec<(Event, HttpAddress)>,
    secret_file: Option<PathBuf>,
    authority_file: Option<PathBuf>,
}

impl Http {
    /// Reads the keys of this way.
    pub(super) fn read(table: &Table<'_>, root: &Path, when: &[Event]) -> Option<Self> {
        let address = read_address(table, "http");
        for (name, _) in Event::ALL.iter().filter(|(_, event)| !when.contains(event)) {
            if table.has(name) {
                let message = format!("`when` does not name `{name}`: nothing would be told there");
                table.problem(Problem::new(table.place_of(name), message));
            }
        }
        let own = Event::ALL.into_iter();
        let of_events =
            own.filter_map(|(name, event)| Some((event, read_address(table, name)?))).collect();
        let http = Self {
            address: address?,
            of_events,
            secret_file: path(table, "secret_file", root),
            authority_file: path(table, "authority_file", root),
        };
        let own = http.of_events.iter().map(|(_, address)| address);
        let in_clear = own.chain([&http.address]).any(|it| !it.keeps_secrets());
        if http.secret_file.is_some() && in_clear {
            let problem = Problem::new(
                table.place_of("secret_file"),
                "a secret is sent to `https://` addresses only, found one of `http://`",
            );
            table.problem(problem);
        }
        Some(http)
    }

    /// The address, as far as it holds no secret.
    pub(super) fn shown(&self) -> &str {
        &self.address.shown
    }

    /// Makes one request.
    pub(super) fn tell(
        &self,
        happening: &Happening,
        message: &Message,
        limit: Duration,
    ) -> Result<(), NoticeError> {
        let own = self.of_events.iter().find(|(event, _)| *event == happening.event);
        let address = own.map_or(&self.address, |(_, address)| address);
        let agent = agent(address, self.authority_file.as_deref(), limit)?;
        let mut request = agent
            .post(&address.uri)
            .header("Content-Type", "text/plain; charset=utf-8")
            .header("Sppis-Event", happening.event.name())
            .header("Idempotency-Key", happening.key());
        if let Some(path) = &self.secret_file {
            let secret = secret(path)?;
            if !secret.is_ascii() {
                let problem = "expected letters, digits and signs of ASCII, found others";
                return Err(NoticeError::file(path, problem));
            }
            request = request.header("Authorization", format!("Bearer {}", &**secret));
        }
        let server = |problem| NoticeError::Server { server: address.shown.clone(), problem };
        let answer = request.send(message.whole()).map_err(|it| server(problem(&it, limit)))?;
        let status = answer.status();
        match status.as_u16() {
            200..=299 => Ok(()),
            300..=399 => Err(server(format!(
                "expected an answer of success, found {}, which points elsewhere and is not \
                 followed; name the address that it points to",
                status.as_u16()
            ))),
            code => Err(server(format!("expected an answer of success, found {code}"))),
        }
    }
}

fn read_address(table: &Table<'_>, key: &'static str) -> Option<HttpAddress> {
    let text = table.text(key)?;
    let read = HttpAddress::read(&text.value);
    read.map_err(|message| table.problem(Problem::new(text.span, message))).ok()
}

/// What makes requests: it follows nothing, and trusts whom the machine trusts, and the authorities named.
fn agent(
    address: &HttpAddress,
    authority_file: Option<&Path>,
    limit: Duration,
) -> Result<Agent, NoticeError> {
    let mut roots = rustls_native_certs::load_native_certs().certs;
    roots.extend(authorities(authority_file)?);
    let roots: RootCerts = roots.iter().map(|it| Certificate::from_der(it).to_owned()).into();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(roots)
        // Without one that is named, the first request would stop the program.
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let mut config = Agent::config_builder()
        .timeout_global(Some(limit))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(tool())
        .tls_config(tls);
    if address.is_loopback {
        config = config.proxy(None);
    }
    Ok(config.build().into())
}

fn problem(error: &ureq::Error, limit: Duration) -> String {
    match error {
        ureq::Error::Timeout(_) => no_answer(limit),
        ureq::Error::Io(error) => io_problem(error, limit),
        ureq::Error::Rustls(error) => tls_problem(error),
        ureq::Error::HostNotFound => "no host of this name is found".to_owned(),
        ureq::Error::Protocol(_) => "expected an answer of HTTP, found something else".to_owned(),
        ureq::Error::ConnectProxyFailed(_) => "the proxy makes no connection".to_owned(),
        _ => "no connection".to_owned(),
    }
}
