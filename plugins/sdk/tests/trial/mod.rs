//! A host in miniature, for the tests of each plugin, which name it `Subject`: answers the plugin's questions with real compilers
//! and files, runs the compile as planned and collects. Where strace is there, it also says what the compiler looked at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use zccache_plugin_sdk::contract::{
    Answer, Chain, Collected, CompanionRun, Decision, Dependency, DigitsRule, Fact, FileKind, Finding, Grant,
    Invocation, NameRule, Observe, Outcome, Probe, Question, Ran, Reading, Run, Status, Token, TokenRule, Word,
};
use zccache_plugin_sdk::{Plugin, golden, path};

use crate::Subject;

/// A folder to compile in.
pub struct Place {
    pub folder: tempfile::TempDir,
    scratch: tempfile::TempDir,
}

/// What became of a compile.
pub struct Compiled {
    pub run: Run,
    pub collected: Collected,
    /// Paths that the compiler looked at, as spelled; none: strace is not there.
    pub probed: Option<Vec<String>>,
    #[allow(dead_code, reason = "not every plugin has a test of what is said")]
    pub stderr: String,
}

impl Place {
    pub fn new(files: &[(&str, &str)]) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap(), scratch: tempfile::tempdir().unwrap() };
        for (name, content) in files {
            place.write(name, content);
        }
        place
    }

    pub fn write(&self, name: &str, content: &str) {
        let file = self.folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }

    /// Plans, runs and collects one call, which must end well.
    pub fn compile(&self, compiler: &Path, arguments: &[&str]) -> Compiled {
        let real = std::fs::canonicalize(compiler).unwrap();
        let mut invocation = golden::invocation(compiler.to_str().unwrap(), real.to_str().unwrap(), arguments);
        invocation.directory = self.folder.path().to_str().unwrap().to_owned();
        let run = match self.decide(&mut invocation) {
            Decision::Run(run) => run,
            other => panic!("{arguments:?}: {}", golden::decision(&invocation, &other)),
        };
        let (words, scratch_files) = self.words(&invocation, &run);
        let (probed, stderr) = self.execute(compiler, &words);
        for output in run.unit.outputs.iter().filter(|output| output.required) {
            assert!(self.folder.path().join(&output.path).is_file(), "{arguments:?} did not write {}", output.path);
        }
        let collected = self.collect(&invocation, &run, &scratch_files, &stderr);
        Compiled { run, collected, probed, stderr }
    }

    fn decide(&self, invocation: &mut Invocation) -> Decision {
        golden::decide::<Subject>(invocation, |invocation, question| self.answer(invocation, question)).1
    }

    fn answer(&self, invocation: &Invocation, question: &Question) -> Answer {
        match question {
            Question::Read(file) => Answer::Content(std::fs::read(self.folder.path().join(file)).ok()),
            Question::StandardInput => Answer::Content(Some(Vec::new())),
            Question::Look(file) => Answer::Is(kind(&self.folder.path().join(file))),
            Question::Probe(probe) => Answer::Ran(self.ask(invocation, probe).0),
        }
    }

    /// What the compiler says to a probe or as a companion, and what it writes to the scratch file of that.
    fn ask(&self, invocation: &Invocation, probe: &Probe) -> (Ran, Option<Vec<u8>>) {
        let scratch = self.scratch.path().join("probe");
        let mut words = Vec::new();
        for word in &grant(&probe.grant).words {
            match word {
                Word::Literal(text) => words.push(text.clone()),
                Word::User => {
                    words.extend(probe.user.iter().map(|index| invocation.arguments[*index as usize].clone()));
                }
                Word::Scratch(prefix) => words.push(format!("{prefix}{}", scratch.display())),
            }
        }
        let output = self.command(Path::new(&invocation.tool.path)).args(words).output().unwrap();
        let status = Status::Exited(output.status.code().unwrap() as u32);
        let ran = Ran { status, stdout: output.stdout, stderr: output.stderr };
        let written = std::fs::read(&scratch).ok();
        // Not every one writes there.
        let _absent = std::fs::remove_file(&scratch);
        (ran, written)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
        command
    }

    /// The command as planned, and the scratch file of each addition that has one.
    fn words(&self, invocation: &Invocation, run: &Run) -> (Vec<String>, Vec<(String, PathBuf)>) {
        let mut words = Vec::new();
        let mut scratch_files = Vec::new();
        for index in 0..=invocation.arguments.len() {
            for (id, before) in &run.unit.additions {
                if *before as usize == index {
                    for word in grant(id).words {
                        match word {
                            Word::Literal(text) => words.push(text),
                            Word::Scratch(prefix) => {
                                let file = self.scratch.path().join(id);
                                words.push(format!("{prefix}{}", file.display()));
                                scratch_files.push((id.clone(), file));
                            }
                            Word::User => panic!("an addition with words of the user"),
                        }
                    }
                }
            }
            words.extend(invocation.arguments.get(index).cloned());
        }
        (words, scratch_files)
    }

    fn execute(&self, compiler: &Path, words: &[String]) -> (Option<Vec<String>>, String) {
        let log = self.scratch.path().join("strace");
        let traced = find("strace").map(|strace| {
            let mut command = self.command(&strace);
            command.args(["-f", "-s", "4096", "-e", "trace=%file", "-o"]).arg(&log).arg("--").arg(compiler);
            command
        });
        let is_traced = traced.is_some();
        let output = traced.unwrap_or_else(|| self.command(compiler)).args(words).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}: {stderr}");
        let probed = is_traced.then(|| probed(&std::fs::read_to_string(&log).unwrap()));
        (probed, stderr)
    }

    fn collect(
        &self,
        invocation: &Invocation,
        run: &Run,
        scratch_files: &[(String, PathBuf)],
        stderr: &str,
    ) -> Collected {
        let unit = &run.unit;
        let dependencies = unit
            .dependencies
            .iter()
            .map(|dependency| match dependency {
                Dependency::Scratch(id) => {
                    let (_, file) = scratch_files.iter().find(|(known, _)| known == id).unwrap();
                    std::fs::read(file).ok()
                }
                Dependency::Output(role) => {
                    let output = unit.outputs.iter().find(|output| output.role == *role).unwrap();
                    std::fs::read(self.folder.path().join(&output.path)).ok()
                }
                Dependency::Scan(_) => Some(self.scan(run)),
                Dependency::ScanInstead(_) => None,
            })
            .collect();
        let mut outcome = Outcome {
            state: unit.state.clone(),
            code: 0,
            directory: self.folder.path().to_str().unwrap().to_owned(),
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
            joined: false,
            dependencies,
            facts: Vec::new(),
            found: Vec::new(),
            companions: Vec::new(),
            more: Vec::new(),
        };
        for _ in 0..16 {
            match Subject::collect(&outcome) {
                Collected::Facts(paths) => outcome.facts.extend(paths.iter().map(|path| self.fact(path))),
                Collected::Find(find) => {
                    let text = |path: &String| std::fs::read(self.folder.path().join(path)).unwrap_or_default();
                    let found = find.files.iter().map(|path| String::from_utf8_lossy(&text(path)).into_owned());
                    outcome.found.extend(found.map(|text| findings(&find.tokens, &text)));
                }
                Collected::Companion(companion) => {
                    let (ran, scratch) = self.ask(invocation, &companion);
                    outcome.companions.push(CompanionRun { ran, scratch });
                }
                collected => return collected,
            }
        }
        panic!("no reading after 16 rounds");
    }

    /// Follows includes as the plan's scan says, quoted names beside their file first.
    fn scan(&self, run: &Run) -> Vec<u8> {
        let mut known = BTreeSet::new();
        let mut open: Vec<String> = run.unit.inputs.iter().map(|input| input.path.clone()).collect();
        while let Some(file) = open.pop() {
            if kind(&self.folder.path().join(&file)) != FileKind::File || !known.insert(file.clone()) {
                continue;
            }
            for finding in self.fact(&file).findings.iter().filter(|finding| finding.token == "include") {
                let beside = (finding.delimiter == Some(0)).then(|| path::folder(&file).to_owned());
                let chain = &run.chains[if beside.is_some() { 0 } else { 1 }];
                let mut candidates = beside.iter().chain(chain).map(|folder| path::join(folder, &finding.name));
                if finding.word == "include_next" {
                    open.extend(candidates);
                } else {
                    open.extend(candidates.find(|path| self.folder.path().join(path).is_file()));
                }
            }
        }
        known.into_iter().flat_map(|path| (path + "\0").into_bytes()).collect()
    }

    fn fact(&self, file: &str) -> Fact {
        let full = self.folder.path().join(file);
        let is = kind(&full);
        let content =
            (is == FileKind::File).then(|| String::from_utf8_lossy(&std::fs::read(&full).unwrap()).into_owned());
        let findings = content.as_deref().map(|text| findings(&Subject::describe().tokens, text)).unwrap_or_default();
        let file = std::fs::canonicalize(&full).ok().map(|path| path.to_string_lossy().into_owned());
        let entries = full.to_str().unwrap().ends_with('/').then(|| std::fs::read_dir(&full).ok()).flatten();
        let names = entries.map(|each| each.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect());
        Fact { is, content, file, findings, names }
    }
}

/// A compiler or another program of this machine.
pub fn find(name: &str) -> Option<PathBuf> {
    let found = Path::new("/usr/bin").join(name);
    found.exists().then_some(found)
}

/// A test with each of these compilers that is there.
#[allow(dead_code, reason = "not every plugin is for several compilers")]
pub fn each(names: &[&str], test: impl Fn(&Path)) {
    for name in names {
        match find(name) {
            Some(compiler) => test(&compiler),
            None => eprintln!("skipped: {name} is not there"),
        }
    }
}

/// Why a run that cannot be certain of it is refused.
#[allow(dead_code, reason = "not every plugin has a test of what is refused")]
pub fn refusal(compiled: &Compiled) -> &str {
    match &compiled.collected {
        Collected::Refuse(refusal) => &refusal.reason,
        other => panic!("{}", golden::collected(other)),
    }
}

/// What a run that must be certain of it says it read.
pub fn reading(compiled: &Compiled) -> &Reading {
    match &compiled.collected {
        Collected::Done(reading) => reading,
        other => panic!("{}", golden::collected(other)),
    }
}

/// Paths that a compiler looked at and that neither the plan nor the reading covers, but for harmless ones.
pub fn uncovered(place: &Place, compiled: &Compiled, harmless: impl Fn(&str) -> bool) -> Vec<String> {
    let Some(probed) = &compiled.probed else {
        eprintln!("skipped: strace is not there");
        return Vec::new();
    };
    let normal = |path: &str| -> PathBuf {
        let mut normal = PathBuf::new();
        for part in place.folder.path().join(path).components() {
            match part {
                std::path::Component::ParentDir => {
                    normal.pop();
                }
                part => normal.push(part),
            }
        }
        normal
    };
    let reading = reading(compiled);
    let covered: Vec<PathBuf> = covered(&compiled.run, reading).iter().map(|path| normal(path)).collect();
    let listed: Vec<PathBuf> = (compiled.run.assumptions.iter().chain(&compiled.run.unit.inputs))
        .filter(|input| matches!(input.observe, Observe::Listing | Observe::Tree))
        .map(|input| normal(&input.path))
        .collect();
    probed
        .iter()
        .filter(|path| !harmless(path) && !path.is_empty() && *path != ".")
        .filter(|path| {
            let path = normal(path);
            // A folder that is there, or whose being there decides about a covered path, shows in that path.
            let is_listed = path.ancestors().any(|folder| listed.iter().any(|listed| listed == folder));
            !path.is_dir() && !is_listed && !covered.iter().any(|covered| covered.starts_with(&path))
        })
        .cloned()
        .collect()
}

/// Every path that a plan and its reading cover.
fn covered(run: &Run, reading: &Reading) -> BTreeSet<String> {
    let unit = &run.unit;
    let mut paths: BTreeSet<String> = BTreeSet::new();
    paths.extend(run.assumptions.iter().chain(&unit.inputs).chain(&reading.inputs).map(|input| input.path.clone()));
    paths.extend(unit.outputs.iter().map(|output| output.path.clone()));
    for (chains, lookups) in [(&run.chains, &unit.lookups), (&reading.chains, &reading.lookups)] {
        for lookup in lookups {
            let folders: Vec<String> = match &lookup.chain {
                Chain::Listed(chain) => chains[*chain as usize].clone(),
                Chain::Beside((folder, chain)) => [std::slice::from_ref(folder), &chains[*chain as usize]].concat(),
                Chain::Programs => vec!["/usr/bin".to_owned(), "/bin".to_owned()],
            };
            paths.extend(folders.iter().map(|folder| path::join(folder, &lookup.name)));
        }
    }
    paths
}

fn kind(path: &Path) -> FileKind {
    match std::fs::metadata(path) {
        Err(_) => FileKind::Absent,
        Ok(metadata) if metadata.is_file() => FileKind::File,
        Ok(metadata) if metadata.is_dir() => FileKind::Folder,
        Ok(_) => FileKind::Other,
    }
}

fn grant(id: &str) -> Grant {
    Subject::describe().grants.into_iter().find(|grant| grant.id == id).unwrap()
}

/// First arguments of the calls in a strace log.
fn probed(log: &str) -> Vec<String> {
    let mut paths: Vec<String> = log
        .lines()
        .filter(|line| !line.contains("readlink"))
        .filter_map(|line| line.split_once("(AT_FDCWD, \"").or_else(|| line.split_once("(\"")))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .map(|(path, _)| path.strip_prefix("./").unwrap_or(path).to_owned())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The tokens of a text, read word by word at every place, in order.
fn findings(tokens: &[Token], text: &str) -> Vec<Finding> {
    let text = text.replace("\\\n", "");
    let mut findings = Vec::new();
    for token in tokens {
        let (head, rule) = match &token.find {
            TokenRule::WholeWord(word) => (word.as_str(), None),
            TokenRule::Name(rule) => (rule.lead.as_str(), Some(rule)),
            TokenRule::Digits(rule) => {
                findings.extend(digits(rule, &text).map(|(start, name)| {
                    (start, Finding { token: token.id.clone(), word: String::new(), delimiter: None, name })
                }));
                continue;
            }
        };
        for (start, _) in text.match_indices(head) {
            let (before, rest) = (&text[..start], &text[start + head.len()..]);
            let inside = identifier(head.chars().next()) && identifier(before.chars().next_back());
            if inside || (rule.is_none_or(|rule| rule.words.is_empty()) && !ends(head, rest)) {
                continue;
            }
            let found = match rule {
                None => Some((String::new(), (None, String::new()))),
                Some(rule) => behind(rule, rest),
            };
            if let Some((word, (delimiter, name))) = found {
                findings.push((start, Finding { token: token.id.clone(), word, delimiter, name }));
            }
        }
    }
    findings.sort_by_key(|(start, _)| *start);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

fn digits(rule: &DigitsRule, text: &str) -> impl Iterator<Item = (usize, String)> {
    let digit = |each: &char| each.is_ascii_digit() || ('a'..='f').contains(each);
    text.match_indices(&rule.lead).filter_map(move |(start, lead)| {
        let behind = text[start + lead.len()..].chars().take(rule.count as usize).take_while(digit);
        let digits: String = behind.collect();
        (digits.len() == rule.count as usize).then_some((start, digits))
    })
}

/// Of a find without delimiters the identifier in its place.
type Name = (Option<u32>, String);

fn behind(rule: &NameRule, rest: &str) -> Option<(String, Name)> {
    let rest = rest.trim_start_matches([' ', '\t']);
    let (word, rest) = if rule.words.is_empty() {
        (String::new(), rest)
    } else {
        let standing = rule.words.iter().filter_map(|word| {
            let mut rest = rest;
            for piece in word.split(' ') {
                rest = rest.trim_start_matches([' ', '\t']).strip_prefix(piece)?;
            }
            ends(word, rest).then(|| (word.clone(), rest))
        });
        standing.min_by_key(|(_, rest)| rest.len())?
    };
    let line = rest.trim_start_matches([' ', '\t']).lines().next().unwrap_or_default();
    let name = (0..).zip(&rule.delimiters).find_map(|(index, (open, close))| {
        let (name, _) = line.strip_prefix(open.as_str())?.split_once(close.as_str())?;
        Some((Some(index), name.to_owned()))
    });
    let instead = || line.chars().take_while(|each| identifier(Some(*each)) || matches!(each, '$' | '\\')).collect();
    Some((word, name.unwrap_or_else(|| (None, instead()))))
}

fn identifier(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn ends(word: &str, rest: &str) -> bool {
    !(identifier(word.chars().next_back()) && identifier(rest.chars().next()))
}
