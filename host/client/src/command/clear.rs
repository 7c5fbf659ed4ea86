//! `zccache clear`.

use zccache_protocol::message::{Reply, Request};

use crate::command::talk;

/// Forgets every stored result.
pub fn run(json: bool) -> Result<(), String> {
    match talk::ask(&Request::Clear)? {
        Reply::Done if json => println!("{}", serde_json::json!({ "cleared": true })),
        Reply::Done => println!("the cache {} is empty", talk::settings()?.1.cache_folder.display()),
        other => return Err(format!("the daemon gave an answer that fits no clearing: {other:?}")),
    }
    Ok(())
}
