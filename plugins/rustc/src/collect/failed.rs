//! What a run that failed looked for in vain. The compiler lists the sources that it read, but not those that it missed.

use serde::Deserialize;
use zccache_plugin_sdk::answer::{maybe, refusal};
use zccache_plugin_sdk::contract::{Input, Observe, Outcome, Refusal};

/// What the compiler says where something failed that its list of sources does not explain: crates and libraries that were
/// looked for, files that cannot be read, macros that gave up, the linker, the compiler itself.
const UNEXPLAINED: &[&str] = &[
    "E0454",
    "E0455",
    "E0458",
    "E0459",
    "E0460",
    "E0461",
    "E0462",
    "E0463",
    "E0464",
    "E0514",
    "E0519",
    "E0523",
    "E0786",
    "couldn't read",
    "could not read",
    "could not find native",
    "failed to",
    "panicked",
    "linking with",
    "linker",
    "internal compiler error",
    "I/O",
    "os error",
];

/// A message in its form for programs (the rustc book, "JSON Output"). What stands in it besides, such as an explanation of
/// the error's code with examples, says nothing of this run.
#[derive(Deserialize)]
struct Message {
    message: String,
    code: Option<Code>,
    #[serde(default)]
    children: Vec<Message>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// What it says of a module without a file, and where it says which files it looked for.
const MISSING: &str = "file not found for module";
const LOOKED_FOR: &str = "create file ";

/// Files that must go on being absent. `linked`: it came as far as the linker.
pub(crate) fn looked_for(outcome: &Outcome, linked: bool) -> Result<Vec<Input>, Refusal> {
    if linked {
        return Err(refusal("failed-link", "what a failed link read is not known"));
    }
    let said = said(outcome);
    if let Some(words) = UNEXPLAINED.iter().find(|words| said.contains(**words)) {
        return Err(refusal("failed", format!("it says '{words}'")));
    }
    let mut files = Vec::new();
    let mut explained = 0;
    for place in said.split(LOOKED_FOR).skip(1) {
        let named = named(place);
        explained += usize::from(!named.is_empty());
        files.extend(named);
    }
    if explained < said.matches(MISSING).count() {
        return Err(refusal("failed", "it does not say where it looked for a module"));
    }
    Ok(files.into_iter().map(|file| maybe(file, Observe::Kind)).collect())
}

/// What the compiler said, a line for each message, code and note.
fn said(outcome: &Outcome) -> String {
    let mut said = String::new();
    // Where the caller's two streams are one, the first holds both.
    for stream in [&outcome.stdout, &outcome.stderr] {
        for line in String::from_utf8_lossy(stream).lines() {
            match serde_json::from_str::<Message>(line) {
                Ok(message) => message.tell(&mut said),
                // Not for programs; or something else than a message, which is not of what failed.
                Err(_) => said.extend([line, "\n"]),
            }
        }
    }
    said
}

impl Message {
    fn tell(&self, said: &mut String) {
        said.extend([self.message.as_str(), "\n"]);
        said.extend(self.code.iter().flat_map(|code| [code.code.as_str(), "\n"]));
        self.children.iter().for_each(|child| child.tell(said));
    }
}

/// The names in `"a.rs" or "a/mod.rs"`.
fn named(text: &str) -> Vec<String> {
    let Some(first) = text.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { return Vec::new() };
    let mut names = vec![first.to_owned()];
    let rest = &text[first.len() + "\"\"".len()..];
    names.extend(rest.strip_prefix(" or \"").and_then(|rest| rest.split('"').next()).map(str::to_owned));
    if names.iter().any(|name| name.contains('\\')) { Vec::new() } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(stderr: &str) -> Outcome {
        Outcome {
            state: Vec::new(),
            directory: "/w".to_owned(),
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
            dependencies: Vec::new(),
            facts: Vec::new(),
            code: 1,
            more: Vec::new(),
        }
    }

    #[test]
    fn the_places_of_a_missing_module_must_stay_empty() {
        let plain = "error[E0583]: file not found for module `x`\n = help: to create the module `x`, create file \
                     \"src/x.rs\" or \"src/x/mod.rs\"\n";
        let json = r#"{"message":"file not found for module `x`","code":{"code":"E0583","explanation":"mod a; // error: file not found for module, failed to"},"level":"error","spans":[],"children":[{"message":"to create the module `x`, create file \"src/x.rs\" or \"src/x/mod.rs\"","code":null}],"rendered":"file not found for module"}"#;
        for said in [plain, json] {
            let files: Vec<_> = looked_for(&outcome(said), false).unwrap().into_iter().map(|file| file.path).collect();
            assert_eq!(files, ["src/x.rs", "src/x/mod.rs"]);
        }
        assert_eq!(looked_for(&outcome("error[E0308]: mismatched types"), false), Ok(Vec::new()));
    }

    #[test]
    fn a_failure_that_the_list_of_sources_does_not_explain_is_not_kept() {
        for said in ["error[E0463]: can't find crate for `x`", "couldn't read `a`", "file not found for module `x`"] {
            assert!(looked_for(&outcome(said), false).is_err(), "{said}");
        }
        assert!(looked_for(&outcome(""), true).is_err());
    }
}
