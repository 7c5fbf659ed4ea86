//! The commands for people.

use serde_json::Value;
use zccache_tests::{Run, World, required, run};

fn zccache(world: &World, arguments: &str) -> Run {
    run(&mut world.zccache(arguments.split_whitespace()))
}

fn json(run: Run) -> Value {
    serde_json::from_str(&run.expect_success().out()).unwrap()
}

#[test]
fn starting_and_stopping_twice_is_as_good_as_once() {
    let world = World::new();
    assert!(zccache(&world, "stop").expect_success().out().contains("no daemon"));
    assert!(zccache(&world, "start").expect_success().out().contains("runs"));
    let daemon = world.daemon();
    assert!(daemon.is_some());
    zccache(&world, "start").expect_success();
    assert_eq!(world.daemon(), daemon);
    assert!(zccache(&world, "stop").expect_success().out().contains("has stopped"));
    assert_eq!(world.daemon(), None);
    zccache(&world, "stop").expect_success();
}

#[test]
fn many_starts_at_once_start_one_daemon() {
    let world = World::new();
    let starts: Vec<_> = (0..10).map(|_| zccache_tests::start(&mut world.zccache(["start"]))).collect();
    for start in starts {
        start.end().expect_success();
    }
    let status = json(zccache(&world, "status --json"));
    assert_eq!(status["running"], true, "{status}");
    let log = world.log();
    assert_eq!(log.matches(" ready").count(), 1, "{log}");
}

#[test]
fn the_status_says_whether_a_daemon_runs_and_starts_none() {
    let world = World::new();
    assert_eq!(json(zccache(&world, "status --json")), serde_json::json!({ "running": false }));
    assert!(zccache(&world, "status").expect_success().out().contains("no daemon"));
    assert!(!world.cache.exists());
    zccache(&world, "start").expect_success();
    let status = json(zccache(&world, "status --json"));
    assert_eq!((&status["running"], &status["compiles_running"]), (&Value::from(true), &Value::from(0)));
    assert_eq!(status["cache_folder"], world.cache.to_str().unwrap());
    let ids: Vec<_> = status["plugins"].as_array().unwrap().iter().map(|plugin| &plugin["id"]).collect();
    assert!(ids.contains(&&Value::from("gcc")), "{status}");
    assert!(zccache(&world, "status").expect_success().out().contains("gcc"));
}

#[test]
fn the_statistics_show_what_was_counted_and_start_afresh_when_told_to() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    for _ in 0..3 {
        world.cached("gcc -c x.c").expect_success();
    }
    let stats = json(zccache(&world, "stats --json"));
    for (pointer, expected) in
        [("/requests", 3), ("/hits", 2), ("/misses", 1), ("/plugins/gcc/hits", 2), ("/store/results", 1)]
    {
        assert_eq!(stats.pointer(pointer).and_then(Value::as_u64), Some(expected), "{pointer}: {stats}");
    }
    let text = zccache(&world, "stats --zero").expect_success().out();
    assert!(text.contains("hits        2"), "{text}");
    let stats = json(zccache(&world, "stats --json"));
    assert_eq!((&stats["requests"], &stats["store"]["results"]), (&Value::from(0), &Value::from(1)), "{stats}");
}

#[test]
fn counters_and_results_outlive_the_daemon() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    for _ in 0..2 {
        world.expect_cold_and_warm("gcc -O1 -c x.c", &["x.o"]);
        let before = world.counters();
        zccache(&world, "stop").expect_success();
        let after = world.counters();
        assert_eq!((after.outcomes(), after.results), (before.outcomes(), before.results));
        world.expect(zccache_tests::Expected::Hit, "gcc -O1 -c x.c", &["x.o"]);
        zccache(&world, "clear").expect_success();
    }
}

#[test]
fn clearing_forgets_every_result_and_no_counter() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    for arguments in ["clear", "clear --json"] {
        world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
        let before = world.counters();
        assert!(before.results == 1 && before.bytes > 0 && before.blobs > 0, "{before:?}");
        let cleared = zccache(&world, arguments).expect_success();
        if arguments.contains("json") {
            assert_eq!(json(cleared), serde_json::json!({ "cleared": true }));
        }
        let after = world.counters();
        assert_eq!((after.results, after.bytes, after.blobs), (0, 0, 0), "{after:?}");
        assert_eq!(after.outcomes(), before.outcomes());
    }
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let world = World::new();
    for command in ["start", "stop", "status", "stats", "clear"] {
        let help = zccache(&world, &format!("{command} --help")).expect_success().out();
        assert!(help.contains(&format!("zccache {command}")) && help.contains("Example"), "{help}");
    }
    let help = zccache(&world, "--help").expect_success().out();
    assert!(help.contains("Usage: zccache") && help.contains("Examples"), "{help}");
    let version = zccache(&world, "--version").expect_success().out();
    assert!(version.starts_with("zccache ") && version.lines().count() == 1, "{version}");
    let daemon = run(world.command(zccache_tests::zccached()).arg("--version")).expect_success().out();
    assert_eq!(daemon.split_whitespace().last(), version.split_whitespace().last());
    let daemon = run(world.command(zccache_tests::zccached()).arg("--help"));
    assert!(daemon.code == Some(2) && daemon.err().contains("zccache --help"), "{daemon:?}");
    assert_eq!(world.daemon(), None, "asking for help started a daemon");
}

#[test]
fn an_unknown_option_is_a_mistake_in_the_call() {
    let world = World::new();
    for arguments in ["--no-such-option", "stats --no-such-option", "stop now"] {
        let said = zccache(&world, arguments);
        assert_eq!((said.code, said.stdout.is_empty()), (Some(2), true), "{said:?}");
    }
}
