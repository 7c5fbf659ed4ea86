//! Sources that are compiled again and again, and how.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;

/// Makes an object of about 60 kB, as an ordinary unit does.
const TABLE: &str = "extern const unsigned char table[56000];\nconst unsigned char table[56000] = {1, 2, 3};\n";

/// Each takes some 10 ms with gcc 12 on the machine that the figures are of.
const SLOW_FUNCTIONS: u32 = 12;

/// What the C++ file includes: 263 headers with gcc 12.
const CPP_HEADERS: [&str; 6] = ["iostream", "regex", "thread", "future", "unordered_map", "filesystem"];

/// A source in a folder of its own, compiled as a build tool would.
pub(crate) struct Unit {
    /// Where it lies, and where it is compiled.
    pub(crate) folder: PathBuf,
    compiler: &'static str,
    flags: &'static [&'static str],
    source: String,
    /// Whether the compiler also writes down what it read.
    depfile: bool,
}

impl Unit {
    /// A C file that includes a few headers.
    pub(crate) fn c(folder: &Path) -> Result<Unit> {
        let text = format!(
            "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n{TABLE}\
             int main(int count, char **words) {{\n\
             \x20 for (int i = 0; i < count; i++) printf(\"%zu %s\\n\", strlen(words[i]), words[i]);\n\
             \x20 return table[count] ? EXIT_SUCCESS : EXIT_FAILURE;\n}}\n"
        );
        let unit = Unit { flags: &["-O2"], depfile: false, ..Unit::new(folder, "gcc", "unit.c") };
        unit.write(&text)
    }

    /// A C++ file that includes more than 250 headers, compiled as CMake has it done: with a depfile.
    pub(crate) fn cpp(folder: &Path) -> Result<Unit> {
        let mut text = String::new();
        for header in CPP_HEADERS {
            writeln!(text, "#include <{header}>")?;
        }
        text.push_str(TABLE);
        text.push_str("int main() {\n  std::unordered_map<int, int> seen;\n  std::cout << seen.size() << '\\n';\n}\n");
        let unit = Unit { flags: &["-O2", "-std=gnu++17"], depfile: true, ..Unit::new(folder, "g++", "unit.cpp") };
        let unit = unit.write(&text)?;
        let headers = unit.headers()?;
        ensure!(headers >= 250, "the C++ file includes only {headers} headers with this compiler");
        Ok(unit)
    }

    /// A C file that includes so many small headers of a project.
    pub(crate) fn with_headers(folder: &Path, headers: u32) -> Result<Unit> {
        let mut text = String::new();
        for header in 0..headers {
            let name = format!("part-{}/header-{header}.h", header % 10);
            writeln!(text, "#include \"{name}\"")?;
            let path = folder.join("include").join(&name);
            fs::create_dir_all(path.parent().unwrap_or(folder)).with_context(|| path.display().to_string())?;
            let mut lines = format!("#ifndef HEADER_{header}\n#define HEADER_{header}\n");
            for line in 0..20 {
                writeln!(lines, "int function_{line}_of_header_{header}(const char *text, unsigned long size);")?;
            }
            lines.push_str("#endif\n");
            fs::write(&path, lines).with_context(|| path.display().to_string())?;
        }
        text.push_str(TABLE);
        let unit = Unit { flags: &["-O2", "-Iinclude"], depfile: true, ..Unit::new(folder, "gcc", "unit.c") };
        unit.write(&text)
    }

    /// A C file that takes 0.1 to 0.2 s, and whose object is another for each number that `CALL` is defined as.
    pub(crate) fn slow(folder: &Path) -> Result<Unit> {
        let mut text = String::from("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n");
        for function in 0..SLOW_FUNCTIONS {
            write!(
                text,
                "int sort_{function}(int *values, int count) {{\n\
                 \x20 int moves = {function};\n\
                 \x20 for (int i = 1; i < count; i++)\n\
                 \x20   for (int j = i; j > 0 && values[j - 1] > values[j]; j--, moves++) {{\n\
                 \x20     int value = values[j]; values[j] = values[j - 1]; values[j - 1] = value;\n\
                 \x20   }}\n\
                 \x20 return moves + printf(\"%d\\n\", values[0]);\n}}\n"
            )?;
        }
        text.push_str("#ifdef CALL\nint call = CALL;\n#endif\n");
        Unit { flags: &["-O2"], depfile: true, ..Unit::new(folder, "gcc", "unit.c") }.write(&text)
    }

    /// A small C file like no other.
    pub(crate) fn numbered(folder: &Path, number: u64) -> Result<Unit> {
        let text = format!("#include <stdio.h>\n{TABLE}int number(void) {{ return puts(\"{number}\"); }}\n");
        let source = format!("unit-{number}.c");
        Unit { flags: &["-O2"], depfile: false, source, ..Unit::new(folder, "gcc", "") }.write(&text)
    }

    fn new(folder: &Path, compiler: &'static str, source: &str) -> Unit {
        Unit { folder: folder.to_owned(), compiler, flags: &[], source: source.to_owned(), depfile: false }
    }

    fn write(self, text: &str) -> Result<Unit> {
        let path = self.folder.join(&self.source);
        fs::create_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        process::quietly(self.command(None, &self.bare()).current_dir(&self.folder))?;
        Ok(self)
    }

    /// `[<launcher>] <compiler> <flags> -c <source> -o <name>.o`, to be run in the folder.
    pub(crate) fn command(&self, launcher: Option<&Path>, name: &str) -> Command {
        let mut command = match launcher {
            Some(launcher) => {
                let mut command = Command::new(launcher);
                command.arg(self.compiler);
                command
            }
            None => Command::new(self.compiler),
        };
        command.args(self.flags);
        if self.depfile {
            command.args(["-MD", "-MT", "unit.o", "-MF", &format!("{name}.d")]);
        }
        command.args(["-o", &format!("{name}.o"), "-c", &self.source]);
        command
    }

    /// What the bare compiler made of it.
    pub(crate) fn outputs(&self) -> Vec<PathBuf> {
        let suffixes: &[&str] = if self.depfile { &["o", "d"] } else { &["o"] };
        suffixes.iter().map(|suffix| self.folder.join(format!("{}.{suffix}", self.bare()))).collect()
    }

    /// What the bare compiler's outputs are called: units may share a folder.
    fn bare(&self) -> String {
        format!("bare-{}", self.source.replace('.', "-"))
    }

    /// How many headers it includes.
    pub(crate) fn headers(&self) -> Result<usize> {
        let mut command = Command::new(self.compiler);
        command.args(self.flags).args(["-M", &self.source]).current_dir(&self.folder);
        let rule = String::from_utf8(process::output(&mut command)?).context("the compiler's list of headers")?;
        let words = rule.split_whitespace().filter(|word| *word != "\\");
        // Besides the target and the source.
        Ok(words.count().saturating_sub(2))
    }

    /// An error unless the outputs of this name are the bare compiler's.
    pub(crate) fn check(&self, name: &str) -> Result<()> {
        for expected in self.outputs() {
            let made = self.folder.join(name).with_extension(expected.extension().unwrap_or_default());
            let read = |path: &Path| fs::read(path).with_context(|| path.display().to_string());
            ensure!(read(&made)? == read(&expected)?, "{} and {} differ", made.display(), expected.display());
        }
        Ok(())
    }
}
