//! Native images of components: kept in a private folder, by engine and component, and made again when anything is wrong
//! with one. Where they come from is the caller's business.
//!
//! ```text
//! images/<engine>/<component>.cwasm ::= seal native
//! seal   ::= 32 bytes, the key `image v1` of the component's digest and of native
//! native ::= what the engine's compiler made
//! ```
//!
//! `engine` is the hash of everything that decides whether native code fits: wasmtime's version, the settings, the
//! processor. The seal is no signature: who can write in the folder is the user already. It finds damage, which wasmtime
//! does not look for, and which as native code could do anything.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;
use zccache_model::digest::PluginDigest;
use zccache_model::key::KeyBuilder;

use crate::error::{LoadError, SandboxError};
use crate::private;
use crate::text;

const SEAL_BYTES: usize = 32;

/// Compiles a component and writes its image to the file named: see [`crate::Sandbox::load`].
pub type Compile<'a> = dyn Fn(&[u8], &Path) -> Result<(), String> + 'a;

/// The images of one engine.
pub(crate) struct Images {
    folder: PathBuf,
}

impl Images {
    pub(crate) fn open(images: &Path, engine: &Engine) -> Result<Images, SandboxError> {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let folder = images.join(format!("{:016x}", hasher.finish()));
        private::make_folder(images)?;
        private::make_folder(&folder)?;
        Ok(Images { folder })
    }

    /// The compiled component: from its image, or compiled if there is none that is any good.
    pub(crate) fn load(
        &self,
        engine: &Engine,
        digest: PluginDigest,
        component: &[u8],
        compile: &Compile<'_>,
    ) -> Result<Component, LoadError> {
        let file = self.folder.join(format!("{digest}.cwasm"));
        match load_image(engine, digest, &file) {
            Ok(component) => return Ok(component),
            Err(cause) => tracing::debug!("compiling a plugin: {}: {cause}", file.display()),
        }
        self.make(&file, component, compile)?;
        load_image(engine, digest, &file).map_err(|cause| LoadError::LoadImage { cause })
    }

    /// Makes the image under a name of its own and gives it the right name when it is whole, so that two daemons can make
    /// the same one at once.
    fn make(&self, file: &Path, component: &[u8], compile: &Compile<'_>) -> Result<(), LoadError> {
        let failed = |source| LoadError::KeepImage { file: file.to_owned(), source };
        let temporary = tempfile::Builder::new().prefix(".making-").tempfile_in(&self.folder).map_err(failed)?;
        let temporary = temporary.into_temp_path();
        compile(component, &temporary).map_err(|cause| LoadError::Compile { cause: text::line(&cause) })?;
        fs::rename(&temporary, file).map_err(failed)
    }
}

fn load_image(engine: &Engine, digest: PluginDigest, file: &Path) -> Result<Component, String> {
    let bytes = private::read_file(file).map_err(|error| error.to_string())?;
    let native = unseal(digest, &bytes).ok_or("it is damaged, or the image of something else")?;
    #[expect(unsafe_code, reason = "native code is trusted, not checked")]
    // SAFETY: these are the bytes that `compile_image` sealed for this component, unchanged; they were read from a file
    // that only this user can write, in a folder of which the same is true; and they are a copy that nobody else changes.
    let component = unsafe { Component::deserialize(engine, native) };
    component.map_err(|error| text::line(&format!("{error:#}")))
}

/// The bytes of an image.
pub(crate) fn seal(component: PluginDigest, native: &[u8]) -> Vec<u8> {
    let mut image = key(component, native).to_vec();
    image.extend_from_slice(native);
    image
}

fn unseal(component: PluginDigest, image: &[u8]) -> Option<&[u8]> {
    let (seal, native) = image.split_at_checked(SEAL_BYTES)?;
    (seal == key(component, native)).then_some(native)
}

fn key(component: PluginDigest, native: &[u8]) -> [u8; SEAL_BYTES] {
    let key = KeyBuilder::new("image v1").digest("component", &component.0).part("native", native).finish();
    *key.as_bytes()
}

#[cfg(test)]
mod tests {
    use zccache_model::digest::{Digest, PluginDigest};

    use super::{seal, unseal};

    #[test]
    fn an_image_that_is_damaged_cut_short_or_of_another_component_is_none() {
        let (one, two) = (PluginDigest(Digest::of(b"one")), PluginDigest(Digest::of(b"two")));
        let image = seal(one, b"native code");
        assert_eq!(unseal(one, &image), Some(&b"native code"[..]));
        assert_eq!(unseal(two, &image), None);
        assert_eq!(unseal(one, &image[..image.len() - 1]), None);
        assert_eq!(unseal(one, &image[..7]), None);
        let mut damaged = image;
        *damaged.last_mut().expect("an image has bytes") ^= 1;
        assert_eq!(unseal(one, &damaged), None);
    }
}
