//! What the tokens found in the files that were read: names to look for, and what makes a run not repeatable.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::{Fact, Finding, Refusal};
use zccache_plugin_sdk::path;

use super::reading::{Place, Reading};
use crate::context::{Context, Listing};
use crate::dates::{self, Date};
use crate::description::{
    ASSEMBLER_INCLUDE, DEFINES_HAS_INCLUDE, DEFINES_HEADER, HAS_INCLUDE, INCBIN, INCLUDE, INCLUDE_OTHER,
    LINE_OF_ASSEMBLER, OFFLOADS, ONCE, PLAIN, PRAGMA, SOURCE_OF_ASSEMBLER,
};
use crate::search::Family;

/// Tokens of data that the preprocessor includes.
const EMBED: [&str; 3] = ["embed", "embed-digraph", "has-embed"];
/// Tokens that mean something in a source that went through the preprocessor before.
const ASSEMBLY: [&str; 11] = [
    INCBIN[0],
    INCBIN[1],
    ASSEMBLER_INCLUDE[0],
    ASSEMBLER_INCLUDE[1],
    LINE_OF_ASSEMBLER[0],
    LINE_OF_ASSEMBLER[1],
    LINE_OF_ASSEMBLER[2],
    LINE_OF_ASSEMBLER[3],
    SOURCE_OF_ASSEMBLER,
    "pragma-pch",
    "pragma-dependency",
];

/// What the findings say besides names.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// A file is read once only, however often it is included.
    pub once: bool,
    /// Includes whose name does not stand there.
    pub computing: Vec<Computing>,
    /// A directive is spelled so that the host's scan does not follow it.
    pub unfollowed: bool,
    /// A macro may stand for the name of a file, other than of an installed package.
    pub defines_header: bool,
    /// What assembler text says that it was made of.
    pub told: BTreeSet<String>,
    /// A date stands somewhere, and a variable fixes it.
    pub dated: bool,
    /// Words stand somewhere that, between underscores, are a date's name; and something is pasted to underscores.
    pub holds_middles_of_dates: bool,
    pub pastes_underscores: bool,
    /// A file that names a date which the command line puts something else in the place of.
    pub redefined_date: Option<String>,
    /// What the source itself includes or asks for: for these the compiler takes a precompiled header if there is one.
    pub direct: Vec<(String, Place)>,
}

/// An include whose name does not stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Computing {
    /// The file that it stands in.
    pub path: String,
    /// The identifier in the name's place: a macro, or the next word of a comment.
    pub identifier: String,
    /// It goes on behind a folder that has the name.
    pub next: bool,
    /// Its file belongs to a package that is known to mean files of its own.
    pub of_package: bool,
}

/// Turns findings into lookups, or into a reason not to store.
pub(super) fn gather(reading: &mut Reading<'_>, paths: &[String], facts: &[Fact]) -> Result<Found, Refusal> {
    let mut found = Found::default();
    add(reading, &mut found, paths, facts)?;
    let forced = reading.context.forced.clone();
    for name in forced {
        check_name(reading.context.family, &name, &reading.context.source)?;
        reading.look(&name, Place::Quote(String::new()), false);
        reading.look(&name, Place::Quote(path::folder(&reading.context.source).to_owned()), false);
        found.direct.push((name, Place::Quote(String::new())));
    }
    if matches!(reading.context.family, Family::Gcc(_)) && reading.context.includes {
        // gcc includes it before all else, by itself; a depfile without system headers does not list it.
        reading.look("stdc-predef.h", Place::Bracket, false);
        found.direct.push(("stdc-predef.h".to_owned(), Place::Bracket));
    }
    Ok(found)
}

/// Adds what further files hold.
pub(super) fn add(
    reading: &mut Reading<'_>,
    found: &mut Found,
    paths: &[String],
    facts: &[Fact],
) -> Result<(), Refusal> {
    for (path, fact) in paths.iter().zip(facts) {
        let file = File { path, folder: path::folder(path), is_source: *path == reading.context.source };
        for finding in &fact.findings {
            file.finding(reading, found, finding)?;
        }
    }
    Ok(())
}

/// Refuses a name that clang looks for in every folder, while for gcc and the host it is an absolute path: LLVM takes two slashes
/// for the beginning of a network's name. And one with a backslash, for which clang's depfile has a slash.
fn check_name(family: Family, name: &str, file: &str) -> Result<(), Refusal> {
    let is_odd = name.starts_with("//") || (matches!(family, Family::Clang(_)) && name.contains('\\'));
    if is_odd { Err(answer::refusal("odd-name", file)) } else { Ok(()) }
}

/// Whether text that went through a preprocessor should not hold this any more.
fn is_left_over(finding: &Finding) -> bool {
    let token = finding.token.as_str();
    let include = token == INCLUDE || INCLUDE_OTHER.contains(&token);
    let asks = HAS_INCLUDE.contains(&token) || DEFINES_HAS_INCLUDE.contains(&token) || EMBED.contains(&token);
    include || asks || is_date(finding)
}

/// Whether this brings the time of the compile or of a file by itself.
fn is_date(finding: &Finding) -> bool {
    matches!(dates::told(&finding.token, &finding.word, ""), Some(Date::OfCompile | Date::OfFile))
}

/// Whether a name for the assembler is what it looks like: no macro's argument, no text that C puts together.
fn is_literal(name: &str) -> bool {
    !name.contains(['\\', '"', '%', '$', '&'])
}

/// Whether a file belongs to a package whose computed includes are known to mean files of its own: what is installed with the system,
/// and Boost, wherever it lies.
fn is_of_package(path: &str) -> bool {
    const INSTALLED: [&str; 3] = ["/usr/include/", "/usr/local/include/", "/usr/lib/"];
    INSTALLED.iter().any(|folder| path.starts_with(folder)) || path::folder(path).split('/').any(|part| part == "boost")
}

/// Whether a pragma's operand may come to be the text of any pragma: there is no string in it, and no known first word.
fn may_be_any_pragma(operand: Option<&str>) -> bool {
    const FIRST_WORDS: [&str; 8] = ["GCC", "clang", "STDC", "omp", "acc", "message", "pack", "weak"];
    let Some(operand) = operand else { return true };
    let innermost = operand.rsplit('(').next().unwrap_or_default();
    let first =
        innermost.trim_start_matches(|each: char| each == '#' || each.is_whitespace()).split_whitespace().next();
    !operand.contains('"') && !first.is_some_and(|word| FIRST_WORDS.contains(&word))
}

/// Refuses where a file that only a precompiled header stands for holds a date: a macro of it may bring that into any
/// source.
pub(super) fn check_behind(
    context: &Context,
    found: &mut Found,
    behind: &[String],
    facts: &[Fact],
) -> Result<(), Refusal> {
    let dated = |fact: &Fact| fact.findings.iter().any(is_date);
    match behind.iter().zip(facts).find(|(_, fact)| dated(fact)) {
        Some((path, _)) if !context.dates_fixed => Err(answer::refusal("date", path.clone())),
        Some(_) => {
            found.dated = true;
            Ok(())
        }
        None => Ok(()),
    }
}

struct File<'a> {
    path: &'a str,
    folder: &'a str,
    is_source: bool,
}

impl File<'_> {
    fn finding(&self, reading: &mut Reading<'_>, found: &mut Found, finding: &Finding) -> Result<(), Refusal> {
        let refuse = |reason: &str| Err(answer::refusal(reason, self.path));
        if !reading.context.includes && !ASSEMBLY.iter().any(|token| *token == finding.token) {
            // clang obeys directives and knows its macros in preprocessed text too.
            let clang = matches!(reading.context.family, Family::Clang(_)) && !reading.context.assembler;
            let offloads = OFFLOADS.contains(&finding.token.as_str());
            return match (clang, is_left_over(finding)) {
                (true, true) => refuse("preprocessed"),
                (true, false) if offloads => refuse("offload"),
                _ => Ok(()),
            };
        }
        if let Some(date) = dates::told(&finding.token, &finding.word, self.path) {
            if reading.context.redefined_dates.iter().any(|date| date == dates::macro_of(&finding.token)) {
                found.redefined_date.get_or_insert_with(|| self.path.to_owned());
                return Ok(());
            }
            return self.date(reading, found, date);
        }
        match finding.token.as_str() {
            INCLUDE => self.include(reading, found, finding),
            token if token == INCLUDE_OTHER[1] && !reading.context.trigraphs => Ok(()),
            token if INCLUDE_OTHER.contains(&token) => {
                found.unfollowed = true;
                self.include(reading, found, finding)
            }
            // Where it is used with something else than a name, `asks` finds out with what.
            token if HAS_INCLUDE.contains(&token) => match self.place(finding) {
                Some(place) => self.ask(reading, found, finding, place, token == HAS_INCLUDE[1]),
                None => Ok(()),
            },
            token if DEFINES_HAS_INCLUDE.contains(&token) => Ok(()),
            ONCE => {
                found.once = true;
                Ok(())
            }
            DEFINES_HEADER => {
                found.defines_header |= finding.delimiter.is_some() && !is_of_package(self.path);
                Ok(())
            }
            PRAGMA => {
                let operand = finding.delimiter.map(|_| finding.name.as_str());
                found.once |= operand.is_some_and(|text| text.contains("once"));
                found.once |= !is_of_package(self.path) && may_be_any_pragma(operand);
                Ok(())
            }
            token if INCBIN.contains(&token) => self.incbin(reading, finding),
            token if ASSEMBLER_INCLUDE.contains(&token) => self.assembler_include(reading, finding),
            token if EMBED.contains(&token) => refuse("embed"),
            token if LINE_OF_ASSEMBLER.contains(&token) && reading.context.anywhere => refuse("line-of-assembler"),
            token if LINE_OF_ASSEMBLER.contains(&token) => Ok(()),
            SOURCE_OF_ASSEMBLER => {
                found.told.extend(finding.delimiter.map(|_| finding.name.clone()));
                Ok(())
            }
            token if OFFLOADS.contains(&token) => match reading.context.family {
                Family::Clang(_) => refuse("offload"),
                Family::Gcc(_) => Ok(()),
            },
            "trigraph" if reading.context.trigraphs => refuse("trigraph"),
            "trigraph" => Ok(()),
            "include-alias" => refuse("include-alias"),
            "pragma-dependency" => refuse("pragma-dependency"),
            "pragma-pch" => refuse("precompiled-header"),
            _ => refuse("unknown-token"),
        }
    }

    fn date(&self, reading: &Reading<'_>, found: &mut Found, date: Date) -> Result<(), Refusal> {
        match date {
            Date::OfCompile if reading.context.dates_fixed => {
                found.dated = true;
                return Ok(());
            }
            Date::OfCompile | Date::OfFile => return Err(answer::refusal("date", self.path)),
            Date::Middle => found.holds_middles_of_dates = true,
            Date::Underscores => found.pastes_underscores = true,
            Date::Nothing => {}
        }
        if found.holds_middles_of_dates && found.pastes_underscores {
            return Err(answer::refusal("date", self.path));
        }
        Ok(())
    }

    fn incbin(&self, reading: &mut Reading<'_>, finding: &Finding) -> Result<(), Refusal> {
        match finding.delimiter {
            // In C a plain quote ends the text that the directive stands in: the name comes from elsewhere.
            Some(quotes) if is_literal(&finding.name) && (quotes != PLAIN || reading.context.assembler) => {
                // Every folder counts: in which order the assembler takes them differs.
                reading.look(&finding.name, Place::Assembler, true);
                Ok(())
            }
            // It is put together, by the preprocessor or by the assembler; or stands in a comment.
            _ => self.put_together(reading, "computed-incbin"),
        }
    }

    /// What the assembler takes in by a name that is put together, it lists where it can.
    fn put_together(&self, reading: &Reading<'_>, reason: &str) -> Result<(), Refusal> {
        if reading.context.has(Listing::Assembled) { Ok(()) } else { Err(answer::refusal(reason, self.path)) }
    }

    fn assembler_include(&self, reading: &mut Reading<'_>, finding: &Finding) -> Result<(), Refusal> {
        // A member of this name, in C, is followed by no string.
        if finding.delimiter.is_none() && !reading.context.assembler {
            return Ok(());
        }
        if finding.delimiter.is_none() || !is_literal(&finding.name) {
            return self.put_together(reading, "assembler-include");
        }
        if !reading.context.has(Listing::Assembled) {
            return Err(answer::refusal("assembler-include", self.path));
        }
        reading.look(&finding.name, Place::Assembler, true);
        Ok(())
    }

    fn include(&self, reading: &mut Reading<'_>, found: &mut Found, finding: &Finding) -> Result<(), Refusal> {
        // What is imported is read once only, like a file that says so itself.
        found.once |= finding.word == "import";
        let Some(place) = self.place(finding) else {
            // What begins with no letter is no directive that a compiler takes.
            if !finding.name.is_empty() {
                found.computing.push(Computing {
                    path: self.path.to_owned(),
                    identifier: finding.name.clone(),
                    next: finding.word == "include_next",
                    of_package: is_of_package(self.path),
                });
            }
            return Ok(());
        };
        if self.is_source {
            found.direct.push((finding.name.clone(), place.clone()));
        }
        self.look(reading, finding, place, finding.word == "include_next")
    }

    /// For gcc a header is there too where only a precompiled one is that fits, by the rules for one that the source includes.
    fn ask(
        &self,
        reading: &mut Reading<'_>,
        found: &mut Found,
        finding: &Finding,
        place: Place,
        all: bool,
    ) -> Result<(), Refusal> {
        if self.is_source {
            found.direct.push((finding.name.clone(), place.clone()));
        }
        self.look(reading, finding, place, all)
    }

    /// None: the name is not literal.
    fn place(&self, finding: &Finding) -> Option<Place> {
        match finding.delimiter? {
            0 => Some(Place::Quote(self.folder.to_owned())),
            _ => Some(Place::Bracket),
        }
    }

    /// What follows after the folder of the file itself can begin anywhere in the chain, so all of it matters.
    fn look(&self, reading: &mut Reading<'_>, finding: &Finding, place: Place, next: bool) -> Result<(), Refusal> {
        check_name(reading.context.family, &finding.name, self.path)?;
        let place = if next { Place::Quote(self.folder.to_owned()) } else { place };
        reading.look(&finding.name, place, next);
        Ok(())
    }
}
