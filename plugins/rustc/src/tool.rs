//! Which compiler a call is for, and where that keeps its libraries.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{Input, Invocation, Observe, ProgramKind, Ran, Status};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::stop::{Stop, bypass};
use zccache_plugin_sdk::{environment, path};

use crate::description::{FOLDERS, TOOLCHAIN};

/// The program behind a call.
pub(crate) struct Tool<'a> {
    invocation: &'a Invocation,
    /// rustup's, which finds the compiler anew in each folder.
    pub is_proxy: bool,
    /// clippy's driver.
    pub is_clippy: bool,
    /// Arguments before those of the compiler: a toolchain for the proxy, the compiler's name for clippy.
    pub skipped: usize,
}

/// Where a compiler keeps what it brings.
pub(crate) struct Toolchain {
    /// The folder of all of it.
    pub sysroot: String,
    /// The machine that it runs on.
    pub host: String,
}

impl<'a> Tool<'a> {
    /// The program, if it is one that is known.
    pub(crate) fn of(invocation: &'a Invocation) -> Result<Tool<'a>, Stop> {
        let tool = &invocation.tool;
        if tool.name == "rustdoc" {
            return bypass("rustdoc", "documentation is not cached");
        }
        if tool.what == ProgramKind::Script {
            return bypass("script-wrapper", format!("{} is a script", tool.path));
        }
        let (is_proxy, is_clippy) = match (path::file_name(&tool.real), tool.name.as_str()) {
            ("rustup", name) => (true, name == "clippy-driver"),
            ("rustc", _) => (false, false),
            ("clippy-driver", _) => (false, true),
            _ => return bypass("not-a-compiler", format!("{} is {}", tool.path, tool.real)),
        };
        let mut skipped = 0;
        if is_proxy && invocation.arguments.first().is_some_and(|first| first.starts_with('+')) {
            skipped += 1;
        }
        if is_clippy {
            // Cargo gives the compiler that clippy stands in for. Called otherwise, the driver is another program.
            let compiler = invocation.arguments.get(skipped).map(|word| path::file_name(word));
            if compiler != Some("rustc") {
                return bypass("clippy-alone", "clippy's driver is not called in the place of a compiler");
            }
            skipped += 1;
        }
        Ok(Tool { invocation, is_proxy, is_clippy, skipped })
    }

    /// Indices of the arguments that a probe must be given too.
    pub(crate) fn words(&self) -> Vec<u32> {
        (0..self.skipped as u32).collect()
    }

    /// Asks where the libraries are.
    pub(crate) fn toolchain(&self, dialogue: &Dialogue<'_>) -> Result<Toolchain, Stop> {
        let grant = if self.is_proxy { TOOLCHAIN } else { FOLDERS };
        Toolchain::read(dialogue.probe(grant, self.words())?)
    }

    /// What the proxy's answer rests on: the files by which rustup chooses a toolchain (the rustup book, "Overrides").
    pub(crate) fn assumptions(&self) -> Vec<Input> {
        if !self.is_proxy {
            return Vec::new();
        }
        let mut files = Vec::new();
        let mut folder = self.invocation.directory.as_str();
        while !folder.is_empty() {
            files.extend(["rust-toolchain", "rust-toolchain.toml"].map(|name| path::join(folder, name)));
            folder = if folder == "/" { "" } else { path::folder(folder) };
        }
        files.extend(self.home().map(|home| path::join(&home, "settings.toml")));
        // What it falls back to where a user has none.
        files.push("/etc/rustup/settings.toml".to_owned());
        files.into_iter().map(|file| maybe(file, Observe::Content)).collect()
    }

    /// Where rustup keeps what is its own.
    fn home(&self) -> Option<String> {
        let variable = |name| environment::value(self.invocation, name);
        let home = variable("RUSTUP_HOME").map(str::to_owned);
        home.or_else(|| variable("HOME").map(|home| path::join(home, ".rustup")))
    }

    /// Ends the plan where the proxy stands for a toolchain that is linked to (the rustup book, "Custom toolchains"): the
    /// compiler tells its folder behind all links, and a link can lead elsewhere the next time.
    pub(crate) fn check_linked(&self, toolchain: &Toolchain) -> Result<(), Stop> {
        if !self.is_proxy {
            return Ok(());
        }
        let own = self.home().map(|home| path::join(&home, "toolchains"));
        let named = self.invocation.arguments.first().and_then(|first| first.strip_prefix('+'));
        let named = named.or_else(|| environment::value(self.invocation, "RUSTUP_TOOLCHAIN")).unwrap_or_default();
        let is_own = own.is_some_and(|own| own == path::folder(&toolchain.sysroot));
        if !is_own || !path::file_name(&toolchain.sysroot).starts_with(named) {
            return bypass("linked-toolchain", format!("{named} is in {}", toolchain.sysroot));
        }
        Ok(())
    }

    /// The compiler that the proxy stands for.
    pub(crate) fn behind(&self, toolchain: &Toolchain) -> Option<Input> {
        let program = format!("{}/bin/{}", toolchain.sysroot, self.invocation.tool.name);
        self.is_proxy.then(|| input(program, Observe::Program))
    }
}

impl Toolchain {
    fn read(ran: &Ran) -> Result<Toolchain, Stop> {
        let said = String::from_utf8_lossy(&ran.stdout);
        let mut lines = said.lines();
        if let (Status::Exited(0), Some(sysroot), Some(libraries)) = (&ran.status, lines.next(), lines.next())
            && let Some(host) = libraries.strip_suffix("/lib").map(path::file_name)
        {
            return Ok(Toolchain { sysroot: sysroot.to_owned(), host: host.to_owned() });
        }
        let why = String::from_utf8_lossy(&ran.stderr);
        bypass("toolchain", format!("the compiler does not say where its libraries are: {}", why.trim_end()))
    }

    /// The folder of what belongs to a machine.
    pub(crate) fn of_target(&self, target: &str) -> String {
        format!("{}/lib/rustlib/{target}", self.sysroot)
    }
}
