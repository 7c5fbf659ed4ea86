//! What the host requires of a plugin's answers. Pure: a broken rule is a fault of the plugin, and the tool runs uncached.

use std::fmt;

use crate::invocation::Invocation;
use crate::limits;
use crate::path;
use crate::plan::{Answer, Chain, Dependency, Input, Lookup, Observe, Output, Plan, Probe, Question, Scan, Unit};
use crate::plugin::{Description, Grant, GrantKind, Word};
use crate::reading::Reading;

/// A rule that an answer breaks, in words for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule(pub String);

impl fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BrokenRule {}

fn broken<T>(rule: impl Into<String>) -> Result<T, BrokenRule> {
    Err(BrokenRule(rule.into()))
}

/// Whether a question may be asked: a file to read is named by the command line or an answer, or is the tool; a probe is granted.
pub fn check_question(
    description: &Description,
    invocation: &Invocation,
    answers: &[Answer],
    question: &Question,
) -> Result<(), BrokenRule> {
    match question {
        Question::Look(_) | Question::StandardInput => Ok(()),
        Question::Probe(probe) => probe_words(description, invocation, probe).map(drop),
        Question::Read(file) => {
            let in_arguments = invocation.arguments.iter().any(|argument| argument.contains(file.as_str()));
            let in_answers = answers.iter().any(|answer| {
                let names = |text: &[u8]| text.windows(file.len().max(1)).any(|window| window == file.as_bytes());
                match answer {
                    Answer::Content(Some(content)) => names(content),
                    Answer::Ran(ran) => names(&ran.stdout) || names(&ran.stderr),
                    Answer::Content(None) | Answer::Is(_) => false,
                }
            });
            let is_tool = [&invocation.tool.path, &invocation.tool.real].contains(&file);
            if file.is_empty() || !(in_arguments || in_answers || is_tool) {
                return broken(format!("asks to read '{file}', which the command line does not name"));
            }
            Ok(())
        }
    }
}

/// One argument of a granted addition or probe, as the host makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantedWord {
    /// Exactly this.
    Text(String),
    /// This, joined with a scratch path of the host's.
    Scratch(String),
}

/// The argument list of a granted probe.
pub fn probe_words(
    description: &Description,
    invocation: &Invocation,
    probe: &Probe,
) -> Result<Vec<GrantedWord>, BrokenRule> {
    user_words(granted(description, &probe.grant, &[GrantKind::Probe, GrantKind::SelfProbe])?, invocation, probe)
}

/// The argument list of a granted companion.
pub fn companion_words(
    description: &Description,
    invocation: &Invocation,
    companion: &Probe,
) -> Result<Vec<GrantedWord>, BrokenRule> {
    user_words(granted(description, &companion.grant, &[GrantKind::Companion])?, invocation, companion)
}

fn user_words(grant: &Grant, invocation: &Invocation, probe: &Probe) -> Result<Vec<GrantedWord>, BrokenRule> {
    let mut words = Vec::new();
    for word in &grant.words {
        match word {
            Word::Literal(text) => words.push(GrantedWord::Text(text.clone())),
            Word::Scratch(prefix) => words.push(GrantedWord::Scratch(prefix.clone())),
            Word::User => {
                for index in &probe.user {
                    let Some(argument) = invocation.arguments.get(*index as usize) else {
                        return broken(format!("'{}' names argument {index}, which is not there", grant.id));
                    };
                    words.push(GrantedWord::Text(argument.clone()));
                }
            }
        }
    }
    Ok(words)
}

fn granted<'a>(description: &'a Description, id: &str, kinds: &[GrantKind]) -> Result<&'a Grant, BrokenRule> {
    match description.grant(id) {
        Some(grant) if kinds.contains(&grant.kind) => Ok(grant),
        Some(_) => broken(format!("uses the grant '{id}' for something else than it is for")),
        None => broken(format!("asks for '{id}', which it was not granted")),
    }
}

/// The words of a granted addition.
pub fn addition_words(description: &Description, grant: &str) -> Result<Vec<GrantedWord>, BrokenRule> {
    let grant = granted(description, grant, &[GrantKind::Addition, GrantKind::MessageAddition])?;
    grant
        .words
        .iter()
        .map(|word| match word {
            Word::Literal(text) => Ok(GrantedWord::Text(text.clone())),
            Word::Scratch(prefix) => Ok(GrantedWord::Scratch(prefix.clone())),
            Word::User => broken(format!("the addition '{}' holds words of the user", grant.id)),
        })
        .collect()
}

/// Whether a plan keeps every rule.
pub fn check_plan(description: &Description, invocation: &Invocation, plan: &Plan) -> Result<(), BrokenRule> {
    let unit = &plan.unit;
    if unit.roles.len() != invocation.arguments.len() {
        return broken(format!("gives {} roles for {} arguments", unit.roles.len(), invocation.arguments.len()));
    }
    if unit.inputs.len() + unit.lookups.len() > limits::ANSWER_ITEMS {
        return broken("names too many inputs");
    }
    check_lookups(&plan.chains, &unit.lookups)?;
    check_observed(&unit.inputs, &unit.lookups)?;
    let no_name = |input: &&Input| input.observe == Observe::ProgramInPath && input.path.contains('/');
    if let Some(input) = plan.assumptions.iter().find(no_name) {
        return broken(format!("looks in PATH for '{}', which is no name", input.path));
    }
    for addition in &unit.additions {
        addition_words(description, &addition.grant)?;
        if addition.before as usize > invocation.arguments.len() {
            return broken("puts an addition where no argument is");
        }
    }
    for (index, output) in unit.outputs.iter().enumerate() {
        if unit.outputs[..index].iter().any(|other| other.role == output.role || other.path == output.path) {
            return broken(format!("names the output '{}' twice", output.path));
        }
        check_output(invocation, output)?;
        if unit.inputs.iter().any(|input| input.path == output.path) {
            return broken(format!("'{}' is both read and written", output.path));
        }
    }
    for dependency in &unit.dependencies {
        check_dependency(description, plan, unit, dependency)?;
    }
    unit.ahead.iter().try_for_each(|scan| check_scan(description, plan, scan))
}

/// Whether a call may be taken apart like this: every part is less than the whole, so that taking apart comes to an end,
/// and nothing that the caller said is lost.
pub fn check_split(invocation: &Invocation, calls: &[Vec<u32>]) -> Result<(), BrokenRule> {
    let arguments = invocation.arguments.len();
    let mut kept = vec![false; arguments];
    for call in calls {
        if call.len() >= arguments || !call.is_sorted_by(|one, next| one < next) {
            return broken("splits a call into one that is not smaller, or in another order");
        }
        for index in call {
            match kept.get_mut(*index as usize) {
                Some(kept) => *kept = true,
                None => return broken(format!("splits off argument {index}, which is not there")),
            }
        }
    }
    if calls.len() < 2 || !kept.iter().all(|kept| *kept) {
        return broken("splits a call and loses arguments");
    }
    Ok(())
}

fn check_dependency(
    description: &Description,
    plan: &Plan,
    unit: &Unit,
    dependency: &Dependency,
) -> Result<(), BrokenRule> {
    match dependency {
        Dependency::Scratch(grant) => {
            if !unit.additions.iter().any(|addition| addition.grant == *grant) {
                return broken(format!("reads what '{grant}' wrote without adding it"));
            }
            let scratches = addition_words(description, grant)?;
            if scratches.iter().filter(|word| matches!(word, GrantedWord::Scratch(_))).count() != 1 {
                return broken(format!("the addition '{grant}' does not write exactly one scratch file"));
            }
        }
        Dependency::Output(role) => {
            if !unit.outputs.iter().any(|output| output.role == *role) {
                return broken(format!("'{role}' is no output"));
            }
        }
        Dependency::Scan(scan) | Dependency::ScanInstead(scan) => check_scan(description, plan, scan)?,
    }
    Ok(())
}

fn check_scan(description: &Description, plan: &Plan, scan: &Scan) -> Result<(), BrokenRule> {
    if !description.tokens.iter().any(|token| token.id == scan.token) {
        return broken(format!("scans by the token '{}', which it did not declare", scan.token));
    }
    if scan.searches.iter().any(|search| search.chain as usize >= plan.chains.len()) {
        return broken("scans in a chain that is not there");
    }
    Ok(())
}

/// An output is named by an argument, lies in a folder that an argument names or in that of something it names, or lies in
/// or below the working directory where no component begins with a dot.
fn check_output(invocation: &Invocation, output: &Output) -> Result<(), BrokenRule> {
    let Some(index) = output.named_by else {
        let plain = !output.path.is_empty()
            && !output.path.starts_with('/')
            && output.path.split('/').all(|component| !component.is_empty() && !component.starts_with('.'));
        return if plain {
            Ok(())
        } else {
            broken(format!("the output '{}' is neither named by an argument nor below the directory", output.path))
        };
    };
    let Some(argument) = invocation.arguments.get(index as usize) else {
        return broken(format!("the output '{}' is named by argument {index}, which is not there", output.path));
    };
    let folder = path::parent(&output.path);
    let mut paths = named_paths(argument);
    let named = named_paths(argument).any(|named| named == output.path);
    let in_named = named_paths(argument).any(|named| !folder.is_empty() && named.trim_end_matches('/') == folder);
    let mut beside = || in_named || paths.any(|named| path::parent(named) == folder);
    let name = path::file_name(&output.path);
    let hidden = name.starts_with('.') && !path::file_name(argument).starts_with('.');
    let plain_name = !matches!(name, "" | "." | "..");
    if plain_name && (named || (!hidden && beside())) {
        Ok(())
    } else {
        broken(format!("the output '{}' is not where the argument '{argument}' says", output.path))
    }
}

/// The paths that an argument can name: itself, what follows a `=`, `,` or `:`, and in an option any end that does not
/// begin within a longer path: the argument `/home/x/etc/y` names nothing in `/etc`. A comma may also end a path, since some
/// options hold a list.
fn named_paths(argument: &str) -> impl Iterator<Item = &str> {
    let option = argument.starts_with('-');
    argument
        .char_indices()
        .map(|(start, _)| argument.split_at(start))
        .filter_map(move |(before, path)| {
            let begins = match before.chars().next_back() {
                None | Some('=' | ',' | ':') => true,
                Some('/') => false,
                Some(_) => option,
            };
            begins.then_some(path)
        })
        .flat_map(|path| [Some(path), path.split_once(',').map(|(first, _)| first)].into_iter().flatten())
}

fn check_lookups(chains: &[Vec<String>], lookups: &[Lookup]) -> Result<(), BrokenRule> {
    for lookup in lookups {
        let listed = match &lookup.chain {
            Chain::Listed(chain) | Chain::Beside(_, chain) => *chain as usize,
            Chain::Programs => continue,
        };
        if listed >= chains.len() {
            return broken(format!("looks for '{}' in a chain that is not there", lookup.name));
        }
        if lookup.name.is_empty() {
            return broken("looks for a name that is empty");
        }
    }
    Ok(())
}

/// Whether what is observed can be told of what a run reads.
fn check_observed(inputs: &[Input], lookups: &[Lookup]) -> Result<(), BrokenRule> {
    let inputs = inputs.iter().map(|input| (&input.path, input.observe));
    let mut all = inputs.chain(lookups.iter().map(|lookup| (&lookup.name, lookup.observe)));
    match all.find(|(_, observe)| *observe == Observe::ProgramInPath) {
        Some((name, _)) => broken(format!("looks in PATH for '{name}', which only an assumption may")),
        None => Ok(()),
    }
}

/// Whether what a plugin says of a run keeps every rule.
pub fn check_reading(unit: &Unit, reading: &Reading) -> Result<(), BrokenRule> {
    if reading.inputs.len() + reading.lookups.len() + reading.variables.len() > limits::ANSWER_ITEMS {
        return broken("names too many inputs");
    }
    check_lookups(&reading.chains, &reading.lookups)?;
    check_observed(&reading.inputs, &reading.lookups)?;
    for input in &reading.inputs {
        if unit.outputs.iter().any(|output| output.path == input.path) {
            return broken(format!("'{}' is both read and written", input.path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{ProgramKind, Streams, Tool};
    use crate::plan::Addition;

    fn invocation(arguments: &[&str]) -> Invocation {
        Invocation {
            tool: Tool { name: "t".into(), path: "/t".into(), real: "/t".into(), kind: ProgramKind::Binary },
            arguments: arguments.iter().map(|argument| argument.to_string()).collect(),
            directory: "/w".into(),
            environment: Vec::new(),
            streams: Streams::default(),
        }
    }

    fn output(path: &str, named_by: Option<u32>) -> Output {
        Output { role: "object".into(), path: path.into(), required: true, named_by, replaced: false }
    }

    fn description() -> Description {
        Description {
            id: "t".into(),
            version: "1".into(),
            about: String::new(),
            key_version: 1,
            programs: Vec::new(),
            environment: vec!["LC_*".into(), "CPATH".into()],
            grants: vec![Grant {
                id: "ask".into(),
                kind: GrantKind::Probe,
                words: vec![Word::Literal("-v".into()), Word::User],
                reason: String::new(),
            }],
            tokens: Vec::new(),
        }
    }

    fn unit(arguments: usize) -> Unit {
        Unit {
            roles: vec![crate::plan::Role::Key; arguments],
            key: Vec::new(),
            sometimes: Vec::new(),
            directory_in_key: true,
            irrelevant_environment: Vec::new(),
            inputs: Vec::new(),
            lookups: Vec::new(),
            outputs: Vec::new(),
            additions: Vec::new(),
            dependencies: Vec::new(),
            failures: crate::plan::Failures::Forget,
            ahead: None,
            earlier: Vec::new(),
            state: Vec::new(),
        }
    }

    #[test]
    fn outputs_lie_where_an_argument_says_or_below_the_directory() {
        let call = invocation(&[
            "-o",
            "out/x.o",
            "-Fdir/y.list",
            "plain.o",
            "/home/x/etc/x.o",
            "-o/tmp/z.o",
            "/into",
            "--to=in/",
            "-Wx,-y,/list/x.names,-z,t",
        ]);
        for (path, named_by) in [
            ("out/x.o", Some(1)),
            ("out/x.list", Some(1)),
            ("dir/y.list", Some(2)),
            ("z.o", None),
            ("sub/z.o", None),
            ("p.list", Some(3)),
            ("/tmp/z.o", Some(5)),
            ("/home/x/etc/y", Some(4)),
            ("/into/z", Some(6)),
            ("in/z", Some(7)),
            ("/list/x.names", Some(8)),
        ] {
            assert_eq!(check_output(&call, &output(path, named_by)), Ok(()), "{path}");
        }
        for (path, named_by) in [
            ("/etc/x", None),
            ("../x.o", None),
            (".ssh/x", None),
            ("a/.x", None),
            ("", None),
            ("/etc/x", Some(1)),
            ("out/../x", Some(1)),
            ("out/..", Some(1)),
            ("out/.profile", Some(1)),
            (".profile", Some(3)),
            ("/etc/x.o", Some(4)),
            ("/x.o", Some(4)),
            ("/etc/y", Some(4)),
            ("x", Some(9)),
            ("/into/sub/z", Some(6)),
            ("/into/.profile", Some(6)),
            ("in/../z", Some(7)),
        ] {
            assert!(check_output(&call, &output(path, named_by)).is_err(), "{path}");
        }
    }

    #[test]
    fn what_was_not_granted_is_refused() {
        let call = invocation(&["a"]);
        let ask = |grant: &str, user: Vec<u32>| {
            check_question(&description(), &call, &[], &Question::Probe(Probe { grant: grant.into(), user }))
        };
        assert_eq!(ask("ask", vec![0]), Ok(()));
        assert!(ask("ask", vec![1]).is_err());
        assert!(ask("else", vec![]).is_err());
        let mut plan = Plan { chains: Vec::new(), unit: unit(1), assumptions: Vec::new() };
        assert_eq!(check_plan(&description(), &call, &plan), Ok(()));
        plan.unit.additions.push(Addition { grant: "ask".into(), before: 0 });
        assert!(check_plan(&description(), &call, &plan).is_err(), "a probe is no addition");
    }

    #[test]
    fn a_call_is_taken_apart_into_smaller_ones_that_lose_nothing() {
        let call = invocation(&["-c", "a", "b"]);
        assert_eq!(check_split(&call, &[vec![0, 1], vec![0, 2]]), Ok(()));
        for calls in [
            &[vec![0, 1, 2], vec![0]][..],
            &[vec![0, 1]],
            &[vec![0, 1], vec![0]],
            &[vec![1, 0], vec![0, 2]],
            &[vec![0, 1], vec![0, 3]],
            &[],
        ] {
            assert!(check_split(&call, calls).is_err(), "{calls:?}");
        }
    }

    #[test]
    fn only_files_that_the_caller_or_an_answer_names_are_read_for_a_plugin() {
        let call = invocation(&["@list"]);
        let read = |file: &str, answers: &[Answer]| {
            check_question(&description(), &call, answers, &Question::Read(file.into())).is_ok()
        };
        assert!(read("list", &[]));
        assert!(!read("/etc/shadow", &[]));
        assert!(!read("", &[]));
        assert!(read("more", &[Answer::Content(Some(b"-a @more".to_vec()))]));
    }

    #[test]
    fn a_plan_with_a_role_too_few_or_an_output_that_is_an_input_is_refused() {
        let call = invocation(&["a.x", "b"]);
        let mut plan = Plan { chains: Vec::new(), unit: unit(1), assumptions: Vec::new() };
        assert!(check_plan(&description(), &call, &plan).is_err());
        plan.unit = unit(2);
        plan.unit.outputs.push(output("a.x", Some(0)));
        assert_eq!(check_plan(&description(), &call, &plan), Ok(()));
        plan.unit.inputs.push(input("a.x", Observe::Content));
        assert!(check_plan(&description(), &call, &plan).is_err());
    }

    fn input(path: &str, observe: Observe) -> Input {
        Input { path: path.into(), observe, absence: crate::plan::Absence::MayBeAbsent }
    }

    #[test]
    fn only_an_assumption_looks_for_a_program_in_path_and_only_by_its_name() {
        let call = invocation(&["a.x"]);
        let mut plan = Plan { chains: Vec::new(), unit: unit(1), assumptions: Vec::new() };
        plan.assumptions.push(input("cc", Observe::ProgramInPath));
        assert_eq!(check_plan(&description(), &call, &plan), Ok(()));
        plan.assumptions.push(input("bin/cc", Observe::ProgramInPath));
        assert!(check_plan(&description(), &call, &plan).is_err());
        plan.assumptions.clear();
        plan.unit.inputs.push(input("cc", Observe::ProgramInPath));
        assert!(check_plan(&description(), &call, &plan).is_err());
    }
}
