//! What happens to machines, endpoints and interfaces by itself, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::machines::Agent;
use crate::sandbox::world::Region;
use crate::sandbox::world::agenda::{Effect, Step};
use crate::sandbox::world::pace::after;

/// World seconds that things take which AWS gives no numbers for.
pub(crate) const ENDPOINT_COMES: i64 = 150;
pub(crate) const ENDPOINT_GOES: i64 = 120;
pub(crate) const MACHINE_COMES: i64 = 20;
pub(crate) const MACHINE_GOES: i64 = 45;
/// How long a terminated machine can still be looked up.
const TERMINATED_SHOWS: i64 = 3600;
/// How long the agent takes to say something of itself, or Systems Manager to miss it.
const AGENT_SPEAKS: i64 = 120;

/// Something that is due.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Turn {
    /// An endpoint is available.
    Available,
    /// An endpoint is deleted; its interfaces linger (`R-VPCE-5`).
    Gone,
    /// Interfaces of an endpoint that are left over go.
    InterfacesGo,
    /// A machine runs.
    Runs,
    /// A machine is terminated.
    Terminated,
    /// A terminated machine lets its security groups go.
    LetsGo,
    /// A terminated machine can no longer be looked up.
    Forgotten,
    /// The agent of a machine is heard of, or missed.
    Agent,
}

impl Region {
    /// Plans a turn of something.
    pub(crate) fn plan_turn(&mut self, of: &str, at: Timestamp, turn: Turn) {
        self.schedule(Step { at, of: of.to_owned(), effect: Effect::Network(turn) });
    }

    /// A turn of something is due.
    pub(crate) fn turn(&mut self, of: &str, turn: Turn, at: Timestamp) {
        match turn {
            Turn::Available => {
                if let Some(endpoint) = self.network.endpoint_mut(of).filter(|endpoint| endpoint.state == "pending") {
                    "available".clone_into(&mut endpoint.state);
                }
                self.watch_agents(at);
            }
            Turn::Gone => {
                self.network.endpoints.retain(|endpoint| endpoint.id != of);
                let linger = if self.enforces("R-VPCE-5") { self.switches.interfaces_linger } else { 0 };
                self.plan_turn(of, after(at, linger), Turn::InterfacesGo);
            }
            Turn::InterfacesGo => self.network.drop_interfaces(of),
            Turn::Runs => {
                self.machine_is(of, "pending", "running");
                self.watch_agents(at);
            }
            Turn::Terminated => {
                self.machine_is(of, "shutting-down", "terminated");
                let subnet = self.network.machine(of).map(|machine| machine.subnet.clone());
                self.network.count_address(&subnet.unwrap_or_default(), -1);
                let keeps = self.switches.terminated_keep_groups;
                self.plan_turn(of, after(at, keeps), Turn::LetsGo);
                // Without the rule it is forgotten at once (`R-RUN-6`).
                let shows = if self.enforces("R-RUN-6") { TERMINATED_SHOWS } else { 0 };
                self.plan_turn(of, after(at, shows), Turn::Forgotten);
            }
            Turn::LetsGo => {
                if let Some(machine) = self.network.machines.iter_mut().find(|machine| machine.id == of) {
                    machine.groups.clear();
                }
            }
            Turn::Forgotten => self.network.machines.retain(|machine| machine.id != of),
            Turn::Agent => self.agent_speaks(of, at),
        }
    }

    fn machine_is(&mut self, id: &str, from: &str, to: &str) {
        let machine = self.network.machines.iter_mut().find(|machine| machine.id == id);
        if let Some(machine) = machine.filter(|machine| machine.state == from) {
            to.clone_into(&mut machine.state);
        }
    }

    /// Where the way between an agent and Systems Manager opened or broke, that shows some time later (`R-BOOT-1`).
    pub(crate) fn watch_agents(&mut self, now: Timestamp) {
        let changed: Vec<String> = self
            .network
            .machines
            .iter()
            .filter(|machine| machine.launch.is_some())
            .filter(|machine| {
                let online = machine.agent.as_ref().is_some_and(|agent| agent.ping == "Online");
                online != self.agent_reaches(machine)
            })
            .map(|machine| machine.id.clone())
            .collect();
        for id in changed {
            let planned = |step: &Step| step.effect == Effect::Network(Turn::Agent);
            if !self.agenda.of(&id).any(|(_, step)| planned(step)) {
                let speaks = if self.enforces("R-BOOT-1") { AGENT_SPEAKS } else { 0 };
                self.plan_turn(&id, after(now, speaks), Turn::Agent);
            }
        }
    }

    fn agent_speaks(&mut self, id: &str, at: Timestamp) {
        let Some(machine) = self.network.machine(id) else { return };
        let reaches = self.agent_reaches(machine);
        let Some(machine) = self.network.machines.iter_mut().find(|machine| machine.id == id) else { return };
        match (&mut machine.agent, reaches) {
            (Some(agent), true) => ("Online".clone_into(&mut agent.ping), agent.heard = None).0,
            (None, true) => machine.agent = Some(Agent::new()),
            (Some(agent), false) if agent.ping == "Online" => {
                "ConnectionLost".clone_into(&mut agent.ping);
                agent.heard = Some(at);
            }
            _ => {}
        }
    }
}

impl super::Network {
    fn drop_interfaces(&mut self, endpoint: &str) {
        let there = self.endpoint(endpoint).is_some();
        let goes =
            |interface: &super::endpoints::Interface| interface.endpoint == endpoint && (interface.left || !there);
        let subnets: Vec<String> =
            self.interfaces.iter().filter(|own| goes(own)).map(|own| own.subnet.clone()).collect();
        self.interfaces.retain(|own| !goes(own));
        for subnet in subnets {
            self.count_address(&subnet, -1);
        }
    }
}
