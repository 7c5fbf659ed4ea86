//! A sandbox in a folder of its own, and calls to ask plugins about.
#![allow(dead_code, reason = "each suite uses its part")]

use std::cell::Cell;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use zccache_model::invocation::{Invocation, ProgramKind, Streams, Tool};
use zccache_model::reading::RunRecord;
use zccache_sandbox::{LoadError, Plugin, Sandbox, compile_image};

pub struct World {
    pub folder: TempDir,
    pub sandbox: Sandbox,
    /// How often a component was compiled.
    pub compiled: Cell<usize>,
}

impl World {
    pub fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::new(&folder.path().join("images")).unwrap();
        World { folder, sandbox, compiled: Cell::new(0) }
    }

    pub fn try_load(&self, component: &[u8]) -> Result<Plugin, LoadError> {
        self.sandbox.load(component, &|component: &[u8], file: &Path| {
            self.compiled.set(self.compiled.get() + 1);
            let image = compile_image(component).map_err(|error| error.to_string())?;
            fs::write(file, image).map_err(|error| error.to_string())
        })
    }

    pub fn load(&self, component: &[u8]) -> Plugin {
        self.try_load(component).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn refusal(&self, component: &[u8]) -> LoadError {
        match self.try_load(component) {
            Ok(plugin) => panic!("'{}' was loaded", plugin.description().id),
            Err(error) => error,
        }
    }
}

pub fn invocation(arguments: &[&str]) -> Invocation {
    Invocation {
        tool: Tool {
            name: "victim".into(),
            path: "/bin/victim".into(),
            real: "/bin/real".into(),
            kind: ProgramKind::Script,
        },
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        directory: "/work".into(),
        environment: vec![("SET".into(), "value".into())],
        streams: Streams { stdout_is_terminal: false, stderr_is_terminal: true, joined: true },
    }
}

pub fn run() -> RunRecord {
    RunRecord {
        state: b"state".to_vec(),
        code: 0,
        directory: "/work".into(),
        stdout: Vec::new(),
        joined: false,
        stderr: Vec::new(),
        dependencies: vec![None, Some(b"list".to_vec())],
    }
}
