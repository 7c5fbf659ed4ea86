//! A command that is run many times, and how long each run took.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::process;

/// One line of the benchmark.
pub(crate) struct Contestant {
    /// For people.
    pub(crate) name: &'static str,
    command: Command,
    times: Vec<Duration>,
}

impl Contestant {
    /// A command that ends well and says nothing.
    pub(crate) fn new(name: &'static str, command: Command) -> Contestant {
        Contestant { name, command, times: Vec::new() }
    }

    /// Runs it in `folder` from now on, and some times already.
    pub(crate) fn prepare(&mut self, folder: &Path, runs: u32) -> Result<()> {
        self.command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
        for _ in 0..runs {
            self.once()?;
        }
        Ok(())
    }

    /// Runs it once and keeps the time, from before it is started until it was waited for.
    pub(crate) fn measure(&mut self) -> Result<()> {
        let time = self.once()?;
        self.times.push(time);
        Ok(())
    }

    fn once(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let status = self.command.status();
        let time = start.elapsed();
        process::checked(&self.command, status)?;
        Ok(time)
    }

    /// The time that this share of all runs did not exceed: `0.5` is the median.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        let last = times.len().saturating_sub(1);
        times.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
    }
}
