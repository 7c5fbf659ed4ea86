//! Running a program whose standard error is a terminal.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

use crate::run::Run;

/// A new terminal: the end where a person would sit, and the one for programs.
fn terminal() -> (OwnedFd, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let near = openpt(flags).expect("the system has terminals");
    grantpt(&near).and_then(|()| unlockpt(&near)).expect("the terminal is new");
    let far = ioctl_tiocgptpeer(&near, flags).expect("the terminal is new");
    (near, far)
}

/// Starts a command whose standard input is a terminal, which goes away with the second value.
#[track_caller]
pub fn start_on_terminal(command: &mut Command) -> (Child, OwnedFd) {
    let (near, far) = terminal();
    let child = command.stdin(far).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program is there");
    command.stdin(Stdio::null());
    (child, near)
}

/// Runs a command whose standard error is a terminal that can show colours.
#[track_caller]
pub fn run_on_terminal(command: &mut Command) -> Run {
    let (near, far) = terminal();
    command.env("TERM", "xterm-256color").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(far);
    let child = command.spawn().expect("the program is there");
    // The command holds the far end, which must be closed everywhere for reading to end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let reader = std::thread::spawn(move || {
        let mut near = File::from(near);
        let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
        // Reading fails when nobody has the far end any more.
        while let Ok(count @ 1..) = near.read(&mut buffer) {
            all.extend_from_slice(&buffer[..count]);
        }
        all
    });
    let output = child.wait_with_output().expect("it is our child");
    let stderr = reader.join().expect("reading does not panic");
    Run { code: output.status.code(), signal: output.status.signal(), stdout: output.stdout, stderr }
}
