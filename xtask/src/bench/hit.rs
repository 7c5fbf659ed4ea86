//! A hit: of a small C file, and of a C++ file with many headers.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::bench::figures::Race;
use crate::bench::unit::Unit;
use crate::bench::world::World;

/// What was measured.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Hit {
    pub(crate) c: Race,
    pub(crate) cpp: Race,
    /// Of the C++ file.
    pub(crate) cpp_headers: usize,
}

pub(crate) fn measure(world: &World) -> Result<Hit> {
    let caches = world.caches()?;
    let c = Unit::c(&world.folder("hit-c")?)?;
    let cpp = Unit::cpp(&world.folder("hit-cpp")?)?;
    Ok(Hit {
        c: world.hit(&c, &caches, world.scale.hits)?,
        cpp: world.hit(&cpp, &caches, world.scale.hits)?,
        cpp_headers: cpp.headers()?,
    })
}
