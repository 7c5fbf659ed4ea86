//! Files of specs (`-specs=`): a language in which distributions add options to every compile. Those that only add options
//! which the table knows to be harmless are taken; what a spec means in full is the driver's to know.

use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::options::{self, Argument, Item};

use crate::effect::{Effect, Search};
use crate::table::TABLE;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// Specs whose words are options for the compiler proper.
const SECTIONS: &[&str] = &["self_spec", "cc1_options", "cc1", "cc1plus"];
/// Specs of which only the linker's command is made.
const LINKER_SECTIONS: &[&str] = &["link", "link_command", "startfile", "endfile", "lib", "libgcc"];

/// Reads the files, and ends the plan for one that may do more than to add options. Their content is in the key, as every
/// answer is. gcc looks for a relative name in folders of its own first.
pub(crate) fn check(files: &[&str], dialogue: &Dialogue<'_>) -> Result<(), Stop> {
    let read: Vec<_> = files.iter().map(|file| (*file, dialogue.read(file))).collect();
    for (file, content) in read {
        let Some(content) = content? else { return bypass("specs", format!("{file} is not there")) };
        if !file.starts_with('/') || !std::str::from_utf8(content).is_ok_and(only_adds_options) {
            return bypass("specs", file);
        }
    }
    Ok(())
}

/// Whether every section is known, and every word in it that could be an option.
fn only_adds_options(text: &str) -> bool {
    let mut for_linker = false;
    text.lines().all(|line| match line.strip_prefix('*') {
        Some(section) => {
            let section = section.trim().trim_end_matches(':');
            for_linker = LINKER_SECTIONS.contains(&section);
            for_linker || SECTIONS.contains(&section)
        }
        // `%include` and `%rename` begin a line, `%:` calls a function of the driver.
        None if line.starts_with('%') || line.contains("%:") => false,
        None => {
            for_linker || line.split(|each: char| each.is_whitespace() || "{}:|;&%".contains(each)).all(is_harmless)
        }
    })
}

fn is_harmless(word: &str) -> bool {
    let word = Argument { text: word.to_owned(), index: 0, nested: false };
    match &options::parse(&TABLE, std::slice::from_ref(&word))[..] {
        [Item::Option(option)] => match option.effect {
            Effect::Key | Effect::MachineWord => true,
            Effect::FlagWord | Effect::Search(Search::Choice) => !option.value.contains(['=', '/']),
            _ => false,
        },
        [Item::Operand(_)] => !word.text.contains(['/', '@']),
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
    }

    #[test]
    fn specs_that_may_do_more_are_left_alone() {
        for text in [
            "*cc1_options:\n+ %{!iplugindir*:%:find-plugindir()} -fplugin=x\n",
            "*cc1_options:\n+ -include /etc/x.h\n",
            "*cpp:\n+ -O2\n",
            "%include <x>\n",
            "*self_spec:\n+ -fprofile-use=x\n",
            "*cc1:\n+ @file\n",
            "*cc1:\n+ -o x\n",
        ] {
            assert!(!only_adds_options(text), "{text}");
        }
    }
}
