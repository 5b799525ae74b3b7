//! Handing a mail to its server.
//!
//! In: a mail, a server, a password. Out: the mail in the server's hands, or what stood in the way, by the step at
//! which it did. Never: a password or a mail over a connection that is not safe, a wait without an end.

use std::error::Error as _;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::address::{MailServer, Security};
use super::reach::{io_problem, no_answer};
use crate::visible::line;

/// A mail, and all that is needed to hand it over.
pub(super) struct Delivery {
    pub(super) server: MailServer,
    pub(super) password: Option<Zeroizing<String>>,
    pub(super) authorities: Vec<CertificateDer<'static>>,
    pub(super) message: Message,
    /// How long all of it may take.
    pub(super) limit: Duration,
}

/// Hands a mail over; nothing where that takes too long. The time of each answer is limited by its socket,
/// the time of all of them, and of looking up the name, by a thread that is left behind.
pub(super) fn deliver(delivery: Delivery) -> Option<Result<(), String>> {
    let limit = delivery.limit;
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let _nobody_waits = sender.send(delivery.hand_over()).is_err();
    });
    receiver.recv_timeout(limit).ok()
}

impl Delivery {
    fn hand_over(self) -> Result<(), String> {
        let limit = self.limit;
        let problem = |error: Error| problem(&error, limit);
        let server = &self.server;
        let tls = match server.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => Some(self.tls()?),
        };
        let wrapper = tls.as_ref().filter(|_| server.security == Security::Tls);
        let place = (server.host.as_str(), server.port);
        let name = ClientId::default();
        let mut connection =
            SmtpConnection::connect(place, Some(limit), &name, wrapper, None).map_err(problem)?;
        if let Some(tls) = tls.as_ref().filter(|_| server.security == Security::StartTls) {
            if !connection.can_starttls() {
                return Err("expected a server that offers STARTTLS, found one that does not; \
                            `smtps://` is TLS from the start"
                    .to_owned());
            }
            connection.starttls(tls, &name).map_err(problem)?;
        }
        if let (Some(user), Some(password)) = (&server.user, &self.password) {
            log_in(&mut connection, user, password, limit)?;
        }
        connection.send(self.message.envelope(), &self.message.formatted()).map_err(problem)?;
        // The mail is in the server's hands; how it takes leave changes nothing.
        let _leave = connection.quit().is_ok();
        Ok(())
    }

    fn tls(&self) -> Result<TlsParameters, String> {
        let mut tls = TlsParameters::builder(self.server.host.clone());
        for certificate in &self.authorities {
            let certificate = Certificate::from_der(certificate.to_vec());
            tls = tls.add_root_certificate(certificate.map_err(|it| problem(&it, self.limit))?);
        }
        tls.build().map_err(|_| {
            "expected certificates of authorities in `authority_file`, found one that is none"
                .to_owned()
        })
    }
}

/// Says who one is. What the server answers is not shown: it may repeat what it was sent.
fn log_in(
    connection: &mut SmtpConnection,
    user: &str,
    password: &str,
    limit: Duration,
) -> Result<(), String> {
    if connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
        return Err("expected a login by user and password (PLAIN or LOGIN), found no such offer"
            .to_owned());
    }
    let credentials = Credentials::new(user.to_owned(), password.to_owned());
    match connection.auth(DEFAULT_MECHANISMS, &credentials) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.status() {
            Some(code) => format!(
                "expected that user and password are known there, found that they are refused ({code})"
            ),
            None => problem(&error, limit),
        }),
    }
}

fn problem(error: &Error, limit: Duration) -> String {
    let source = error.source();
    let said = source.map_or_else(|| error.to_string(), ToString::to_string);
    if let Some(code) = error.status() {
        return format!("the server refuses the mail: {code} {}", line(&said));
    }
    match source.and_then(|it| it.downcast_ref::<io::Error>()) {
        Some(error) => io_problem(error, limit),
        None if error.is_timeout() => no_answer(limit),
        None => format!("expected answers of a mail server, found something else: {}", line(&said)),
    }
}
