//! What answers at the socket need not be a daemon of this version, nor a daemon at all.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use zccache_tests::{World, run};

use crate::no_daemon::{runs_uncached, world};

/// Something that accepts connections where the daemon would, hears each out, says the same to all, and hangs up.
struct Strange {
    socket: std::path::PathBuf,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Strange {
    fn instead_of_the_daemon(world: &World, answer: &'static [u8]) -> Strange {
        run(&mut world.zccache(["start"])).expect_success();
        let socket = world.socket();
        run(&mut world.zccache(["stop"])).expect_success();
        let listener = UnixListener::bind(&socket).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            while let (Ok((mut connection, _)), false) = (listener.accept(), until.load(Ordering::Acquire)) {
                if read_message(&mut connection).is_ok() {
                    connection.write_all(answer).unwrap();
                }
            }
        });
        Strange { socket, over, thread: Some(thread) }
    }
}

/// Reads a header, and what it says follows. An error: the caller has gone.
fn read_message(connection: &mut UnixStream) -> std::io::Result<()> {
    let mut header = [0; 12];
    connection.read_exact(&mut header)?;
    let length = u32::from_le_bytes(header[8..].try_into().unwrap());
    connection.read_exact(&mut vec![0; length as usize])
}

impl Drop for Strange {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        drop(UnixStream::connect(&self.socket));
        self.thread.take().unwrap().join().unwrap();
        fs::remove_file(&self.socket).unwrap();
    }
}

#[test]
fn a_daemon_of_another_version_is_named_with_what_to_do() {
    let Some(world) = world() else { return };
    // A refusal of version 99.
    let strange = Strange::instead_of_the_daemon(&world, b"zcc1\x63\0\x01\0\0\0\0\0");
    runs_uncached(&world, || world.zccache::<&str>([]), "speaks version 99 of the protocol");
    let said = run(&mut world.zccache(["stats"]));
    assert!(said.code == Some(1) && said.err().contains("run `zccache stop`"), "{said:?}");
    // Stopping works with every version: here it hangs up, as a daemon does when it has left.
    run(&mut world.zccache(["stop"])).expect_success();
    drop(strange);
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
}

#[test]
fn a_daemon_that_hangs_up_is_named() {
    let Some(world) = world() else { return };
    let _strange = Strange::instead_of_the_daemon(&world, b"");
    runs_uncached(&world, || world.zccache::<&str>([]), "the cache daemon gave no answer: the connection ended");
}

#[test]
fn a_command_that_a_dying_daemon_leaves_without_an_answer_asks_the_next() {
    let Some(world) = world() else { return };
    run(&mut world.zccache(["start"])).expect_success();
    let socket = world.socket();
    run(&mut world.zccache(["stop"])).expect_success();
    let listener = UnixListener::bind(&socket).unwrap();
    // What the system does with one that was killed: it takes a last connection, and then there is nobody.
    let dying = std::thread::spawn(move || read_message(&mut listener.accept().unwrap().0).unwrap());
    run(&mut world.zccache(["stats"])).expect_success();
    dying.join().unwrap();
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
}

#[test]
fn an_answer_that_is_none_is_named() {
    let Some(world) = world() else { return };
    for (answer, why) in [
        (b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), "no message of zccache"),
        (b"zcc1\x03\0\0\0\x05\0\0\0\xff\xff\xff\xff\xff", "cannot be decoded"),
        (b"zcc1\x03\0\0\0\xff\xff\xff\xff", "larger than allowed"),
        (b"zcc1\x03\0\0\0\x40\0\0\0half", "the connection ended"),
    ] {
        let strange = Strange::instead_of_the_daemon(&world, answer);
        runs_uncached(&world, || world.zccache::<&str>([]), why);
        drop(strange);
    }
}
