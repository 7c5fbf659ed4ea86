//! What only messages rest on matters only to compiles that say something; a variable that fixes dates only where there are any.

use zccache_tests::{Expected, run};

use crate::sources::{Unit, each};

fn with(unit: &Unit, variable: &str, value: &str, call: &str, expected: Expected) {
    let world = &unit.world;
    let bare = world.make(world.bare_command(call).env(variable, value), &["x.o"]);
    let (cached, counters) =
        world.count(|| world.make(world.zccache(call.split_whitespace()).env(variable, value), &["x.o"]));
    assert_eq!(cached, bare, "{variable}={value}");
    expected.check(&counters);
}

#[test]
fn variables_of_messages_matter_only_where_something_is_said() {
    each("int f(void) { int unused; return 1; }\n", |unit| {
        let (quiet, loud) = (unit.call(""), unit.call("-Wall"));
        for call in [&quiet, &loud] {
            with(unit, "TERM", "xterm", call, Expected::Miss);
            with(unit, "TERM", "xterm", call, Expected::Hit);
        }
        for (variable, value) in [("TERM", "screen"), ("COLUMNS", "40"), ("NO_COLOR", "1"), ("GCC_COLORS", "")] {
            with(unit, variable, value, &quiet, Expected::Hit);
            with(unit, variable, value, &loud, Expected::Miss);
        }
        with(unit, "LC_TIME", "de_DE.UTF-8", &quiet, Expected::Hit);
    });
}

#[test]
fn streams_that_are_one_matter_only_where_something_is_said() {
    each("int f(void) { int unused; return 1; }\n", |unit| {
        let world = &unit.world;
        for (words, hits) in [("", 1), ("-Wall", 0)] {
            run(&mut world.zccache(unit.call(words).split_whitespace()));
            let joined = || zccache_tests::run_joined(&mut world.zccache(unit.call(words).split_whitespace()));
            assert_eq!(world.count(joined).1.hits, hits, "{words}");
        }
    });
}

#[test]
fn a_fixed_date_matters_only_where_there_is_one() {
    each("int f(void) { return 1; }\n", |unit| {
        let call = unit.call("");
        with(unit, "SOURCE_DATE_EPOCH", "1", &call, Expected::Miss);
        with(unit, "SOURCE_DATE_EPOCH", "2", &call, Expected::Hit);
        unit.world.write(&unit.source, "const char *when = __DATE__;\n");
        // clang 14 does not know the variable.
        if !unit.compiler.name.starts_with("clang") {
            with(unit, "SOURCE_DATE_EPOCH", "100000000", &call, Expected::Miss);
            with(unit, "SOURCE_DATE_EPOCH", "100000000", &call, Expected::Hit);
            with(unit, "SOURCE_DATE_EPOCH", "200000000", &call, Expected::Miss);
        }
    });
}
