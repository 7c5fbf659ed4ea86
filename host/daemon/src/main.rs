//! `zccached`: the daemon that thinks for all clients of one cache folder. It hashes, remembers, stores, and asks plugins;
//! it never runs a compiler's own work.
//!
//! Start reading at [`pipeline`]: its list of stages is the way of one compile.
#![deny(unsafe_code)]

mod busy;
mod call;
mod component;
mod control;
mod detach;
mod flight;
mod life;
mod log;
mod memories;
mod outputs;
mod pipeline;
mod process;
mod serve;
mod services;
mod surveyor;
mod tally;
mod temporaries;
mod variables;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        None => life::leave_behind(),
        Some(word) if word == life::LIVE => life::live(None),
        Some(word) if word == "--with-plugins" => life::live(arguments.next().map(Into::into)),
        Some(word) if word == component::COMPILE => component::compile_in_this_process(arguments.next()),
        Some(word) if word == "--version" => {
            println!("zccached {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Some(_) => {
            eprintln!("zccached: started by zccache, not by people; see `zccache --help`");
            ExitCode::from(2)
        }
    }
}
