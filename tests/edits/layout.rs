//! How real builds lay out a compile: where its source comes from, where its output goes, and which of these folders headers are
//! looked for in.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::conftest;
use crate::sources::source_name;

/// One way to lay out a compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// The output goes to a folder where nothing is looked for.
    Apart,
    /// Objects lie below a folder that is searched, as the sources lie in the project.
    Searched,
    /// Objects lie beside their sources, in folders that are searched.
    Beside,
    /// Headers are generated into a folder below the one of the objects.
    Generated,
    /// Objects and depfiles lie in hidden folders, as libtool and automake have it.
    Libtool,
    /// All is named from the root on, as CMake has it.
    Cmake,
    /// One source includes others by absolute paths.
    Unity,
    /// A script tries the compiler out: the source is another one each time under one name, and goes when the compiler is back.
    Configure,
    /// The source comes by standard input.
    Input,
    /// The source is `/dev/null`.
    Nothing,
}

/// All of them.
pub const LAYOUTS: [Layout; 10] = [
    Layout::Apart,
    Layout::Searched,
    Layout::Beside,
    Layout::Generated,
    Layout::Libtool,
    Layout::Cmake,
    Layout::Unity,
    Layout::Configure,
    Layout::Input,
    Layout::Nothing,
];

/// The folders that outputs go to and that headers may be generated into.
pub const FOLDERS: [&str; 6] = ["out", "objs/src", "build/gen", ".libs", ".deps", "CMakeFiles/program.dir/src"];

/// The source that includes others.
const UNITY: &str = "build/unity";

/// What the one source of a compile is, and what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As the call names it.
    pub source: String,
    /// Its name without folder and suffix.
    pub stem: String,
    /// The folder of the output and a slash.
    pub folder: &'static str,
}

impl Layout {
    /// As one chooses it.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Apart => "apart",
            Layout::Searched => "searched",
            Layout::Beside => "beside",
            Layout::Generated => "generated",
            Layout::Libtool => "libtool",
            Layout::Cmake => "cmake",
            Layout::Unity => "unity",
            Layout::Configure => "configure",
            Layout::Input => "input",
            Layout::Nothing => "nothing",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Layout> {
        LAYOUTS.into_iter().find(|layout| layout.name() == name)
    }

    /// Whether the call says which of the sources it compiles.
    pub fn has_sources(self) -> bool {
        !matches!(self, Layout::Unity | Layout::Configure | Layout::Input | Layout::Nothing)
    }

    /// Where one source lies and where what is made of it goes.
    pub fn place(self, source: usize, suffix: &str) -> Place {
        let stem = source_name(source);
        let (source, stem) = match self {
            Layout::Unity => (format!("{UNITY}.{suffix}"), "unity"),
            Layout::Configure => (format!("conftest.{suffix}"), "conftest"),
            Layout::Input => ("-".to_owned(), "input"),
            Layout::Nothing => ("/dev/null".to_owned(), "null"),
            _ => (format!("src/{stem}.{suffix}"), stem),
        };
        let folder = match self {
            Layout::Searched => "objs/src/",
            Layout::Beside => "src/",
            Layout::Generated | Layout::Unity => "build/",
            Layout::Libtool => ".libs/",
            Layout::Cmake => "CMakeFiles/program.dir/src/",
            Layout::Configure => "",
            Layout::Apart | Layout::Input | Layout::Nothing => "out/",
        };
        Place { source, stem: stem.to_owned(), folder }
    }

    /// What the call says of dependency files whatever else it says; none: what it likes.
    pub fn depends(self, place: &Place) -> Option<Vec<String>> {
        let Place { stem, folder, .. } = place;
        let words: Vec<String> = match self {
            Layout::Libtool => ["-MT", &format!("{stem}.lo"), "-MD", "-MP", "-MF", &format!(".deps/{stem}.Tpo")]
                .map(str::to_owned)
                .into(),
            Layout::Cmake => {
                let object = format!("{folder}{stem}.o");
                ["-MD", "-MT", &object, "-MF", &format!("{object}.d")].map(str::to_owned).into()
            }
            _ => return None,
        };
        Some(words)
    }

    /// Options before those of the folders that every call searches.
    pub fn before(self) -> &'static [&'static str] {
        match self {
            Layout::Beside | Layout::Libtool => &["-I."],
            Layout::Generated => &["-DGENERATED", "-Ibuild/gen"],
            _ => &[],
        }
    }

    /// Options after them.
    pub fn after(self) -> &'static [&'static str] {
        match self {
            Layout::Searched => &["-I", "objs"],
            Layout::Configure => &["-I."],
            _ => &[],
        }
    }

    /// Whether all paths are absolute.
    pub fn is_absolute(self) -> bool {
        self == Layout::Cmake
    }

    /// Whether the source goes when the compiler is back.
    pub fn removes_source(self) -> bool {
        self == Layout::Configure
    }

    /// What a source that is made for the call holds; none: the project has it.
    pub fn text(self, root: &Path, suffix: &str, trial: u32) -> Option<String> {
        match self {
            Layout::Configure => Some(conftest::text(trial)),
            Layout::Unity => {
                let included = [0, 1].into_iter().map(|source| {
                    let name = source_name(source);
                    format!("#include \"{}/src/{name}.{suffix}\"\n", root.display())
                });
                Some(included.collect())
            }
            _ => None,
        }
    }

    /// Puts a source that is made for the call where it belongs. One that is there as it should be is left alone.
    pub fn write_source(self, root: &Path, suffix: &str, trial: u32) -> io::Result<()> {
        let Some(text) = self.text(root, suffix, trial) else { return Ok(()) };
        let path = root.join(self.place(0, suffix).source);
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        fs::write(path, text)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
