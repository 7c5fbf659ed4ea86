//! Where components become plugins.

use std::path::Path;
use std::sync::Arc;

use wasmtime::component::{InstancePre, Linker};
use zccache_model::digest::{Digest, PluginDigest};
use zccache_model::plugin::Description;

use crate::bindings::{self, PluginPre};
use crate::check::{self, INTERFACE};
use crate::convert;
use crate::error::{LoadError, SandboxError};
use crate::fault::PluginFault;
use crate::image::{Compile, Images};
use crate::limiter::Limits;
use crate::plugin::Plugin;
use crate::runtime::Runtime;
use crate::text;

/// The place where components become plugins. A process has one: it holds the engine, and the clock that ends calls.
pub struct Sandbox {
    runtime: Arc<Runtime>,
    images: Images,
}

impl Sandbox {
    /// Starts the engine. `images` is a folder of the user's alone, made if it is not there; never one that is shared or
    /// brought from elsewhere, for native code lies in it.
    pub fn new(images: &Path) -> Result<Sandbox, SandboxError> {
        let runtime = Runtime::start()?;
        let images = Images::open(images, &runtime.engine)?;
        Ok(Sandbox { runtime: Arc::new(runtime), images })
    }

    /// Checks a component, finds or makes its native image, loads it, and asks what it is.
    ///
    /// `compile` is called where there is no image that is any good. It is given the component and the name of an empty
    /// file to write the image to, and runs [`crate::compile_image`] in a child process with limits of its own: compiling
    /// is the part that a hostile component could make long and large. Its error is what the child said.
    pub fn load(&self, component: &[u8], compile: &Compile<'_>) -> Result<Plugin, LoadError> {
        let _span = tracing::debug_span!("load plugin").entered();
        check::check_bytes(component)?;
        let digest = PluginDigest(Digest::of(component));
        let engine = &self.runtime.engine;
        let component = self.images.load(engine, digest, component, compile)?;
        check::check_shape(engine, &component)?;
        let instances = Linker::new(engine).instantiate_pre(&component).map_err(|error| cannot_start(&error))?;
        let description = self.describe(&instances)?;
        check::check_description(&description)?;
        let instances = PluginPre::new(instances).map_err(|error| differs(&error))?;
        Ok(Plugin::new(self.runtime.clone(), instances, digest, description))
    }

    /// Asks a component what it is. Its types are compared with the contract's here, for the first time.
    fn describe(&self, instances: &InstancePre<Limits>) -> Result<Description, LoadError> {
        let mut call = self.runtime.begin().map_err(LoadError::Describe)?;
        let instance = instances.instantiate(&mut call.store).map_err(|error| cannot_start(&error))?;
        let plugin = bindings::Plugin::new(&mut call.store, &instance).map_err(|error| differs(&error))?;
        let described = plugin.zccache_plugin_tool_plugin().call_describe(&mut call.store);
        convert::description(described.map_err(|error| LoadError::Describe(PluginFault::of_call(&error)))?)
    }
}

fn cannot_start(error: &wasmtime::Error) -> LoadError {
    LoadError::Describe(PluginFault::of_start(error))
}

fn differs(error: &wasmtime::Error) -> LoadError {
    LoadError::InterfaceTypes { interface: INTERFACE, cause: text::line(&format!("{error:#}")) }
}
