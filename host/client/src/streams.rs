//! The standard streams of this process: where they lead, and what is made sure of before they are used.

use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags, openat};
use signal_hook::consts::SIGPIPE;
use zccache_model::invocation::Streams;

/// Opens those of the three that the caller closed, so that nothing of ours ever has their numbers.
pub fn open_closed() {
    let (stdin, stdout, stderr) = (rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr());
    let mut streams = [&stdin, &stdout, &stderr].map(|stream| PollFd::new(stream, PollFlags::empty()));
    if poll(&mut streams, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) == Ok(0) {
        return;
    }
    for _closed in streams.iter().filter(|stream| stream.revents().contains(PollFlags::NVAL)) {
        // The system gives the lowest number that is free. It stays open for good.
        match openat(CWD, "/dev/null", OFlags::RDWR, Mode::empty()) {
            Ok(null) => std::mem::forget(null),
            Err(_) => std::process::abort(),
        }
    }
}

/// Makes writing to where nobody reads any more an error of that writing, where it would have ended this process. What is
/// executed later has it as it is by default.
pub fn outlive_readers() {
    // Where it cannot be had, this process ends as a compiler would.
    let _default = signal_hook::flag::register(SIGPIPE, Arc::default());
}

/// Where standard output and standard error lead.
pub fn of_process() -> Streams {
    let (stdout, stderr) = (rustix::stdio::stdout(), rustix::stdio::stderr());
    let one_file = match (rustix::fs::fstat(stdout), rustix::fs::fstat(stderr)) {
        (Ok(stdout), Ok(stderr)) => (stdout.st_dev, stdout.st_ino) == (stderr.st_dev, stderr.st_ino),
        _ => false,
    };
    Streams {
        stdout_is_terminal: rustix::termios::isatty(stdout),
        stderr_is_terminal: rustix::termios::isatty(stderr),
        joined: one_file,
    }
}
