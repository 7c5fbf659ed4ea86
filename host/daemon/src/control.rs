//! The commands of people.

use zccache_files::{Loss, Refusal};
use zccache_protocol::message::{DaemonStatus, PluginStatus, Reply, StatsReport, WatchStatus};

use crate::services::Services;

/// How the daemon is.
pub fn status(services: &Services) -> Reply {
    let plugins = services.registry.all().iter().map(|plugin| PluginStatus {
        id: plugin.plugin().description().id.clone(),
        version: plugin.plugin().description().version.clone(),
        disabled: plugin.is_disabled(),
    });
    Reply::Status(DaemonStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        uptime_seconds: services.started.elapsed().as_secs(),
        cache_folder: services.settings.cache_folder.display().to_string(),
        cache_bytes: services.settings.cache_bytes,
        running: services.tally.running_now(),
        plugins: plugins.collect(),
        watch: watch(services),
    })
}

fn watch(services: &Services) -> WatchStatus {
    let report = services.files.watch().report();
    let refused = |(refusal, count): (&Refusal, &u64)| (refusal.code().to_owned(), *count);
    let lost = |(loss, count): (&Loss, &u64)| (loss.code().to_owned(), *count);
    WatchStatus {
        off: report.off.map(|refusal| refusal.code().to_owned()),
        folders: report.folders,
        files: report.files,
        remembered: services.repeats.remembered(),
        answered: services.repeats.answered(),
        refused: report.refused.iter().map(refused).collect(),
        lost: report.lost.iter().map(lost).collect(),
    }
}

/// What was counted, and what is stored.
pub fn stats(services: &Services, zero: bool) -> Reply {
    let statistics = services.tally.report(zero);
    let usage = services.store.usage();
    Reply::Stats(StatsReport {
        statistics,
        bytes: usage.bytes,
        blobs: usage.blobs,
        results: usage.results,
        dropped: usage.dropped,
    })
}

/// Forgets every result.
pub fn clear(services: &Services) -> Reply {
    services.tally.wait_for_recordings();
    match services.store.clear() {
        Ok(()) => Reply::Done,
        Err(error) => Reply::Trouble(error.to_string()),
    }
}
