//! Lists of what a source includes, and mere checks.

use zccache_tests::Expected;

use crate::sources::each_with_header;

#[test]
fn lists_and_checks_are_cached_until_a_header_changes() {
    each_with_header(|unit| {
        let (world, name, source) = (&unit.world, unit.compiler.name, &unit.source);
        world.write("value.h", "#if __has_include(\"more.h\")\n#include \"more.h\"\n#endif\n#define VALUE 1\n");
        for words in
            ["-M", "-MM", "-M -MT target", "-MM -MP -MF x.d", "-M -o x.d", "-fsyntax-only", "-fsyntax-only -MD -MF x.d"]
        {
            let call = format!("{name} {words} {source}");
            world.expect_cold_and_warm(&call, &["x.d"]);
            world.write("more.h", "");
            let (made, _) = world.expect(Expected::Miss, &call, &["x.d"]);
            let list = made.files["x.d"].as_ref().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
            let list = list.unwrap_or_else(|| made.run.out().to_owned());
            assert!(list.contains("more.h") || words == "-fsyntax-only", "{call}: {list}");
            world.remove("more.h");
            world.expect(Expected::Hit, &call, &["x.d"]);
        }
    });
}
