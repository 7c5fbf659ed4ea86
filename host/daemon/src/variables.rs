//! Which of a caller's variables can matter to an answer that is remembered.

use std::collections::HashSet;

use zccache_sandbox::Registry;

/// Names of variables, as any plugin declares them, and those by which programs are found and loaded.
pub struct Variables {
    names: HashSet<Vec<u8>>,
    prefixes: Vec<Vec<u8>>,
}

/// By which programs are found and loaded: what [`crate::call::Call::at_place`] looks at.
pub const OF_PROGRAMS: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "LD_PRELOAD"];

impl Variables {
    /// Those of all plugins.
    pub fn new(registry: &Registry) -> Variables {
        let declared = registry.all().iter().flat_map(|plugin| &plugin.plugin().description().environment);
        let mut names: HashSet<Vec<u8>> = OF_PROGRAMS.map(|name| name.as_bytes().to_vec()).into();
        let mut prefixes = Vec::new();
        for declared in declared {
            match declared.strip_suffix('*') {
                Some(prefix) => prefixes.push(prefix.as_bytes().to_vec()),
                None => drop(names.insert(declared.as_bytes().to_vec())),
            }
        }
        Variables { names, prefixes }
    }

    /// Whether a variable of this name can matter.
    pub fn are_relevant(&self, name: &[u8]) -> bool {
        self.names.contains(name) || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }
}
