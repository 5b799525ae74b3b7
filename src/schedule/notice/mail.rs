//! Telling by mail.
//!
//! In: a server, addresses, endings of files. Out: a mail, whose bytes depend on the happening alone. Never: a
//! file of an edition that is not for publication, or one whose bytes are not those that were made.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use lettre::Message as MailMessage;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::address::MailServer;
use super::authority::authorities;
use super::error::NoticeError;
use super::happening::{Event, Happening};
use super::message::Message;
use super::path::path;
use super::reach::no_answer;
use super::secret::secret;
use super::smtp::{Delivery, deliver};
use crate::document::{Placed, Problem, Table};
use crate::report::MadeEdition;
use crate::visible::{line, lines};
use crate::words::{Language, Words};

/// The last second that the date of a mail can say.
const MS_MAX: i64 = 253_402_300_799_999;

/// A mail server, and who writes to whom.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    server: MailServer,
    password_file: Option<PathBuf>,
    authority_file: Option<PathBuf>,
    from: Mailbox,
    to: Vec<Mailbox>,
    /// The endings of the files that are sent along.
    attach: Vec<String>,
}

impl Mail {
    /// Reads the keys of this way.
    pub(super) fn read(table: &Table<'_>, root: &Path) -> Option<Self> {
        let address = table.text("mail");
        let server = address.as_ref().and_then(|it| server(table, it));
        let password_file = path(table, "password_file", root);
        let authority_file = path(table, "authority_file", root);
        let from = mailbox(table, &table.required_text("from"));
        let to = table.texts("to");
        if to.is_empty() {
            let problem = Problem::new(table.place_of("to"), "`to` names nobody");
            table.problem(problem.help("such as `to = [\"somebody@example.be\"]`"));
        }
        let to: Vec<_> = to.iter().filter_map(|it| mailbox(table, it)).collect();
        let attach = table.texts("attach").into_iter().filter_map(|it| ending(table, it)).collect();
        let (server, address) = (server?, address?);
        let missing = match (&server.user, &password_file) {
            (Some(_), None) => Some("`password_file` is missing: the address names a user"),
            (None, Some(_)) => Some("the address names no user whose password this would be"),
            _ => None,
        };
        if let Some(text) = missing {
            let problem = Problem::new(address.span, text);
            table.problem(problem.help("such as `smtp://user@mail.example.be:587`"));
        }
        Some(Self { server, password_file, authority_file, from: from?, to, attach })
    }

    /// The server, as far as it holds no secret.
    pub(super) fn shown(&self) -> String {
        self.server.shown()
    }

    /// Who is written to.
    pub(super) fn to(&self) -> Vec<String> {
        self.to.iter().map(|it| it.email.to_string()).collect()
    }

    /// Sends one mail to all.
    pub(super) fn tell(
        &self,
        happening: &Happening,
        message: &Message,
        (language, limit): (Language, Duration),
    ) -> Result<(), NoticeError> {
        let delivery = Delivery {
            server: self.server.clone(),
            password: self.password_file.as_deref().map(secret).transpose()?,
            authorities: authorities(self.authority_file.as_deref())?,
            message: self.message(happening, message, language)?,
            limit,
        };
        let failed = |problem| NoticeError::Server { server: self.shown(), problem };
        deliver(delivery).map_or_else(|| Err(failed(no_answer(limit))), |it| it.map_err(failed))
    }

    /// The mail itself.
    fn message(
        &self,
        happening: &Happening,
        message: &Message,
        language: Language,
    ) -> Result<MailMessage, NoticeError> {
        let failed = |text: &str| NoticeError::Mail(text.to_owned());
        let at = Some(happening.at_ms).filter(|it| *it <= MS_MAX);
        let at = at.and_then(|it| u64::try_from(it).ok()).ok_or_else(|| {
            failed("expected a moment from 1970 to 9999, found one outside of it")
        })?;
        let key = happening.key();
        let mut mail = MailMessage::builder()
            .from(self.from.clone())
            .subject(&message.subject)
            .date(UNIX_EPOCH + Duration::from_millis(at))
            .message_id(Some(format!("<{key}@{}>", self.from.email.domain())))
            // Programs that answer mails leave this one alone.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        // What cannot be sent along keeps nobody from being told.
        let (said, files) = self
            .files(happening, language)
            .unwrap_or_else(|error| (format!("\n{}\n", lines(&error.to_string())), Vec::new()));
        let body = SinglePart::plain(format!("{}{said}", message.text));
        let made = if files.is_empty() {
            mail.singlepart(body)
        } else {
            // No line of an encoded text begins so.
            let boundary = format!("=_{}", blake3::hash(key.as_bytes()).to_hex());
            let parts = MultiPart::mixed().boundary(boundary).singlepart(body);
            mail.multipart(files.into_iter().fold(parts, MultiPart::singlepart))
        };
        made.map_err(|error| NoticeError::Mail(error.to_string()))
    }

    /// The files of an edition that are sent along, and what is said of them.
    fn files(
        &self,
        happening: &Happening,
        language: Language,
    ) -> Result<(String, Vec<SinglePart>), NoticeError> {
        let words = Words::of(language);
        let folder = happening.folder.as_ref().filter(|_| happening.event == Event::Success);
        let Some(folder) = folder.filter(|_| !self.attach.is_empty()) else {
            return Ok((String::new(), Vec::new()));
        };
        let edition = MadeEdition::open(folder)?;
        if !edition.manifest().for_publication {
            let folder = folder.display().to_string();
            let said = words.fill("notice.internal", &[("folder", &line(&folder))]);
            return Ok((format!("\n{said}\n"), Vec::new()));
        }
        let mut parts = Vec::new();
        for file in &edition.manifest().files {
            let has_ending = |it: &String| {
                file.name.strip_suffix(it.as_str()).is_some_and(|it| it.ends_with('.'))
            };
            if self.attach.iter().any(has_ending)
                && let Some(bytes) = edition.file(&file.name)?
            {
                let name = file.name.rsplit('/').next().unwrap_or(&file.name);
                parts.push(Attachment::new(name.to_owned()).body(bytes, content_type(name)?));
            }
        }
        Ok((String::new(), parts))
    }
}

fn server(table: &Table<'_>, text: &Placed<String>) -> Option<MailServer> {
    let read = MailServer::read(&text.value);
    read.map_err(|message| table.problem(Problem::new(text.span.clone(), message))).ok()
}

fn mailbox(table: &Table<'_>, text: &Placed<String>) -> Option<Mailbox> {
    let found = text.value.parse().ok();
    if found.is_none() && !text.value.is_empty() {
        let message = format!(
            "expected a mail address such as `somebody@example.be`, found `{}`",
            text.value
        );
        table.problem(Problem::new(text.span.clone(), message));
    }
    found
}

/// An ending without the point before it.
fn ending(table: &Table<'_>, text: Placed<String>) -> Option<String> {
    let bare = text.value.strip_prefix('.').unwrap_or(&text.value);
    if bare.is_empty() || bare.contains(['/', '*']) {
        let message = format!(
            "expected the ending of files such as `pdf` or `fr.pdf`, found `{}`",
            text.value
        );
        table.problem(Problem::new(text.span, message));
        return None;
    }
    Some(bare.to_owned())
}

fn content_type(name: &str) -> Result<ContentType, NoticeError> {
    let kind = match name.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("html") => "text/html; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    };
    ContentType::parse(kind).map_err(|error| NoticeError::Mail(error.to_string()))
}
