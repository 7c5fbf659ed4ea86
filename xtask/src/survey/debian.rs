//! Debian's packages: those that a project needs, and sources. The sources of the machine's own mirror are asked for in a
//! configuration of our own, so that the machine's is left as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;

/// What unpacks a source package.
pub(crate) const PACKAGES: [&str; 1] = ["dpkg-dev"];

/// Those of these packages that are not installed.
pub(crate) fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().copied().filter(|package| !is_installed(package)).collect()
}

fn is_installed(package: &str) -> bool {
    let query = Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]).output();
    query.is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

/// An apt that knows source packages.
pub(crate) struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// `folder`: where its configuration and lists are, used again if they are there already.
    pub(crate) fn new(folder: &Path) -> Result<Apt> {
        let apt = Apt { folder: folder.to_owned() };
        let done = folder.join("updated");
        if done.exists() {
            return Ok(apt);
        }
        for part in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part)).with_context(|| folder.display().to_string())?;
        }
        fs::write(folder.join("sources.list"), source_lines()?).context("sources.list")?;
        process::run(apt.command("apt-get").args(["update", "-qq"]))?;
        fs::write(&done, "").with_context(|| done.display().to_string())?;
        Ok(apt)
    }

    /// Unpacks a source package below a folder, and says where, and which version it is.
    pub(crate) fn source(&self, package: &str, folder: &Path) -> Result<(PathBuf, String)> {
        process::run(self.command("apt-get").args(["source", "-qq", package]).current_dir(folder))?;
        let (mut tree, mut version) = (None, None);
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                tree = Some(path);
            } else if path.extension().is_some_and(|suffix| suffix == "dsc") {
                let text = fs::read(&path).with_context(|| path.display().to_string())?;
                let text = String::from_utf8_lossy(&text).into_owned();
                version = text.lines().find_map(|line| line.strip_prefix("Version: ")).map(str::to_owned);
            }
        }
        let tree = tree.with_context(|| format!("apt-get unpacked no {package}"))?;
        Ok((tree, version.with_context(|| format!("{package} has no version"))?))
    }

    /// Unpacks a package, not its archives, and says which version it is. The machine's own lists have it.
    pub(crate) fn package(&self, package: &str, folder: &Path) -> Result<String> {
        process::run(Command::new("apt-get").args(["download", "-qq", package]).current_dir(folder))?;
        let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        let file = files.into_iter().find(|file| file.extension().is_some_and(|suffix| suffix == "deb"));
        let file = file.with_context(|| format!("apt-get downloaded no {package}"))?;
        process::run(Command::new("dpkg-deb").arg("-x").args([&file, folder]))?;
        let version = process::output(Command::new("dpkg-deb").arg("-f").arg(&file).arg("Version"))?;
        Ok(String::from_utf8_lossy(&version).trim().to_owned())
    }

    /// A program of apt with our configuration.
    fn command(&self, program: &str) -> Command {
        let option = |name: &str, value: &Path| format!("{name}={}", value.display());
        let mut command = Command::new(program);
        command.args(["-o", &option("Dir::Etc::sourcelist", &self.folder.join("sources.list"))]);
        command.args(["-o", "Dir::Etc::sourceparts=/nonexistent"]);
        command.args(["-o", &option("Dir::State::lists", &self.folder.join("lists"))]);
        command.args(["-o", &option("Dir::Cache", &self.folder.join("cache"))]);
        // Its other user could not write below our target folder.
        if rustix::process::geteuid().is_root() {
            command.args(["-o", "APT::Sandbox::User=root"]);
        }
        command
    }
}

/// The machine's own mirrors of Debian or what is made of it, asked for sources. Those of security fixes drop a version as
/// soon as there is a newer one, and mirrors of them are often behind.
fn source_lines() -> Result<String> {
    let mut command = Command::new("apt-get");
    command.args(["indextargets", "--format", "$(LABEL)\t$(TRUSTED)\tdeb-src $(REPO_URI) $(RELEASE) $(COMPONENT)"]);
    let said = String::from_utf8(process::output(command.arg("Created-By: Packages"))?).context("not text")?;
    let wanted = |line: &str| {
        let (label, rest) = line.split_once('\t')?;
        let (trusted, line) = rest.split_once('\t')?;
        let kept = trusted == "yes" && ["Debian", "Ubuntu"].contains(&label) && line.ends_with(" main");
        kept.then(|| format!("{line}\n"))
    };
    let lines: String = said.lines().filter_map(wanted).collect();
    ensure!(!lines.is_empty(), "apt knows no mirror of Debian; `apt-get update` may help");
    Ok(lines)
}
