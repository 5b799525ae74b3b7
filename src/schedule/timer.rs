//! What makes `sppis due --run` run by itself: units of systemd, or lines of a crontab.
//!
//! In: where the program, a warehouse and its key lie, and the folders that a run writes to. Out: the texts
//! of files. Never: a path that systemd, cron or a shell takes for another than it is, the key
//! itself, or more rights than a run has a use for.
//!
//! Units have only keys that systemd 247 knows, so that no later one complains of one either.

use std::path::{Path, PathBuf};

use crate::finding::shown_path;
use crate::visible::is_unseen;

/// The service that a timer starts.
pub const SERVICE_FILE: &str = "sppis-due.service";
/// The timer.
pub const TIMER_FILE: &str = "sppis-due.timer";
/// Lines for a crontab.
pub const CRONTAB_FILE: &str = "sppis-due.crontab";

/// How every file begins: what has it was made here, and may be made again.
pub const MARK: &str = "# Made by `sppis timer`";

/// A run of what is due of one warehouse.
#[derive(Debug, Clone)]
pub struct Timer {
    program: String,
    warehouse: String,
    key: String,
    written: Vec<String>,
}

/// Why nothing can be made to run by itself.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TimerError {
    /// A file or folder has a name that cannot be written into a unit or a crontab.
    #[error(
        "expected a path that units and crontabs can name, found {}, with a quotation mark, a backslash or \
         a character that is not seen",
        shown_path(.0)
    )]
    Name(PathBuf),
    /// A path that means something else in another folder.
    #[error("expected a whole path, found {}", shown_path(.0))]
    Relative(PathBuf),
}

impl Timer {
    /// A run with the key in a file; `written` are the folders that it writes to, besides the warehouse.
    pub fn new(
        program: &Path,
        warehouse: &Path,
        key: &Path,
        written: &[PathBuf],
    ) -> Result<Self, TimerError> {
        let written = written.iter().map(|it| nameable(it)).collect::<Result<_, _>>()?;
        let (text, warehouse) = (nameable(program)?, nameable(warehouse)?);
        // In the path of a program systemd takes no apostrophe either.
        if text.contains('\'') {
            return Err(TimerError::Name(program.to_owned()));
        }
        Ok(Self { program: text, warehouse, key: nameable(key)?, written })
    }

    /// The service for the system's own systemd, run as a user; it is shut in: it writes to the
    /// folders it is told, and the key is handed to it alone.
    pub fn system_service(&self, user: &str) -> String {
        let (command, key) = (self.command(), escaped(&self.key));
        let folders = [&self.warehouse].into_iter().chain(&self.written);
        let folders = folders.map(|it| quoted(it)).collect::<Vec<_>>().join(" ");
        // A service with folders for temporary files of its own does not see what lies in those of others.
        let temporary =
            if self.is_temporary() { "ReadWritePaths=/tmp /var/tmp\n" } else { "PrivateTmp=yes\n" };
        format!(
            "{MARK}: what it starts, by {TIMER_FILE}.\n\
             [Unit]\n\
             Description=What is due in the sppis warehouse {warehouse}\n\
             Wants=network-online.target\n\
             After=network-online.target\n\
             RequiresMountsFor={folders}\n\
             \n\
             [Service]\n\
             Type=oneshot\n\
             ExecStart={command}\n\
             User={user}\n\
             # Where the key lies only systemd needs to read it; the service is handed a copy that nobody else sees.\n\
             LoadCredential=sppis.key:{key}\n\
             # All that it may write to.\n\
             ReadWritePaths={folders}\n\
             {temporary}{SHUT_IN}{LIMITS}",
            warehouse = escaped(&self.warehouse),
        )
    }

    /// The service for a user's own systemd, which has no right to shut it in as the system's does.
    pub fn user_service(&self) -> String {
        let (command, key) = (self.command(), quoted(&format!("SPPIS_KEY_FILE={}", self.key)));
        format!(
            "{MARK}: what it starts, by {TIMER_FILE}.\n\
             [Unit]\n\
             Description=What is due in the sppis warehouse {warehouse}\n\
             \n\
             [Service]\n\
             Type=oneshot\n\
             ExecStart={command}\n\
             Environment={key}\n\
             # More can be kept from a service that the system's systemd starts: `sppis timer --systemd --user NAME`.\n\
             {LIMITS}",
            warehouse = escaped(&self.warehouse),
        )
    }

    /// Lines for the crontab of the user that the warehouse belongs to.
    pub fn crontab(&self) -> String {
        let words = [
            format!("SPPIS_KEY_FILE={}", for_cron(&self.key)),
            for_cron(&self.program),
            "--warehouse".to_owned(),
            for_cron(&self.warehouse),
            "due --run".to_owned(),
        ];
        format!(
            "{MARK}: what is due, looked for every ten minutes.\n\
             # It says something only where something was made or failed, and cron mails that: to the owner of this\n\
             # crontab, or to MAILTO=name@example.be on a line above; MAILTO= mails nothing.\n\
             PATH=/usr/local/bin:/usr/bin:/bin\n\
             */10 * * * * {}\n",
            words.join(" "),
        )
    }

    fn command(&self) -> String {
        // In the program's own path systemd looks for no variables.
        let (program, warehouse) = (quoted(&self.program), quoted(&self.warehouse));
        format!("{program} --warehouse {} due --run", warehouse.replace('$', "$$"))
    }

    /// Whether something lies where files are temporary.
    fn is_temporary(&self) -> bool {
        let paths = [&self.program, &self.warehouse].into_iter().chain(&self.written);
        paths.map(Path::new).any(|it| it.starts_with("/tmp") || it.starts_with("/var/tmp"))
    }
}

/// The timer, which starts the service at the moments of a calendar expression of systemd.
pub fn timer(every: &str) -> String {
    let every = escaped(every);
    format!(
        "{MARK}: when {SERVICE_FILE} is started.\n\
         [Unit]\n\
         Description=Look for what is due in a sppis warehouse\n\
         \n\
         [Timer]\n\
         OnCalendar={every}\n\
         # What was missed while the machine was off is made up for.\n\
         Persistent=yes\n\
         RandomizedDelaySec=30s\n\
         AccuracySec=30s\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n"
    )
}

/// What the system's systemd can keep from a service besides what it does not write to.
const SHUT_IN: &str = "\
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
";

/// What a service gives up by itself. Notices go over the network, and nothing else does.
const LIMITS: &str = "\
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
";

/// A whole path as text that quotation marks can hold.
fn nameable(path: &Path) -> Result<String, TimerError> {
    let refused = |it: char| is_unseen(it) || matches!(it, '"' | '\\');
    match path.to_str() {
        _ if !path.is_absolute() => Err(TimerError::Relative(path.to_owned())),
        Some(text) if !text.contains(refused) => Ok(text.to_owned()),
        _ => Err(TimerError::Name(path.to_owned())),
    }
}

/// A text in which systemd looks for no specifiers.
fn escaped(text: &str) -> String {
    text.replace('%', "%%")
}

/// The same as one word.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A word for the shell, in a line in which cron takes `%` for its end.
fn for_cron(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"))
}
