//! Running a program to its end, and all that can be compared of it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::poll::BOUND;

/// What a program did.
#[derive(Clone, PartialEq, Eq)]
pub struct Run {
    /// Its exit code; none: a signal killed it.
    pub code: Option<i32>,
    /// The signal that killed it.
    pub signal: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Run {
    /// Whether it ended with code zero.
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }

    /// Itself, if it ended with code zero.
    #[track_caller]
    pub fn expect_success(self) -> Run {
        assert!(self.succeeded(), "{self:?}");
        self
    }

    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "code {:?}, signal {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.code,
            self.signal,
            self.out(),
            self.err()
        )
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run { code: output.status.code(), signal: output.status.signal(), stdout: output.stdout, stderr: output.stderr }
    }
}

/// Runs a command to its end with nothing on its standard input.
#[track_caller]
pub fn run(command: &mut Command) -> Run {
    start(command).end()
}

/// Runs a command to its end with a file as its standard input.
#[track_caller]
pub fn run_fed(command: &mut Command, input: &Path) -> Run {
    let input = File::open(input).unwrap_or_else(|error| panic!("{}: {error}", input.display()));
    start_with(command, input.into()).end()
}

/// Runs a command whose two output streams are one pipe; what came of it is given as standard output.
#[track_caller]
pub fn run_joined(command: &mut Command) -> Run {
    let (mut reader, writer) = io::pipe().expect("there are descriptors");
    let other = writer.try_clone().expect("there are descriptors");
    let mut child = command.stdin(Stdio::null()).stdout(writer).stderr(other).spawn().expect("the program is there");
    // The command holds the writing ends.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut both = Vec::new();
    reader.read_to_end(&mut both).expect("a pipe can be read");
    let status = child.wait().expect("it is our child");
    Run { code: status.code(), signal: status.signal(), stdout: both, stderr: Vec::new() }
}

/// A program that runs while the test goes on, as the leader of a process group of its own. The group is killed with this
/// value, unless the program has ended.
pub struct Started {
    what: String,
    pid: Pid,
    ended: Receiver<io::Result<Output>>,
    output: Option<Output>,
}

/// Starts a command with nothing on its standard input.
#[track_caller]
pub fn start(command: &mut Command) -> Started {
    start_with(command, Stdio::null())
}

#[track_caller]
fn start_with(command: &mut Command, input: Stdio) -> Started {
    let what = format!("{command:?}");
    let child = match command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn() {
        Ok(child) => child,
        Err(error) => panic!("{what}: {error}"),
    };
    let pid = Pid::from_child(&child);
    let (sender, ended) = channel();
    std::thread::spawn(move || {
        // Nobody may care any more.
        let _nobody = sender.send(child.wait_with_output());
    });
    Started { what, pid, ended, output: None }
}

impl Started {
    /// Its process, which leads its group.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether it has not ended yet.
    pub fn runs(&mut self) -> bool {
        if self.output.is_none() {
            self.output = self.ended.try_recv().ok().map(|output| output.expect("it is our child"));
        }
        self.output.is_none()
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("it runs");
    }

    /// Sends its whole group a signal, as a terminal does.
    #[track_caller]
    pub fn signal_group(&self, signal: Signal) {
        kill_process_group(self.pid, signal).expect("it runs");
    }

    /// Waits until it has ended and nobody holds its output streams any more.
    #[track_caller]
    pub fn end(mut self) -> Run {
        if let Some(output) = self.output.take() {
            return output.into();
        }
        match self.ended.recv_timeout(BOUND) {
            Ok(output) => {
                let output = output.expect("it is our child");
                self.output = Some(Output { status: output.status, stdout: Vec::new(), stderr: Vec::new() });
                output.into()
            }
            Err(_) => panic!("did not end: {}", self.what),
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if self.runs() {
            // It may end in this very moment.
            let _gone = kill_process_group(self.pid, Signal::KILL);
        }
    }
}
