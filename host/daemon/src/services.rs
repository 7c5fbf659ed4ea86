//! What the stages of a compile need: each effect has its one owner here.

use std::collections::HashMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use zccache_files::{Files, TokenRules};
use zccache_model::digest::{ManifestKey, PluginDigest};
use zccache_model::limits;
use zccache_protocol::endpoint::Endpoint;
use zccache_protocol::namespace::Namespace;
use zccache_sandbox::Registry;
use zccache_settings::Settings;
use zccache_store::Store;

use crate::busy::BusyFolders;
use crate::flight::Flights;
use crate::memories::Memories;
use crate::outputs::OutputsInFlight;
use crate::pipeline::{PlanMemo, Precedents, Repeats};
use crate::surveyor::Surveyor;
use crate::tally::Tally;
use crate::variables::Variables;

/// Everything that lives as long as the daemon.
pub struct Services {
    /// What users set.
    pub settings: Settings,
    /// Where the daemon listens.
    pub endpoint: Endpoint,
    /// What is at paths, and has it changed?
    pub files: Files,
    /// Results.
    pub store: Arc<Store>,
    /// What is left for the next daemon.
    pub memories: Arc<Memories>,
    /// Plugins.
    pub registry: Registry,
    /// What each plugin has looked for in inputs.
    pub tokens: HashMap<PluginDigest, Arc<TokenRules>>,
    /// Plans and probes remembered.
    pub plans: PlanMemo,
    /// Requests remembered with their answers.
    pub repeats: Repeats,
    /// Who remembers them.
    pub surveyor: Surveyor,
    /// Variables that an answer can depend on.
    pub variables: Variables,
    /// What contexts came to last.
    pub precedents: Precedents,
    /// Runs that others wait for.
    pub flights: Flights<ManifestKey>,
    /// Files that are being written.
    pub outputs: OutputsInFlight,
    /// Folders that files are written into.
    pub busy: BusyFolders,
    /// Counters.
    pub tally: Tally,
    /// Where whatever may wait is run.
    pub runtime: Handle,
    /// Where the daemon's own paths mean what they mean.
    pub namespace: Namespace,
    /// Since when.
    pub started: Instant,
    scratch_files: AtomicU64,
    last_request: AtomicU64,
}

impl Services {
    /// Puts the parts together.
    pub fn new(
        settings: Settings,
        endpoint: Endpoint,
        store: Store,
        registry: Registry,
        runtime: Handle,
        namespace: Namespace,
        surveyor: Surveyor,
    ) -> Services {
        let tokens = registry.all().iter().map(|registered| {
            let plugin = registered.plugin();
            (plugin.digest(), Arc::new(TokenRules::new(&plugin.description().tokens)))
        });
        let store = Arc::new(store);
        let memories = Arc::new(Memories::new(Arc::clone(&store)));
        let files = if settings.watch { Files::watching() } else { Files::new() };
        Services {
            tokens: tokens.collect(),
            tally: Tally::new(store.statistics()),
            files: files.with_archive(Arc::clone(&memories) as _),
            memories,
            settings,
            endpoint,
            store,
            variables: Variables::new(&registry),
            registry,
            plans: PlanMemo::new(),
            precedents: Precedents::new(),
            repeats: Repeats::new(),
            surveyor,
            flights: Flights::new(),
            outputs: OutputsInFlight::default(),
            busy: BusyFolders::default(),
            runtime,
            namespace,
            started: Instant::now(),
            scratch_files: AtomicU64::new(0),
            last_request: AtomicU64::new(0),
        }
    }

    /// Whether tools can be told to write into the scratch folder: they fail where they cannot, and where they take a part of its
    /// name for something else.
    pub fn check_scratch(&self) -> io::Result<()> {
        let folder = &self.endpoint.scratch;
        if folder.as_os_str().as_bytes().contains(&b',') {
            return Err(io::Error::other(format!("there is a comma in '{}'", folder.display())));
        }
        let disk = rustix::fs::statvfs(folder)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < limits::SCRATCH_BYTES {
            return Err(io::Error::new(io::ErrorKind::StorageFull, format!("'{}' is nearly full", folder.display())));
        }
        Ok(())
    }

    /// A path that nobody has used, for a file that only the daemon reads.
    pub fn scratch_path(&self) -> PathBuf {
        self.endpoint.scratch.join(self.scratch_files.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// Notes that somebody needs the daemon.
    pub fn requested(&self) {
        self.last_request.store(self.started.elapsed().as_secs(), Ordering::Relaxed);
    }

    /// How long nobody has needed the daemon.
    pub fn idle(&self) -> Duration {
        if self.tally.running_now() > 0 {
            return Duration::ZERO;
        }
        let last = Duration::from_secs(self.last_request.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last)
    }
}
