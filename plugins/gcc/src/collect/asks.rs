//! Macros around `__has_include`, as in `#define HAS(x) __has_include(x)`. What is asked stands where the macro is used, so the host
//! looks for its uses, and for those of macros around it. Each use with a name is a lookup; the run is not stored where one is
//! used with anything else.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::{self, name_rule};
use zccache_plugin_sdk::contract::{Fact, Finding, Refusal, Token};
use zccache_plugin_sdk::inquiry::{Inquiry, Stop};
use zccache_plugin_sdk::path;

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
    let mut asked = Vec::new();
    if !facts.iter().any(|fact| fact.findings.iter().any(|finding| is_of_macro(context, finding))) {
        return Ok(asked);
    }
    let is_operator =
        |finding: &Finding| HAS_INCLUDE.contains(&finding.token.as_str()) || is_definition(context, finding);
    let holds = |(_, fact): &(&String, &Fact)| fact.findings.iter().any(is_operator);
    let holding: Vec<String> = files.iter().zip(facts).filter(holds).map(|(file, _)| file.clone()).collect();
    let mut known: BTreeSet<String> = OPERATORS.map(str::to_owned).into();
    let (mut wanted, mut within) = (known.clone(), holding.as_slice());
    for _ in 0..MOST_ROUNDS {
        let found = inquiry.find(tokens(context, &wanted), within)?;
        let mut around = BTreeSet::new();
        for (file, findings) in within.iter().zip(found) {
            let line = Lines { file, files, wanted: &wanted };
            line.read(findings, &mut asked, &mut around)?;
        }
        wanted = around.difference(&known).cloned().collect();
        if wanted.is_empty() {
            return Ok(asked);
        }
        known.extend(wanted.iter().cloned());
        within = files;
    }
    Err(Stop::Refuse(answer::refusal("computed-has-include", "too many macros stand for each other")))
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

/// The lines of one file.
struct Lines<'a> {
    file: &'a str,
    files: &'a [String],
    wanted: &'a BTreeSet<String>,
}

impl Lines<'_> {
    /// Adds what is asked for, and the macros around.
    fn read(
        &self,
        findings: &[Finding],
        asked: &mut Vec<(String, Place)>,
        around: &mut BTreeSet<String>,
    ) -> Result<(), Refusal> {
        // The next use stands in it.
        let mut open: Option<&Finding> = None;
        for finding in findings {
            if self.wanted.contains(&finding.token) {
                self.used(finding, open.take(), asked, around)?;
                continue;
            }
            let Some(end) = finding.delimiter.filter(|_| !is_begun(&finding.name)) else { continue };
            if open.is_some() {
                // Its use was one that no token finds.
                return self.refuse();
            }
            match ends(self.wanted).nth(end as usize) {
                Some((Stands::Used, _)) => open = Some(finding),
                Some((Stands::Alone, _)) if finding.name.trim().is_empty() => {}
                Some((Stands::Alone, _)) if is_identifier(finding.name.trim()) => {
                    around.insert(finding.name.trim().to_owned());
                }
                Some((Stands::Alone, _)) | None => return self.refuse(),
            }
        }
        if open.is_some() { self.refuse() } else { Ok(()) }
    }

    fn used(
        &self,
        used: &Finding,
        within: Option<&Finding>,
        asked: &mut Vec<(String, Place)>,
        around: &mut BTreeSet<String>,
    ) -> Result<(), Refusal> {
        // With nothing before it, it is the name itself that is defined.
        let definition = match within.map(|finding| finding.name.trim()) {
            Some("") => return Ok(()),
            Some(text) => Some(self.definition(text)?),
            None => None,
        };
        let is_parameter = |word: &str| definition.as_ref().is_some_and(|(_, parameters)| parameters.contains(&word));
        match (used.delimiter, &definition) {
            (Some(_), _) if words(&used.name).any(is_parameter) => self.refuse(),
            (Some(quotes), _) => {
                let places = if quotes == 0 { self.beside_all()? } else { vec![Place::Bracket] };
                asked.extend(places.into_iter().map(|place| (used.name.clone(), place)));
                Ok(())
            }
            (None, Some((name, _))) if is_parameter(&used.name) => {
                around.insert((*name).to_owned());
                Ok(())
            }
            (None, _) => self.refuse(),
        }
    }

    /// The name of the macro that is defined, and its parameters, from a text that ends where one of the names stands.
    fn definition<'t>(&self, text: &'t str) -> Result<(&'t str, Vec<&'t str>), Refusal> {
        let end = text.find(|each: char| !is_of_identifier(each)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let parameters = match rest.strip_prefix('(').map(|rest| rest.split_once(')')) {
            Some(Some((parameters, _))) => parameters.split(',').map(str::trim).collect(),
            Some(None) => return self.refuse(),
            None => Vec::new(),
        };
        // One that is hidden behind another, or by a comment, no use belongs to for sure.
        let is_unclear = self.wanted.iter().any(|name| rest.contains(name.as_str())) || rest.contains("/*");
        if name.is_empty() || is_unclear { self.refuse() } else { Ok((name, parameters)) }
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
        Err(answer::refusal("computed-has-include", self.file))
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

    fn read(findings: &[Finding]) -> Result<(Vec<String>, Vec<String>), Refusal> {
        let wanted: BTreeSet<String> = ["OP".to_owned()].into();
        let files = ["a.h".to_owned(), "d/b.h".to_owned()];
        let (mut asked, mut around) = (Vec::new(), BTreeSet::new());
        Lines { file: "a.h", files: &files, wanted: &wanted }.read(findings, &mut asked, &mut around)?;
        let asked = asked.into_iter().map(|(name, place)| match place {
            Place::Quote(folder) => format!("{folder}:{name}"),
            _ => name,
        });
        Ok((asked.collect(), around.into_iter().collect()))
    }

    const USED: Option<u32> = Some(0);
    const ALONE: Option<u32> = Some(2);

    #[test]
    fn a_macro_that_hands_on_its_parameter_is_one_whose_uses_count() {
        let hands_on = [found("define #", USED, "HAS(x) "), found("OP", None, "x"), found("OP", Some(1), "y.h")];
        assert_eq!(read(&hands_on), Ok((vec!["y.h".to_owned()], vec!["HAS".to_owned()])));
        let with_more = [found("define #", USED, "HAS(x, y) (defined(Z) && "), found("OP", None, "y")];
        assert_eq!(read(&with_more), Ok((Vec::new(), vec!["HAS".to_owned()])));
        assert_eq!(read(&[found("define #", ALONE, "HAS ")]), Ok((Vec::new(), vec!["HAS".to_owned()])));
    }

    #[test]
    fn a_name_in_quotes_is_looked_for_beside_every_file() {
        let quoted = [found("define #", USED, "HAVE "), found("OP", Some(0), "y.h")];
        assert_eq!(read(&quoted), Ok((vec![":y.h".to_owned(), "d:y.h".to_owned()], Vec::new())));
    }

    #[test]
    fn what_is_defined_itself_asks_for_nothing() {
        assert_eq!(read(&[found("define #", USED, ""), found("OP", None, "x")]), Ok((Vec::new(), Vec::new())));
        assert_eq!(read(&[found("define #", ALONE, "")]), Ok((Vec::new(), Vec::new())));
        assert_eq!(read(&[found("define #", USED, "MY_"), found("OP", Some(1), "x")]).unwrap().0, ["x"]);
    }

    #[test]
    fn a_use_with_anything_else_than_a_name_is_not_known() {
        for findings in [
            &[found("OP", None, "X")][..],
            &[found("OP", None, "")],
            &[found("define #", USED, "HAS(x) "), found("OP", None, "Y")],
            &[found("define #", USED, "HAS(x) "), found("OP", Some(1), "lib/x.h")],
            &[found("define #", USED, "HAS(x) "), found("OP", None, "x"), found("OP", None, "x")],
            &[found("define #", USED, "HAS ")],
            &[found("define #", USED, "HAS(x) /* c */ "), found("OP", None, "x")],
            &[found("define #", USED, "HAS(x) OP+"), found("OP", None, "x")],
            &[found("define #", ALONE, "HAS(x) x ")],
        ] {
            assert!(read(findings).is_err(), "{findings:?}");
        }
    }
}
