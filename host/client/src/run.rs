//! Running the compiler on a miss: as a child of this process, so that it keeps the caller's terminal, limits, jobserver and
//! signals, with what it writes passed on as it comes and kept.

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, kill_process, pidfd_open, setrlimit};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use zccache_model::invocation::ExitStatus;
use zccache_model::limits;
use zccache_protocol::frame;
use zccache_protocol::message::{Insertion, Program, Ran};

use crate::call::ToolCall;
use crate::plain;
use crate::streams;

/// How long the daemon may take to note a run that has ended: outputs are read in this time.
const DONE_WAIT: Duration = Duration::from_secs(20);

/// Runs the compiler, tells the daemon, and ends as the compiler did.
pub fn run(mut daemon: UnixStream, call: &ToolCall, program: &Program, additions: &[Insertion]) -> ExitCode {
    let mut command = match plain::command(call, Some(program)) {
        Ok(command) => command,
        Err(code) => return code,
    };
    command.args(with_additions(&call.arguments, additions));
    let ran = match supervise(&mut command) {
        Ok(ran) => ran,
        // It can be run without being watched. If it cannot be run at all, that says so.
        Err(Unsupervised::NotStarted) => return plain::exec(call, Some(program)),
        Err(Unsupervised::LostSight(error)) => return plain::cannot_run(&call.program, &error),
    };
    let status = ran.status;
    if let Err(error) = report(&mut daemon, &ran) {
        // The compile itself is done and right; only its result is not kept.
        eprintln!("zccache: the daemon went away before it could keep the result: {error}");
    }
    end_as(status)
}

fn with_additions(arguments: &[OsString], additions: &[Insertion]) -> Vec<OsString> {
    let mut all = Vec::with_capacity(arguments.len() + 4);
    for index in 0..=arguments.len() {
        let here = additions.iter().filter(|addition| addition.before as usize == index);
        all.extend(here.flat_map(|addition| addition.words.iter().map(OsString::from)));
        all.extend(arguments.get(index).cloned());
    }
    all
}

fn report(daemon: &mut UnixStream, ran: &Ran) -> Result<(), frame::FrameError> {
    frame::write(daemon, ran)?;
    daemon.set_read_timeout(Some(DONE_WAIT))?;
    frame::read_message(daemon)?;
    Ok(())
}

/// Why a compiler's run was not seen to its end.
enum Unsupervised {
    /// It was not started.
    NotStarted,
    /// It was, and then something failed here.
    LostSight(io::Error),
}

/// Everything that watching a compiler needs.
struct Watched {
    child: Child,
    signals: SignalsInfo<WithOrigin>,
    stdout: PipeReader,
    stderr: Option<PipeReader>,
}

/// Starts a command with its output in pipes.
fn start(command: &mut Command) -> io::Result<Watched> {
    let joined = streams::of_process().joined;
    let (stdout, stdout_end) = io::pipe()?;
    let (stderr, stderr_end) = if joined { (None, stdout_end.try_clone()?) } else { separate()? };
    command.stdout(stdout_end).stderr(stderr_end);
    let signals = SignalsInfo::<WithOrigin>::new(signals_not_ignored())?;
    let child = command.spawn()?;
    // The command holds this side's copies of the pipes' writing ends: as long as it lives, no pipe ends.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    Ok(Watched { child, signals, stdout, stderr })
}

/// Runs a command to its end: passes on and keeps what it writes, forwards signals to it.
fn supervise(command: &mut Command) -> Result<Ran, Unsupervised> {
    let Watched { child, mut signals, stdout, stderr } = start(command).map_err(|_| Unsupervised::NotStarted)?;
    let handle = signals.handle();
    let pid = Pid::from_child(&child);
    let forwarder = std::thread::spawn(move || forward(&mut signals, pid));
    let ran = pass_on(child, stdout, stderr);
    handle.close();
    // It only forwards signals: if it died, there is nothing left to forward.
    let _forwarded = forwarder.join();
    ran.map_err(Unsupervised::LostSight)
}

fn separate() -> io::Result<(Option<PipeReader>, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    Ok((Some(reader), writer))
}

/// Signals that would end this process and that the caller does not have ignored. An ignored one must stay ignored, here
/// and in the compiler, or `nohup` would no longer protect a build.
fn signals_not_ignored() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
}

/// Passes signals that another process sent here on to the compiler. What the terminal sends reaches it anyway.
fn forward(signals: &mut SignalsInfo<WithOrigin>, child: Pid) {
    for origin in signals {
        if origin.process.is_some()
            && let Some(signal) = Signal::from_named_raw(origin.signal)
        {
            // It may have ended in this very moment: then there is nobody to tell.
            let _gone = kill_process(child, signal);
        }
    }
}

/// Passes on what the child writes until it has ended. Ends with the child, not with the pipes: something that the
/// compiler left running may hold them open.
fn pass_on(mut child: Child, stdout: PipeReader, stderr: Option<PipeReader>) -> io::Result<Ran> {
    let ended = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).ok();
    let mut stdout = Tee::new(stdout, rustix::stdio::stdout())?;
    let mut stderr = stderr.map(|pipe| Tee::new(pipe, rustix::stdio::stderr())).transpose()?;
    loop {
        let over = wait_for_any(&stdout, stderr.as_ref(), ended.as_ref())?;
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
    let nothing = || Some(Vec::new());
    Ok(Ran { status, stdout: stdout.kept, stderr: stderr.map_or_else(nothing, |stderr| stderr.kept) })
}

/// Waits until there is something to read, or the child has ended: true.
fn wait_for_any(stdout: &Tee, stderr: Option<&Tee>, ended: Option<&OwnedFd>) -> io::Result<bool> {
    let mut all: Vec<PollFd<'_>> = [Some(stdout), stderr]
        .into_iter()
        .flatten()
        .filter(|tee| !tee.ended)
        .map(|tee| PollFd::new(&tee.pipe, PollFlags::IN))
        .collect();
    if let Some(ended) = ended {
        all.push(PollFd::new(ended, PollFlags::IN));
    }
    loop {
        match poll(&mut all, None) {
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ended.is_some() && all.last().is_some_and(|last| !last.revents().is_empty()))
}

/// A stream of the child that is passed on and kept.
struct Tee {
    pipe: PipeReader,
    to: BorrowedFd<'static>,
    /// None: there was more than is kept.
    kept: Option<Vec<u8>>,
    ended: bool,
}

impl Tee {
    fn new(pipe: PipeReader, to: BorrowedFd<'static>) -> io::Result<Tee> {
        rustix::io::ioctl_fionbio(pipe.as_fd(), true)?;
        Ok(Tee { pipe, to, kept: Some(Vec::new()), ended: false })
    }

    /// Passes on what there is to read now.
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
        if let Some(kept) = &mut self.kept {
            if kept.len() + bytes.len() > limits::STREAM_BYTES {
                self.kept = None;
            } else {
                kept.extend_from_slice(bytes);
            }
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            match rustix::io::write(self.to, rest) {
                Ok(count) => rest = &rest[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => {
                    // The caller's stream does not block and is full: wait until it takes more.
                    if poll(&mut [PollFd::new(&self.to, PollFlags::OUT)], None).is_err() {
                        return;
                    }
                }
                // Nobody reads it any more. The compiler goes on, as it would with a full pipe that is drained.
                Err(_) => return,
            }
        }
    }
}

/// Ends this process as the compiler ended: with its code, or by its signal.
fn end_as(status: ExitStatus) -> ExitCode {
    match status {
        ExitStatus::Exited(code) => std::process::exit(code),
        ExitStatus::Signalled(signal) => {
            // The compiler has left its core where it was to; a second one, of the client, would only mislead.
            if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
                eprintln!("zccache: a core of the client may follow the compiler's: {error}");
            }
            // Comes back only for signals that end nothing by default.
            if let Err(error) = signal_hook::low_level::emulate_default_handler(signal) {
                eprintln!("zccache: the compiler was killed by signal {signal}, which cannot be passed on: {error}");
            }
            ExitCode::from(128u8.wrapping_add(signal as u8))
        }
    }
}
