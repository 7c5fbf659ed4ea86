//! What the daemon must know of the calling process.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
use rustix::fs::{AtFlags, CWD, StatxFlags};
use zccache_protocol::message::{Bytes, CompileRequest, FileIdentity};
use zccache_protocol::namespace::Namespace;

use crate::call::ToolCall;
use crate::streams;

/// Everything of this process that can matter to a compile.
pub struct Caller {
    directory: PathBuf,
    environment: Vec<(&'static OsStr, &'static OsStr)>,
    umask: u32,
    client: FileIdentity,
    namespace: Namespace,
}

impl Caller {
    /// This process, before it has a second thread: the mask cannot be read without setting it for a moment.
    pub fn of_process(environment: Vec<(&'static OsStr, &'static OsStr)>) -> io::Result<Caller> {
        let directory = env::current_dir()?;
        if place(&directory)? != place(Path::new("."))? {
            // Something is mounted over it: for the daemon that path is another folder.
            return Err(io::Error::other("the working directory is not where its path leads"));
        }
        Ok(Caller {
            directory,
            environment,
            umask: umask(),
            client: own_program().unwrap_or_default(),
            namespace: Namespace::of_process()?,
        })
    }

    /// The request for a call by this process.
    pub fn request<'a>(&'a self, call: &'a ToolCall) -> CompileRequest<'a> {
        CompileRequest {
            program: Bytes(call.program.as_bytes()),
            arguments: call.arguments.iter().map(|argument| Bytes(argument.as_bytes())).collect(),
            directory: Bytes(self.directory.as_os_str().as_bytes()),
            environment: self
                .environment
                .iter()
                .map(|(name, value)| (Bytes(name.as_bytes()), Bytes(value.as_bytes())))
                .collect(),
            umask: self.umask,
            streams: streams::of_process(),
            namespace: self.namespace,
            client: self.client,
        }
    }
}

/// The program file of this process. Links to it in PATH are not compilers.
pub fn own_program() -> Option<FileIdentity> {
    identity(Path::new("/proc/self/exe")).or_else(|_| env::current_exe().and_then(|path| identity(&path))).ok()
}

/// Which file is at a path, links followed.
pub fn identity(path: &Path) -> io::Result<FileIdentity> {
    let metadata = std::fs::metadata(path)?;
    Ok(FileIdentity { device: metadata.dev(), inode: metadata.ino() })
}

/// Which folder is at a path, and on which mount, as far as the system says: what lies below one folder is another tree by each of
/// its mounts.
fn place(folder: &Path) -> io::Result<(FileIdentity, Option<u64>)> {
    #[cfg(target_os = "linux")]
    if let Ok(found) = rustix::fs::statx(CWD, folder, AtFlags::empty(), StatxFlags::INO | StatxFlags::MNT_ID) {
        let device = rustix::fs::makedev(found.stx_dev_major, found.stx_dev_minor);
        let is_told = found.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        return Ok((FileIdentity { device, inode: found.stx_ino }, is_told.then_some(found.stx_mnt_id)));
    }
    Ok((identity(folder)?, None))
}

/// The file mode creation mask. Reading it means setting it.
fn umask() -> u32 {
    let mask = rustix::process::umask(rustix::fs::Mode::empty());
    rustix::process::umask(mask);
    mask.bits()
}
