//! Outputs get the permissions that the compiler would give them for this caller.

use std::process::Command;

use zccache_tests::{Expected, Made, World, zccache};

use crate::sources::each_with_header;

/// The call under a file mode creation mask, through the cache or not.
fn make(world: &World, umask: &str, cached: bool, call: &str) -> Made {
    let mut command: Command = world.command("sh");
    command.args(["-c", "umask \"$1\" && shift && exec \"$@\"", "sh", umask]);
    if cached {
        command.arg(zccache());
    }
    world.make(command.args(call.split(' ')), &["x.o", "x.d"])
}

#[test]
fn a_hit_gets_the_permissions_of_its_caller_not_of_who_stored_it() {
    each_with_header(|unit| {
        for (option, storing, taking) in [("-O1", "077", "022"), ("-O2", "022", "077"), ("-O3", "002", "027")] {
            let call = unit.call(&format!("{option} -MD"));
            for (umask, expected) in [(storing, Expected::Miss), (taking, Expected::Hit), (storing, Expected::Hit)] {
                let bare = make(&unit.world, umask, false, &call);
                let (cached, counters) = unit.world.count(|| make(&unit.world, umask, true, &call));
                assert_eq!(cached, bare, "umask {umask}");
                expected.check(&counters);
            }
        }
    });
}
