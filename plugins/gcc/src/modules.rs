//! gcc's modules of C++, as far as a call has to do with none: build systems hand every source the options for them, and a list of the
//! modules that it imports. With an empty list any import fails. What is left is that gcc takes the compiled form of a header for an
//! `#include` of it, where that lies below the list's root: `ROOT/,/x.h.gcm`, `ROOT/usr/include/stdio.h.gcm`. Found with
//! `strace -f -e %file`, by gcc 12 and 14.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::maybe;
use zccache_plugin_sdk::contract::{FileKind, Input, Observe};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::CommandLine;
use crate::search::Search;

/// What a call says of modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Modules<'a> {
    /// In which file the modules stand.
    Listed(&'a str),
    /// Nothing: they are looked for where gcc keeps them by itself. Only preprocessed text is made.
    Unlisted,
}

/// Where compiled headers would be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compiled {
    /// Nothing is there, and it matters that it stays so.
    pub absent: Vec<String>,
    /// First components of the folders of headers for which that is known; none: for all.
    pub known: Option<BTreeSet<String>>,
}

/// Where gcc keeps compiled modules by itself.
const CACHE: &str = "gcm.cache";
/// The root folder's name for headers that are not called by an absolute path.
const RELATIVE: &str = ",";

impl Compiled {
    /// Ends the plan where a module is listed, or something is where compiled headers would be.
    pub(crate) fn ask(command: &CommandLine<'_>, search: &Search, dialogue: &Dialogue<'_>) -> Result<Compiled, Stop> {
        let compiled = match command.modules {
            None => return Ok(Compiled::default()),
            Some(_) if search.is_clang() => return bypass("modules", "clang's modules are of another kind"),
            Some(Modules::Unlisted) => Compiled { absent: vec![CACHE.to_owned()], known: None },
            Some(Modules::Listed(file)) => {
                let root = root(file, dialogue.read(file)?)?;
                let folders = search.quote.iter().chain(&search.ignored).map(String::as_str);
                let named = command.search.forced.iter().copied().chain([command.source.argument.text.as_str()]);
                // The list itself is among what gcc 14 says that it read.
                let known: BTreeSet<String> = folders.chain(named.map(path::folder)).chain([""]).map(first).collect();
                let absent = known.iter().map(|first| path::join(&root, first)).collect();
                Compiled { absent, known: Some(known) }
            }
        };
        let looked: Vec<_> = compiled.absent.iter().map(|path| (path, dialogue.look(path))).collect();
        for (path, is) in looked {
            if is? != FileKind::Absent {
                return bypass("modules", format!("{path} may hold compiled headers"));
            }
        }
        Ok(compiled)
    }

    /// What is not there, as inputs.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Input> + '_ {
        self.absent.iter().map(|path| maybe(path, Observe::Kind))
    }
}

/// The first component below which a header's compiled form would lie.
pub(crate) fn first(header: &str) -> String {
    match header.strip_prefix('/') {
        Some(absolute) => absolute.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned(),
        None => RELATIVE.to_owned(),
    }
}

/// The root that a list of no modules names; by itself it is the working directory.
fn root(file: &str, content: Option<&[u8]>) -> Result<String, Stop> {
    // In other names there are programs, addresses and words to leave out.
    let plain = |each: char| each.is_ascii_alphanumeric() || "_-+./,".contains(each);
    if !file.starts_with(|each: char| each.is_ascii_alphanumeric() || "_./".contains(each)) || !file.chars().all(plain)
    {
        return bypass("modules", file);
    }
    let text = content.and_then(|content| std::str::from_utf8(content).ok());
    let Some(text) = text else { return bypass("modules", format!("{file} cannot be read")) };
    let mut root = ".".to_owned();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["$root", folder] if folder.chars().all(plain) => root = folder.to_owned(),
            _ => return bypass("modules", format!("{file} lists {line}")),
        }
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_modules_is_read_only_where_it_lists_none() {
        let read = |text: &str| root("a.modmap", Some(text.as_bytes())).ok();
        assert_eq!(read("").as_deref(), Some("."));
        assert_eq!(read("\n$root .\n\n").as_deref(), Some("."));
        assert_eq!(read("$root out/sub").as_deref(), Some("out/sub"));
        for text in
            ["m m.gcm\n", "$root\n", "$root a b\n", "$root .\nm m.gcm\n", "/usr/include/x.h x.gcm\n", "$root $x\n"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for file in ["|prog", "@prog", "<3", "=sock", ":1", "a b", "a?b", "host:1", ""] {
            assert!(root(file, Some(b"")).is_err(), "{file}");
        }
        assert!(root("a.modmap", None).is_err());
    }

    #[test]
    fn compiled_headers_lie_below_the_first_component_of_their_folder() {
        assert_eq!(["/usr/include/x.h", "//opt/x", "inc/x.h", "./x.h", ""].map(first), ["usr", "opt", ",", ",", ","]);
    }
}
