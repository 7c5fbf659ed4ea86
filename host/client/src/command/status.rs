//! `zccache status`. Does not start a daemon.

use std::time::Duration;

use bytesize::ByteSize;
use zccache_protocol::message::{DaemonStatus, Reply, Request};

use crate::command::talk;

/// Shows how the daemon is.
pub fn run(json: bool) -> Result<(), String> {
    match talk::ask_if_running(&Request::Status)? {
        Some(Reply::Status(status)) if json => println!("{}", as_json(&status)),
        Some(Reply::Status(status)) => print!("{}", as_text(&status)),
        Some(other) => return Err(format!("the daemon gave an answer that fits no status: {other:?}")),
        None if json => println!("{}", serde_json::json!({ "running": false })),
        None => println!("no daemon of {} runs", talk::settings()?.1.cache_folder.display()),
    }
    Ok(())
}

fn as_json(status: &DaemonStatus) -> serde_json::Value {
    let plugins: Vec<_> = status
        .plugins
        .iter()
        .map(|plugin| serde_json::json!({ "id": plugin.id, "version": plugin.version, "disabled": plugin.disabled }))
        .collect();
    serde_json::json!({
        "running": true,
        "version": status.version,
        "pid": status.pid,
        "uptime_seconds": status.uptime_seconds,
        "cache_folder": status.cache_folder,
        "cache_bytes": status.cache_bytes,
        "compiles_running": status.running,
        "plugins": plugins,
    })
}

fn as_text(status: &DaemonStatus) -> String {
    let uptime = humantime::format_duration(Duration::from_secs(status.uptime_seconds));
    let mut text = format!(
        "daemon    {} (process {}), up {uptime}\ncache     {}, at most {}\nrunning   {} compiles\n",
        status.version,
        status.pid,
        status.cache_folder,
        ByteSize(status.cache_bytes),
        status.running,
    );
    for plugin in &status.plugins {
        let health = if plugin.disabled { ", switched off after repeated faults (see the log)" } else { "" };
        text += &format!("plugin    {} {}{health}\n", plugin.id, plugin.version);
    }
    text
}
