//! The log says which calls were no hits.

use zccache_tests::{Expected, World, required};

#[test]
fn the_log_names_each_call_that_was_no_hit_and_why_and_no_other() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    world.set("ZCCACHE_LOG", "info,uncached=debug");
    world.write("x.c", "int x;\n");
    world.write("date.c", "char *date = __DATE__;\n");
    world.write("wrong.c", "int wrong = ;\n");
    world.expect(Expected::Miss, "gcc -c x.c", &["x.o"]);
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    world.cached("gcc -c date.c");
    world.cached("gcc -c wrong.c");
    // The second time the answer is remembered.
    world.cached("gcc --version");
    world.cached("gcc --version");
    let log = world.log();
    let said: Vec<&str> =
        log.lines().filter_map(|line| line.split_once("uncached: no hit ")).map(|(_, said)| said).collect();
    let expected = [
        ("miss: cold", "[\"-c\", \"x.c\"]"),
        ("miss: cold, not stored: date", "[\"-c\", \"date.c\"]"),
        ("failure", "[\"-c\", \"wrong.c\"]"),
        ("bypass: query", "[\"--version\"]"),
        ("bypass: query", "[\"--version\"]"),
    ];
    let directory = world.work.display();
    let expected = expected.map(|(reasons, arguments)| {
        format!("reasons=\"{reasons}\" directory=\"{directory}\" program=\"gcc\" arguments={arguments}")
    });
    assert_eq!(said, expected, "{log}");
}
