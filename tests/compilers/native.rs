//! What a compiler makes of the machine's own processor is part of what a result is found by.

use std::process::Command;

use zccache_tests::{Counters, Expected, World, permitted, required, run, zccache};

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

/// What one machine does with the call, after it was started anew: twice, by a daemon of its own.
const MACHINE: &str = r#"
set -e
mount --bind "$1" /proc/sys/kernel/random/boot_id
"$0" stats --json --zero > before.json
"$0" gcc -O3 -march=native -c x.c
"$0" stats --json --zero > first.json
"$0" gcc -O3 -march=native -c x.c
"$0" stats --json > second.json
"$0" stop
"#;

/// A cache that is carried to another machine. What tells machines apart is what the system draws when it starts.
#[test]
fn code_for_another_machine_is_not_served_although_the_call_is_the_same() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    if !permitted(run(world.command("unshare").args(["--mount", "true"])).succeeded(), "mounts can be unshared") {
        return;
    }
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
        world.write("started", format!("of-{processor}\n"));
        run(&mut world.bare_command("gcc -O3 -march=native -c x.c")).expect_success();
        let bare = world.read("x.o");
        world.remove("x.o");
        let mut command = world.command("unshare");
        command.args(["--mount", "sh", "-c", MACHINE]).arg(zccache()).arg("started");
        run(&mut command).expect_success();
        assert_eq!(world.read("x.o"), bare, "{processor}");
        let counted = |name: &str| Counters::of_json(std::str::from_utf8(&world.read(name).unwrap()).unwrap());
        expected.check(&counted("first.json"));
        Expected::Hit.check(&counted("second.json"));
    }
}
