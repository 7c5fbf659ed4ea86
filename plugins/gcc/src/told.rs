//! What the compiler and the file system were asked about a call, and answered.

use zccache_plugin_sdk::contract::{Ran, Status};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::collect::failures::{self, Came};
use crate::command::{CommandLine, Which};
use crate::description::{ASSEMBLER, FOLDERS, search_grant};
use crate::effect::Side;
use crate::parts;
use crate::reads::Hidden;
use crate::search::Search;

/// The answers.
pub(crate) struct Told<'a> {
    /// Where headers are looked for, and by which compiler.
    pub search: Search,
    /// Where gcc looks for its parts, as it says. None: by its name it was clang, and was not asked.
    pub folders: Option<&'a Ran>,
    /// Whether gcc's assembler can list what it includes. None: it was not asked.
    pub assembler_lists: Option<bool>,
    /// What is read besides what the command line names.
    pub hidden: Hidden,
    /// The compiler takes the options for wrong, and will read nothing. Where it would look is then told without them.
    pub refused: bool,
}

/// Whether a compiler that was asked says no more than that it does not take the options.
fn is_refused(ran: &Ran) -> bool {
    let Status::Exited(code) = ran.status else { return false };
    let ends = || failures::check(code, [&ran.stdout, &ran.stderr]);
    code != 0 && ends() == Ok(Came::Nowhere)
}

impl<'a> Told<'a> {
    /// Asks everything that a call needs. All questions of one round are asked before the first answer is looked at.
    pub(crate) fn ask(command: &CommandLine<'_>, dialogue: &Dialogue<'a>, clang: bool) -> Result<Told<'a>, Stop> {
        let grant = search_grant(command.source.language.tongue, clang);
        let search = dialogue.probe(&grant, command.search.arguments.clone());
        let folders = (!clang).then(|| dialogue.probe(FOLDERS, command.parts.arguments.clone()));
        let words = if clang { None } else { parts::asks_assembler(command) };
        let assembler = words.map(|words| dialogue.probe(ASSEMBLER, words));
        let hidden = Hidden::ask(command, dialogue);
        let search = search?;
        let refused = is_refused(search);
        Ok(Told {
            search: Search::read(if refused { dialogue.probe(&grant, Vec::new())? } else { search })?,
            refused,
            folders: folders.transpose()?,
            assembler_lists: assembler.transpose()?.map(parts::lists),
            hidden: hidden?,
        })
    }

    /// Ends the plan for what this compiler does otherwise than the one that its name (`clang`) says, or not so that it could be
    /// cached.
    pub(crate) fn check(&self, command: &CommandLine<'_>, clang: bool) -> Result<(), Stop> {
        let is_clang = self.search.is_clang();
        if is_clang != clang && command.besides.sides.contains(&Side::Temporaries) {
            return bypass("save-temps", "which compiler it is does not show in its name");
        }
        if !is_clang {
            return Ok(());
        }
        let folders = self.search.quote.iter().map(String::as_str);
        let mut named = folders.chain([command.source.argument.text.as_str()]);
        if let Some(name) = named.find(|name| name.contains('\\')) {
            return bypass("odd-name", format!("clang's depfile has a slash for the backslash of {name}"));
        }
        if command.depends.gcc_alone {
            return bypass("preprocessor-options", "clang makes another thing of these words of dependency files");
        }
        if command.depends.which == Which::User && !command.reads.precompiled.is_empty() {
            return bypass("precompiled-header", "-MMD leaves out what one that is named was made of");
        }
        Ok(())
    }
}
