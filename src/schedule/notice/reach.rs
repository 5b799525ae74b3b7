//! Why a server could not be reached, in words.
//!
//! In: errors of sockets and of TLS. Out: what was found, and what helps. Never: names of a library.

use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;

/// No answer in time.
pub(super) fn no_answer(limit: Duration) -> String {
    format!("expected an answer within {} s, found none; `timeout` waits longer", limit.as_secs())
}

/// Why a connection was not made, or ended.
pub(super) fn io_problem(error: &io::Error, limit: Duration) -> String {
    let inner = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    match (inner, error.kind()) {
        (Some(inner), _) => tls_problem(inner),
        (None, ErrorKind::TimedOut | ErrorKind::WouldBlock) => no_answer(limit),
        (None, ErrorKind::ConnectionRefused) => "nobody listens there".to_owned(),
        (None, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
            "the server ended the connection without an answer".to_owned()
        }
        (None, _) => format!("no connection: {error}"),
    }
}

/// Why TLS was not agreed on.
pub(super) fn tls_problem(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate_problem(error),
        rustls::Error::InvalidMessage(_) => {
            "expected TLS from the start, found something else".to_owned()
        }
        error => format!("TLS was not agreed on: {error}"),
    }
}

fn certificate_problem(error: &CertificateError) -> String {
    let found = match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            return "its certificate is of no authority that this machine trusts; \
                    `authority_file` names another"
                .to_owned();
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "of another name"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "no longer valid",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "not valid yet"
        }
        error => return format!("its certificate cannot be trusted: {error}"),
    };
    format!("expected a valid certificate of that name, found one that is {found}")
}
