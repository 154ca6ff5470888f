//! What the agent does with a message that has come.

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::cipher::Cipher;
use super::message::{Content, Kind, Message, decode};
use super::payload;
use super::sequence::Place;
use super::session::{Phase, Session};
use super::state::{State, passed};
use super::trouble::{Mischief, Way};

impl Session {
    /// A message has come over a socket; orders to go wrong have their say.
    pub(crate) async fn arrive(self: &Arc<Self>, line: u64, bytes: Bytes) {
        let mischief = self.around.troubles.judge(Way::Input, &bytes);
        let mut come = Vec::new();
        {
            let mut state = self.state();
            let mut cut = false;
            match mischief {
                None | Some(Mischief::WrongDigest) => come.push(bytes),
                Some(Mischief::Drop) => {}
                Some(Mischief::Duplicate) => come.extend([bytes.clone(), bytes]),
                Some(Mischief::HoldBack { messages }) => state.held_in.push((messages.saturating_add(1), bytes)),
                Some(Mischief::Cut) => cut = true,
                Some(Mischief::CutAfter) => {
                    come.push(bytes);
                    cut = true;
                }
                Some(Mischief::Close) => {
                    come.push(bytes);
                    state.hang_up("Bye");
                }
            }
            passed(&mut state.held_in, &mut come);
            if cut {
                let now = Instant::now();
                for bytes in come.drain(..) {
                    self.receive(&mut state, &bytes, now);
                }
                state.cut();
            }
        }
        for bytes in come {
            if bytes.get(4..9) == Some(b"input") {
                self.room().await;
            }
            let mut state = self.state();
            if state.line.as_ref().is_some_and(|(number, ..)| *number == line) {
                self.receive(&mut state, &bytes, Instant::now());
            }
        }
    }

    /// The agent's receiver.
    fn receive(self: &Arc<Self>, state: &mut State, bytes: &Bytes, now: Instant) {
        let Some(message) = decode(bytes) else { return };
        if state.away || matches!(state.phase, Phase::Ended { .. }) {
            return;
        }
        match message.kind {
            Kind::Acknowledge => {
                if let Some(number) = payload::number_of(&message.payload) {
                    state.out.acknowledged(number, now);
                }
                self.wake(state);
                self.end_if_done(state, now);
            }
            Kind::Input => {
                state.last_input = now;
                self.wake(state);
                self.input(state, &message, now);
            }
            _ => {}
        }
    }

    /// Any sign of the client's lifts a pause.
    pub(super) fn wake(&self, state: &mut State) {
        if std::mem::take(&mut state.paused) {
            self.filled.notify_one();
        }
    }

    /// Inputs are taken in the order of their numbers; what comes early is kept, what comes again is acknowledged again
    /// (`R-CHAN-6`); what the agent isn't ready for is as if it hadn't come.
    fn input(self: &Arc<Self>, state: &mut State, message: &Message, now: Instant) {
        match state.incoming.place(message) {
            Place::Again if !self.around.enforces("R-CHAN-6") => {}
            Place::Again | Place::Later => state.acknowledge(message),
            Place::Nowhere => {}
            Place::Now => {
                let late = self.around.habits().late_acknowledgement;
                let first = message.content == Content::HandshakeResponse && !late;
                if first {
                    state.acknowledge(message);
                }
                if !self.process(state, message, now) {
                    return;
                }
                if !first {
                    state.acknowledge(message);
                }
                state.incoming.advance();
                self.go_on(state, now);
            }
        }
    }

    /// Takes in what came before its time and whose time has come.
    pub(super) fn go_on(self: &Arc<Self>, state: &mut State, now: Instant) {
        while let Some(next) = state.incoming.waiting().cloned() {
            if !self.process(state, &next, now) {
                return;
            }
            state.incoming.advance();
        }
    }

    /// What an input does; false where the agent isn't ready for it. Data before the end of the handshake is taken in and
    /// thrown away (`R-CHAN-5`); what comes for a shell before its terminal is there isn't taken (`R-SHELL-2`).
    fn process(self: &Arc<Self>, state: &mut State, message: &Message, now: Instant) -> bool {
        let open = matches!(state.phase, Phase::Open);
        match message.content {
            Content::HandshakeResponse => {
                self.answered(state, &message.payload, now);
                true
            }
            Content::Data if !open => self.around.enforces("R-CHAN-5") || matches!(state.phase, Phase::Ending { .. }),
            Content::Data if now < state.ready => false,
            Content::Data | Content::Size if open && !state.carrier.is_up() && self.around.enforces("R-SHELL-2") => {
                false
            }
            Content::Data => {
                // What isn't of the key is as if it hadn't come.
                let open = |cipher: &Cipher| cipher.open(&message.payload).map(Bytes::from);
                let Some(data) = state.cipher.as_ref().map_or_else(|| Some(message.payload.clone()), open) else {
                    return false;
                };
                self.carry(state, data, now);
                true
            }
            Content::ChallengeResponse => {
                self.proved(state, &message.payload, now);
                true
            }
            Content::Size => {
                state.carrier.resize(&message.payload);
                true
            }
            Content::Flag if open => {
                self.flag(state, &message.payload, now);
                true
            }
            _ => true,
        }
    }
}
