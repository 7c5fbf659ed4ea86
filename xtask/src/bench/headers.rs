//! How a hit grows with the number of headers that its source includes.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::bench::figures::Race;
use crate::bench::unit::Unit;
use crate::bench::world::World;

/// A source of so many headers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Headers {
    pub(crate) headers: u32,
    pub(crate) race: Race,
}

pub(crate) fn measure(world: &World) -> Result<Vec<Headers>> {
    let caches = world.caches()?;
    let point = |headers: &u32| {
        let unit = Unit::with_headers(&world.folder(&format!("headers-{headers}"))?, *headers)?;
        let rounds = (world.scale.hits / 2).max(1);
        Ok(Headers { headers: *headers, race: world.hit(&unit, &caches, rounds)? })
    };
    world.scale.headers.iter().map(point).collect()
}
