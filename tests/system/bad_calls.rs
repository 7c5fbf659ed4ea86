//! Calls that cannot work fail as they would in a shell.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use zccache_tests::{World, run};

#[test]
fn a_call_without_arguments_shows_the_help_and_fails() {
    let world = World::new();
    let shown = run(&mut world.zccache::<&str>([]));
    assert_eq!(shown.code, Some(2));
    assert!(shown.err().contains("Usage: zccache"), "{shown:?}");
}

#[test]
fn a_compiler_that_is_not_there_is_not_found() {
    let world = World::new();
    for (name, message) in [
        ("nosuchcc", "zccache: nosuchcc: command not found"),
        ("./nosuchcc", "zccache: ./nosuchcc: no such file or directory"),
        ("/no/such/cc", "zccache: /no/such/cc: no such file or directory"),
    ] {
        let ran = run(&mut world.zccache([name, "-c", "x.c"]));
        assert_eq!(ran.code, Some(127), "{ran:?}");
        let said = ran.err();
        assert!(said.starts_with(message) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_file_that_may_not_be_executed_is_refused() {
    let world = World::new();
    world.write("notcc", "#!/bin/sh\n");
    for folder in [false, true] {
        if folder {
            world.remove("notcc");
            fs::create_dir(world.work.join("notcc")).unwrap();
            fs::set_permissions(world.work.join("notcc"), Permissions::from_mode(0o755)).unwrap();
        }
        let shell = run(world.command("sh").args(["-c", "./notcc -c x.c"]));
        let ran = run(&mut world.zccache(["./notcc", "-c", "x.c"]));
        assert_eq!((ran.code, shell.code), (Some(126), Some(126)), "{ran:?}");
        assert_eq!(ran.err().lines().count(), 1, "{ran:?}");
        assert!(ran.err().starts_with("zccache: ./notcc: "), "{ran:?}");
    }
}

#[test]
fn a_script_that_kills_itself_is_reported_as_killed() {
    let world = World::new();
    world.write("gcc", "#!/bin/sh\nkill -SEGV $$\n");
    fs::set_permissions(world.work.join("gcc"), Permissions::from_mode(0o755)).unwrap();
    let ran = run(&mut world.zccache(["./gcc", "-c", "x.c"]));
    assert_eq!((ran.code, ran.signal), (None, Some(11)), "{ran:?}");
    assert_eq!(world.counters().reason("bypass: script-wrapper"), 1);
}

#[test]
fn a_call_that_is_no_text_reaches_the_compiler_as_it_is() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    if !zccache_tests::required("gcc") {
        return;
    }
    let world = World::new();
    let name = OsStr::from_bytes(b"not-\xff-text.c");
    fs::write(world.work.join(name), "int x;\n").unwrap();
    run(world.zccache(["gcc", "-o", "x.o", "-c"]).arg(name)).expect_success();
    assert!(world.read("x.o").is_some());
    assert_eq!(world.counters().reason("bypass: not-unicode"), 1, "{:?}", world.counters());
}

#[test]
fn a_working_folder_that_is_gone_is_the_compilers_own_trouble() {
    if !zccache_tests::required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    let source = world.work.join("x.c").display().to_string();
    let object = world.work.join("x.o").display().to_string();
    let script = "mkdir gone && cd gone && rmdir ../gone && exec \"$@\"";
    let mut command = world.command("sh");
    command.args(["-c", script, "sh"]).arg(zccache_tests::zccache()).args(["gcc", "-c", &source, "-o", &object]);
    run(&mut command).expect_success();
    assert!(world.read("x.o").is_some());
}

#[test]
fn a_tool_that_is_not_cached_has_no_child_that_it_did_not_start() {
    if !zccache_tests::required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "#include <sys/wait.h>\nint main(void) { return waitpid(-1, 0, WNOHANG) != -1; }\n");
    world.bare("gcc x.c -o waits").expect_success();
    assert!(world.bare("./waits").succeeded());
    assert_eq!(world.daemon(), None);
    // This call starts the daemon. A tool that waits for all its children must not wait for that one.
    assert!(world.cached("./waits").succeeded(), "the daemon is a child of the tool");
}
