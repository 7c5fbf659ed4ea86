//! Edits that follow a compile at once, in the same tick of the file system's clock as far as the system allows.

use std::fs;

use crate::sources::each_with_header;

#[test]
fn an_edit_right_after_a_compile_is_never_missed() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        let header = world.work.join("value.h");
        let time = fs::metadata(&header).unwrap().modified().unwrap();
        for value in (1..=8).chain(1..=8) {
            // The same size and the same time of modification, so that little tells one edit from the next.
            fs::write(&header, format!("#define VALUE {value}\n")).unwrap();
            fs::File::options().append(true).open(&header).unwrap().set_modified(time).unwrap();
            let cached = world.make_cached(&call, &["x.o"]);
            assert_eq!(cached, world.make_bare(&call, &["x.o"]), "value {value}");
        }
        assert_eq!(world.counters().faults, 0);
    });
}
