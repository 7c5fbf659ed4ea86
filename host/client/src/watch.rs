//! Watching a compiler run as a child of this process, so that it keeps the caller's terminal, limits, jobserver and
//! signals. What it writes is kept, and passed on as it comes or when its turn has come.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use zccache_model::invocation::ExitStatus;
use zccache_model::limits;
use zccache_protocol::message::Ran;

use crate::signals::Caught;
use crate::streams;

/// How long it takes until everything is looked at again where the system does not wait for it.
const RETRY: Duration = Duration::from_millis(1);

/// What becomes of a compiler's output while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// It goes to this process's streams as it comes. No more than [`limits::STREAM_BYTES`] of a stream is kept.
    PassedOn,
    /// All of it is kept.
    Held,
}

/// A compiler's run that was seen to its end.
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output; to both streams, where they are one.
    pub stdout: Kept,
    /// What it wrote to standard error.
    pub stderr: Kept,
}

impl Ended {
    /// As the daemon is told of it.
    pub fn report(&self) -> Ran {
        Ran { status: self.status, stdout: self.stdout.report(), stderr: self.stderr.report() }
    }
}

/// What is kept of a stream.
#[derive(Default)]
pub struct Kept {
    /// All of it, or nothing.
    pub bytes: Vec<u8>,
    too_much: bool,
}

impl Kept {
    /// These bytes.
    pub fn of(bytes: Vec<u8>) -> Kept {
        Kept { bytes, too_much: false }
    }

    fn report(&self) -> Option<Vec<u8>> {
        (!self.too_much).then(|| self.bytes.clone())
    }
}

/// Why a compiler's run was not seen to its end.
pub enum Unwatched {
    /// It was not started.
    NotStarted(io::Error),
    /// It has ended, and the system does not say how.
    Lost(io::Error),
}

/// A compiler that runs.
struct Watched {
    child: Child,
    signals: Caught,
    stdout: Tee,
    stderr: Option<Tee>,
}

/// Runs a command to its end: keeps what it writes, forwards signals to it.
pub fn watch(command: &mut Command, output: Output) -> Result<Ended, Unwatched> {
    let watched = start(command, output == Output::PassedOn).map_err(Unwatched::NotStarted)?;
    watched.follow().map_err(Unwatched::Lost)
}

/// Starts a command with its output in pipes.
fn start(command: &mut Command, passed_on: bool) -> io::Result<Watched> {
    let joined = streams::of_process().joined;
    let (stdout, stdout_end) = io::pipe()?;
    let (stderr, stderr_end) = if joined { (None, stdout_end.try_clone()?) } else { separate()? };
    command.stdout(stdout_end).stderr(stderr_end);
    let signals = Caught::begin()?;
    let child = command.spawn()?;
    // The command holds this side's copies of the pipes' writing ends: as long as it lives, no pipe ends.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let stdout = Tee::new(stdout, passed_on.then(rustix::stdio::stdout));
    let stderr = stderr.map(|pipe| Tee::new(pipe, passed_on.then(rustix::stdio::stderr)));
    Ok(Watched { child, signals, stdout, stderr })
}

fn separate() -> io::Result<(Option<PipeReader>, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    Ok((Some(reader), writer))
}

impl Watched {
    /// Takes what the child writes until it has ended. Ends with the child, not with the pipes: something that the compiler
    /// left running may hold them open.
    fn follow(mut self) -> io::Result<Ended> {
        let ended = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()).ok();
        loop {
            let over = self.wait_for_any(ended.as_ref());
            if !over {
                self.signals.forward(Pid::from_child(&self.child));
            }
            self.stdout.pump();
            if let Some(stderr) = &mut self.stderr {
                stderr.pump();
            }
            if over {
                break;
            }
        }
        let status = self.child.wait()?;
        let status = match (status.code(), status.signal()) {
            (Some(code), _) => ExitStatus::Exited(code),
            (None, signal) => ExitStatus::Signalled(signal.unwrap_or_default()),
        };
        Ok(Ended {
            status,
            stdout: self.stdout.kept,
            stderr: self.stderr.map(|stderr| stderr.kept).unwrap_or_default(),
        })
    }

    /// Waits until there is something to read, a signal came, or the child has ended: true.
    fn wait_for_any(&mut self, ended: Option<&OwnedFd>) -> bool {
        let streams = [Some(&self.stdout), self.stderr.as_ref()].into_iter().flatten().filter(|tee| !tee.ended);
        let mut all: Vec<PollFd<'_>> = streams.map(|tee| PollFd::new(&tee.pipe, PollFlags::IN)).collect();
        all.push(PollFd::from_borrowed_fd(self.signals.arrival(), PollFlags::IN));
        if let Some(ended) = ended {
            all.push(PollFd::new(ended, PollFlags::IN));
        }
        let unasked = Timespec { tv_sec: 0, tv_nsec: RETRY.subsec_nanos().into() };
        loop {
            match poll(&mut all, ended.is_none().then_some(&unasked)) {
                Ok(_) => break,
                Err(rustix::io::Errno::INTR) => {}
                // The compiler runs and wants to be read, whatever the system is short of.
                Err(_) => {
                    std::thread::sleep(RETRY);
                    return false;
                }
            }
        }
        match ended {
            Some(_) => all.last().is_some_and(|last| !last.revents().is_empty()),
            None => !matches!(self.child.try_wait(), Ok(None)),
        }
    }
}

/// A stream of the child.
struct Tee {
    pipe: PipeReader,
    /// Where it is passed on to; none: it is held.
    to: Option<BorrowedFd<'static>>,
    kept: Kept,
    ended: bool,
}

impl Tee {
    fn new(pipe: PipeReader, to: Option<BorrowedFd<'static>>) -> Tee {
        // A pipe that blocks is read all the same, only not beside the other one.
        let _blocking = rustix::io::ioctl_fionbio(pipe.as_fd(), true);
        Tee { pipe, to, kept: Kept::default(), ended: false }
    }

    /// Takes what there is to read now.
    fn pump(&mut self) {
        let mut buffer = [0; 16 << 10];
        while !self.ended {
            match self.pipe.read(&mut buffer) {
                Ok(0) => self.ended = true,
                Ok(count) => self.take(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.ended = true,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.kept.too_much |= self.kept.bytes.len() + bytes.len() > limits::STREAM_BYTES;
        match self.to {
            None => self.kept.bytes.extend_from_slice(bytes),
            Some(to) => {
                if self.kept.too_much {
                    self.kept.bytes = Vec::new();
                } else {
                    self.kept.bytes.extend_from_slice(bytes);
                }
                pass_on(to, bytes);
            }
        }
    }
}

/// Writes to one of this process's streams, as the compiler would.
pub fn pass_on(to: BorrowedFd<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        match rustix::io::write(to, rest) {
            Ok(count) => rest = &rest[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => {
                // The caller's stream does not block and is full: wait until it takes more.
                if poll(&mut [PollFd::new(&to, PollFlags::OUT)], None).is_err() {
                    return;
                }
            }
            // Nobody reads it any more. The compiler goes on, as it would with a full pipe that is drained.
            Err(_) => return,
        }
    }
}
