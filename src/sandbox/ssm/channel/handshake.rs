//! The agent's handshake, and what a client's flags do.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::carrier;
use super::facts::SessionType;
use super::message::Content;
use super::payload::{self, HandshakeResponse};
use super::session::{Phase, Session};
use super::state::State;
use super::version::Version;

/// What the session ends with where nobody answers (`R-CHAN-4`).
pub(super) const LATE: &str =
    "Handshake timed out. Please ensure that you have the latest version of the session manager plugin.";
const TOO_OLD: &str = "Plugin with name Port is not supported by this version of ssm agent, please update to latest version. Step name: Port";
/// What the end of a handshake that failed begins with.
pub(super) const FAILED: &str = "\n----------ERROR-------\nEncountered error while initiating handshake. ";

/// The flags that a client sends.
const DISCONNECT: u32 = 1;
const TERMINATE: u32 = 2;

impl Session {
    /// The first socket is there: the agent begins.
    pub(super) fn begin(self: &Arc<Self>, state: &mut State, now: Instant) {
        state.begun = now;
        if self.facts.is_port() && !self.version().forwards_ports() {
            return self.end_soon(state, TOO_OLD, now);
        }
        let habits = self.around.habits();
        state.wish = self.wish(&habits);
        if !self.shakes_hands(state) {
            return self.open(state, now);
        }
        let properties = if self.facts.is_port() { json!(self.facts.properties) } else { Value::Null };
        let mut actions = vec![payload::session_type(self.facts.kind.name(), &properties)];
        actions.extend(state.wish.as_ref().map(super::encryption::Wish::action));
        if habits.unknown_action {
            actions.push(json!({"ActionType": "NobodyKnowsThis", "ActionParameters": {}}));
        }
        state.phase = Phase::Asked { since: now };
        state.send(Content::HandshakeRequest, &payload::handshake_request(&self.facts.agent_version, &actions));
    }

    /// Whether there is a handshake: in terminals only for encryption (`R-SHELL-1`), for other commands always
    /// (`R-SHELL-7`).
    fn shakes_hands(&self, state: &State) -> bool {
        let enforces = |rule| self.around.enforces(rule);
        match self.facts.kind {
            SessionType::Port => true,
            SessionType::NonInteractiveCommands => state.wish.is_some() || enforces("R-SHELL-7"),
            SessionType::StandardStream | SessionType::InteractiveCommands => {
                state.wish.is_some() || !enforces("R-SHELL-1")
            }
        }
    }

    /// The client has answered: what it can't do ends the session.
    pub(super) fn answered(self: &Arc<Self>, state: &mut State, answer: &[u8], now: Instant) {
        let Phase::Asked { since } = state.phase else { return };
        let answer: HandshakeResponse = serde_json::from_slice(answer).unwrap_or_default();
        if let Some(failed) = answer.processed_client_actions.iter().find(|action| action.action_status != 1) {
            let why = failed.error.as_deref().unwrap_or_default();
            return self.end_soon(state, format!("{FAILED}{why}"), now);
        }
        state.client = Version::of(&answer.client_version);
        let Some(wish) = state.wish.clone() else { return self.complete(state, "", since, now) };
        if let Err(why) = self.agreed(state, &wish, &answer, since) {
            self.end_soon(state, format!("{FAILED}{why}"), now);
        }
    }

    /// The handshake is done.
    pub(super) fn complete(self: &Arc<Self>, state: &mut State, told: &str, began: Instant, now: Instant) {
        let took = now.duration_since(began).as_nanos();
        state.send(Content::HandshakeComplete, &payload::handshake_complete(took, told));
        self.open(state, now);
    }

    /// The agent begins with what the session is for.
    fn open(self: &Arc<Self>, state: &mut State, now: Instant) {
        state.phase = Phase::Open;
        if self.facts.is_port() {
            state.ready = now + self.around.habits().not_ready;
            self.forward(state, now);
        } else {
            super::shell::begin(self, state);
        }
    }

    /// The agent forwards the port. Some hosts it refuses (`R-PORT-5`), and before a certain version it knows none but its
    /// own (`R-PORT-9`); whether it carries many connections goes by both versions (`R-PORT-1`).
    fn forward(self: &Arc<Self>, state: &mut State, now: Instant) {
        let property = |name: &str| self.facts.properties.get(name).map(String::as_str).unwrap_or_default();
        let (version, asked) = (self.version(), property("host"));
        let knows = version.dials_hosts() || !self.around.enforces("R-PORT-9");
        let host = if knows && !asked.is_empty() { asked } else { "localhost" };
        if self.facts.forbidden && self.around.enforces("R-PORT-5") {
            return self.end_soon(state, format!("Forwarding to IP address {host} is forbidden."), now);
        }
        let port = property("portNumber").parse().unwrap_or(0);
        let forwards = property("type") == "LocalPortForwarding";
        let fits = version.carries_many_for(state.client) || !self.around.enforces("R-PORT-1");
        let to = carrier::Destination::new(self, host, port);
        if forwards && fits {
            super::many::begin(self, state, to);
        } else {
            super::one::begin(self, state, to, !forwards);
        }
    }

    /// What a flag of the client's does: one ends the session (`R-CHAN-11`), the other ends the one connection.
    pub(super) fn flag(self: &Arc<Self>, state: &mut State, payload: &Bytes, now: Instant) {
        let Ok(flag) = <[u8; 4]>::try_from(&payload[..]).map(u32::from_be_bytes) else { return };
        match flag {
            TERMINATE if self.version().ends_by_flag() && self.around.enforces("R-CHAN-11") => {
                self.end_soon(state, String::new(), now);
            }
            DISCONNECT => state.carrier.disconnect(),
            _ => {}
        }
    }
}
