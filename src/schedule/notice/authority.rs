//! Certificates of authorities besides those that the machine trusts.
//!
//! In: a file in PEM. Out: its certificates. Never: none of them, where the file was named for some.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::error::NoticeError;
use crate::document::read_bytes;

/// The certificates of a file; none where no file is named.
pub(super) fn authorities(
    path: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, NoticeError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = read_bytes(path).map_err(|error| NoticeError::file(path, error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(NoticeError::file(path, "expected certificates in PEM, found none")),
    }
}
