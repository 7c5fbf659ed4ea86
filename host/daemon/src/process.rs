//! The one place that starts processes: probes of tools, the compilation of components, the daemon itself.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;
use zccache_model::invocation::ExitStatus;
use zccache_model::limits;
use zccache_model::plan::Ran;

/// A process to start.
pub struct Start {
    /// The program's file.
    pub program: PathBuf,
    /// What it is told that it is called.
    pub name: OsString,
    /// Without the program.
    pub arguments: Vec<OsString>,
    /// Where it starts.
    pub directory: PathBuf,
    /// All of its variables.
    pub environment: Vec<(OsString, OsString)>,
    /// What it reads.
    pub stdin: Vec<u8>,
}

/// Runs a process to its end, or kills it when `time` is over. Keeps [`limits::PROBE_BYTES`] of each stream.
///
/// Must not be called on a thread of the runtime itself, only on one that may block.
pub fn run(runtime: &Handle, start: Start, time: Duration) -> io::Result<Ran> {
    runtime.block_on(async {
        let mut command = tokio::process::Command::new(&start.program);
        command.arg0(&start.name).args(&start.arguments).current_dir(&start.directory);
        command.env_clear().envs(start.environment);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A process that does not want its input is no trouble: it says by its status what it thinks of it.
                let _unread = stdin.write_all(&start.stdin).await;
            }
        };
        let work = async { tokio::join!(child.wait(), keep(stdout), keep(stderr), feed) };
        let (status, stdout, stderr, ()) = tokio::time::timeout(time, work).await?;
        let status = status?;
        let status = match status.code() {
            Some(code) => ExitStatus::Exited(code),
            None => ExitStatus::Signalled(status.signal().unwrap_or_default()),
        };
        Ok(Ran { status, stdout: stdout?, stderr: stderr? })
    })
}

/// Starts this program again with a word, and leaves it to itself.
pub fn leave_behind(word: &str) -> io::Result<()> {
    // Dropping the handle neither waits for the process nor ends it.
    std::process::Command::new(std::env::current_exe()?).arg(word).spawn().map(drop)
}

async fn keep(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(limits::PROBE_BYTES as u64).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}
