//! The world catches up with its time: each step that is due happens, at its own time.

use jiff::Timestamp;

use super::agenda::{Effect, Step};
use super::instance::{Instance, StorageOperation};
use super::key::Key;
use super::table::{Index, moment};
use super::{Region, others, pace, windows};
use crate::sandbox::rds::{automated, keyless, upkeep, work};

impl Region {
    /// Lets everything happen that is due by `now`, in the order of its time (`R-TIME-1`).
    pub(crate) fn advance(&mut self, region: &str, now: Timestamp) {
        if !self.enforces("R-TIME-1") {
            return;
        }
        self.expire_keys(region, now);
        loop {
            let window = self.next_window(now);
            // Without the rule work takes no time at all (`R-TIME-2`).
            let instant = !self.enforces("R-TIME-2");
            let due = self.agenda.first().map(|step| step.at).filter(|at| *at <= now || instant);
            match (window, due) {
                (Some((at, id)), step) if step.is_none_or(|step| at < step) => {
                    self.open_window(&id, at);
                }
                (_, Some(_)) => {
                    let Some(mut step) = self.agenda.take_first() else { break };
                    step.at = step.at.min(now);
                    self.happen(region, &step);
                }
                _ => break,
            }
        }
        automated::expire(self, now);
        self.end_storage_operations(now);
        self.instances.settle();
        self.snapshots.settle();
    }

    fn end_storage_operations(&mut self, now: Timestamp) {
        self.instances.settle();
        let now = moment(now);
        while let Some(end) = self.instances.first_key(Index::StorageEnds).filter(|end| *end <= now.as_str()) {
            let end = end.to_owned();
            for serial in self.instances.serials(Index::StorageEnds, &end) {
                if let Some(instance) = self.instances.get_mut(serial) {
                    instance.storage_operation = None;
                }
            }
            self.instances.settle();
        }
    }

    /// Key material that was brought along may have an end (`R-KMS-8`).
    fn expire_keys(&mut self, region: &str, now: Timestamp) {
        let ends = |key: &Key| key.state == "Enabled" && key.valid_to.is_some_and(|end| end <= now);
        if !self.keys.iter().any(ends) || !self.enforces("R-KMS-8") {
            return;
        }
        let mut expired = Vec::new();
        for key in self.keys.iter_mut().filter(|key| ends(key)) {
            "PendingImport".clone_into(&mut key.state);
            expired.push((key.arn(region), key.valid_to.unwrap_or(now)));
        }
        for (arn, end) in expired {
            keyless::key_lost(self, &arn, end);
        }
    }

    /// When the window opens for which something of an instance waits.
    pub(super) fn opening(instance: &Instance) -> Option<Timestamp> {
        let waits = instance.window_opens.filter(|_| !instance.queued.is_empty());
        let upgrade = instance.due_upgrade.as_ref();
        let upgrade =
            upgrade.and_then(|(_, since)| windows::next_weekly(&instance.row.preferred_maintenance_window, *since));
        waits.into_iter().chain(upgrade).min().filter(|_| instance.is_usable())
    }

    fn next_window(&self, now: Timestamp) -> Option<(Timestamp, String)> {
        let opening = |instance: &Instance| {
            let at = Self::opening(instance).filter(|at| *at <= now)?;
            Some((at, instance.row.resource_id.clone()))
        };
        self.instances.by(Index::Waits, "").filter_map(opening).min()
    }

    /// The maintenance window opens: what waited for it begins (`R-MOD-3`).
    fn open_window(&mut self, id: &str, at: Timestamp) {
        let Some(instance) = self.by_resource_id(id) else {
            return;
        };
        instance.window_opens = None;
        let mut queued = instance.queued.take();
        if let Some((version, _)) = instance.due_upgrade.take_if(|(_, since)| *since < at) {
            queued.engine_version = Some(version);
        }
        work::carry_out(self, id, &queued, at);
    }

    fn happen(&mut self, region: &str, step: &Step) {
        match &step.effect {
            Effect::CopyBegins(says_copying) => {
                if let Some(snapshot) = self.snapshot_mut(&step.of) {
                    let word = if *says_copying { "copying" } else { "creating" };
                    word.clone_into(&mut snapshot.row.status);
                }
            }
            Effect::Status(status) if self.snapshot(&step.of).is_some() => {
                if let Some(snapshot) = self.snapshot_mut(&step.of) {
                    snapshot.row.status.clone_from(status);
                }
            }
            Effect::SnapshotUpgraded { version, option_group } => {
                if let Some(snapshot) = self.snapshot_mut(&step.of) {
                    "available".clone_into(&mut snapshot.row.status);
                    snapshot.row.engine_version.clone_from(version);
                    snapshot.row.option_group_name.clone_from(option_group);
                }
            }
            Effect::Tags(tags) if self.snapshot(&step.of).is_some() => {
                if let Some(snapshot) = self.snapshot_mut(&step.of) {
                    snapshot.row.tag_list.extend(tags.iter().cloned());
                }
            }
            Effect::SnapshotDone => self.snapshot_done(region, step),
            Effect::Gone(keep_backups) => self.gone(region, step, *keep_backups),
            Effect::Backup => automated::take(self, region, &step.of, step.at),
            Effect::WithoutKey(stage) => keyless::stage(self, region, &step.of, *stage, step.at),
            Effect::OthersTake { mark, snapshots, instances } => {
                others::take(self, mark, *snapshots, *instances, step.at);
            }
            Effect::OthersGiveBack { mark } => others::give_back(self, mark),
            Effect::Network(turn) => self.turn(&step.of, *turn, step.at),
            Effect::StartsItself => work::start(self, &step.of, step.at),
            Effect::Event { message, categories } => {
                let arn = self.by_resource_id(&step.of).map(|instance| instance.arn(region));
                if let Some(arn) = arn {
                    let categories: Vec<&str> = categories.iter().map(String::as_str).collect();
                    self.record(step.at, &arn, message, &categories);
                }
            }
            effect => self.on_instance(region, step, effect),
        }
    }

    fn on_instance(&mut self, region: &str, step: &Step, effect: &Effect) {
        let (zone, second) = self.zones_for(&step.of, region);
        let Some(instance) = self.by_resource_id(&step.of) else {
            return;
        };
        match effect {
            Effect::Status(status) => instance.row.status.clone_from(status),
            Effect::Pend(changes) => instance.pending.add(changes),
            Effect::Apply(changes) => {
                let old = instance.row.name.clone();
                instance.apply(changes);
                if instance.row.multi_az && instance.up {
                    instance.row.secondary_availability_zone.get_or_insert(second);
                }
                instance.pending.remove(changes);
                let joins = changes.domains.as_ref().is_some_and(|domains| !domains.is_empty());
                let (id, arn) = (instance.row.resource_id.clone(), instance.arn(region));
                if joins {
                    work::join(self, &id, step.at);
                }
                if let Some(name) = &changes.name {
                    let name = name.clone();
                    work::renamed(self, &id, &old, &name);
                    self.record(step.at, &arn, "Renamed instance", &["configuration change"]);
                }
            }
            Effect::Up => {
                instance.up = true;
                instance.row.instance_create_time = Some(step.at);
                instance.pending.change(|pending| pending.password = None);
                let zone = instance.asked_zone.clone().unwrap_or(zone);
                let second = Some(second).filter(|_| instance.row.multi_az);
                instance.row.secondary_availability_zone = second.filter(|second| *second != zone);
                instance.row.availability_zone.get_or_insert(zone);
                for option in &mut instance.row.option_groups {
                    "in-sync".clone_into(&mut option.status);
                }
            }
            Effect::SecurityGroupsSettle => {
                instance.row.vpc_security_groups.retain(|group| group.status != "removing");
                for group in &mut instance.row.vpc_security_groups {
                    "active".clone_into(&mut group.status);
                }
            }
            Effect::ParametersApplying => {
                for group in &mut instance.row.parameter_groups {
                    "applying".clone_into(&mut group.status);
                }
            }
            Effect::ParametersAwaitReboot => {
                let applying = instance.row.parameter_groups.iter_mut().filter(|group| group.status == "applying");
                applying.for_each(|group| "pending-reboot".clone_into(&mut group.status));
            }
            Effect::ParametersInSync => {
                for group in &mut instance.row.parameter_groups {
                    "in-sync".clone_into(&mut group.status);
                }
            }
            Effect::OptionsInSync => {
                for group in &mut instance.row.option_groups {
                    "in-sync".clone_into(&mut group.status);
                }
            }
            Effect::RoleSettles { feature, status } => {
                for role in instance.row.associated_roles.iter_mut().filter(|role| role.feature == *feature) {
                    role.status.clone_from(status);
                }
            }
            Effect::Domain(word) => {
                for membership in &mut instance.row.domain_memberships {
                    membership.status.clone_from(word);
                }
            }
            Effect::Stream(members) => {
                for (member, value) in members {
                    if value.is_null() {
                        instance.row.others.remove(member);
                    } else {
                        instance.row.others.insert(member.clone(), value.clone());
                    }
                }
            }
            Effect::RoleGone(feature) => instance.row.associated_roles.retain(|role| role.feature != *feature),
            Effect::Tags(tags) => instance.row.tag_list.extend(tags.iter().cloned()),
            Effect::SecretActive => {
                if let Some(secret) = &mut instance.row.master_user_secret {
                    "active".clone_into(&mut secret.status);
                }
            }
            Effect::StorageOperation { status, until } => {
                instance.storage_operation =
                    Some(StorageOperation { status: status.clone(), from: step.at, until: *until });
            }
            _ => {}
        }
    }

    fn snapshot_done(&mut self, region: &str, step: &Step) {
        let kept = self.enforces("R-SNAP-4");
        let Some(snapshot) = self.snapshot_mut(&step.of) else {
            return;
        };
        "available".clone_into(&mut snapshot.row.status);
        // Of a copy only its own time is new; a first snapshot's time is when its data was taken (`R-SNAP-4`).
        let own_time = !kept && snapshot.copy;
        let taken = if snapshot.copy { step.at } else { pace::after(snapshot.begins, 10) };
        snapshot.row.snapshot_create_time = Some(taken);
        if own_time {
            snapshot.row.original_snapshot_create_time = None;
        }
        snapshot.row.original_snapshot_create_time.get_or_insert(taken);
        let (arn, copy, automated) =
            (work::snapshot_arn(region, &snapshot.row.name), snapshot.copy, !snapshot.is_manual());
        if copy {
            let message = format!("Finished copy of snapshot {} in region {region}", step.of);
            self.record(step.at, &arn, &message, &["notification"]);
        } else if automated {
            self.record(step.at, &arn, "Automated snapshot created", &["creation"]);
        } else {
            self.record(step.at, &arn, "Manual snapshot created", &["creation"]);
        }
    }

    /// An instance is gone; its automated backups go along or stay (`R-SNAP-6`, `R-DEL-6`).
    fn gone(&mut self, region: &str, step: &Step, keep_backups: bool) {
        let Some(instance) = self.by_resource_id(&step.of) else {
            return;
        };
        let arn = instance.arn(region);
        let name = instance.row.name.clone();
        let kept = keep_backups && instance.row.backup_retention_period > 0;
        let last = instance.clone();
        if kept && self.enforces("R-DEL-6") {
            upkeep::retain(self, region, &last, step.at);
        }
        self.instances.remove_where(Index::Id, &step.of, |_| true);
        self.agenda.keep_of(&step.of, |_| false);
        for serial in self.instances.serials(Index::Replica, &name) {
            if let Some(other) = self.instances.get_mut(serial) {
                other.row.replicas.retain(|replica| *replica != name);
            }
        }
        let keep_backups = keep_backups || !self.enforces("R-SNAP-6");
        self.snapshots.remove_where(Index::Id, &step.of, |snapshot| !keep_backups && !snapshot.is_manual());
        self.record(step.at, &arn, "DB instance deleted", &["deletion"]);
    }

    /// Two zones of the instance's subnet group, the same for the same instance.
    pub(crate) fn zones_for(&self, id: &str, region: &str) -> (String, String) {
        let instance = self.of_resource_id(id);
        let group = instance.and_then(|instance| instance.subnet_group.as_deref());
        let subnets = group.and_then(|name| self.subnet_group(name)).map(|group| &group.subnets);
        let zones: Vec<&str> = subnets.into_iter().flatten().map(|subnet| subnet.zone.as_str()).collect();
        let picked = id.bytes().map(usize::from).sum::<usize>();
        let zone = |number: usize, letter: char| {
            let found = zones.get((picked + number) % zones.len().max(1));
            found.map_or_else(|| format!("{region}{letter}"), |zone| (*zone).to_owned())
        };
        (zone(0, 'a'), zone(1, 'b'))
    }
}

impl Instance {
    /// Puts changes where they wait for the maintenance window (`R-MOD-3`).
    pub(crate) fn queue(&mut self, changes: &super::changes::Changes, now: Timestamp) {
        self.queued.add(changes);
        self.pending.add(changes);
        if let Some(domains) = changes.domains.as_ref().filter(|domains| !domains.is_empty()) {
            self.row.domain_memberships.clone_from(domains);
        }
        self.window_opens = windows::next_weekly(&self.row.preferred_maintenance_window, now);
    }
}
