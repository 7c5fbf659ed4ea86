//! `zccache status`. Does not start a daemon.

use std::time::Duration;

use bytesize::ByteSize;
use zccache_protocol::message::{DaemonStatus, Reply, Request, WatchStatus};

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
        "watch": {
            "on": status.watch.off.is_none(),
            "off": status.watch.off,
            "folders": status.watch.folders,
            "files": status.watch.files,
            "remembered": status.watch.remembered,
            "answered": status.watch.answered,
            "refused": status.watch.refused,
            "lost": status.watch.lost,
        },
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
    text + &watch_as_text(&status.watch)
}

fn watch_as_text(watch: &WatchStatus) -> String {
    let WatchStatus { folders, files, remembered, answered, refused, lost, .. } = watch;
    if let Some(why) = &watch.off {
        return format!("watching  nothing ({why}): every file is looked at for every compile\n");
    }
    let mut text = format!(
        "watching  {files} files, {folders} folders; {remembered} calls remembered, {answered} answered from memory\n"
    );
    for (what, counts) in [("not remembered", refused), ("forgotten", lost)] {
        if !counts.is_empty() {
            let counts: Vec<_> = counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
            text += &format!("          {what}: {}\n", counts.join(", "));
        }
    }
    text
}
