//! The loaded plugins, which of them claims a program, and which of them is still trusted to answer.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use zccache_model::limits;
use zccache_model::program::{self, Fit};

use crate::plugin::Plugin;

/// The loaded plugins.
pub struct Registry {
    plugins: Vec<Arc<Registered>>,
}

impl Registry {
    /// A registry of these plugins.
    pub fn new(plugins: Vec<Plugin>) -> Registry {
        let plugins = plugins.into_iter().map(|plugin| Arc::new(Registered::new(plugin))).collect();
        Registry { plugins }
    }

    /// Those that claim a program by its name as called, best fit first, those that fit equally well by id. Plugins that
    /// were switched off are among them: that they are is an outcome of its own.
    pub fn candidates(&self, program: &str) -> Vec<&Arc<Registered>> {
        let mut fitting: Vec<(Fit, &Arc<Registered>)> =
            self.plugins.iter().filter_map(|plugin| Some((plugin.fit(program)?, plugin))).collect();
        fitting.sort_by_key(|(fit, plugin)| (Reverse(*fit), plugin.plugin.description().id.as_str()));
        fitting.into_iter().map(|(_, plugin)| plugin).collect()
    }

    /// All of them, in the order given.
    pub fn all(&self) -> &[Arc<Registered>] {
        &self.plugins
    }
}

/// A plugin, and how it has done lately.
pub struct Registered {
    plugin: Plugin,
    /// Faults since the last answer that was one; it stays where it is once it has reached the limit.
    faults: AtomicU32,
}

/// Whether a plugin is asked again after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Trusted,
    /// With this fault it was switched off: the moment to say so.
    JustDisabled,
    /// It was switched off before.
    Disabled,
}

impl Registered {
    fn new(plugin: Plugin) -> Registered {
        Registered { plugin, faults: AtomicU32::new(0) }
    }

    /// The plugin.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Notes an answer that keeps the rules: the faults before it no longer count. It does not switch a plugin on again.
    pub fn succeeded(&self) {
        // The common case, no fault to forget, leaves the cache line to all other threads.
        if self.faults.load(Ordering::Relaxed) != 0 {
            self.count(|_| 0);
        }
    }

    /// Notes a fault of the plugin's own: any kind but [`zccache_model::outcome::FaultKind::Internal`].
    pub fn faulted(&self) -> Standing {
        match self.count(|faults| faults + 1) {
            Some(before) if before + 1 == limits::PLUGIN_FAULTS => Standing::JustDisabled,
            Some(_) => Standing::Trusted,
            None => Standing::Disabled,
        }
    }

    /// Whether it had [`limits::PLUGIN_FAULTS`] in a row, and is left alone until the daemon ends.
    pub fn is_disabled(&self) -> bool {
        self.faults.load(Ordering::Relaxed) >= limits::PLUGIN_FAULTS
    }

    /// Changes the count unless it has reached the limit. Gives the count before; none: it has.
    fn count(&self, next: impl Fn(u32) -> u32) -> Option<u32> {
        let update = self.faults.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |faults| {
            (faults < limits::PLUGIN_FAULTS).then(|| next(faults))
        });
        update.ok()
    }

    fn fit(&self, program: &str) -> Option<Fit> {
        self.plugin.description().programs.iter().filter_map(|pattern| program::fit(pattern, program)).max()
    }
}
