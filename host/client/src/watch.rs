//! Watching a compiler run as a child of this process, so that it keeps the caller's terminal, limits, jobserver and
//! signals. What it writes is kept, and passed on as it comes or when its turn has come.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use signal_hook::consts::{SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::exfiltrator::origin::Origin;
use signal_hook::iterator::{Handle, SignalsInfo};
use zccache_model::invocation::ExitStatus;
use zccache_model::limits;
use zccache_protocol::message::Ran;

use crate::streams;

/// How long it takes until the pipes are looked at again where the system refuses to wait for them.
const RETRY: Duration = Duration::from_millis(1);

/// How long a signal leaves this process to end by itself when its compiler has ended: that takes a millisecond, unless the daemon
/// does not answer.
const PATIENCE: Duration = Duration::from_millis(500);

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

/// Everything that watching a compiler needs.
struct Watched {
    child: Child,
    process: Arc<Process>,
    /// Ends the forwarding of signals.
    signals: Handle,
    stdout: PipeReader,
    stderr: Option<PipeReader>,
}

/// Runs a command to its end: keeps what it writes, forwards signals to it.
pub fn watch(command: &mut Command, output: Output) -> Result<Ended, Unwatched> {
    let Watched { child, process, signals, stdout, stderr } = start(command).map_err(Unwatched::NotStarted)?;
    let ended = follow(child, &process, stdout, stderr, output);
    match output {
        // From now on signals end this process, not the compiler.
        Output::PassedOn => process.ended.store(true, Ordering::Release),
        Output::Held => signals.close(),
    }
    ended.map_err(Unwatched::Lost)
}

/// The compiler's process, as signals are sent to it and its end is waited for.
struct Process {
    number: Pid,
    /// Never comes to mean another process. None where there are no descriptors of processes (Linux before 5.3).
    descriptor: Option<OwnedFd>,
    ended: AtomicBool,
}

impl Process {
    fn of(child: &Child) -> Process {
        let number = Pid::from_child(child);
        let descriptor = pidfd_open(number, PidfdFlags::empty()).ok();
        Process { number, descriptor, ended: AtomicBool::new(false) }
    }

    fn send(&self, signal: Signal) {
        // It may have ended in this very moment: then there is nobody to tell.
        let _gone = match &self.descriptor {
            Some(descriptor) => pidfd_send_signal(descriptor, signal),
            None => kill_process(self.number, signal),
        };
    }
}

/// Starts a command with its output in pipes.
fn start(command: &mut Command) -> io::Result<Watched> {
    let joined = streams::of_process().joined;
    let (stdout, stdout_end) = io::pipe()?;
    let (stderr, stderr_end) = if joined { (None, stdout_end.try_clone()?) } else { separate()? };
    command.stdout(stdout_end).stderr(stderr_end);
    let mut signals = SignalsInfo::<WithOrigin>::new(watched_signals())?;
    let handle = signals.handle();
    let (started, receiver) = mpsc::channel::<Arc<Process>>();
    // Before the compiler, which is started without being watched where there can be no thread.
    std::thread::Builder::new().spawn(move || {
        if let Ok(process) = receiver.recv() {
            forward(&mut signals, &process);
        }
    })?;
    let child = command.spawn()?;
    let process = Arc::new(Process::of(&child));
    // The thread waits for it.
    let _received = started.send(Arc::clone(&process));
    // The command holds this side's copies of the pipes' writing ends: as long as it lives, no pipe ends.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    Ok(Watched { child, process, signals: handle, stdout, stderr })
}

fn separate() -> io::Result<(Option<PipeReader>, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    Ok((Some(reader), writer))
}

/// Signals that would end this process and that the caller does not have ignored. An ignored one must stay ignored, here
/// and in the compiler, or `nohup` would no longer protect a build. And `SIGCHLD`, always: where it is ignored, the system
/// forgets how a child ended.
fn watched_signals() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    let ending = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM].into_iter();
    ending.filter(|signal| ignored >> (signal - 1) & 1 == 0).chain([SIGCHLD]).collect()
}

/// A signal that would have ended this process. Once a run has been watched, signals do nothing by themselves any more, so a
/// process that goes on after a run must look for them.
pub struct Interruption {
    signal: Arc<AtomicI32>,
}

impl Interruption {
    /// Looks for signals from now on, to the end of this process. None where they cannot be caught, and end it as ever.
    pub fn listen() -> Interruption {
        let signal = Arc::new(AtomicI32::new(0));
        if let Ok(mut signals) = SignalsInfo::<WithOrigin>::new(watched_signals()) {
            let first = Arc::clone(&signal);
            // Without it, parts are ended by what their own compilers are told.
            let _listens = std::thread::Builder::new().spawn(move || {
                for origin in signals.forever().filter(|origin| origin.signal != SIGCHLD) {
                    // The first one counts.
                    let _later = first.compare_exchange(0, origin.signal, Ordering::AcqRel, Ordering::Acquire);
                }
            });
        }
        Interruption { signal }
    }

    /// The signal that came.
    pub fn signal(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::Acquire)).filter(|signal| *signal != 0)
    }
}

/// Passes on to the compiler what only this process was sent. Once the compiler has ended, a signal ends this process, if it
/// does not end by itself soon.
fn forward(signals: &mut SignalsInfo<WithOrigin>, process: &Process) {
    for origin in signals.into_iter().filter(|origin| origin.signal != SIGCHLD) {
        if process.ended.load(Ordering::Acquire) {
            // It may be the one that ended the compiler, and the daemon be about to hear of it.
            std::thread::sleep(PATIENCE);
            // Of those that are watched none is left alone by default.
            let _ended = signal_hook::low_level::emulate_default_handler(origin.signal);
        } else if !is_of_terminal(&origin)
            && let Some(signal) = Signal::from_named_raw(origin.signal)
        {
            process.send(signal);
        }
    }
}

/// Whether the compiler was sent this too: what is typed goes to all that run in the foreground. That the terminal is gone is told
/// to the first process of its session alone.
fn is_of_terminal(origin: &Origin) -> bool {
    origin.process.is_none() && [SIGINT, SIGQUIT].contains(&origin.signal)
}

/// Takes what the child writes until it has ended. Ends with the child, not with the pipes: something that the compiler
/// left running may hold them open.
fn follow(
    mut child: Child,
    process: &Process,
    stdout: PipeReader,
    stderr: Option<PipeReader>,
    output: Output,
) -> io::Result<Ended> {
    let passed_on = output == Output::PassedOn;
    let mut stdout = Tee::new(stdout, passed_on.then(rustix::stdio::stdout));
    let mut stderr = stderr.map(|pipe| Tee::new(pipe, passed_on.then(rustix::stdio::stderr)));
    loop {
        let over = wait_for_any(&stdout, stderr.as_ref(), process);
        stdout.pump();
        if let Some(stderr) = &mut stderr {
            stderr.pump();
        }
        if over || (stdout.ended && stderr.as_ref().is_none_or(|stderr| stderr.ended)) {
            break;
        }
    }
    let status = child.wait()?;
    let status = match (status.code(), status.signal()) {
        (Some(code), _) => ExitStatus::Exited(code),
        (None, signal) => ExitStatus::Signalled(signal.unwrap_or_default()),
    };
    Ok(Ended { status, stdout: stdout.kept, stderr: stderr.map(|stderr| stderr.kept).unwrap_or_default() })
}

/// Waits until there is something to read, or the child has ended: true.
fn wait_for_any(stdout: &Tee, stderr: Option<&Tee>, process: &Process) -> bool {
    let mut all: Vec<PollFd<'_>> = [Some(stdout), stderr]
        .into_iter()
        .flatten()
        .filter(|tee| !tee.ended)
        .map(|tee| PollFd::new(&tee.pipe, PollFlags::IN))
        .collect();
    let ended = process.descriptor.as_ref();
    if let Some(ended) = ended {
        all.push(PollFd::new(ended, PollFlags::IN));
    }
    loop {
        match poll(&mut all, None) {
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            // The compiler runs and wants to be read, whatever the system is short of.
            Err(_) => {
                std::thread::sleep(RETRY);
                return false;
            }
        }
    }
    ended.is_some() && all.last().is_some_and(|last| !last.revents().is_empty())
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
                // The caller's stream does not block and is full: wait until it takes more. A signal may end the wait.
                match poll(&mut [PollFd::new(&to, PollFlags::OUT)], None) {
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return,
                }
            }
            // Nobody reads it any more. The compiler goes on, as it would with a full pipe that is drained.
            Err(_) => return,
        }
    }
}
