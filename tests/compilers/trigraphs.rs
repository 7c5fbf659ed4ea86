//! Three characters that stand for one, in standards that have them.

use zccache_tests::Expected;

use crate::sources::each;

#[test]
fn what_would_be_one_elsewhere_keeps_nothing_from_being_cached() {
    each("/* defined in asm-???/delay.h, what??/ yes */\nconst char *s = \"eh??/\";\n", |unit| {
        let standard = if unit.compiler.suffix == "c" { "-std=gnu11" } else { "-std=gnu++17" };
        for words in ["", standard, "-MMD"] {
            unit.world.expect_cold_and_warm(&unit.call(words), &["x.o", "x.d"]);
        }
    });
}

#[test]
fn a_date_or_a_header_behind_one_is_never_an_old_one() {
    let text = "??=include \"val??/\nue.h\"\nint x = VALUE;\n";
    each(text, |unit| {
        let world = &unit.world;
        let standard = if unit.compiler.suffix == "c" { "-std=c11" } else { "-std=c++11" };
        for words in [format!("-w {standard}"), format!("-w -MMD {standard}"), "-w -trigraphs".to_owned()] {
            let call = unit.call(&words);
            for value in 1..4 {
                world.write("value.h", format!("#define VALUE {value}\n"));
                let (made, counters) = world.compare(&call, &["x.o", "x.d"]);
                assert!(made.run.succeeded() && counters.hits == 0, "{words}: {made:?} {counters:?}");
            }
        }
        world.write(&unit.source, "const char *when = __TI??/\nME__;\n");
        for words in [format!("-w {standard}"), "-w -trigraphs".to_owned()] {
            for _ in 0..2 {
                let (made, counters) = world.count(|| world.make_cached(&unit.call(&words), &["x.o"]));
                assert!(made.run.succeeded(), "{made:?}");
                Expected::NoHit.check(&counters);
            }
        }
    });
}
