//! `--without-histories`: what figures are counted from.

use crate::pipeline::answer::Means;

/// How figures are counted.
#[derive(Debug, clap::Args)]
pub(super) struct MeansArguments {
    /// Count from the observations alone, without person histories; the figures are the same.
    #[arg(long)]
    without_histories: bool,
}

impl MeansArguments {
    /// What figures are counted from.
    pub(super) fn means(&self) -> Means {
        if self.without_histories { Means::Observations } else { Means::Histories }
    }
}
