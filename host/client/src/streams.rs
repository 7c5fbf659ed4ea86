//! Where the output streams of this process lead.

use zccache_model::invocation::Streams;

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
