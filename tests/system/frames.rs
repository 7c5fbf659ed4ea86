//! Whoever says something strange to the daemon is hung up on, and nobody else notices.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

use zccache_tests::{BOUND, Expected, World, required, run};

fn world() -> Option<World> {
    if !required("gcc") {
        return None;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    Some(world)
}

fn connect(world: &World) -> UnixStream {
    let connection = UnixStream::connect(world.socket()).unwrap();
    connection.set_read_timeout(Some(BOUND)).unwrap();
    connection
}

/// A header that names a message of the present version, and a length.
fn header(length: u32) -> Vec<u8> {
    [b"zcc1\x03\0\0\0".as_slice(), &length.to_le_bytes()].concat()
}

/// What the daemon says until it hangs up.
#[track_caller]
fn answer(mut connection: UnixStream) -> Vec<u8> {
    let mut answer = Vec::new();
    match connection.read_to_end(&mut answer) {
        Ok(_) => answer,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => answer,
        Err(error) => panic!("the daemon does not hang up: {error}"),
    }
}

#[test]
fn what_is_no_message_ends_the_connection_and_the_next_compile_is_served() {
    let Some(world) = world() else { return };
    let daemon = world.daemon();
    for said in [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        vec![0; 64],
        vec![0xff; 4096],
        header(u32::MAX),
        header(41 << 20),
        [header(10), vec![0xff; 10]].concat(),
        [header(1), vec![99]].concat(),
        header(0),
        b"zcc1\x03\0\x09\0\0\0\0\0".to_vec(),
    ] {
        let mut connection = connect(&world);
        // It may hang up before it has read all.
        let _hung_up = connection.write_all(&said);
        assert_eq!(answer(connection), b"", "{said:?}");
        world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    }
    assert_eq!(world.daemon(), daemon, "the daemon is another one");
}

#[test]
fn a_message_of_another_version_is_refused_with_the_daemons_own() {
    let Some(world) = world() else { return };
    let mut connection = connect(&world);
    connection.write_all(b"zcc1\x63\0\0\0\x03\0\0\0new").unwrap();
    assert_eq!(answer(connection), b"zcc1\x03\0\x01\0\0\0\0\0");
}

#[test]
fn callers_that_say_half_a_message_do_not_keep_others_from_being_served() {
    let Some(world) = world() else { return };
    let halves: Vec<UnixStream> = (0..12)
        .map(|number| {
            let mut connection = connect(&world);
            // Some have not even a whole header to say.
            let said = [header(100), vec![0; 10]].concat();
            connection.write_all(&said[..if number % 2 == 0 { said.len() } else { 5 }]).unwrap();
            connection
        })
        .collect();
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    for half in halves {
        assert_eq!(answer(half), b"");
    }
}

#[test]
fn callers_that_go_away_at_once_do_not_matter() {
    let Some(world) = world() else { return };
    let open = || std::fs::read_dir(format!("/proc/{}/fd", world.daemon().unwrap())).unwrap().count();
    let before = open();
    for _ in 0..200 {
        drop(connect(&world));
    }
    zccache_tests::until("the daemon has closed what its callers have closed", || (open() <= before + 2).then_some(()));
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    run(&mut world.zccache(["status"])).expect_success();
}
