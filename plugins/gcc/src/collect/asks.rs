//! Macros around `__has_include`, as in `#define HAS(x) __has_include(x)`. What is asked stands where the macro is used, so the host
//! looks for its uses, and for those of macros around it. Each use with a name is a lookup; the run is not stored where one is
//! used with anything else.

use std::collections::{BTreeMap, BTreeSet};

use zccache_plugin_sdk::answer::{self, name_rule};
use zccache_plugin_sdk::contract::{Fact, Finding, Refusal, Token};
use zccache_plugin_sdk::inquiry::{Inquiry, Stop};
use zccache_plugin_sdk::path;

use super::macros;
use super::reading::Place;
use crate::context::Context;
use crate::description::{DEFINES_HAS_INCLUDE, HAS_INCLUDE, NAMES, directives};

/// The operators, as the first round looks for them.
const OPERATORS: [&str; 2] = ["__has_include", "__has_include_next"];
/// How deep macros may stand for each other.
const MOST_ROUNDS: usize = 4;
/// Most folders that a name in quotes is looked for beside.
const MOST_FOLDERS: usize = 500;

/// All names that are asked for by way of macros, each with every place where it is looked for.
pub(super) fn all(
    context: &Context,
    inquiry: &Inquiry<'_>,
    files: &[String],
    facts: &[Fact],
) -> Result<Vec<(String, Place)>, Stop> {
    let mut asked = Asked::default();
    if !facts.iter().any(|fact| fact.findings.iter().any(|finding| is_of_macro(context, finding))) {
        return Ok(asked.names);
    }
    let is_operator =
        |finding: &Finding| HAS_INCLUDE.contains(&finding.token.as_str()) || is_definition(context, finding);
    let holds = |(_, fact): &(&String, &Fact)| fact.findings.iter().any(is_operator);
    let holding: Vec<String> = files.iter().zip(facts).filter(holds).map(|(file, _)| file.clone()).collect();
    let mut known: BTreeSet<String> = OPERATORS.map(str::to_owned).into();
    let (mut wanted, mut within) = (known.clone(), holding.as_slice());
    for _ in 0..MOST_ROUNDS {
        let found = inquiry.find(tokens(context, &wanted), within)?;
        for (file, findings) in within.iter().zip(found) {
            Lines { file, files, wanted: &wanted }.read(findings, &mut asked)?;
        }
        wanted = asked.around.difference(&known).cloned().collect();
        if wanted.is_empty() {
            let words = asked.words.keys().cloned().collect();
            return match macros::among(context, inquiry, files, &words)?.first() {
                Some(word) => Err(refusal(&asked.words[word]).into()),
                None => Ok(asked.names),
            };
        }
        known.extend(wanted.iter().cloned());
        within = files;
    }
    Err(Stop::Refuse(answer::refusal("computed-has-include", "too many macros stand for each other")))
}

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    /// By name.
    names: Vec<(String, Place)>,
    /// By macros whose uses are to be looked for.
    around: BTreeSet<String>,
    /// By words, which would have to be macros, each with a file that it stands in.
    words: BTreeMap<String, String>,
}

fn refusal(file: &str) -> Refusal {
    answer::refusal("computed-has-include", file)
}

/// Whether the operator stands in the definition of a macro, or is used with something else than a name.
fn is_of_macro(context: &Context, finding: &Finding) -> bool {
    (HAS_INCLUDE.contains(&finding.token.as_str()) && finding.delimiter.is_none()) || is_definition(context, finding)
}

fn is_definition(context: &Context, finding: &Finding) -> bool {
    let directive = DEFINES_HAS_INCLUDE.iter().position(|token| *token == finding.token);
    finding.delimiter.is_some() && directive.is_some_and(|lead| lead < directives(context.trigraphs).len())
}

/// What finds uses of these names, by tokens that are called like them, and definitions that they stand in.
fn tokens(context: &Context, wanted: &BTreeSet<String>) -> Vec<Token> {
    let uses = wanted.iter().map(|name| name_rule(name, name, &["("], NAMES));
    let ends: Vec<String> = ends(wanted).map(|(_, end)| end).collect();
    let ends: Vec<(&str, &str)> = ends.iter().map(|end| ("", end.as_str())).collect();
    let define = |lead: &&str| name_rule(&format!("define {lead}"), lead, &["define"], &ends);
    uses.chain(directives(context.trigraphs).iter().map(define)).collect()
}

/// How a name stands in a definition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It is used.
    Used,
    /// It is only named.
    Alone,
}

/// The ends of what is found of a definition, in the order of the delimiters: of those that fit, the first counts.
fn ends(wanted: &BTreeSet<String>) -> impl Iterator<Item = (Stands, String)> {
    let used = wanted.iter().flat_map(|name| [format!("{name}("), format!("{name} (")]);
    used.map(|end| (Stands::Used, end)).chain(wanted.iter().map(|name| (Stands::Alone, name.clone())))
}

/// A macro that is defined.
struct Definition<'t> {
    name: &'t str,
    parameters: Vec<&'t str>,
}

/// The lines of one file.
struct Lines<'a> {
    file: &'a str,
    files: &'a [String],
    wanted: &'a BTreeSet<String>,
}

impl Lines<'_> {
    /// Adds what is asked for, and the macros around.
    fn read(&self, findings: &[Finding], asked: &mut Asked) -> Result<(), Refusal> {
        // The next use stands in it.
        let mut open = false;
        // Further uses may stand in it too: where its line ends does not show.
        let mut last: Option<Definition<'_>> = None;
        for finding in findings {
            if self.wanted.contains(&finding.token) {
                let is_itself = std::mem::take(&mut open) && last.is_none();
                if !is_itself {
                    self.used(finding, last.as_ref(), asked)?;
                }
                continue;
            }
            let Some(end) = finding.delimiter else { continue };
            if open {
                // Its use was one that no token finds.
                return self.refuse();
            }
            let text = finding.name.trim();
            if is_begun(&finding.name) {
                last = Some(self.definition(text)?);
                continue;
            }
            match ends(self.wanted).nth(end as usize) {
                Some((Stands::Used, _)) => {
                    open = true;
                    // With nothing before it, it is the name itself that is defined.
                    last = if text.is_empty() { None } else { Some(self.definition(text)?) };
                }
                Some((Stands::Alone, _)) if text.is_empty() => last = None,
                Some((Stands::Alone, _)) if is_identifier(text) => {
                    last = None;
                    asked.around.insert(text.to_owned());
                }
                Some((Stands::Alone, _)) | None => return self.refuse(),
            }
        }
        if open { self.refuse() } else { Ok(()) }
    }

    fn used(&self, used: &Finding, within: Option<&Definition<'_>>, asked: &mut Asked) -> Result<(), Refusal> {
        let is_parameter = |word: &str| within.is_some_and(|definition| definition.parameters.contains(&word));
        match (used.delimiter, within) {
            (Some(_), _) if words(&used.name).any(is_parameter) => self.refuse(),
            (Some(quotes), _) => {
                let places = if quotes == 0 { self.beside_all()? } else { vec![Place::Bracket] };
                asked.names.extend(places.into_iter().map(|place| (used.name.clone(), place)));
                Ok(())
            }
            (None, Some(definition)) if is_parameter(&used.name) => {
                asked.around.insert(definition.name.to_owned());
                Ok(())
            }
            // In a definition, it may be made of a parameter (`#x`); else nothing that has a meaning begins so.
            (None, Some(_)) if used.name.is_empty() => self.refuse(),
            (None, None) if used.name.is_empty() => Ok(()),
            (None, _) => {
                asked.words.entry(used.name.clone()).or_insert_with(|| self.file.to_owned());
                Ok(())
            }
        }
    }

    /// The name of the macro that is defined, and its parameters, from a text that ends where one of the names stands.
    fn definition<'t>(&self, text: &'t str) -> Result<Definition<'t>, Refusal> {
        let end = text.find(|each: char| !is_of_identifier(each)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let parameters = match rest.strip_prefix('(').map(|rest| rest.split_once(')')) {
            Some(Some((parameters, _))) => parameters.split(',').map(str::trim).collect(),
            Some(None) => return self.refuse(),
            None => Vec::new(),
        };
        // One that is hidden behind another, or by a comment, no use belongs to for sure.
        let is_unclear = self.wanted.iter().any(|name| rest.contains(name.as_str())) || rest.contains("/*");
        if name.is_empty() || is_unclear { self.refuse() } else { Ok(Definition { name, parameters }) }
    }

    /// A macro may be used in any file: a name in quotes is looked for beside each.
    fn beside_all(&self) -> Result<Vec<Place>, Refusal> {
        let folders: BTreeSet<&str> = self.files.iter().map(|file| path::folder(file)).collect();
        if folders.len() > MOST_FOLDERS {
            return self.refuse();
        }
        Ok(folders.into_iter().map(|folder| Place::Quote(folder.to_owned())).collect())
    }

    fn refuse<T>(&self) -> Result<T, Refusal> {
        Err(refusal(self.file))
    }
}

/// Whether what follows is only the end of a longer name.
fn is_begun(text: &str) -> bool {
    text.ends_with(is_of_identifier)
}

fn is_identifier(text: &str) -> bool {
    text.chars().all(is_of_identifier)
}

fn is_of_identifier(each: char) -> bool {
    each.is_ascii_alphanumeric() || matches!(each, '_' | '$') || !each.is_ascii()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|each: char| !is_of_identifier(each))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Findings of one line: of a definition with its end, or of a use.
    fn found(token: &str, delimiter: Option<u32>, name: &str) -> Finding {
        Finding { token: token.to_owned(), word: String::new(), delimiter, name: name.to_owned() }
    }

    /// Names that are asked for, macros around, and words.
    type Read = (Vec<String>, Vec<String>, Vec<String>);

    fn read(findings: &[Finding]) -> Result<Read, Refusal> {
        let wanted: BTreeSet<String> = ["OP".to_owned()].into();
        let files = ["a.h".to_owned(), "d/b.h".to_owned()];
        let mut asked = Asked::default();
        Lines { file: "a.h", files: &files, wanted: &wanted }.read(findings, &mut asked)?;
        let names = asked.names.into_iter().map(|(name, place)| match place {
            Place::Quote(folder) => format!("{folder}:{name}"),
            _ => name,
        });
        Ok((names.collect(), asked.around.into_iter().collect(), asked.words.into_keys().collect()))
    }

    fn of(names: &[&str], around: &[&str], words: &[&str]) -> Result<Read, Refusal> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Ok((owned(names), owned(around), owned(words)))
    }

    const USED: Option<u32> = Some(0);
    const ALONE: Option<u32> = Some(2);

    #[test]
    fn a_macro_that_hands_on_its_parameter_is_one_whose_uses_count() {
        let hands_on = [found("define #", USED, "HAS(x) "), found("OP", None, "x"), found("OP", Some(1), "y.h")];
        assert_eq!(read(&hands_on), of(&["y.h"], &["HAS"], &[]));
        let with_more = [found("define #", USED, "HAS(x, y) (defined(Z) && "), found("OP", None, "y")];
        assert_eq!(read(&with_more), of(&[], &["HAS"], &[]));
        assert_eq!(read(&[found("define #", ALONE, "HAS ")]), of(&[], &["HAS"], &[]));
    }

    #[test]
    fn a_name_in_quotes_is_looked_for_beside_every_file() {
        let quoted = [found("define #", USED, "HAVE "), found("OP", Some(0), "y.h")];
        assert_eq!(read(&quoted), of(&[":y.h", "d:y.h"], &[], &[]));
    }

    #[test]
    fn what_is_defined_itself_asks_for_nothing() {
        assert_eq!(read(&[found("define #", USED, ""), found("OP", None, "x")]), of(&[], &[], &[]));
        assert_eq!(read(&[found("define #", ALONE, "")]), of(&[], &[], &[]));
        assert_eq!(read(&[found("define #", USED, "MY_"), found("OP", Some(1), "x")]).unwrap().0, ["x"]);
        let behind_another = [found("define #", USED, "HAS(x) MY_"), found("OP", None, "x")];
        assert_eq!(read(&behind_another), of(&[], &["HAS"], &[]));
    }

    #[test]
    fn a_word_asks_for_something_only_where_it_is_a_macro() {
        assert_eq!(read(&[found("OP", None, "X"), found("OP", None, "")]), of(&[], &[], &["X"]));
        assert_eq!(read(&[found("define #", USED, "HAS(x) "), found("OP", None, "Y")]), of(&[], &[], &["Y"]));
        // A second one in the same line.
        let twice = [found("define #", USED, "HAS(x) "), found("OP", None, "x"), found("OP", None, "x")];
        assert_eq!(read(&twice), of(&[], &["HAS"], &[]));
    }

    #[test]
    fn a_use_with_anything_else_is_not_known() {
        for findings in [
            &[found("define #", USED, "HAS(x) "), found("OP", None, "")][..],
            &[found("define #", USED, "HAS(x) "), found("OP", Some(1), "lib/x.h")],
            &[found("define #", USED, "HAS ")],
            &[found("define #", USED, "HAS(x) /* c */ "), found("OP", None, "x")],
            &[found("define #", USED, "HAS(x) OP+"), found("OP", None, "x")],
            &[found("define #", ALONE, "HAS(x) x ")],
        ] {
            assert!(read(findings).is_err(), "{findings:?}");
        }
    }
}
