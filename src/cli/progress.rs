//! What is shown on a terminal while one waits: how far reading is, or, where nobody knows, that work
//! goes on.
//!
//! Never: a mark on a stderr that is no terminal, with `--quiet`, or left behind.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far reading so many bytes is, unless nobody wants to know.
pub(super) fn progress_bar(bytes: u64, is_quiet: bool) -> ProgressBar {
    if is_quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    let template = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
    styled(bar, template)
}

/// Who answers before this has nobody waiting.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the mark moves.
const STEP: Duration = Duration::from_millis(100);

/// A mark that moves while work goes on, shown after two seconds and gone when it is dropped.
pub(super) struct Waiting {
    done: Option<Sender<()>>,
    shown: Option<JoinHandle<()>>,
}

impl Waiting {
    pub(super) fn start(what: &str) -> Self {
        let (done, wait) = channel();
        let what = what.to_owned();
        let shown = std::thread::spawn(move || {
            let goes_on = |time| wait.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
            if !goes_on(PATIENCE) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let bar = styled(bar, "{spinner} {msg}, {elapsed}");
            bar.set_elapsed(PATIENCE);
            bar.set_message(what);
            bar.tick();
            while goes_on(STEP) {
                bar.tick();
            }
            bar.finish_and_clear();
        });
        Self { done: Some(done), shown: Some(shown) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.done = None;
        // What is printed next begins where the mark was.
        let _ended = self.shown.take().map(JoinHandle::join);
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
