//! What the system says of processes.

use std::fs;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::poll::until;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: Pid,
    /// The name of its program, as far as the system keeps it.
    pub name: String,
    parent: i32,
}

/// The processes that a process has started, and those that they have.
pub fn descendants(of: Pid) -> Vec<Process> {
    let all: Vec<Process> = fs::read_dir("/proc")
        .expect("there is /proc")
        .filter_map(|entry| read(entry.ok()?.file_name().to_str()?))
        .collect();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![of.as_raw_nonzero().get()];
    while let Some(parent) = parents.pop() {
        for process in all.iter().filter(|process| process.parent == parent) {
            parents.push(process.pid.as_raw_nonzero().get());
            found.push(process.clone());
        }
    }
    found
}

/// `pid (name) state parent ...`; the name may hold anything.
fn read(pid: &str) -> Option<Process> {
    let number = pid.parse().ok()?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let mut fields = tail.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    // One that has ended and was not waited for does nothing any more.
    if state == "Z" {
        return None;
    }
    Some(Process { pid: Pid::from_raw(number)?, name, parent })
}

/// Waits until a process has a descendant of this name, and says which.
#[track_caller]
pub fn descendant(of: Pid, name: &str) -> Pid {
    until(&format!("{name} runs"), || descendants(of).into_iter().find(|process| process.name == name)).pid
}

/// Waits until a process is gone, with all of its threads: as long as one of them lives, its sockets take connections.
#[track_caller]
pub fn until_gone(pid: Pid) {
    let number = pid.as_raw_nonzero().to_string();
    until("a process is gone", || {
        let ended = read(&number).is_none();
        let alone = fs::read_dir(format!("/proc/{number}/task")).map_or(true, |threads| threads.count() <= 1);
        (test_kill_process(pid).is_err() || ended && alone).then_some(())
    });
}

/// Kills a process at once, and waits until it is gone.
#[track_caller]
pub fn kill(pid: Pid) {
    kill_process(pid, Signal::KILL).expect("it runs");
    until_gone(pid);
}
