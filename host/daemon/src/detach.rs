//! Leaving the build that happened to start the daemon: its terminal, its descriptors, its limits.

use std::io;
use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, setsid};

/// Descriptors that a daemon needs: its own files, and a connection and a few files for each of many compiles at once.
const OPEN_FILES_MIN: u64 = 256;

/// Takes everything of the starting build off this process. Standard output stays, for the line that says how it went.
/// Must be called before anything else opens a descriptor.
pub fn detach() -> io::Result<()> {
    close_inherited()?;
    // It fails only where this process leads its group already, as it does when a service manager starts it.
    let _leads_already = setsid();
    for resource in [Resource::Nofile, Resource::As, Resource::Data, Resource::Fsize, Resource::Cpu] {
        let limit = getrlimit(resource);
        setrlimit(resource, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    }
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < OPEN_FILES_MIN => Err(io::Error::other(format!(
            "this build may open {most} files at most (ulimit -Hn), the daemon needs {OPEN_FILES_MIN}; start it elsewhere with `zccache start`"
        ))),
        _ => Ok(()),
    }
}

/// Closes every descriptor beyond the standard three. A pipe of the build that stayed open here would keep
/// `make | cat` from ever ending, and a jobserver's descriptors would hold its tokens.
#[expect(unsafe_code, reason = "nothing safe closes a descriptor that the process does not know it has")]
pub fn close_inherited() -> io::Result<()> {
    let listed: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    // The one that listed the folder is closed by now.
    let open = |descriptor: &i32| Path::new("/proc/self/fd").join(descriptor.to_string()).symlink_metadata().is_ok();
    for descriptor in listed.into_iter().filter(|descriptor| *descriptor > 2 && open(descriptor)) {
        // SAFETY: `main` calls this first: one thread, and nothing of this process owns a descriptor beyond the
        // standard three.
        unsafe { rustix::io::close(descriptor) };
    }
    Ok(())
}

/// Says on standard output how the start went, and lets go of it: the client waits for its end.
pub fn say(line: &str) {
    use std::io::Write;
    let mut stdout = io::stdout();
    // A client that is gone does not need to know.
    let _nobody_listens = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    if let Ok(null) = std::fs::File::options().write(true).open("/dev/null")
        && let Err(error) = rustix::stdio::dup2_stdout(&null)
    {
        tracing::warn!(%error, "the starting client waits for longer than it needs to");
    }
}
