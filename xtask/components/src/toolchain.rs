//! Finds a Rust toolchain that can build for WebAssembly: one that has the target's standard library, else one that has
//! the library's source and so can build it. Installs nothing.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The target of plugins. Unlike the WASI ones it leaves a component's list of imports empty.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The workspace's `rust-version`: an older compiler refuses the plugins.
const VERSION_MIN: (u32, u32) = (1, 95);

/// Compilers that a distribution installs beside the user's own. Debian has none with the target's library, but has the
/// library's source (`rust-web-src`).
const SYSTEM_BIN: &str = "/usr/bin";

/// A compiler, its cargo and its linker, which together can build plugins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The cargo of the same toolchain.
    pub cargo: PathBuf,
    /// The compiler.
    pub rustc: PathBuf,
    /// As in `1.95.0`.
    pub version: String,
    /// Where the standard library comes from.
    pub library: Library,
    /// An LLD that links WebAssembly.
    pub linker: PathBuf,
}

/// Where a plugin's standard library comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Library {
    /// It is installed for [`TARGET`].
    Installed,
    /// It is built from the source in this folder, by means that the compiler calls unstable.
    Source(PathBuf),
}

impl Toolchain {
    /// The user's own toolchain if it has the target, else any that can build the library. `workspace` is where the
    /// user's compiler is asked, as its version can depend on the folder.
    pub fn find(workspace: &Path) -> Result<Toolchain, Error> {
        let system = Path::new(SYSTEM_BIN).join("rustc");
        let user = env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
        let mut compilers: Vec<Compiler> = Vec::new();
        for rustc in [user, system] {
            if let Some(compiler) = Compiler::ask(&rustc, workspace)
                && compilers.iter().all(|known| known.sysroot != compiler.sysroot)
            {
                compilers.push(compiler);
            }
        }
        Toolchain::choose(&compilers)
    }

    fn choose(compilers: &[Compiler]) -> Result<Toolchain, Error> {
        let usable = || compilers.iter().filter(|compiler| compiler.number >= VERSION_MIN);
        let installed =
            usable().filter(|compiler| compiler.has_target()).map(|compiler| (compiler, Library::Installed));
        let source = usable().filter_map(|compiler| Some((compiler, Library::Source(compiler.library_source()?))));
        let (compiler, library) = installed.chain(source).next().ok_or(Error::NoToolchain)?;
        let linker = find_linker(compiler, compilers).ok_or(Error::NoLinker)?;
        Ok(Toolchain {
            cargo: compiler.bin("cargo"),
            rustc: compiler.bin("rustc"),
            version: compiler.version.clone(),
            library,
            linker,
        })
    }
}

/// What a compiler says of itself.
struct Compiler {
    sysroot: PathBuf,
    host: String,
    version: String,
    /// Major and minor.
    number: (u32, u32),
}

impl Compiler {
    /// None: there is no such compiler, or it does not say what compilers say.
    fn ask(rustc: &Path, folder: &Path) -> Option<Compiler> {
        let said = |argument: &[&str]| {
            let output = Command::new(rustc).args(argument).current_dir(folder).output().ok()?;
            output.status.success().then_some(())?;
            String::from_utf8(output.stdout).ok()
        };
        let about = said(&["-vV"])?;
        let line =
            |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned());
        let version = line("release:")?;
        let mut parts = version.split('.').map(str::parse);
        let number = (parts.next()?.ok()?, parts.next()?.ok()?);
        Some(Compiler { sysroot: said(&["--print", "sysroot"])?.trim().into(), host: line("host:")?, version, number })
    }

    /// The program itself rather than a proxy, whose choice depends on folder and environment.
    fn bin(&self, name: &str) -> PathBuf {
        let program = self.sysroot.join("bin").join(name);
        if program.is_file() { program } else { PathBuf::from(name) }
    }

    fn has_target(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
    }

    fn library_source(&self) -> Option<PathBuf> {
        let source = self.sysroot.join("lib/rustlib/src/rust");
        source.join("library/std/Cargo.toml").is_file().then_some(source)
    }

    fn linker(&self) -> Option<PathBuf> {
        let linker = self.sysroot.join("lib/rustlib").join(&self.host).join("bin/rust-lld");
        linker.is_file().then_some(linker)
    }
}

/// The compiler's own linker, else that of another one, else one on PATH. Each LLD links what another's compiler made.
fn find_linker(chosen: &Compiler, compilers: &[Compiler]) -> Option<PathBuf> {
    let carried = std::iter::once(chosen).chain(compilers).find_map(Compiler::linker);
    carried.or_else(|| {
        let path = env::var_os("PATH")?;
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        ["rust-lld", "wasm-ld", "lld"]
            .iter()
            .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|program| program.is_file()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A compiler whose sysroot holds these files, and a linker.
    fn compiler(sysroot: &Path, minor: u32, files: &[&str]) -> Compiler {
        for file in files.iter().chain(&["lib/rustlib/host/bin/rust-lld", "bin/rustc", "bin/cargo"]) {
            let file = sysroot.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        Compiler { sysroot: sysroot.into(), host: "host".into(), version: format!("1.{minor}.0"), number: (1, minor) }
    }

    const WITH_TARGET: &[&str] = &["lib/rustlib/wasm32-unknown-unknown/lib/libstd.rlib"];
    const WITH_SOURCE: &[&str] = &["lib/rustlib/src/rust/library/std/Cargo.toml"];

    #[test]
    fn a_library_that_is_installed_is_preferred_to_one_that_must_be_built() {
        let folder = tempfile::tempdir().unwrap();
        let source = compiler(&folder.path().join("source"), 96, WITH_SOURCE);
        let target = compiler(&folder.path().join("target"), 95, WITH_TARGET);
        let chosen = Toolchain::choose(&[source, target]).unwrap();
        assert_eq!(chosen.library, Library::Installed);
        assert_eq!(chosen.rustc, folder.path().join("target/bin/rustc"));
    }

    #[test]
    fn a_compiler_that_is_too_old_is_no_toolchain_whatever_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let old = compiler(&folder.path().join("old"), 94, WITH_TARGET);
        let bare = compiler(&folder.path().join("bare"), 95, &[]);
        assert!(matches!(Toolchain::choose(&[old, bare]), Err(Error::NoToolchain)));
    }

    #[test]
    fn a_compiler_without_a_linker_takes_that_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let bare = compiler(&folder.path().join("bare"), 95, &[]);
        let source = compiler(&folder.path().join("source"), 96, WITH_SOURCE);
        fs::remove_file(source.linker().unwrap()).unwrap();
        let chosen = Toolchain::choose(&[bare, source]).unwrap();
        assert_eq!(chosen.rustc, folder.path().join("source/bin/rustc"));
        assert_eq!(chosen.linker, folder.path().join("bare/lib/rustlib/host/bin/rust-lld"));
    }
}
