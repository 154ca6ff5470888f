//! When a world next changes by itself, so that a clock may jump there.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::pace::after;
use super::table::Index;
use super::{Region, World};
use crate::sandbox::Switches;
use crate::sandbox::rds::automated;

impl World {
    /// The time after this one at which something happens in any Region of any account, once what is due by now has.
    pub(crate) fn next_change(&mut self, now: Timestamp, switches: &Arc<Switches>) -> Option<Timestamp> {
        let names: Vec<String> = self.regions.keys().cloned().collect();
        let mut next: Option<Timestamp> = None;
        for name in names {
            let region = self.caught_up(&name, now, switches);
            let daily = switches.daily_backups.then(|| automated::next_daily(&region, self.time)).flatten();
            let found = region.next_change(now).into_iter().chain(daily).filter(|at| *at > now).min();
            next = next.into_iter().chain(found).min();
            self.regions.insert(name, region);
        }
        let unseen = self.iam.iter().flat_map(|iam| {
            let roles = iam.roles.iter().map(|role| after(role.created, switches.roles_show_after));
            let profiles = iam.profiles.iter().map(|own| after(own.created, switches.profiles_show_after));
            roles.chain(profiles).filter(|at| *at > now).collect::<Vec<_>>()
        });
        next = next.into_iter().chain(unseen).min();
        let others = self.accounts.values_mut().filter_map(|world| world.next_change(now, switches));
        next.into_iter().chain(others.min()).min()
    }
}

impl World {
    /// The first time at which anything of these instances and snapshots is planned to change, in any Region.
    pub(crate) fn next_change_of(
        &mut self,
        now: Timestamp,
        switches: &Arc<Switches>,
        names: &[&str],
    ) -> Option<Timestamp> {
        let regions: Vec<String> = self.regions.keys().cloned().collect();
        let mut next: Option<Timestamp> = None;
        for region in regions {
            let caught_up = self.caught_up(&region, now, switches);
            let found = names.iter().filter_map(|name| caught_up.next_change_of(name, now)).min();
            next = next.into_iter().chain(found).min();
            self.regions.insert(region, caught_up);
        }
        next
    }
}

impl Region {
    fn next_change_of(&self, name: &str, now: Timestamp) -> Option<Timestamp> {
        let instance = self.instance(name);
        let storage = instance.and_then(|it| it.storage_operation.as_ref()).map(|operation| operation.until);
        let of_instance = instance.into_iter().flat_map(|it| self.agenda.of(&it.row.resource_id));
        let steps = self.agenda.of(name).chain(of_instance).map(|(_, step)| step.at);
        steps.chain(storage).filter(|at| *at > now).min()
    }

    /// The first of: a step of the agenda, a maintenance window with work, the end of an operation on a volume, of an
    /// automated snapshot's days, of key material, and an event that becomes visible.
    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.enforces("R-TIME-1") {
            return None;
        }
        let step = self.agenda.first().map(|step| step.at);
        let window = self.instances.by(Index::Waits, "").filter_map(Self::opening).min();
        let ends = self.instances.first_key(Index::StorageEnds).and_then(|key| key.parse().ok());
        let volume = ends.and_then(|end| Timestamp::from_millisecond(end).ok());
        let material = self.keys.iter().filter(|key| key.state == "Enabled").filter_map(|key| key.valid_to).min();
        let late = self.switches.events_show_after.filter(|late| *late > 0).map(SignedDuration::from_secs);
        let shows = late.and_then(|late| {
            let unseen = self.events.between(Some(now - late), now).map(|(_, event)| event.date + late);
            unseen.filter(|at| *at > now).min()
        });
        let all = [step, window, volume, self.expiries.next(now), material, shows];
        all.into_iter().flatten().filter(|at| *at > now).min()
    }
}
