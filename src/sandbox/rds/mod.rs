//! RDS: one function an operation, each from typed input to the answer's members.

mod account;
pub(crate) mod automated;
pub(crate) mod catalogue;
mod clusters;
mod copy;
mod create;
mod delete;
mod dependents;
mod describe;
mod discard;
pub(crate) mod domain;
mod features;
mod groups;
pub(crate) mod input;
pub(crate) mod keyless;
pub(crate) mod keys;
mod modify;
mod names;
mod orderable;
mod page;
mod phases;
mod placing;
mod processor;
mod quota;
mod replica;
mod restore;
mod restored;
mod roles;
mod rules;
mod secrets;
mod settings;
pub(crate) mod snapshots;
mod state;
pub(crate) mod streams;
mod tags;
mod upgrade;
pub(crate) mod upkeep;
mod versions;
pub(crate) mod view;
pub(crate) mod work;

use serde_json::Value;

use super::scene::Scene;
use super::wire::fault::Fault;

/// Answers one operation of RDS.
pub(crate) fn answer(scene: &mut Scene<'_>, operation: &str, input: Value) -> Result<Value, Fault> {
    match operation {
        "CreateDBInstance" => create::create(scene, &input::read(input)?),
        "DescribeDBInstances" => describe::instances(scene, &input::read(input)?),
        "ModifyDBInstance" => modify::modify(scene, &input::read(input)?),
        "RebootDBInstance" => state::reboot(scene, &input::read(input)?),
        "StartDBInstance" => state::start(scene, &input::read(input)?),
        "StopDBInstance" => state::stop(scene, &input::read(input)?),
        "DeleteDBInstance" => delete::delete(scene, &input::read(input)?),
        "RestoreDBInstanceFromDBSnapshot" => restore::restore(scene, &input::read(input)?),
        "CreateDBSnapshot" => snapshots::create(scene, input::read(input)?),
        "CopyDBSnapshot" => copy::copy(scene, input::read(input)?),
        "DescribeDBSnapshots" => describe::snapshots(scene, &input::read(input)?),
        "DeleteDBSnapshot" => discard::delete(scene, &input::read(input)?),
        "DescribeDBSnapshotAttributes" => snapshots::attributes(scene, &input::read(input)?),
        "ModifyDBSnapshotAttribute" => snapshots::share(scene, &input::read(input)?),
        "ListTagsForResource" => tags::list(scene, &input::read(input)?),
        "AddTagsToResource" => tags::add(scene, &input::read(input)?),
        "RemoveTagsFromResource" => tags::remove(scene, &input::read(input)?),
        "DescribeAccountAttributes" => Ok(account::attributes(scene)),
        "DescribeEvents" => account::events(scene, &input::read(input)?),
        "CreateDBParameterGroup" => groups::parameters::create(scene, input::read(input)?),
        "DescribeDBParameterGroups" => groups::parameters::describe(scene, &input::read(input)?),
        "DeleteDBParameterGroup" => groups::parameters::delete(scene, &input::read(input)?),
        "ModifyDBParameterGroup" => groups::parameters::modify(scene, &input::read(input)?),
        "DescribeDBParameters" => groups::parameters::list(scene, &input::read(input)?),
        "CreateOptionGroup" => groups::options::create(scene, input::read(input)?),
        "DescribeOptionGroups" => groups::options::describe(scene, &input::read(input)?),
        "ModifyOptionGroup" => groups::options::modify(scene, &input::read(input)?),
        "DescribeOptionGroupOptions" => groups::options::possible(&input::read(input)?),
        "DeleteOptionGroup" => groups::options::delete(scene, &input::read(input)?),
        "CreateDBSubnetGroup" => groups::subnets::create(scene, input::read(input)?),
        "DescribeDBSubnetGroups" => groups::subnets::describe(scene, &input::read(input)?),
        "DeleteDBSubnetGroup" => groups::subnets::delete(scene, &input::read(input)?),
        "DescribeDBEngineVersions" => versions::versions(scene, &input::read(input)?),
        "DescribeDBMajorEngineVersions" => versions::majors(scene, &input::read(input)?),
        "DescribeOrderableDBInstanceOptions" => orderable::orderable(scene, &input::read(input)?),
        "DescribeDBInstanceAutomatedBackups" => upkeep::backups(scene, &input::read(input)?),
        "DescribePendingMaintenanceActions" => upkeep::maintenance(scene, &input::read(input)?),
        "DescribeCertificates" => upkeep::certificates(scene, &input::read(input)?),
        "DescribeValidDBInstanceModifications" => upkeep::modifications(scene, &input::read(input)?),
        "DescribeDBClusters" => clusters::describe(scene, &input::read(input)?),
        "DescribeDBClusterSnapshots" => clusters::snapshots(scene, &input::read(input)?),
        "AddRoleToDBInstance" => roles::add(scene, &input::read(input)?),
        "RemoveRoleFromDBInstance" => roles::remove(scene, &input::read(input)?),
        "CreateDBInstanceReadReplica" => replica::create(scene, &input::read(input)?),
        "PromoteReadReplica" => replica::promote(scene, &input::read(input)?),
        "StartActivityStream" => streams::start(scene, &input::read(input)?),
        "StopActivityStream" => streams::stop(scene, &input::read(input)?),
        "DescribeDBProxies" => dependents::proxies(scene, &input::read(input)?),
        "DescribeDBProxyTargets" => dependents::targets(scene, &input::read(input)?),
        "DescribeDBProxyTargetGroups" => dependents::groups(scene, &input::read(input)?),
        "DescribeEventSubscriptions" => dependents::subscriptions(scene, &input::read(input)?),
        "DescribeBlueGreenDeployments" => dependents::deployments(scene, &input::read(input)?),
        "DescribeIntegrations" => dependents::integrations(scene, &input::read(input)?),
        "ModifyDBSubnetGroup" => groups::subnets::modify(scene, &input::read(input)?),
        "ModifyDBSnapshot" => upgrade::upgrade(scene, &input::read(input)?),
        "CopyDBParameterGroup" => groups::parameters::copy(scene, input::read(input)?),
        other => {
            clusters::empty(scene, other).ok_or_else(|| Fault::not_imitated(&format!("the operation {other} of RDS")))
        }
    }
}
