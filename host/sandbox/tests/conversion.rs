//! That nothing is lost or changed between a component and the model, in either direction.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test suite")]

mod common;

use std::sync::Arc;

use common::{World, invocation, run};
use zccache_model::invocation::ExitStatus;
use zccache_model::plan::{
    Absence, Addition, Answer, Chain, Decision, Dependency, EarlierState, Failures, FileKind, Input, Lookup, Observe,
    Output, Plan, Probe, Question, Ran, Refusal, Role, Scan, Search, Unit,
};
use zccache_model::plugin::{Grant, GrantKind, NameRule, Token, TokenRule, Word};
use zccache_model::reading::{Collected, Fact, Find, Finding, Learnt, Reading};
use zccache_sandbox::Plugin;
use zccache_test_components::{Canned, Layout};

const RUN: &str = r#"run({
    chains: [["one", "two"], []],
    unit: {
        roles: [key, out(output-path), out(sometimes)],
        key: [{name: "version", value: "7"}],
        sometimes: [{name: "width", value: "80"}],
        directory-in-key: true,
        irrelevant-environment: ["TERM"],
        inputs: [
            {path: "a", observe: content, absence: must-exist},
            {path: "b", observe: content-and-time, absence: may-be-absent},
            {path: "c", observe: kind, absence: may-be-absent},
            {path: "d", observe: identity, absence: may-be-absent},
            {path: "e", observe: listing, absence: may-be-absent},
            {path: "f", observe: program, absence: may-be-absent},
            {path: "g", observe: tree, absence: may-be-absent}
        ],
        lookups: [
            {name: "n", chain: listed(1), observe: content, all: true},
            {name: "m", chain: beside(("folder", 0)), observe: kind, all: false},
            {name: "p", chain: programs, observe: program, all: false}
        ],
        outputs: [
            {role: "object", path: "x.o", required: true, named-by: some(1), replaced: true},
            {role: "list", path: "x.list", required: false, named-by: none, replaced: false}
        ],
        additions: [("list", 2)],
        dependencies: [
            scratch("list"),
            output("list"),
            scan({token: "use", searches: [{chain: 1, beside: true}], all-words: ["next"]})
        ],
        failures: keep,
        ahead: some({token: "ahead", searches: [{chain: 0, beside: false}], all-words: []}),
        earlier: [{folder: "kept", prefix: "x-", unfinished: [".lock"]}],
        state: [0, 255],
        more: []
    },
    assumptions: [{path: "/lib", observe: listing, absence: must-exist}],
    more: []
})"#;

fn plan() -> Plan {
    let input = |path: &str, observe, absence| Input { path: path.into(), observe, absence };
    let optional = |path: &str, observe| input(path, observe, Absence::MayBeAbsent);
    let lookup = |name: &str, chain, observe, all| Lookup { name: name.into(), chain, observe, all };
    let output = |role: &str, path: &str, named_by: Option<u32>| {
        let replaced = named_by.is_some();
        Output { role: role.into(), path: path.into(), required: replaced, named_by, replaced }
    };
    Plan {
        chains: vec![vec!["one".into(), "two".into()], vec![]],
        unit: Unit {
            roles: vec![Role::Key, Role::OutputPath, Role::Sometimes],
            key: vec![("version".into(), "7".into())],
            sometimes: vec![("width".into(), "80".into())],
            directory_in_key: true,
            irrelevant_environment: vec!["TERM".into()],
            inputs: vec![
                input("a", Observe::Content, Absence::MustExist),
                optional("b", Observe::ContentAndTime),
                optional("c", Observe::Kind),
                optional("d", Observe::Identity),
                optional("e", Observe::Listing),
                optional("f", Observe::Program),
                optional("g", Observe::Tree),
            ],
            lookups: vec![
                lookup("n", Chain::Listed(1), Observe::Content, true),
                lookup("m", Chain::Beside("folder".into(), 0), Observe::Kind, false),
                lookup("p", Chain::Programs, Observe::Program, false),
            ],
            outputs: vec![output("object", "x.o", Some(1)), output("list", "x.list", None)],
            additions: vec![Addition { grant: "list".into(), before: 2 }],
            dependencies: vec![
                Dependency::Scratch("list".into()),
                Dependency::Output("list".into()),
                Dependency::Scan(Scan {
                    token: "use".into(),
                    searches: vec![Search { chain: 1, beside: true }],
                    all_words: vec!["next".into()],
                }),
            ],
            failures: Failures::Keep,
            ahead: Some(Scan {
                token: "ahead".into(),
                searches: vec![Search { chain: 0, beside: false }],
                all_words: Vec::new(),
            }),
            earlier: vec![EarlierState {
                folder: "kept".into(),
                prefix: "x-".into(),
                unfinished: vec![".lock".into()],
            }],
            state: vec![0, 255],
        },
        assumptions: vec![input("/lib", Observe::Listing, Absence::MustExist)],
    }
}

fn decide(decision: &str) -> Decision {
    World::new().load(&Canned::new("x").plan(decision).build()).plan(&invocation(&[]), &[]).unwrap()
}

fn collect(collected: &str) -> Collected {
    World::new().load(&Canned::new("x").collect(collected).build()).collect(&run(), &Learnt::default()).unwrap()
}

#[test]
fn a_plan_with_everything_in_it_comes_through_as_it_is() {
    assert_eq!(decide(RUN), Decision::Run(Box::new(plan())));
}

#[test]
fn questions_and_refusals_come_through_as_they_are() {
    let need = r#"need([read("file"), look("path"), standard-input, probe({grant: "ask", user: [3, 0]})])"#;
    let probe = Probe { grant: "ask".into(), user: vec![3, 0] };
    let questions = vec![
        Question::Read("file".into()),
        Question::Look("path".into()),
        Question::StandardInput,
        Question::Probe(probe),
    ];
    assert_eq!(decide(need), Decision::Need(questions));

    let refusal = Refusal { reason: "stdin".into(), detail: "it reads standard input".into() };
    let refused = r#"({reason: "stdin", detail: "it reads\nstandard input"})"#;
    assert_eq!(decide(&format!("bypass{refused}")), Decision::Bypass(refusal.clone()));
    assert_eq!(collect(&format!("refuse{refused}")), Collected::Refuse(refusal));
}

#[test]
fn readings_and_facts_come_through_as_they_are() {
    let done = r#"done({
        chains: [["dir"]],
        inputs: [{path: "in", observe: content, absence: must-exist}],
        lookups: [{name: "n", chain: listed(0), observe: content, all: false}],
        variables: ["NAME"],
        directory: true,
        more: []
    })"#;
    let reading = Reading {
        chains: vec![vec!["dir".into()]],
        inputs: vec![Input { path: "in".into(), observe: Observe::Content, absence: Absence::MustExist }],
        lookups: vec![Lookup { name: "n".into(), chain: Chain::Listed(0), observe: Observe::Content, all: false }],
        variables: vec!["NAME".into()],
        directory: true,
    };
    assert_eq!(collect(done), Collected::Done(reading));
    assert_eq!(collect(r#"facts(["a", "b"])"#), Collected::Facts(vec!["a".into(), "b".into()]));
    let tokens = vec![Token { id: "t".into(), rule: TokenRule::WholeWord("w".into()) }];
    let find = Find { tokens, files: vec!["a".into()] };
    let text = r#"find({tokens: [{id: "t", find: whole-word("w")}], files: ["a"]})"#;
    assert_eq!(collect(text), Collected::Find(find));
    let companion = Probe { grant: "again".into(), user: vec![1] };
    assert_eq!(collect(r#"companion({grant: "again", user: [1]})"#), Collected::Companion(companion));
}

#[test]
fn an_answer_that_says_something_unknown_is_a_bypass_or_a_refusal() {
    let unknown = r#"more: [{name: "volatile", value: "yes"}]"#;
    let (before, after) = RUN.rsplit_once("more: []").unwrap();
    let (in_unit, in_run) = (RUN.replacen("more: []", unknown, 1), format!("{before}{unknown}{after}"));
    for text in [in_unit, in_run] {
        let Decision::Bypass(refusal) = decide(&text) else { panic!("planned") };
        assert_eq!(refusal.reason, "unknown-property");
        assert!(refusal.detail.contains("'volatile'"), "{}", refusal.detail);
    }
    let collected =
        collect(&format!("done({{chains: [], inputs: [], lookups: [], variables: [], directory: false, {unknown}}})"));
    assert!(matches!(collected, Collected::Refuse(refusal) if refusal.reason == "unknown-property"));
}

/// A plugin with tokens that gives back the token and the word of the first finding of the first fact.
fn finder() -> Plugin {
    let tokens = r##"tokens: [
        {id: "date", find: whole-word("@date")},
        {id: "use", find: name({lead: "@", words: ["use", "use next"], delimiters: [("<", ">"), ("'", "'")]})}
    ]"##;
    let component = Canned::new("finder")
        .describe(|text| text.replace("tokens: []", tokens))
        .collect(r#"refuse({reason: "", detail: ""})"#)
        .collect_code(|layout| {
            let first = |base: &str, record: &str, field: &str| {
                format!("(i32.load (i32.add {base} (i32.const {})))", layout.field_offset(record, field))
            };
            let facts = first("(local.get 0)", "outcome", "facts");
            let first = first(&facts, "fact", "findings");
            let token = copy(layout, "reason", &first, layout.field_offset("finding", "token"));
            let word = copy(layout, "detail", &first, layout.field_offset("finding", "word"));
            format!("{token} {word} (i32.const {})", layout.answer())
        });
    World::new().load(&component.build())
}

/// Code that makes a string of the answer the string that lies at `offset` from `base`.
fn copy(layout: &Layout<'_>, to: &str, base: &str, offset: usize) -> String {
    let to = layout.field_address(to);
    format!("(i64.store (i32.const {to}) (i64.load (i32.add {base} (i32.const {offset}))))")
}

#[test]
fn a_plugin_is_told_tokens_and_words_by_their_texts() {
    let plugin = finder();
    let told = |token, word| {
        let finding = Finding { token, word, delimiter: Some(1), name: "name".into() };
        let fact = Fact {
            kind: FileKind::File,
            content: Some("same".into()),
            file: None,
            findings: Arc::new(vec![finding.clone()]),
            names: None,
        };
        match plugin.collect(&run(), &Learnt { facts: vec![fact], ..Learnt::default() }) {
            Ok(Collected::Refuse(refusal)) => Some((refusal.reason, refusal.detail)),
            _ => None,
        }
    };
    assert_eq!(told(1, Some(1)), Some(("use".into(), "use next".into())));
    assert_eq!(told(0, None), Some(("date".into(), String::new())));
    assert_eq!(told(2, None), None, "there is no such token");
    assert_eq!(told(1, Some(2)), None, "there is no such word");
    assert_eq!(told(0, Some(0)), None, "the rule has no words");
}

#[test]
fn a_plugin_is_given_every_answer_so_far() {
    let component = Canned::new("reader").plan(r#"bypass({reason: "", detail: ""})"#).plan_code(|layout| {
        // An answer is a tag, and at 4 an option's tag and its bytes, or a program's status (8 bytes) and its streams.
        let answers = layout.field_offset("invocation", "answers");
        let first = format!("(i32.load (i32.add (local.get 0) (i32.const {answers})))");
        let size = layout.size("answer");
        let second = format!("(i32.add {first} (i32.const {size}))");
        let printed = 4 + layout.field_offset("ran", "stdout");
        let (content, stdout) = (copy(layout, "reason", &first, 8), copy(layout, "detail", &second, printed));
        format!("{content} {stdout} (i32.const {})", layout.answer())
    });
    let answers = [
        Answer::Content(Some(b"content".to_vec())),
        Answer::Ran(Ran { status: ExitStatus::Exited(0), stdout: b"printed".to_vec(), stderr: Vec::new() }),
    ];
    let decision = World::new().load(&component.build()).plan(&invocation(&[]), &answers);
    assert_eq!(decision, Ok(Decision::Bypass(Refusal { reason: "content".into(), detail: "printed".into() })));
}

#[test]
fn a_description_with_everything_in_it_comes_through_as_it_is() {
    let component = Canned::new("full").describe(|text| {
        let grants = r#"grants: [
            {id: "list", what: addition, words: [literal("-l"), scratch("--to=")], reason: "to see"},
            {id: "ask", what: probe, words: [user, literal("-v")], reason: "to know"}
        ]"#;
        let tokens = r#"tokens: [
            {id: "date", find: whole-word("@date")},
            {id: "use", find: name({lead: "@", words: ["use"], delimiters: [("<", ">")]})}
        ]"#;
        text.replace("grants: []", grants)
            .replace("tokens: []", tokens)
            .replace("environment: []", r#"environment: ["LC_*"]"#)
            .replace("key-version: 1", "key-version: 70000")
    });
    let plugin = World::new().load(&component.build());
    let description = plugin.description();
    assert_eq!((description.version.as_str(), description.key_version), ("1.0.0", 70000));
    assert_eq!(description.environment, ["LC_*"]);
    let grant = |id: &str, kind, words, reason: &str| Grant { id: id.into(), kind, words, reason: reason.into() };
    assert_eq!(
        description.grants,
        [
            grant(
                "list",
                GrantKind::Addition,
                vec![Word::Literal("-l".into()), Word::Scratch("--to=".into())],
                "to see"
            ),
            grant("ask", GrantKind::Probe, vec![Word::User, Word::Literal("-v".into())], "to know"),
        ]
    );
    let rule = NameRule { lead: "@".into(), words: vec!["use".into()], delimiters: vec![("<".into(), ">".into())] };
    assert_eq!(
        description.tokens,
        [
            Token { id: "date".into(), rule: TokenRule::WholeWord("@date".into()) },
            Token { id: "use".into(), rule: TokenRule::Name(rule) },
        ]
    );
}
