//! `zccache stats`.

use bytesize::ByteSize;
use zccache_model::outcome::Counters;
use zccache_protocol::message::{Reply, Request, StatsReport};

use crate::command::talk;

/// Shows what was counted.
pub fn run(json: bool, zero: bool) -> Result<(), String> {
    match talk::ask(&Request::Stats { zero })? {
        Reply::Stats(report) if json => println!("{}", as_json(&report)?),
        Reply::Stats(report) => print!("{}", as_text(&report)),
        other => return Err(format!("the daemon gave an answer that fits no statistics: {other:?}")),
    }
    Ok(())
}

fn as_json(report: &StatsReport) -> Result<String, String> {
    let text = |error: serde_json::Error| error.to_string();
    let mut value = serde_json::to_value(&report.statistics.total).map_err(text)?;
    value["plugins"] = serde_json::to_value(&report.statistics.plugins).map_err(text)?;
    value["store"] = serde_json::json!({
        "bytes": report.bytes,
        "blobs": report.blobs,
        "results": report.results,
        "dropped": report.dropped,
    });
    serde_json::to_string_pretty(&value).map_err(text)
}

fn as_text(report: &StatsReport) -> String {
    let mut text = counters(&report.statistics.total);
    for (id, plugin) in &report.statistics.plugins {
        text += &format!("{id:<12}{} of {} from the cache\n", plugin.hits, plugin.requests);
    }
    text += &format!("store       {} in {} blobs, {} results\n", ByteSize(report.bytes), report.blobs, report.results);
    if report.dropped > 0 {
        text += &format!("dropped     {} damaged entries\n", report.dropped);
    }
    text
}

fn counters(counters: &Counters) -> String {
    let cacheable = counters.hits + counters.misses;
    let rate = if cacheable == 0 {
        String::new()
    } else {
        format!(" ({:.1}% of {cacheable} cacheable)", 100.0 * counters.hits as f64 / cacheable as f64)
    };
    let mut text = format!(
        "requests    {}\nhits        {}{rate}\nmisses      {}\nbypasses    {}\nfailures    {}\nfaults      {}\n",
        counters.requests, counters.hits, counters.misses, counters.bypasses, counters.failures, counters.faults
    );
    for (reason, count) in &counters.reasons {
        text += &format!("  {reason:<40}{count}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use zccache_model::outcome::{MissReason, Outcome, Statistics};

    use super::*;

    #[test]
    fn the_json_has_the_counters_at_its_top_and_by_plugin() {
        let mut statistics = Statistics::default();
        statistics.count(Some("tool"), &Outcome::Hit);
        statistics.count(Some("tool"), &Outcome::Miss { miss: MissReason::Cold, not_stored: None });
        let report = StatsReport { statistics, bytes: 10, blobs: 2, results: 1, dropped: 0 };
        let json: serde_json::Value = serde_json::from_str(&as_json(&report).unwrap()).unwrap();
        for (pointer, expected) in [
            ("/requests", 2),
            ("/hits", 1),
            ("/misses", 1),
            ("/bypasses", 0),
            ("/failures", 0),
            ("/faults", 0),
            ("/reasons/miss: cold", 1),
            ("/plugins/tool/hits", 1),
            ("/store/bytes", 10),
            ("/store/results", 1),
        ] {
            assert_eq!(json.pointer(pointer).and_then(serde_json::Value::as_u64), Some(expected), "{pointer}");
        }
        assert!(as_text(&report).contains("hits        1 (50.0% of 2 cacheable)"));
    }
}
