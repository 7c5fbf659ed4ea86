//! What a command line says of dependency files, word by word, and what that comes to.

use zccache_plugin_sdk::options::Matched;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::{Depends, Named, Which};
use crate::effect::{Depend, Effect, Mode};

/// What was said so far.
#[derive(Default)]
pub(crate) struct DependsWords<'a> {
    all: bool,
    user: bool,
    /// What the driver was asked for last, and where.
    asked: Option<(Which, u32)>,
    file: Option<Named<'a>>,
    target: bool,
    modifier: Option<&'a str>,
    told: Told<'a>,
}

/// What the preprocessor was told itself; of each, the last word counts.
#[derive(Default)]
struct Told<'a> {
    which: Option<(Which, u32)>,
    file: Option<Named<'a>>,
    /// clang makes another thing of it than gcc.
    gcc_alone: bool,
}

impl<'a> DependsWords<'a> {
    /// Takes one more word.
    pub(crate) fn read(&mut self, word: Depend, option: &Matched<'a, Effect>) {
        let named = Named { text: option.value, argument: option.value_argument };
        match word {
            Depend::All => {
                self.all = true;
                self.asked = Some((Which::All, option.argument.index));
            }
            Depend::User => {
                self.user = true;
                self.asked = Some((Which::User, option.argument.index));
            }
            Depend::AllWord => self.tell(Which::All, named),
            Depend::UserWord => self.tell(Which::User, named),
            Depend::File => {
                self.modifier = Some(option.name);
                self.file = Some(named);
            }
            Depend::FileWord => {
                self.modifier = Some(option.name);
                self.told.file = Some(named);
            }
            Depend::Target => {
                self.modifier = Some(option.name);
                self.target = true;
            }
            // The driver may name its own besides.
            Depend::TargetWord | Depend::Phony => self.modifier = Some(option.name),
        }
    }

    fn tell(&mut self, which: Which, named: Named<'a>) {
        self.told.which = Some((which, named.argument.index));
        self.told.file = Some(named);
    }

    /// An option has no meaning without a dependency file.
    pub(crate) fn modify(&mut self, option: &'a str) {
        self.modifier = Some(option);
    }

    /// clang makes another thing of words for the preprocessor than gcc.
    pub(crate) fn differs_by_compiler(&mut self) {
        self.told.gcc_alone = true;
    }

    /// What it all comes to where so much is made. What gcc's preprocessor is told, it is told last; for clang, `-Wp,-MD,file` is the
    /// driver's own option at its place.
    pub(crate) fn finish(self, mode: Mode) -> Result<Depends<'a>, Stop> {
        let DependsWords { all, user, asked, file, target, modifier, told } = self;
        if let Mode::List(_) = mode {
            if asked.is_some() || told.which.is_some() {
                return bypass("dependencies", "two lists are asked for");
            }
            let gcc_alone = told.gcc_alone || told.file.is_some();
            return Ok(Depends { which: Which::Unasked, file: told.file.or(file), target, gcc_alone });
        }
        // gcc takes the value of -o for the dependency file then.
        if mode == Mode::Text && asked.is_some() && file.is_none() {
            return bypass("dependencies", "-MD with -E and without -MF");
        }
        let of_driver = match (all, user) {
            (_, true) => Which::User,
            (true, false) => Which::All,
            (false, false) => Which::Unasked,
        };
        let which = told.which.map_or(of_driver, |(which, _)| which);
        // gcc fails and clang warns, until an added -MD would give the option a meaning.
        if let (Which::Unasked, Some(modifier)) = (which, modifier) {
            return bypass("dependencies", format!("{modifier} without -MD or -MMD"));
        }
        // What goes there may as well go where we can read it.
        let thrown_away = told.file.is_none() && file.is_some_and(|named| named.text == "/dev/null");
        let which = if thrown_away && which == Which::All { Which::Unasked } else { which };
        let later_file =
            matches!((file, told.file), (Some(file), Some(told)) if file.argument.index >= told.argument.index);
        let later_word =
            matches!((asked, told.which), (Some((asked, of)), Some((told, at))) if asked != told && of >= at);
        Ok(Depends { which, file: told.file.or(file), target, gcc_alone: told.gcc_alone || later_file || later_word })
    }
}
