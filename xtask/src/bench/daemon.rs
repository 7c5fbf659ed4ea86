//! Our daemon's process: started without the client, killed, looked at.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::bench::cache::Cache;

/// How long a killed process may take to be gone.
const END_WAIT: Duration = Duration::from_secs(10);

/// What a process has in memory.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Memory {
    /// All of it, pages of its program file included.
    pub(crate) resident_mb: f64,
    /// What is its own.
    pub(crate) anonymous_mb: f64,
}

/// Starts it as the client would, and says how long it took to be ready.
pub(crate) fn start(program: &Path, cache: &Cache) -> Result<Duration> {
    let kept = |name: &str| ["HOME", "PATH", "TMPDIR", "USER"].contains(&name) || name.starts_with("XDG_");
    let mut command = Command::new(program);
    command.env_clear().envs(std::env::vars().filter(|(name, _)| kept(name)));
    cache.used_by(&mut command).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().context("zccached")?;
    let stdout = child.stdout.take().expect("the output of a child spawned with a pipe is a pipe");
    let mut said = String::new();
    BufReader::new(stdout).read_line(&mut said).context("zccached")?;
    let time = begun.elapsed();
    child.wait().context("zccached")?;
    ensure!(said.trim_end() == "ready", "zccached says: {said}");
    Ok(time)
}

/// Kills it, as the system does when memory is short, and waits until it is gone.
pub(crate) fn kill(cache: &Cache) -> Result<()> {
    let pid = cache.pid()?;
    kill_process(Pid::from_raw(pid).context("a daemon has a process")?, Signal::KILL).context("cannot kill it")?;
    wait_for_end(pid)
}

/// Tells it to stop, and waits until it is gone. The client is back when the daemon's end of the connection closes, and
/// the system closes that some time before it has let go of locks and watches: who starts next would wait for those.
pub(crate) fn stop(cache: &Cache) -> Result<()> {
    let pid = cache.pid()?;
    cache.stop()?;
    wait_for_end(pid)
}

fn wait_for_end(pid: i32) -> Result<()> {
    let until = Instant::now() + END_WAIT;
    while is_alive(pid) {
        if Instant::now() > until {
            bail!("the daemon does not end");
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Nobody may have waited for it: then it is there, and dead.
fn is_alive(pid: i32) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return false };
    field(&status, "State").is_some_and(|state| !state.starts_with('Z'))
}

/// What it has in memory now.
pub(crate) fn memory(cache: &Cache) -> Result<Memory> {
    let path = format!("/proc/{}/status", cache.pid()?);
    let status = fs::read_to_string(&path).context(path)?;
    let megabytes = |name: &str| {
        let kilobytes = field(&status, name).and_then(|value| value.trim_end_matches(" kB").parse::<f64>().ok());
        kilobytes.map(|kilobytes| kilobytes * 1024.0 / 1e6).with_context(|| format!("the system tells no {name}"))
    };
    Ok(Memory { resident_mb: megabytes("VmRSS")?, anonymous_mb: megabytes("RssAnon")? })
}

/// Processor time that a process and those of its children that it has waited for have used, in ticks (proc_pid_stat(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticks {
    pub(crate) own: u64,
    pub(crate) children: u64,
}

/// `process`: its number, or `self`.
pub(crate) fn ticks(process: &str) -> Result<Ticks> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path).with_context(|| path.clone())?;
    ticks_of(&stat).with_context(|| format!("{path} is not as it should be"))
}

/// The third field is the first after the program's name, which may hold anything.
fn ticks_of(stat: &str) -> Option<Ticks> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let sum = |first: usize| -> Option<u64> {
        Some(fields.get(first - 3)?.parse::<u64>().ok()? + fields.get(first - 2)?.parse::<u64>().ok()?)
    };
    Some(Ticks { own: sum(14)?, children: sum(16)? })
}

/// `<name>: <value>` in a line of its own.
fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::{Ticks, field, ticks_of};

    #[test]
    fn processor_time_is_found_behind_a_name_with_anything_in_it() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 0 9 9 9 9 30 12 5 6 20 0 1 0 99";
        assert_eq!(ticks_of(stat), Some(Ticks { own: 42, children: 11 }));
        assert_eq!(ticks_of("7 (a) S 1"), None);
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let status = "State:\tS (sleeping)\nVmRSS:\t   1024 kB\nVmRSSX:\t1 kB\n";
        assert_eq!((field(status, "VmRSS"), field(status, "VmR")), (Some("1024 kB"), None));
    }
}
