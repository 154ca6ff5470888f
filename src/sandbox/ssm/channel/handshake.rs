//! The agent's handshake, and what a client's flags do.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tokio::time::Instant;

use super::carrier;
use super::message::Content;
use super::payload::{self, HandshakeResponse};
use super::session::{Phase, Session};
use super::state::State;
use super::version::Version;

/// What the session ends with where nobody answers (`R-CHAN-4`).
pub(super) const LATE: &str =
    "Handshake timed out. Please ensure that you have the latest version of the session manager plugin.";
const TOO_OLD: &str = "Plugin with name Port is not supported by this version of ssm agent, please update to latest version. Step name: Port";
const FAILED: &str = "\n----------ERROR-------\nEncountered error while initiating handshake. ";
/// The key of a handshake that asks for encryption; nothing in the world has it.
const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/00000000-0000-4000-8000-000000000000";

/// The flags that a client sends.
const DISCONNECT: u32 = 1;
const TERMINATE: u32 = 2;

impl Session {
    /// The first socket is there: the agent begins.
    pub(super) fn begin(self: &Arc<Self>, state: &mut State, now: Instant) {
        state.begun = now;
        if !self.version().forwards_ports() {
            return self.end_soon(state, TOO_OLD, now);
        }
        let habits = self.around.habits();
        let mut actions = vec![payload::session_type(self.facts.kind, &self.facts.properties)];
        if habits.kms {
            let challenge = "AAECAwQFBgcICQoLDA0ODw==";
            actions.push(json!({
                "ActionType": "KMSEncryption", "ActionParameters": {"KMSKeyId": KEY, "Challenge": challenge}}));
        }
        if habits.unknown_action {
            actions.push(json!({"ActionType": "NobodyKnowsThis", "ActionParameters": {}}));
        }
        state.phase = Phase::Asked { since: now };
        state.send(Content::HandshakeRequest, &payload::handshake_request(&self.facts.agent_version, &actions));
    }

    /// The client has answered: what it can't do ends the session.
    pub(super) fn answered(self: &Arc<Self>, state: &mut State, answer: &[u8], now: Instant) {
        let Phase::Asked { since } = state.phase else { return };
        let answer: HandshakeResponse = serde_json::from_slice(answer).unwrap_or_default();
        if let Some(failed) = answer.processed_client_actions.iter().find(|action| action.action_status != 1) {
            let why = failed.error.as_deref().unwrap_or_default();
            return self.end_soon(state, format!("{FAILED}{why}"), now);
        }
        if self.around.habits().kms {
            return self.end_soon(state, format!("{FAILED}the sandbox doesn't decrypt data keys"), now);
        }
        state.client = Version::of(&answer.client_version);
        state.ready = now + self.around.habits().not_ready;
        state.phase = Phase::Open;
        state.send(Content::HandshakeComplete, &payload::handshake_complete(now.duration_since(since).as_nanos()));
        self.open(state, now);
    }

    /// The handshake is done: the agent forwards the port. Some hosts it refuses (`R-PORT-5`), and before a certain version
    /// it knows none but its own (`R-PORT-9`); whether it carries many connections goes by both versions (`R-PORT-1`).
    fn open(self: &Arc<Self>, state: &mut State, now: Instant) {
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
