//! What a link read: the files that the linker lists, the programs that linked, and libraries that were looked for in vain.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::{input, maybe, refusal};
use zccache_plugin_sdk::contract::{Chain, Input, Lookup, Observe, Refusal};
use zccache_plugin_sdk::{depfile, path};

use super::linker::LinkerCall;
use super::{CRATES, LIBRARIES, LINKERS};
use crate::context::Context;

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    /// Files and programs.
    pub inputs: Vec<Input>,
    /// Programs and libraries by name.
    pub lookups: Vec<Lookup>,
    /// Where libraries are looked for.
    pub libraries: Vec<String>,
    /// Where a linker is looked for before PATH.
    pub linkers: Vec<String>,
}

impl Linked {
    /// From the linker's list of files and the compiler's word on how it called it.
    pub(crate) fn read(files: &[u8], call: &[u8], context: &Context) -> Result<Linked, Refusal> {
        let rules = depfile::parse(files).map_err(|malformed| refusal("link-inputs", malformed.to_string()))?;
        let files: Vec<String> = rules.into_iter().flat_map(|rule| rule.prerequisites).collect();
        if files.is_empty() {
            return Err(refusal("link-inputs", "the linker lists nothing"));
        }
        let mut call = LinkerCall::parse(call)?;
        call.set_apart(context.link_words.iter().chain(&context.native));
        let (passing, kept): (Vec<&String>, Vec<&String>) = files.iter().partition(|file| is_passing(&call, file));
        let own = OwnFolder::all(&kept);
        let mut linked = Linked::default();
        linked.inputs.extend(kept.iter().map(|file| input(file.as_str(), of_file(file))));
        linked.lookups.extend(made_of(&passing).into_iter().map(|name| Lookup {
            name,
            chain: Chain::Listed(CRATES),
            observe: Observe::Content,
            all: false,
        }));
        linked.searched(&call, &kept, &own, &context.written);
        linked.programs(&call, &own);
        Ok(linked)
    }

    /// The driver, the linker, and what the driver finds beside its own files.
    fn programs(&mut self, call: &LinkerCall, own: &[OwnFolder]) {
        let lookup = |name: &str, chain| Lookup { name: name.to_owned(), chain, observe: Observe::Program, all: false };
        if call.program.contains('/') {
            self.inputs.push(input(call.program.as_str(), Observe::Program));
        } else {
            self.lookups.push(lookup(&call.program, Chain::Programs));
        }
        self.linkers.clone_from(&call.parts);
        for folder in own.iter().flat_map(OwnFolder::of_programs) {
            self.inputs
                .extend(["collect2", "lto-wrapper"].map(|name| maybe(path::join(&folder, name), Observe::Program)));
            self.inputs.push(maybe(path::join(&folder, "liblto_plugin.so"), Observe::Content));
            self.linkers.push(folder);
        }
        let linker = call.linker.as_ref().map_or("ld".to_owned(), |linker| format!("ld.{linker}"));
        // The first two, gcc's own helper takes before any other.
        let names = ["real-ld", "collect-ld", linker.as_str()];
        self.lookups.extend(names.map(|name| lookup(name, Chain::Listed(LINKERS))));
        self.lookups.push(lookup(&linker, Chain::Programs));
    }

    /// For each library by name, and for whatever the driver added, every folder in which it may have been looked for: those
    /// of the call, those in which anything was found, and those that gcc knows.
    fn searched(&mut self, call: &LinkerCall, files: &[&String], own: &[OwnFolder], written: &[String]) {
        let folders = call.folders.iter().filter(|folder| !is_passing(call, folder)).cloned();
        let found = files.iter().map(|file| path::folder(file)).filter(|folder| !folder.is_empty());
        let all = folders.chain(found.map(str::to_owned)).chain(own.iter().flat_map(OwnFolder::of_libraries));
        let mut seen = BTreeSet::new();
        self.libraries = all.filter(|folder| seen.insert(folder.clone())).collect();
        let mut names = BTreeSet::from(["specs".to_owned()]);
        for name in &call.libraries {
            match name.strip_prefix(':') {
                Some(whole) => drop(names.insert(whole.to_owned())),
                None => names.extend([format!("lib{name}.so"), format!("lib{name}.a")]),
            }
        }
        // Not by path in the call: the driver's own objects, and what text in the place of a library names, at times with a
        // folder. That, linkers look for in the working directory first (the manual of GNU ld, "INCLUDE" and "INPUT").
        let mut unnamed = BTreeSet::new();
        for file in files.iter().filter(|file| !call.files.contains(file.as_str())) {
            let name = path::file_name(file);
            unnamed.insert(name.to_owned());
            unnamed.extend(name.strip_suffix(".a").map(|library| format!("{library}.so")));
            let below = call.folders.iter().filter_map(|folder| file.strip_prefix(folder.as_str())?.strip_prefix('/'));
            unnamed.extend(below.map(str::to_owned));
            // GNU ld lists it as the script has it, wherever it is.
            unnamed.extend(Some(file).filter(|file| !file.starts_with('/')).map(|file| (*file).clone()));
        }
        // What the link makes was not there for it.
        unnamed.retain(|name| !written.contains(name));
        let lookup = |name, chain| Lookup { name, chain, observe: Observe::Content, all: true };
        let libraries = names.into_iter().map(|name| lookup(name, Chain::Listed(LIBRARIES)));
        let here = unnamed.into_iter().map(|name| lookup(name, Chain::Beside((String::new(), LIBRARIES))));
        self.lookups.extend(libraries.chain(here));
    }
}

/// A folder with objects of gcc's own, such as `/usr/lib/gcc/x86_64-linux-gnu/12`. Its programs are there too, or in the twin
/// of that folder below `libexec`; what else it searches, `gcc -print-search-dirs` says.
struct OwnFolder {
    path: String,
    /// The machine, as the folder names it.
    target: String,
    version: String,
}

impl OwnFolder {
    fn all(files: &[&String]) -> Vec<OwnFolder> {
        let starts = files.iter().filter(|file| path::file_name(file).starts_with("crtbegin"));
        let folders: BTreeSet<&str> = starts.map(|file| path::folder(file)).collect();
        let own = |folder: &str| OwnFolder {
            path: folder.to_owned(),
            target: path::file_name(path::folder(folder)).to_owned(),
            version: path::file_name(folder).to_owned(),
        };
        folders.into_iter().map(own).collect()
    }

    fn of_programs(&self) -> Vec<String> {
        let OwnFolder { path, target, version } = self;
        let libexec = path.replacen("/lib/gcc/", "/libexec/gcc/", 1);
        let bin = format!("{path}/../../../../{target}/bin");
        let mut folders = vec![path.clone(), path::folder(path).to_owned()];
        if libexec != *path {
            folders.extend([path::folder(&libexec).to_owned(), libexec]);
        }
        folders.extend([format!("{bin}/{target}/{version}"), format!("{bin}/{target}"), bin]);
        folders
    }

    fn of_libraries(&self) -> Vec<String> {
        let OwnFolder { path, target, version } = self;
        let mut folders = vec![path.clone(), path::folder(path).to_owned()];
        let up = format!("{path}/../../..");
        for library in [format!("{up}/../{target}/lib"), up.clone(), "/lib".to_owned(), "/usr/lib".to_owned()] {
            folders.extend([format!("{library}/{target}/{version}"), format!("{library}/{target}")]);
            folders.extend([format!("{library}/../lib"), format!("{library}/../lib64"), library]);
        }
        folders.push(format!("{up}/../lib"));
        folders
    }
}

/// The libraries of the crates that files made for this link alone were made of: with thin LTO each has objects there,
/// `<output>.<crate>.<module>.rcgu.o`, and one with libraries of other languages in it a copy of its own. A crate without
/// objects has no part in the link.
fn made_of(passing: &[&String]) -> BTreeSet<String> {
    let library = |file: &&String| {
        let name = path::file_name(file);
        if name.ends_with(".rlib") {
            return Some(name.to_owned());
        }
        let object = name.strip_suffix(".rcgu.o")?;
        object.split('.').nth(1).map(|of| format!("lib{of}.rlib"))
    };
    passing.iter().filter_map(library).collect()
}

/// Cargo links libraries of crates to where people look for them while others read them.
fn of_file(file: &str) -> Observe {
    if file.ends_with(".rlib") { Observe::Made } else { Observe::Content }
}

/// Whether the compiler made it for this link alone: its objects, which it gives by path, and what is in its scratch folder.
fn is_passing(call: &LinkerCall, file: &str) -> bool {
    let in_scratch = |scratch: &str| file.strip_prefix(scratch).is_some_and(|rest| rest.starts_with('/'));
    (file.ends_with(".rcgu.o") && call.is_of_compiler(file)) || call.scratch().is_some_and(in_scratch)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str =
        r#"LC_ALL="C" "cc" "-L" "/t/rustcAbCd12/raw-dylibs" "-L" "/s/lib" "-lc" "-l:q.a" "-B/s/gcc-ld" "-fuse-ld=lld""#;

    /// `files`: those that the linker lists. The call names those that can be the compiler's.
    fn linked_with(files: &str, words: &[&str]) -> Linked {
        let named = files.split_whitespace().filter(|file| file.ends_with(".rcgu.o") || file.contains("/rustc"));
        let named: String = named.map(|file| format!(" \"{file}\"")).collect();
        let link_words = words.iter().map(|word| (*word).to_owned()).collect();
        let context = Context { link_words, ..Context::default() };
        Linked::read(files.as_bytes(), format!("{CALL}{named}").as_bytes(), &context).unwrap()
    }

    fn linked(files: &str) -> Linked {
        linked_with(files, &[])
    }

    fn contents(linked: &Linked) -> Vec<&str> {
        let contents = linked.inputs.iter().filter(|input| matches!(input.observe, Observe::Content | Observe::Made));
        contents.map(|input| input.path.as_str()).collect()
    }

    #[test]
    fn what_the_compiler_made_for_the_link_is_no_input() {
        let linked = linked("x: /t/rustcAbCd12/symbols.o x.1-cgu.0.rcgu.o /t/librustc_y.rlib y.o\n");
        assert_eq!(contents(&linked), ["/t/librustc_y.rlib", "y.o"]);
    }

    #[test]
    fn what_the_call_names_is_an_input_whatever_its_name() {
        let linked = linked_with(
            "x: v.rcgu.o /p/rustc-app/symbols.o /p/rustc-app/w.o /p/rustcAbCd13/symbols.o x.1-cgu.0.rcgu.o\n",
            &["v.rcgu.o", "/p/rustcAbCd13/symbols.o", "-Wl,--as-needed"],
        );
        let of_call = ["v.rcgu.o", "/p/rustc-app/symbols.o", "/p/rustc-app/w.o", "/p/rustcAbCd13/symbols.o"];
        assert_eq!(contents(&linked), of_call);
    }

    #[test]
    fn an_object_that_a_script_names_is_an_input_whatever_its_name() {
        let linked = Linked::read(b"x: lib/v.rcgu.o\n", CALL.as_bytes(), &Context::default()).unwrap();
        assert_eq!(contents(&linked), ["lib/v.rcgu.o"]);
    }

    #[test]
    fn with_thin_lto_the_crates_show_in_the_objects_made_of_them() {
        let linked =
            linked("x: x-1.a-2.a.9-cgu.0.rcgu.o.rcgu.o x-1.a-2.a.9-cgu.1.rcgu.o /t/rustcAbCd12/libz_sys-3.rlib /c.o\n");
        let crates = linked.lookups.iter().filter(|lookup| lookup.chain == Chain::Listed(CRATES));
        assert_eq!(crates.map(|lookup| lookup.name.as_str()).collect::<Vec<_>>(), ["liba-2.rlib", "libz_sys-3.rlib"]);
    }

    #[test]
    fn what_a_script_names_is_looked_for_in_the_working_directory_too() {
        let linked = linked("x: /s/lib/scripts/more.ld\n");
        let here = linked
            .lookups
            .iter()
            .filter(|lookup| matches!(&lookup.chain, Chain::Beside((folder, LIBRARIES)) if folder.is_empty()));
        assert_eq!(here.map(|lookup| lookup.name.as_str()).collect::<Vec<_>>(), ["more.ld", "scripts/more.ld"]);
    }

    #[test]
    fn libraries_are_looked_for_wherever_anything_was_found() {
        let linked = linked("x: /usr/lib/gcc/t/12/crtbeginS.o /usr/lib/t/libc.a own/y.o\n");
        for folder in
            ["/s/lib", "/usr/lib/gcc/t/12", "/usr/lib/t", "/usr/lib/gcc/t/12/../../../../t/lib/t/12", "/usr/lib"]
        {
            assert!(linked.libraries.iter().any(|known| known == folder), "{folder}: {:?}", linked.libraries);
        }
        for folder in ["/s/gcc-ld", "/usr/lib/gcc/t/12", "/usr/libexec/gcc/t/12", "/usr/lib/gcc/t/12/../../../../t/bin"]
        {
            assert!(linked.linkers.iter().any(|known| known == folder), "{folder}: {:?}", linked.linkers);
        }
        let names: Vec<_> = linked.lookups.iter().map(|lookup| lookup.name.as_str()).collect();
        let libraries = ["libc.a", "libc.so", "q.a", "specs", "crtbeginS.o", "libc.a", "libc.so", "own/y.o", "y.o"];
        let names: Vec<_> = names.into_iter().filter(|name| !name.ends_with(".rlib")).collect();
        assert_eq!(names, [&libraries[..], &["cc", "real-ld", "collect-ld", "ld.lld", "ld.lld"]].concat());
    }
}
