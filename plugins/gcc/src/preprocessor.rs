//! Words that a driver hands to the preprocessor alone, by `-Wp,` and `-Xpreprocessor`. gcc gives its compiler all of them, behind
//! its own; clang too, but for `-Wp,-MD,file`, which it takes for its own `-MD -MF file`. Together they are a command line of their
//! own, of which a part is known.

use zccache_plugin_sdk::options::{self, Argument, Item, Matched};
use zccache_plugin_sdk::stop::{Stop, bypass};
use zccache_plugin_sdk::table::Shape::{Flag, Joined, JoinedOrSeparate, Separate};
use zccache_plugin_sdk::table::{self, Group, Row, Table};

use crate::effect::{Depend, Effect, Search};

static TABLE: Table<Effect> = Table::of(&ROWS);

static ROWS: [Row<Effect>; table::count(GROUPS)] = table::sorted(GROUPS);

const GROUPS: &[Group<Effect>] = &[
    (JoinedOrSeparate, Effect::Define, "-D"),
    (JoinedOrSeparate, Effect::Undefine, "-U"),
    (JoinedOrSeparate, Effect::Search(Search::IncludeFolder), "-I"),
    (JoinedOrSeparate, Effect::Search(Search::QuoteFolder), "-iquote"),
    (JoinedOrSeparate, Effect::Search(Search::Folder), "-isystem -idirafter"),
    (Flag, Effect::Bypass("search-path"), "-I-"),
    (JoinedOrSeparate, Effect::ForcedInclude, "-include -imacros"),
    (Separate, Effect::Depend(Depend::AllWord), "-MD"),
    (Separate, Effect::Depend(Depend::UserWord), "-MMD"),
    (JoinedOrSeparate, Effect::Depend(Depend::FileWord), "-MF"),
    (JoinedOrSeparate, Effect::Depend(Depend::TargetWord), "-MT -MQ"),
    (Flag, Effect::Depend(Depend::Phony), "-MP"),
    (Joined, Effect::Key, "-W"),
    (Flag, Effect::Key, "-w -undef -pedantic -pedantic-errors -P"),
    (Flag, Effect::Trigraphs, "-trigraphs"),
    (Flag, Effect::FlagWord, "-fopenmp -fopenacc -fdollars-in-identifiers -fno-dollars-in-identifiers"),
];

/// One word, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    text: &'a str,
    /// The argument that hands it on: it holds the word, or stands before it.
    option: &'a Argument,
    argument: &'a Argument,
}

/// What a word comes to, and the arguments that hold it and its value.
pub(crate) struct Said<'a> {
    pub option: Matched<'a, Effect>,
    pub arguments: Vec<&'a Argument>,
}

/// The words of one option: those of `-Wp,` have commas between.
pub(crate) fn split<'a>(option: &Matched<'a, Effect>) -> Vec<Word<'a>> {
    let word = |text| Word { text, option: option.argument, argument: option.value_argument };
    match option.is_separate() {
        true => vec![word(option.value)],
        false => option.value.split(',').map(word).collect(),
    }
}

/// Whether clang makes another thing of the words of one option than gcc: its own `-MD` ends with the first value, and without one it
/// has a file of its own choice.
pub(crate) fn differs_by_compiler(words: &[Word<'_>]) -> bool {
    matches!(words, [first, ..] if matches!(first.text, "-MD" | "-MMD")) && words.len() != 2
}

/// What all words come to, in their order.
pub(crate) fn read<'a>(words: &[Word<'a>]) -> Result<Vec<Said<'a>>, Stop> {
    let texts: Vec<Argument> =
        words.iter().map(|word| Argument { text: word.text.to_owned(), ..word.argument.clone() }).collect();
    let place = |argument: &Argument| texts.iter().position(|text| std::ptr::eq(text, argument)).unwrap_or_default();
    let mut said = Vec::new();
    for item in options::parse(&TABLE, &texts) {
        let option = match item {
            Item::Option(option) => option,
            Item::Operand(other) | Item::Unknown(other) | Item::Incomplete(other) => {
                return bypass("preprocessor-options", other.text.clone());
            }
        };
        let (first, last) = (place(option.argument), place(option.value_argument));
        let value = words[last].text;
        let option = Matched {
            name: option.name,
            effect: option.effect,
            argument: words[first].argument,
            value: &value[value.len() - option.value.len()..],
            value_argument: words[last].argument,
        };
        let arguments = words[first..=last].iter().flat_map(|word| [word.option, word.argument]).collect();
        said.push(Said { option, arguments });
    }
    Ok(said)
}
