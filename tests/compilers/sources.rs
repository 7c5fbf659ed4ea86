//! Worlds with a source in them.

use zccache_tests::{Compiler, World, available};

/// A compiler, and a world with a source for it.
pub struct Unit {
    /// Where everything lies.
    pub world: World,
    /// What compiles it.
    pub compiler: Compiler,
    /// The source's name.
    pub source: String,
}

/// Runs a test for every compiler, in a world with this source as `x.c` or `x.cc`.
pub fn each(text: &str, test: impl Fn(&Unit)) {
    for compiler in available() {
        eprintln!("with {}", compiler.name);
        let world = World::new();
        let source = format!("x.{}", compiler.suffix);
        world.write(&source, text);
        test(&Unit { world, compiler, source });
    }
}

/// The same with a source that includes `value.h`, which defines `VALUE` as 1, and a header of the system.
pub fn each_with_header(test: impl Fn(&Unit)) {
    each("#include <stddef.h>\n#include \"value.h\"\nsize_t answer(void) { return sizeof(long) + VALUE; }\n", |unit| {
        unit.world.write("value.h", "#define VALUE 1\n");
        test(unit);
    });
}

impl Unit {
    /// A call of the compiler: `-c` and the source, with these arguments before them.
    pub fn call(&self, arguments: &str) -> String {
        format!("{} {arguments} -c {}", self.compiler.name, self.source)
    }
}
