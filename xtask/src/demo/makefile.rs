//! The makefile of a project that brings none that would do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// One rule for all sources below `src` in `folder`: `out/<name>.o` and its depfile beside it.
pub(crate) fn text(folder: &Path, compiled: &[&str], besides: &[&str], flags: &[&str]) -> Result<String> {
    let sources = sources(folder, compiled, besides)?;
    let mut objects: Vec<String> = sources.iter().map(|source| format!("out/{}.o", source.display())).collect();
    objects.sort();
    Ok(format!(
        "FLAGS := {}\nOBJECTS := {}\n\nall: $(OBJECTS)\n\nout/%.o: src/%\n\t@mkdir -p $(@D)\n\
         \t@$(CC) $(FLAGS) -MD -MF $(@:.o=.d) -c $< -o $@\n\n-include $(OBJECTS:.o=.d)\n",
        flags.join(" "),
        objects.join(" "),
    ))
}

/// What is compiled, relative to `src`.
fn sources(folder: &Path, compiled: &[&str], besides: &[&str]) -> Result<Vec<PathBuf>> {
    let mut sources: Vec<PathBuf> = besides.iter().map(PathBuf::from).collect();
    for compiled in compiled {
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
