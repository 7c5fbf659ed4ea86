//! Brings the projects' sources to `target/demo/<project>/src` by way of the crate registry, and writes their makefiles.
//! Nothing of it is kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::demo::project::{self, Project};
use crate::process;

/// Fetches, copies and writes everything that is compiled.
pub(crate) fn fetch(demo: &Path) -> Result<()> {
    let crates = demo.join("crates");
    fs::create_dir_all(&crates).with_context(|| crates.display().to_string())?;
    let manifest = crates.join("Cargo.toml");
    fs::write(&manifest, manifest_text()).with_context(|| manifest.display().to_string())?;
    fs::write(crates.join("lib.rs"), "").context("lib.rs")?;
    process::run(process::cargo().args(["fetch", "--manifest-path"]).arg(&manifest))?;
    let metadata = MetadataCommand::new().manifest_path(&manifest).exec().context("cargo metadata")?;
    for project in project::all() {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == project.package);
        let package = package.with_context(|| format!("cargo did not fetch {}", project.package))?;
        let from = package.manifest_path.with_file_name(project.folder);
        let folder = demo.join(project.name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        copy(from.as_std_path(), &folder.join("src"))?;
        fs::write(folder.join("Makefile"), makefile(&project, &folder)?).context("Makefile")?;
    }
    Ok(())
}

/// A package of its own workspace that only depends.
fn manifest_text() -> String {
    let mut text = String::from("[package]\nname = \"demo-sources\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n");
    text.push_str("[workspace]\n[dependencies]\n");
    for project in project::all() {
        text.push_str(&format!("{} = \"={}\"\n", project.package, project.version));
    }
    text
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let destination = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &destination)?;
        } else {
            fs::copy(entry.path(), &destination).with_context(|| destination.display().to_string())?;
        }
    }
    Ok(())
}

/// One rule for all sources: `out/<name>.o` and its depfile beside it.
fn makefile(project: &Project, folder: &Path) -> Result<String> {
    let mut objects: Vec<String> =
        sources(project, folder)?.iter().map(|source| format!("out/{}.o", source.display())).collect();
    objects.sort();
    Ok(format!(
        "FLAGS := {}\nOBJECTS := {}\n\nall: $(OBJECTS)\n\nout/%.o: src/%\n\t@mkdir -p $(@D)\n\
         \t@$(CC) $(FLAGS) -MD -MF $(@:.o=.d) -c $< -o $@\n",
        project.flags.join(" "),
        objects.join(" "),
    ))
}

/// What is compiled, relative to `src`.
fn sources(project: &Project, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut sources: Vec<PathBuf> = project.besides.iter().map(PathBuf::from).collect();
    for compiled in project.compiled {
        let place = folder.join("src").join(compiled);
        for entry in fs::read_dir(&place).with_context(|| place.display().to_string())? {
            let name = PathBuf::from(entry?.file_name());
            if name.extension().is_some_and(|extension| extension == "c") {
                sources.push(if *compiled == "." { name } else { Path::new(compiled).join(name) });
            }
        }
    }
    Ok(sources)
}
