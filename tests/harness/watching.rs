//! What the daemon remembers of requests, and what its watcher tells: the part `watch` of `zccache status --json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::counters::Counters;
use crate::made::Made;
use crate::poll::until;
use crate::run::run;
use crate::world::World;

/// How the watcher is, and what rests on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watching {
    /// Why nothing is watched; none: it is.
    pub off: Option<String>,
    /// Folders watched.
    pub folders: u64,
    /// Files watched.
    pub files: u64,
    /// Requests that are remembered with their answers.
    pub remembered: u64,
    /// How many were answered from memory.
    pub answered: u64,
    /// What could not be remembered, by reason.
    pub refused: BTreeMap<String, u64>,
    /// How often everything was forgotten, by reason.
    pub lost: BTreeMap<String, u64>,
}

impl Watching {
    /// Reads what `zccache status --json` printed.
    #[track_caller]
    pub fn of_json(text: &str) -> Watching {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let watch = &value["watch"];
        let number = |name: &str| watch[name].as_u64().unwrap_or_else(|| panic!("no {name} in {text}"));
        let counts = |name: &str| {
            let counts = watch[name].as_object().into_iter().flatten();
            counts.map(|(reason, count)| (reason.clone(), count.as_u64().unwrap_or(0))).collect()
        };
        let off = watch["off"].as_str().map(str::to_owned);
        assert_eq!(watch["on"].as_bool(), Some(off.is_none()), "{text}");
        Watching {
            off,
            folders: number("folders"),
            files: number("files"),
            remembered: number("remembered"),
            answered: number("answered"),
            refused: counts("refused"),
            lost: counts("lost"),
        }
    }

    /// How often something could not be remembered for this reason.
    pub fn refused(&self, reason: &str) -> u64 {
        self.refused.get(reason).copied().unwrap_or(0)
    }

    /// How often everything was forgotten for this reason.
    pub fn lost(&self, reason: &str) -> u64 {
        self.lost.get(reason).copied().unwrap_or(0)
    }
}

impl World {
    /// How the watcher is. Asks the daemon, and starts it if none runs.
    #[track_caller]
    pub fn watching(&self) -> Watching {
        run(&mut self.zccache(["start"])).expect_success();
        Watching::of_json(&run(&mut self.zccache(["status", "--json"])).expect_success().out())
    }

    /// Repeats a call until it is answered from memory, and says what was counted for that. Each time it makes what it makes
    /// without the cache.
    ///
    /// The first answers come otherwise: a call is remembered beside the answering, and whatever happens in the folders of its
    /// files counts until the watcher knows better.
    #[track_caller]
    pub fn until_remembered(&self, call: &str, outputs: &[&str]) -> (Made, Counters) {
        let bare = self.make_bare(call, outputs);
        let counters = until("a repeated call is answered from memory", || {
            let before = self.watching().answered;
            let (made, counters) = self.count(|| self.make_cached(call, outputs));
            assert_eq!(made, bare, "{call}");
            (self.watching().answered > before).then_some(counters)
        });
        (bare, counters)
    }

    /// Does something to the files of a call that is answered from memory, and calls at once, without any pause: the answer is
    /// the new one. Says what was counted for it.
    #[track_caller]
    pub fn answers_anew(
        &self,
        what: &str,
        call: &str,
        outputs: &[&str],
        change: impl FnOnce(&World),
    ) -> (Made, Counters) {
        let (remembered, _) = self.until_remembered(call, outputs);
        self.forget_counters();
        let before = self.watching();
        outputs.iter().for_each(|output| self.remove(output));
        let mut command = self.zccache(call.split_whitespace());
        change(self);
        let run = run(&mut command);
        let cached = Made { run, files: self.written(outputs) };
        let (counters, now) = (self.counters(), self.watching());
        let bare = self.make_bare(call, outputs);
        assert_eq!(cached, bare, "{what}, and {call} at once: {counters:?}");
        assert_ne!(bare, remembered, "{what}: that changes nothing");
        assert_eq!(now.answered, before.answered, "{what}: answered from memory");
        (bare, counters)
    }
}
