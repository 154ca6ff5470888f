//! How a sandbox's world begins: its seed, and what the options put in its place or beside it.

use std::sync::Arc;

use super::options::{Options, Store};
use super::store::SandboxError;
use super::world::World;
use super::world::adopted::adopt;
use super::{ACCOUNT, DEFAULT_START, account, host};

/// The world that a sandbox of these options begins with.
pub(super) fn born(options: &Options) -> Result<World, SandboxError> {
    let memory = matches!(options.store, Store::Memory);
    let usual = if memory { DEFAULT_START.parse().unwrap_or_default() } else { host::now() };
    let seed = if memory { 1 } else { fastrand::u64(..) };
    let mut world = World::born(&options.region, options.start.unwrap_or(usual), seed).map_err(SandboxError::Birth)?;
    let (home, switches) = (options.region.as_str(), Arc::new(options.switches.clone()));
    // A database that lacks everything around it (`R-WORLD-4`).
    if switches.bare_vpc && switches.enforces("R-WORLD-4") {
        world.add_bare(home).map_err(SandboxError::Birth)?;
    }
    if options.seed.is_some() || options.rows.is_some() {
        adopt(&mut world, home, options.seed.as_deref(), options.rows.as_ref(), &switches)?;
    }
    for (account, rows) in &options.accounts {
        if !account::is_account(account) || account == ACCOUNT {
            return Err(SandboxError::Rows(format!("{account} isn't the number of another account")));
        }
        let inside = account::swapped(rows.to_string(), account);
        let rows = serde_json::from_str(&inside).map_err(|error| SandboxError::Rows(error.to_string()))?;
        adopt(world.of_account(account), home, None, Some(&rows), &switches)?;
    }
    Ok(world)
}

/// What only a new world can begin with, by the flags of `sandbox serve`.
pub(super) fn begins_with(options: &Options) -> Option<&'static str> {
    let filled = options.seed.is_some() || options.rows.is_some() || !options.accounts.is_empty();
    if filled { Some("--seed") } else { options.switches.bare_vpc.then_some("--bare-vpc") }
}
