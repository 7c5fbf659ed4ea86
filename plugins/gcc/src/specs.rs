//! Files of specs (`-specs=`, and one for each device by `-mmcu=`): a language in which distributions and libraries add options to
//! every compile. Those that only add options which the table knows to be harmless are taken; what a spec means in full is the
//! driver's to know. It says which files it reads, and the search probe, which is given the same words, shows what they do to folders.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::Chain;
use zccache_plugin_sdk::contract::{Input, Lookup, Observe};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::options::{self, Argument, Item};
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::CommandLine;
use crate::description;
use crate::effect::{Effect, Search as Steers};
use crate::plain;
use crate::search::Search;
use crate::table::{self, TABLE};

/// Beginnings of names of specs of which only the linker's command is made.
const LINKER_SECTIONS: &[&str] = &["link", "startfile", "endfile", "lib", "post_link"];
/// Specs of others whose words are no options of the compiler.
const FOREIGN_SECTIONS: &[&str] =
    &["invoke_as", "multilib", "sysroot", "cross_compile", "md_", "version", "signed_char"];

/// Reads the files that the driver reads, and ends the plan for one that may do more than to add options. Their content is in the key,
/// as every answer is.
pub(crate) fn check(command: &CommandLine<'_>, search: &Search, dialogue: &Dialogue<'_>) -> Result<(), Stop> {
    let named = &command.reads.specs;
    if named.is_empty() && !command.reads.device_specs {
        return Ok(());
    }
    if command.reads.device_specs && !search.target.starts_with("avr") {
        return bypass("specs", "-mmcu means another thing for every target");
    }
    let read: Vec<_> = search.specs.iter().map(|file| (file, dialogue.read(file))).collect();
    if read.len() != named.len() + usize::from(command.reads.device_specs) {
        return bypass("specs", "it is not known which files of specs are read");
    }
    for (file, content) in read {
        let text = content?.and_then(|content| std::str::from_utf8(content).ok());
        if !text.is_some_and(only_adds_options) {
            return bypass("specs", file.clone());
        }
    }
    Ok(())
}

/// What it rests on that these files are read: none of the same name lies in a folder before. `folders` are those where gcc looks, and
/// the plan's chain of them.
pub(crate) fn assumptions(command: &CommandLine<'_>, search: &Search, folders: &[String]) -> Vec<Input> {
    let names = command.reads.specs.iter().copied().chain(command.reads.device_specs.then_some("device-specs"));
    let names = names.filter(|name| !name.starts_with('/'));
    let candidates = names.flat_map(|name| folders.iter().map(move |folder| path::join(folder, name)));
    let files = search.specs.iter().map(|file| maybe(file, Observe::Content));
    files.chain(candidates.map(|candidate| maybe(candidate, Observe::Identity))).collect()
}

/// The files as inputs, and what is looked for.
pub(crate) fn reads(command: &CommandLine<'_>, search: &Search, chain: u32) -> (Vec<Input>, Vec<Lookup>) {
    let inputs = search.specs.iter().map(|file| input(file, Observe::Content)).collect();
    let relative = command.reads.specs.iter().filter(|name| !name.starts_with('/'));
    let lookup = |name: &&str| Lookup {
        name: (*name).to_owned(),
        chain: Chain::Listed(chain),
        observe: Observe::Content,
        all: false,
    };
    (inputs, relative.map(lookup).collect())
}

/// What a section is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Linker,
    Compiler,
}

/// Whether every section is known, and every word in it that could be an option.
fn only_adds_options(text: &str) -> bool {
    let mut section = Section::Compiler;
    // Specs under other names, each as it was.
    let mut renamed = Vec::new();
    text.lines().map(str::trim).all(|line| {
        if line.is_empty() || line.starts_with('#') {
            return true;
        }
        if let Some(name) = line.strip_prefix('*') {
            let name = name.trim().trim_end_matches(':');
            let begins = |known: &[&str]| known.iter().any(|known| name.starts_with(known));
            section = if begins(LINKER_SECTIONS) { Section::Linker } else { Section::Compiler };
            return !begins(FOREIGN_SECTIONS);
        }
        if let Some(names) = line.strip_prefix("%rename") {
            let names: Vec<&str> = names.split_whitespace().collect();
            renamed.extend(names.get(1).map(|new| format!("({new})")));
            return names.len() == 2;
        }
        match section {
            Section::Linker => !line.starts_with('%') || line.starts_with("%{") || line.starts_with("%("),
            Section::Compiler => is_harmless_text(line, &renamed),
        }
    })
}

/// Whether a spec's text only adds harmless options, to those of a spec that was there before. `%:` calls a function of the driver.
fn is_harmless_text(text: &str, renamed: &[String]) -> bool {
    if text.contains("%:") || text.starts_with("%include") {
        return false;
    }
    let mut words =
        text.split(|each: char| each.is_whitespace() || "{}:|;&%".contains(each)).filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let harmless = match word {
            "-isystem" | "-idirafter" => words.next().is_some_and(is_folder),
            _ if word.starts_with('(') => renamed.iter().any(|renamed| renamed == word),
            _ => is_harmless(word),
        };
        if !harmless {
            return false;
        }
    }
    true
}

/// Whether a word names a folder outright: the search probe shows it.
fn is_folder(word: &str) -> bool {
    word.starts_with('/') && word.chars().all(|each| each.is_ascii_alphanumeric() || "_-+./".contains(each))
}

fn is_harmless(word: &str) -> bool {
    // A device's assembler has few words, and its compiler goes by the family of the device.
    if word == "--mlink-relax" || word.strip_prefix("-mmcu=").is_some_and(plain::is_value) {
        return true;
    }
    let word = Argument { text: word.to_owned(), index: 0, nested: false };
    match &options::parse(&TABLE, std::slice::from_ref(&word))[..] {
        [Item::Option(option)] => match option.effect {
            Effect::Key | Effect::MachineWord => true,
            Effect::FlagWord | Effect::Search(Steers::Choice) => !option.value.contains(['=', '/']),
            Effect::Define => {
                let definition = option.value;
                !definition.contains('$') && !table::hides(definition) && !description::names_header(definition)
            }
            _ => false,
        },
        [Item::Operand(_)] => !word.text.contains(['/', '@', '$']),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_of_distributions_add_options_only() {
        assert!(only_adds_options(
            "*self_spec:\n+ %{!shared:%{!static:%{!r:-pie}}}\n\n*cc1_options:\n+ %{!r:%{!fpie:%{!fPIC:-fPIE}}}\n"
        ));
        assert!(only_adds_options("*link:\n+ -z now\n"));
        // newlib's smaller library, and a device of AVR.
        assert!(only_adds_options(
            "%rename link  nano_link\n%rename cpp_unique_options\tnano_cpp\n\n*cpp_unique_options:\n\
             -isystem /usr/include/newlib/nano %(nano_cpp)\n\n*nano_libc:\n-lc_nano\n\n*link:\n\
             %(nano_link) %:replace-outfile(-lc -lc_nano)\n\n*lib:\n%{!shared:%{g*:-lg_nano}}\n"
        ));
        assert!(only_adds_options(
            "# avr\n*asm_relax:\n\t%{mrelax:--mlink-relax} \n\n*link_arch:\n\t%{mmcu=*:-m%*}\n\n*self_spec:\n\t%<mmcu=* -mmcu=avr5\n\n\
             *cpp:\n\t-D__AVR_ATmega328P__ -D__AVR_DEVICE_NAME__=atmega328p\n"
        ));
    }

    #[test]
    fn specs_that_may_do_more_are_left_alone() {
        for text in [
            "*cc1_options:\n+ %{!iplugindir*:%:find-plugindir()} -fplugin=x\n",
            "*cc1_options:\n+ -include /etc/x.h\n",
            "*cpp:\n+ -DX=__DATE__\n",
            "*cc1:\n-isystem inc\n",
            "*cc1:\n-isystem $x\n",
            "*cc1:\n%(link)\n",
            "*cc1:\n%{!x:%:getenv(HOME /x)}\n",
            "*invoke_as:\n-x\n",
            "%rename cc1\n",
            "%include <x>\n",
            "*self_spec:\n+ -fprofile-use=x\n",
            "*cc1:\n+ @file\n",
            "*cc1:\n+ -o x\n",
        ] {
            assert!(!only_adds_options(text), "{text}");
        }
    }
}
