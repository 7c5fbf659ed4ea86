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
    file: Option<Named<'a>>,
    target: bool,
    modifier: Option<&'a str>,
    /// The preprocessor is told itself: what it lists, and where.
    told: Option<(Which, Named<'a>)>,
}

impl<'a> DependsWords<'a> {
    /// Takes one more word.
    pub(crate) fn read(&mut self, word: Depend, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        let named = Named { text: option.value, argument: option.value_argument };
        match word {
            Depend::All => self.all = true,
            Depend::User => self.user = true,
            Depend::AllWord => return self.tell(Which::All, named),
            Depend::UserWord => return self.tell(Which::User, named),
            Depend::File => {
                self.modifier = Some(option.name);
                self.file = Some(named);
            }
            Depend::Target => {
                self.modifier = Some(option.name);
                self.target = true;
            }
            Depend::Phony => self.modifier = Some(option.name),
        }
        Ok(())
    }

    fn tell(&mut self, which: Which, named: Named<'a>) -> Result<(), Stop> {
        if self.told.is_some() || named.text.contains(',') {
            return bypass("preprocessor-options", named.argument.text.clone());
        }
        self.told = Some((which, named));
        Ok(())
    }

    /// What it all comes to where so much is made.
    pub(crate) fn finish(self, mode: Mode) -> Result<Depends<'a>, Stop> {
        let DependsWords { all, user, file, target, modifier, told } = self;
        let asked = match (all, user) {
            (_, true) => Which::User,
            (true, false) => Which::All,
            (false, false) => Which::Unasked,
        };
        match told {
            // gcc then writes only one of the two.
            Some((_, named)) if asked != Which::Unasked || file.is_some() => {
                return bypass("dependencies", format!("{} and the driver's own option", named.argument.text));
            }
            Some((which, named)) => return Ok(Depends { which, file: Some(named), target }),
            None => {}
        }
        // gcc fails and clang warns, until an added -MD would give the option a meaning.
        if let (Which::Unasked, Some(modifier)) = (asked, modifier) {
            return bypass("dependencies", format!("{modifier} without -MD or -MMD"));
        }
        // gcc takes the value of -o for the dependency file then.
        if mode == Mode::Text && asked != Which::Unasked && file.is_none() {
            return bypass("dependencies", "-MD with -E and without -MF");
        }
        Ok(Depends { which: asked, file, target })
    }
}
