//! What a compiler makes of the machine's own processor is part of what a result is found by.

use std::process::Command;

use zccache_tests::{Expected, World, required, run};

use crate::sources::each;

const SOURCE: &str = "void add(float *x, const float *y) { for (int i = 0; i < 64; i++) x[i] += y[i]; }\n\
                      #ifdef __AVX2__\nint avx2;\n#endif\n";

#[test]
fn code_for_this_machine_is_cached_on_it() {
    each(SOURCE, |unit| {
        for arguments in ["-O3 -march=native", "-O3 -mtune=native", "-O2 -march=native -mno-avx2"] {
            unit.world.expect_cold_and_warm(&unit.call(arguments), &["x.o"]);
        }
        unit.world.expect_cold_and_warm(&unit.call("-O3"), &["x.o"]);
    });
}

/// A driver that takes the machine's processor from a file, as the real one takes it from the machine.
const DRIVER: &str = r#"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  static char march[64] = "-march=";
  FILE *machine = fopen(MACHINE, "r");
  if (!machine || !fgets(march + 7, sizeof march - 7, machine)) return 3;
  march[strcspn(march, "\n")] = 0;
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "-march=native")) argv[i] = march;
  argv[0] = "/usr/bin/gcc";
  execv(REAL, argv);
  return 4;
}
"#;

/// A cache that is carried to another machine, or a machine that gets another processor: the daemon is another one.
#[test]
fn code_for_another_machine_is_not_served_although_the_call_is_the_same() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    let real = run(Command::new("sh").args(["-c", "command -v gcc"])).expect_success().out();
    world.write("x.c", SOURCE);
    world.write("driver.c", DRIVER);
    let machine = world.work.join("machine").display().to_string();
    std::fs::create_dir(world.work.join("bin")).unwrap();
    let mut build = world.command("gcc");
    build.args([
        "driver.c",
        "-o",
        "bin/gcc",
        &format!("-DREAL=\"{}\"", real.trim()),
        &format!("-DMACHINE=\"{machine}\""),
    ]);
    run(&mut build).expect_success();
    world.set("PATH", format!("{}:{}", world.work.join("bin").display(), std::env::var("PATH").unwrap()));
    for (processor, expected) in [("haswell", Expected::Miss), ("nehalem", Expected::Miss), ("haswell", Expected::Hit)]
    {
        world.write("machine", processor);
        run(&mut world.zccache(["stop"]));
        let (made, _) = world.expect(expected, "gcc -O3 -march=native -c x.c", &["x.o"]);
        assert!(made.run.succeeded(), "{made:?}");
        world.expect(Expected::Hit, "gcc -O3 -march=native -c x.c", &["x.o"]);
    }
}
