//! Objective-C and Objective-C++, where a compiler has them.

use zccache_tests::{Expected, World, available, permitted};

#[test]
fn objective_sources_are_compiled_and_what_they_import_counts() {
    for compiler in available() {
        let world = World::new();
        let source = if compiler.suffix == "c" { "x.m" } else { "x.mm" };
        world.write("value.h", "#define VALUE 1\n");
        world.write(source, "#import \"value.h\"\n#import \"value.h\"\n@protocol P\n@end\nint x = VALUE;\n");
        let bare = world.make_bare(&format!("{} -w -c {source}", compiler.name), &["x.o"]);
        if !permitted(bare.run.succeeded() || compiler.name.starts_with('g'), "clang has Objective-C") {
            continue;
        }
        for arguments in ["-w", "-w -g -MD", "-w -MMD"] {
            let call = format!("{} {arguments} -c {source}", compiler.name);
            if !bare.run.succeeded() {
                world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
                continue;
            }
            world.write("value.h", "#define VALUE 1\n");
            world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
            world.write("value.h", "#define VALUE 2\n");
            world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        }
    }
}
