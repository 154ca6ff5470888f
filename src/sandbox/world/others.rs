//! Others in the account, who use up its quota and give it back (`R-QUOTA-2`).

use std::sync::Arc;

use jiff::Timestamp;

use super::agenda::{Effect, Step};
use super::instance::{Instance, InstanceRow, SecurityGroup};
use super::{Region, World};
use crate::sandbox::rds::snapshots;
use crate::sandbox::{Others, Switches};

impl World {
    /// Plans what others do.
    pub(crate) fn expect_others(&mut self, others: &Others, region: &str, now: Timestamp, switches: &Arc<Switches>) {
        let mark = format!("others-{:05}", self.ids.below(100_000));
        let mut home = self.caught_up(region, now, switches);
        let step = |at, effect| Step { at, of: "others".to_owned(), effect };
        let (snapshots, instances) = (others.snapshots, others.instances);
        home.schedule(step(others.at, Effect::OthersTake { mark: mark.clone(), snapshots, instances }));
        if let Some(at) = others.gives_back {
            home.schedule(step(at, Effect::OthersGiveBack { mark }));
        }
        self.regions.insert(region.to_owned(), home);
    }
}

/// Others make snapshots and instances, as many as the quotas leave them. What they made is there like anything else.
pub(crate) fn take(region: &mut Region, mark: &str, most_snapshots: usize, most_instances: usize, at: Timestamp) {
    if !region.enforces("R-QUOTA-2") {
        return;
    }
    let switches = region.switches.clone();
    let used = usize::try_from(region.snapshots.sum()).unwrap_or(0);
    let free = switches.most_manual_snapshots.saturating_sub(used);
    for number in 1..=most_snapshots.min(free) {
        let name = format!("{mark}-{number}");
        let theirs = instance(region, mark, "db-THEIRSANDLONGSINCEDELETED0", at);
        let vpc = region.network.vpc.clone();
        let mut snapshot = snapshots::of(&theirs, &name, "manual", &vpc, at, at);
        "available".clone_into(&mut snapshot.row.status);
        snapshot.row.snapshot_create_time = Some(at);
        snapshot.row.original_snapshot_create_time = Some(at);
        region.snapshots.push(snapshot);
    }
    let free = switches.most_instances.saturating_sub(region.instances.len());
    for number in 1..=most_instances.min(free) {
        let name = format!("{mark}-{number}");
        let theirs = instance(region, &name, &format!("db-{}", name.to_ascii_uppercase()), at);
        region.instances.push(theirs);
    }
}

/// Others delete what they made.
pub(crate) fn give_back(region: &mut Region, mark: &str) {
    let theirs = |name: &str| name.strip_prefix(mark).is_some_and(|tail| tail.starts_with('-'));
    region.snapshots.retain(|snapshot| !theirs(&snapshot.row.name));
    region.instances.retain(|instance| !theirs(&instance.row.name));
}

/// A small instance of theirs.
fn instance(region: &Region, name: &str, id: &str, at: Timestamp) -> Instance {
    let group = region.network.default_security_group.clone();
    Instance {
        port: 5432,
        subnet_group: Some("default".to_owned()),
        up: true,
        row: InstanceRow {
            name: name.to_owned(),
            resource_id: id.to_owned(),
            class: "db.t3.micro".to_owned(),
            engine: "postgres".to_owned(),
            engine_version: "16.8".to_owned(),
            status: "available".to_owned(),
            master_username: "others".to_owned(),
            allocated_storage: 20,
            instance_create_time: Some(at),
            preferred_backup_window: "03:00-03:30".to_owned(),
            preferred_maintenance_window: "sun:05:00-sun:05:30".to_owned(),
            vpc_security_groups: vec![SecurityGroup { vpc_security_group_id: group, status: "active".to_owned() }],
            license_model: "postgresql-license".to_owned(),
            storage_type: "gp3".to_owned(),
            storage_encryption_type: Some("none".to_owned()),
            ca_certificate_identifier: "rds-ca-rsa2048-g1".to_owned(),
            ..InstanceRow::default()
        },
        ..Instance::default()
    }
}
