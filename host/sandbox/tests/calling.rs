//! What becomes of calls that go wrong, and of many at once.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test suite")]

mod common;

use std::process::Command;
use std::thread;

use common::{World, invocation, run};
use zccache_model::limits;
use zccache_model::outcome::FaultKind;
use zccache_model::plan::{Decision, Refusal};
use zccache_model::reading::Learnt;
use zccache_model::rules;
use zccache_sandbox::{FailureKind, PluginFault, Registry, Sandbox, Standing};
use zccache_test_components::{self as components, Canned};

fn fault(component: &[u8]) -> PluginFault {
    World::new().load(component).plan(&invocation(&["a"]), &[]).unwrap_err()
}

#[test]
fn a_trap_is_told_in_one_line() {
    let fault = fault(&components::trapping());
    assert_eq!(fault.kind(), FaultKind::PluginTrap);
    let PluginFault::Trap { message } = fault else { panic!("{fault}") };
    assert!(message.contains("unreachable") && !message.contains('\n'), "{message}");
}

#[test]
fn a_plugin_that_never_returns_is_ended_and_the_next_call_has_its_full_time() {
    let world = World::new();
    let (looping, plain) = (world.load(&components::looping()), world.load(&Canned::new("plain").build()));
    let fault = looping.plan(&invocation(&[]), &[]).unwrap_err();
    assert_eq!((fault.kind(), &fault), (FaultKind::PluginTime, &PluginFault::Time));
    assert_eq!(plain.plan(&invocation(&[]), &[]), Ok(Decision::Decline));
}

#[test]
fn a_plugin_that_eats_memory_is_ended() {
    assert_eq!(fault(&components::hungry()), PluginFault::Memory);
}

#[test]
fn an_endless_recursion_is_a_trap() {
    let fault = fault(
        &Canned::new("deep")
            .import("(func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (local.get 0))))")
            .plan_code(|_| "(call $deep (i32.const 0))".into())
            .build(),
    );
    assert!(matches!(&fault, PluginFault::Trap { message } if message.contains("stack")), "{fault}");
}

#[test]
fn a_failure_that_the_plugin_names_is_kept_in_its_words() {
    let fault = fault(&Canned::new("unable").plan_fails(r#"unsupported("two\nlines")"#).build());
    let message = "two lines".to_owned();
    assert_eq!(fault, PluginFault::Failed { kind: FailureKind::Unsupported, message });
}

#[test]
fn an_answer_that_is_not_well_formed_breaks_a_rule() {
    let fault = fault(&Canned::new("beyond").plan_code(|_| "(i32.const -8)".into()).build());
    assert!(matches!(fault, PluginFault::Answer { .. }), "{fault}");
    assert_eq!(fault.kind(), FaultKind::PluginRule);
}

/// The list is longer than allowed, but every one of its items lies in the memory that the plugin has.
#[test]
fn an_answer_that_is_too_long_breaks_a_rule() {
    let items = limits::ANSWER_ITEMS + 1;
    let lengthen = move |layout: &components::Layout<'_>| {
        let list = layout.answer() + 8;
        format!(
            "(drop (memory.grow (i32.const 200))) (i32.store (i32.const {list}) (i32.const 65536)) \
             (i32.store offset=4 (i32.const {list}) (i32.const {items})) (i32.const {})",
            layout.answer()
        )
    };
    let component = Canned::new("long").collect("facts([])");
    // `collect` answers result<collected, failure>: a tag, then a variant's tag at 4, then the list at 8.
    let plugin = World::new().load(&component.collect_code(lengthen).build());
    let fault = plugin.collect(&run(), &Learnt::default()).unwrap_err();
    assert!(matches!(&fault, PluginFault::Answer { message } if message.contains("items")), "{fault}");
}

/// Each string is the same large piece of memory: the answer is far larger than the plugin.
#[test]
fn an_answer_that_says_the_same_bytes_many_times_is_not_copied() {
    let strings = 1000;
    let repeat = move |layout: &components::Layout<'_>| {
        let list = layout.answer() + 8;
        format!(
            "(local $at i32) (drop (memory.grow (i32.const 64))) \
             (memory.fill (i32.const 131072) (i32.const 65) (i32.const 2097152)) \
             (local.set $at (i32.const 65536)) \
             (loop $again \
               (i32.store (local.get $at) (i32.const 131072)) \
               (i32.store offset=4 (local.get $at) (i32.const 2097152)) \
               (local.set $at (i32.add (local.get $at) (i32.const 8))) \
               (br_if $again (i32.lt_u (local.get $at) (i32.const {})))) \
             (i32.store (i32.const {list}) (i32.const 65536)) \
             (i32.store offset=4 (i32.const {list}) (i32.const {strings})) (i32.const {})",
            65536 + 8 * strings,
            layout.answer()
        )
    };
    let plugin = World::new().load(&Canned::new("echo").collect("facts([])").collect_code(repeat).build());
    let fault = plugin.collect(&run(), &Learnt::default()).unwrap_err();
    assert!(matches!(&fault, PluginFault::Answer { .. }), "{fault}");
}

#[test]
fn plans_that_break_a_rule_come_through_for_the_rules_to_refuse() {
    let world = World::new();
    let call = invocation(&["one", "two", "three"]);
    for component in [components::outside_output(), components::ungranted_addition()] {
        let plugin = world.load(&component);
        let Ok(Decision::Run(plan)) = plugin.plan(&call, &[]) else { panic!("no plan") };
        assert_eq!(plan.unit.roles.len(), 3);
        let broken = rules::check_plan(plugin.description(), &call, &plan).unwrap_err().to_string();
        assert!(broken.contains("/etc/zccache-outside") || broken.contains("not-granted"), "{broken}");
    }
    let plugin = world.load(&components::ungranted_probe());
    let Ok(Decision::Need(questions)) = plugin.plan(&call, &[]) else { panic!("no question") };
    let broken = rules::check_question(plugin.description(), &call, &[], &questions[0]).unwrap_err().to_string();
    assert!(broken.contains("not-granted"), "{broken}");
}

#[test]
fn many_threads_call_one_plugin_at_once_and_each_gets_its_own_answer() {
    let world = World::new();
    let plugin = world.load(&echoing());
    thread::scope(|scope| {
        for thread in 0..8 {
            let plugin = &plugin;
            scope.spawn(move || {
                for call in 0..100 {
                    let mut asked = invocation(&["a"; 40]);
                    asked.tool.name = format!("tool-{thread}-{call}");
                    let Ok(Decision::Bypass(refusal)) = plugin.plan(&asked, &[]) else { panic!("no answer") };
                    assert_eq!(refusal.reason, asked.tool.name);
                }
            });
        }
    });
}

#[test]
fn sandbox_and_registry_may_be_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Sandbox>();
    shared::<Registry>();
}

#[test]
fn nothing_is_left_of_one_call_in_the_next() {
    let counting = |layout: &components::Layout<'_>| {
        let detail = layout.field_address("detail");
        format!(
            "(i32.store offset=4 (i32.const {detail}) (i32.add (i32.const 1) (i32.load offset=4 (i32.const {detail})))) \
             (i32.const {})",
            layout.answer()
        )
    };
    let component = Canned::new("counting").plan(r#"bypass({reason: "counted", detail: "."})"#).plan_code(counting);
    let plugin = World::new().load(&component.build());
    let first = plugin.plan(&invocation(&[]), &[]);
    assert!(matches!(first, Ok(Decision::Bypass(Refusal { .. }))), "{first:?}");
    assert_eq!(plugin.plan(&invocation(&[]), &[]), first);
}

#[test]
fn a_plugin_with_three_faults_in_a_row_is_switched_off_for_good() {
    let world = World::new();
    let registry = Registry::new(vec![world.load(&components::trapping())]);
    let plugin = &registry.all()[0];
    assert_eq!((plugin.faulted(), plugin.faulted()), (Standing::Trusted, Standing::Trusted));
    plugin.succeeded();
    assert_eq!((plugin.faulted(), plugin.faulted()), (Standing::Trusted, Standing::Trusted));
    assert!(!plugin.is_disabled());
    assert_eq!((plugin.faulted(), plugin.faulted()), (Standing::JustDisabled, Standing::Disabled));
    plugin.succeeded();
    assert!(plugin.is_disabled());
}

#[test]
fn the_plugin_that_fits_a_name_best_comes_first() {
    let world = World::new();
    let plugin = |id: &str, programs: &str| {
        let programs = format!("programs: [{programs}]");
        world.load(&Canned::new(id).describe(|text| text.replace(r#"programs: ["victim"]"#, &programs)).build())
    };
    let registry = Registry::new(vec![
        plugin("any", r#""*tool""#),
        plugin("same-b", r#""tool""#),
        plugin("same-a", r#""other", "tool""#),
        plugin("long", r#""*cross-tool", "tool-#""#),
    ]);
    let ids = |program: &str| -> Vec<String> {
        registry.candidates(program).iter().map(|found| found.plugin().description().id.clone()).collect()
    };
    assert_eq!(ids("tool"), ["same-a", "same-b", "any"]);
    assert_eq!(ids("x-cross-tool"), ["long", "any"]);
    assert_eq!(ids("tool-12.2"), ["long"]);
    assert_eq!(ids("else"), [] as [&str; 0]);
}

#[test]
fn plugins_work_where_address_space_is_short() {
    let test = "many_threads_call_one_plugin_at_once_and_each_gets_its_own_answer";
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"ulimit -v 1048576 && exec "$0" --exact "$1""#]);
    let output = limited.arg(std::env::current_exe().unwrap()).arg(test).env("RUST_BACKTRACE", "0").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

/// Bypasses, and gives back the tool's name and the directory.
fn echoing() -> Vec<u8> {
    Canned::new("echoing")
        .plan(r#"bypass({reason: "", detail: ""})"#)
        .plan_code(|layout| {
            let copy = |to: &str, from: usize| {
                let to = layout.field_address(to);
                format!("(i64.store (i32.const {to}) (i64.load (i32.add (local.get 0) (i32.const {from}))))")
            };
            let name = layout.field_offset("invocation", "tool") + layout.field_offset("tool", "name");
            let directory = layout.field_offset("invocation", "directory");
            format!("{} {} (i32.const {})", copy("reason", name), copy("detail", directory), layout.answer())
        })
        .build()
}
