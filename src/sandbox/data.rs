//! Real data behind a world: which servers stand behind its instances, and what a call means for them.

use std::path::PathBuf;

use super::Sandbox;
use super::options::{Options, Servers};
use super::postgres::{DEFAULT_DATABASE, Deed, Origin, Postgres, Where, deed};
use super::rds::view;
use super::respond::Call;
use super::ssm::channel::Dial;
use super::store::SandboxError;
use super::wire::model::Service;
use super::wire::query::{Strictness, Unknown};
use super::world::World;

impl Sandbox {
    /// The file of the certificate authority that signs for the real servers; nothing where there are none.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn authority(&self) -> Result<Option<PathBuf>, SandboxError> {
        Ok(self.servers().map(Postgres::authority).transpose()?)
    }

    /// Where the real server of a database is, if it has one.
    pub(super) fn server_of(&self, resource_id: &str) -> Option<Dial> {
        let postgres = self.servers().cloned()?;
        let (endpoint, origin) = self.in_world(|world, _| begun_with(world, resource_id)).ok()?.0?;
        let resource_id = resource_id.to_owned();
        Some(Dial::Later(Box::new(move || match postgres.address(&resource_id, &endpoint, &origin) {
            Ok(address) => Dial::Local(address),
            Err(error) => {
                tracing::error!(%error, endpoint, "the sandbox has no server");
                Dial::Refused
            }
        })))
    }

    /// Does to the data what a call did to the world. Where that fails, nobody will reach the data that should be there.
    pub(super) async fn carry_out(&self, deed: Option<Deed>) {
        let Some((postgres, deed)) = self.servers().cloned().zip(deed) else { return };
        let shown = format!("{deed:?}");
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || postgres.carry_out(&deed)).await {
            tracing::error!(%error, deed = shown, "the sandbox's data doesn't follow its world");
        }
    }
}

/// The real servers that were asked for, and can be had.
pub(super) fn servers(options: &Options) -> Result<Option<Postgres>, SandboxError> {
    match (options.servers, Postgres::find(&options.store)) {
        (Servers::None, _) => Ok(None),
        (Servers::Required, found) => Ok(Some(found?)),
        (Servers::Found, found) => Ok(found.ok()),
    }
}

/// The endpoint of a PostgreSQL instance of any Region and account, and what its data began with.
fn begun_with(world: &World, resource_id: &str) -> Option<(String, Origin)> {
    let own = world.regions.iter();
    let mut all = own.chain(world.accounts.values().flat_map(|world| world.regions.iter()));
    let found = all.find_map(|(name, region)| Some((name, region.of_resource_id(resource_id)?)));
    let (region, instance) = found.filter(|(_, instance)| instance.row.engine == "postgres")?;
    let database = instance.row.db_name.clone().unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
    Some((view::address(region, instance), Origin { user: instance.row.master_username.clone(), database }))
}

/// What a call did, as far as real data is concerned.
pub(super) fn done(call: &Call, answer: &serde_json::Value) -> Option<Deed> {
    if call.only_reads() || call.service != Service::Rds {
        return None;
    }
    let input = call.input(Strictness { unknown: Unknown::Ignored, typed: false }).ok()?;
    deed(&call.operation, &input, answer, Where { account: &call.account, region: &call.region })
}
