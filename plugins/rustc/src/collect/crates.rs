//! Crates that are used by way of other crates. Each crate holds a hash of those that it was made with, but not everything of them
//! that can show is in that: lines of their sources, of which panics and debug information tell, and digests of these. So what a
//! crate that is given by path was made with is read as well, wherever it lies.
//!
//! Which crates those are, a crate's metadata says: of each that was loaded for it, what cargo put behind its name, a hyphen and 16
//! digits (`-C extra-filename`; `rustc_metadata::rmeta::CrateDep`). A text is written with its length before it
//! (`rustc_serialize::opaque`), here one byte of the value 17.

use std::collections::{BTreeSet, HashSet};

use zccache_plugin_sdk::answer::{input, refusal};
use zccache_plugin_sdk::contract::{Fact, FileKind, Input, Observe, Refusal};
use zccache_plugin_sdk::path;

use crate::context::Context;
use crate::description::{CRATE_DIGITS, OF_CRATE};

/// Files of crates: metadata alone, which the compiler needs of a crate that it does not link, and what holds it too.
const ENDINGS: [&str; 3] = [".rmeta", ".rlib", ".so"];

/// The crates in the folders in which the compiler looks for those that others use.
pub(super) struct Crates<'a> {
    context: &'a Context,
    /// Of each folder the names in it, in the order of the context.
    folders: Vec<(&'a str, HashSet<&'a str>)>,
}

/// The folders of which the names must be known, as the host is asked for them: none where no crate is given.
pub(super) fn folders(context: &Context) -> Vec<String> {
    if context.externs.is_empty() {
        return Vec::new();
    }
    context.crates.iter().map(|folder| format!("{folder}/")).collect()
}

impl<'a> Crates<'a> {
    /// From what is in those folders.
    pub(super) fn listed(context: &'a Context, facts: &'a [Fact]) -> Result<Crates<'a>, Refusal> {
        let mut listed = Vec::new();
        for (folder, fact) in context.crates.iter().zip(facts) {
            match &fact.names {
                Some(names) => listed.push((folder.as_str(), names.iter().map(String::as_str).collect())),
                None if fact.is == FileKind::Absent => {}
                None => return Err(refusal("crates", format!("what is in {folder} is not known"))),
            }
        }
        Ok(Crates { context, folders: listed })
    }

    /// The files whose metadata says what the given crates were made with.
    pub(super) fn asked(&self) -> Vec<String> {
        self.context.externs.iter().map(|file| self.metadata_of(file)).collect()
    }

    /// What is read of the crates that the given ones were made with; `facts`: of the files asked about.
    pub(super) fn inputs(&self, facts: &[Fact]) -> Result<Vec<Input>, Refusal> {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for (file, fact) in self.context.externs.iter().zip(facts) {
            let digits: HashSet<&str> = fact
                .findings
                .iter()
                .filter(|finding| finding.token == OF_CRATE)
                .map(|finding| finding.name.as_str())
                .collect();
            // A crate names itself too. One that does not even name the standard library is written in another way, or is a
            // macro, of which the compiler reads no more than that.
            let own = digits_of(stem(path::file_name(file)));
            let readable = match own {
                Some(own) => digits.contains(own),
                None => file.ends_with(".so") || self.of_compiler().any(|known| digits.contains(known)),
            };
            if !readable {
                return Err(refusal("crate-metadata", format!("what {file} was made with is not known")));
            }
            used.extend(digits);
        }
        let files = self.of_call().flat_map(|(folder, names)| {
            let used = &used;
            // The last folder is the compiler's own, all of which is an input.
            names.iter().filter(move |name| is_meant(name, names, used)).map(move |name| path::join(folder, name))
        });
        let given = self.context.externs.iter().chain(&self.context.written);
        let given: HashSet<&str> = given.map(|file| plain(file)).collect();
        let others = files.filter(|file| !given.contains(plain(file)));
        Ok(others.map(|file| input(file, Observe::Made)).collect())
    }

    /// Beside a library, its metadata: that is smaller.
    fn metadata_of(&self, file: &str) -> String {
        let (folder, name) = (path::folder(file), path::file_name(file));
        let metadata = format!("{}.rmeta", stem(name));
        let mut beside = self.folders.iter().filter(|(known, _)| *known == folder);
        if beside.any(|(_, names)| names.contains(metadata.as_str())) {
            return path::join(folder, &metadata);
        }
        file.to_owned()
    }

    fn of_call(&self) -> impl Iterator<Item = &(&'a str, HashSet<&'a str>)> {
        let own = self.context.crates.last();
        self.folders.iter().filter(move |(folder, _)| own.is_none_or(|own| own != folder))
    }

    /// The digits of the compiler's own crates.
    fn of_compiler(&self) -> impl Iterator<Item = &'a str> {
        self.folders.last().into_iter().flat_map(|(_, names)| names.iter().filter_map(|name| digits_of(stem(name))))
    }
}

/// Whether a file in a folder with these names can be what was read of a crate. A name without digits may be that of any crate;
/// but for a shared library, which cargo makes beside the crates without any using it.
fn is_meant(name: &str, names: &HashSet<&str>, used: &BTreeSet<&str>) -> bool {
    let stem = stem(name);
    let is_crate = name.starts_with("lib") && stem != name;
    let used = match digits_of(stem) {
        Some(digits) => used.contains(digits),
        None => !name.ends_with(".so"),
    };
    let has_metadata = || names.contains(format!("{stem}.rmeta").as_str());
    is_crate && used && (name.ends_with(".rmeta") || !has_metadata())
}

/// A path as it is spelled without a folder for the working directory.
fn plain(path: &str) -> &str {
    path.trim_start_matches("./")
}

/// The name of a crate's file without its ending; of another file the whole name.
fn stem(name: &str) -> &str {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// What cargo puts behind the name of a crate.
fn digits_of(stem: &str) -> Option<&str> {
    let (_, digits) = stem.rsplit_once('-')?;
    let are = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (are && digits.len() == CRATE_DIGITS as usize).then_some(digits)
}

#[cfg(test)]
mod tests {
    use zccache_plugin_sdk::contract::Finding;

    use super::*;

    const A: &str = "00000000000000aa";
    const B: &str = "00000000000000bb";
    const STD: &str = "00000000000000dd";

    fn context(externs: &[&str]) -> Context {
        Context {
            externs: externs.iter().map(|file| (*file).to_owned()).collect(),
            crates: vec!["/t/deps".into(), "/s/lib".into()],
            ..Context::default()
        }
    }

    fn folder(names: &[String]) -> Fact {
        Fact { is: FileKind::Folder, content: None, file: None, findings: Vec::new(), names: Some(names.to_vec()) }
    }

    fn metadata(digits: &[&str]) -> Fact {
        let found = |name: &&str| Finding {
            token: OF_CRATE.into(),
            word: String::new(),
            delimiter: None,
            name: (*name).to_owned(),
        };
        Fact {
            is: FileKind::File,
            content: None,
            file: None,
            findings: digits.iter().map(found).collect(),
            names: None,
        }
    }

    fn listing() -> [Fact; 2] {
        let deps =
            [format!("liba-{A}.rmeta"), format!("liba-{A}.rlib"), format!("libb-{B}.rlib"), "libplain.rlib".into()];
        let others = ["libmine.so".into(), format!("libother-{}.rmeta", "0".repeat(16)), "a.d".into(), "b".into()];
        [folder(&[deps, others].concat()), folder(&[format!("libstd-{STD}.rlib")])]
    }

    #[test]
    fn what_a_given_crate_was_made_with_is_read_as_metadata_where_there_is_that() {
        let context = context(&[&format!("/t/deps/libx-{B}.rlib")]);
        let facts = listing();
        let crates = Crates::listed(&context, &facts).unwrap();
        let inputs = crates.inputs(&[metadata(&[A, B, STD])]).unwrap();
        let mut paths: Vec<&str> = inputs.iter().map(|input| input.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            [format!("/t/deps/liba-{A}.rmeta"), format!("/t/deps/libb-{B}.rlib"), "/t/deps/libplain.rlib".to_owned()]
        );
    }

    #[test]
    fn the_metadata_beside_a_given_library_is_asked_about() {
        let given = [format!("/t/deps/liba-{A}.rlib"), format!("/t/deps/libb-{B}.rlib"), "/else/libc.rlib".to_owned()];
        let context = context(&[&given[0], &given[1], &given[2]]);
        let facts = listing();
        let asked = Crates::listed(&context, &facts).unwrap().asked();
        assert_eq!(asked, [format!("/t/deps/liba-{A}.rmeta"), given[1].clone(), given[2].clone()]);
    }

    #[test]
    fn metadata_that_names_not_even_the_crate_itself_is_not_understood() {
        let facts = listing();
        for (given, digits, is_known) in [
            (format!("liba-{A}.rlib"), &[A][..], true),
            (format!("liba-{A}.rlib"), &[STD], false),
            ("libplain.rlib".to_owned(), &[STD], true),
            ("libplain.rlib".to_owned(), &[A], false),
        ] {
            let context = context(&[&given]);
            let crates = Crates::listed(&context, &facts).unwrap();
            assert_eq!(crates.inputs(&[metadata(digits)]).is_ok(), is_known, "{given} {digits:?}");
        }
    }
}
