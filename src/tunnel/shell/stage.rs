//! A shell's session as far as it is: waiting, being agreed upon, open. Nothing is said before it is open, and nothing is
//! heard of one that has to be encrypted and isn't.

use std::collections::VecDeque;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{
    Ciphers, DataKey, ERRORS, EXIT, KeyWanted, MAIN, ShellKind, ShellSettings, Size, cipher::OVERHEAD, handshake::Asked,
};
use crate::tunnel::{
    agent_version::AgentVersion,
    failure::Failure,
    handshake::{Agreement, Mode},
    payload::{
        DATA, ENCRYPTION_CHALLENGE, ENCRYPTION_RESPONSE, EXIT_CODE, EncryptionChallenge, HANDSHAKE_COMPLETE,
        HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE, HandshakeComplete, SIZE, STANDARD_ERROR,
    },
    smux::Sink,
};

#[derive(Debug)]
enum Stage {
    /// Nothing came yet.
    Waiting,
    /// A data key has to be had before the agent is answered.
    NeedsKey(Asked),
    /// The agent has our answer. Where a key was handed over, it has to prove that it can read it.
    Answered {
        kind: ShellKind,
        agent: AgentVersion,
        proved: bool,
    },
    Open(ShellKind),
    Failed,
}

/// What a payload leads to.
pub(in crate::tunnel) enum Step {
    /// To be sent, whatever the window.
    Send(u32, Bytes),
    /// A data key is wanted.
    Key(KeyWanted),
    /// It can be used.
    Open(Agreement, String),
    /// It can't be.
    Fail(Failure),
}

/// The state of a shell's session.
#[derive(Debug)]
pub struct Shell {
    stage: Stage,
    must_encrypt: Option<String>,
    ciphers: Option<Ciphers>,
    /// What isn't told to the agent yet.
    size: Option<Size>,
    up: VecDeque<Bytes>,
    queued: usize,
    over: bool,
}

impl Shell {
    pub(in crate::tunnel) fn new(settings: &ShellSettings) -> Self {
        Self {
            stage: Stage::Waiting,
            must_encrypt: settings.must_encrypt.clone(),
            ciphers: None,
            size: Some(settings.size),
            up: VecDeque::new(),
            queued: 0,
            over: false,
        }
    }

    pub(in crate::tunnel) fn resize(&mut self, size: Size) {
        self.size = Some(size);
    }

    pub(in crate::tunnel) fn push(&mut self, id: u32, data: Bytes) {
        if id == MAIN && !data.is_empty() {
            self.queued = self.queued.saturating_add(data.len());
            self.up.push_back(data);
        }
    }

    pub(in crate::tunnel) const fn queued(&self) -> usize {
        self.queued
    }

    /// The terminal's side is gone.
    pub(in crate::tunnel) const fn reset(&mut self, id: u32) {
        self.over |= id == MAIN;
    }

    pub(in crate::tunnel) const fn is_over(&self) -> bool {
        self.over
    }

    pub(in crate::tunnel) fn has_more(&self) -> bool {
        match self.stage {
            Stage::Open(kind) => self.has_size_for(kind) || !self.up.is_empty(),
            _ => false,
        }
    }

    /// A command without a terminal has no use for a size.
    fn has_size_for(&self, kind: ShellKind) -> bool {
        kind == ShellKind::Terminal && self.size.is_some()
    }

    /// Writes one payload and says of which type it is.
    pub(in crate::tunnel) fn fill(&mut self, buffer: &mut BytesMut, room: usize) -> u32 {
        if let Stage::Open(kind) = self.stage
            && self.has_size_for(kind)
            && let Some(Ok(json)) = self.size.take().map(|size| serde_json::to_vec(&size))
        {
            buffer.put_slice(&json);
            return SIZE;
        }
        let front = buffer.len();
        let mut room = if self.ciphers.is_some() { room.saturating_sub(OVERHEAD) } else { room };
        while room > 0
            && let Some(chunk) = self.up.front_mut()
        {
            let part = chunk.split_to(room.min(chunk.len()));
            room = room.saturating_sub(part.len());
            self.queued = self.queued.saturating_sub(part.len());
            buffer.put_slice(&part);
            if !chunk.has_remaining() {
                self.up.pop_front();
            }
        }
        if let Some(ciphers) = &mut self.ciphers
            && ciphers.seal_tail(buffer, front).is_err()
        {
            // The counter has run out: nothing may be sent in plain in its place.
            buffer.truncate(front);
            self.over = true;
        }
        DATA
    }

    /// Takes one payload, in order.
    pub(in crate::tunnel) fn receive(&mut self, payload_type: u32, payload: &[u8], sink: &mut impl Sink) -> Vec<Step> {
        match payload_type {
            HANDSHAKE_REQUEST if matches!(self.stage, Stage::Waiting) => self.asked(payload),
            ENCRYPTION_CHALLENGE => self.challenged(payload),
            HANDSHAKE_COMPLETE => self.complete(payload),
            DATA | STANDARD_ERROR | EXIT_CODE => self.heard(payload_type, payload, sink),
            _ => Vec::new(),
        }
    }

    fn fail(&mut self, failure: Failure) -> Vec<Step> {
        self.stage = Stage::Failed;
        vec![Step::Fail(failure)]
    }

    fn asked(&mut self, payload: &[u8]) -> Vec<Step> {
        let request = match serde_json::from_slice(payload) {
            Ok(request) => request,
            Err(error) => {
                return self.fail(Failure::Protocol(format!("the agent's handshake can't be read: {error}")));
            }
        };
        let asked = Asked::read(request, self.must_encrypt.as_deref());
        match (&asked.kind, &asked.key) {
            (Ok(_), Some(key)) => {
                let wanted = key.clone();
                self.stage = Stage::NeedsKey(asked);
                vec![Step::Key(wanted)]
            }
            _ => self.answer(&asked, None),
        }
    }

    /// The answer is sent even where the session can't be used: the agent tells its log why.
    fn answer(&mut self, asked: &Asked, key: Option<Result<&DataKey, String>>) -> Vec<Step> {
        let proved = key.is_none();
        let mut steps = Vec::new();
        if let Ok(json) = serde_json::to_vec(&asked.response(key)) {
            steps.push(Step::Send(HANDSHAKE_RESPONSE, json.into()));
        }
        match &asked.kind {
            Ok(kind) => self.stage = Stage::Answered { kind: *kind, agent: asked.agent, proved },
            Err(failure) => steps.extend(self.fail(failure.clone())),
        }
        steps
    }

    /// The data key is there, or can't be had: then there is no session, since none goes on in plain.
    pub(in crate::tunnel) fn key(&mut self, key: Result<DataKey, String>) -> Vec<Step> {
        let asked = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::NeedsKey(asked) => asked,
            other => {
                self.stage = other;
                return Vec::new();
            }
        };
        let key = key.and_then(|key| match Ciphers::new(&key) {
            Some(ciphers) => Ok((key, ciphers)),
            None => Err("KMS gave a key of another length".into()),
        });
        match key {
            Ok((key, ciphers)) => {
                self.ciphers = Some(ciphers);
                self.answer(&asked, Some(Ok(&key)))
            }
            Err(why) => {
                let mut steps = self.answer(&asked, Some(Err(why.clone())));
                steps.extend(self.fail(Failure::DataKey(why)));
                steps
            }
        }
    }

    /// The agent proves that it has the key, and wants us to.
    fn challenged(&mut self, payload: &[u8]) -> Vec<Step> {
        let Stage::Answered { proved, .. } = &mut self.stage else { return Vec::new() };
        let Some(ciphers) = &mut self.ciphers else { return Vec::new() };
        match answered(ciphers, payload) {
            Some(json) => {
                *proved = true;
                vec![Step::Send(ENCRYPTION_RESPONSE, json)]
            }
            None => self.fail(Failure::Protocol("the agent's challenge isn't encrypted with the session's key".into())),
        }
    }

    /// The agent may be done before our answer is acknowledged, but not before it has asked.
    fn complete(&mut self, payload: &[u8]) -> Vec<Step> {
        match self.stage {
            Stage::Answered { kind, agent, proved: true } => {
                self.stage = Stage::Open(kind);
                let complete: HandshakeComplete = serde_json::from_slice(payload).unwrap_or_default();
                let agreement = Agreement { mode: Mode::Shell(kind), agent };
                vec![Step::Open(agreement, complete.customer_message.unwrap_or_default())]
            }
            Stage::Answered { .. } => {
                let text = "the agent ended the handshake without a proof that it has the session's key";
                self.fail(Failure::Protocol(text.into()))
            }
            Stage::Waiting | Stage::NeedsKey(_) => {
                let text = "the agent ended the handshake before it was answered";
                self.fail(Failure::Protocol(text.into()))
            }
            Stage::Open(_) | Stage::Failed => Vec::new(),
        }
    }

    /// A shell without encryption has no handshake: it begins with what it prints.
    fn heard(&mut self, payload_type: u32, payload: &[u8], sink: &mut impl Sink) -> Vec<Step> {
        let mut steps = Vec::new();
        match &self.stage {
            Stage::Open(_) => {}
            Stage::Waiting => {
                if let Some(who) = self.must_encrypt.clone() {
                    return self.fail(Failure::Unencrypted { who });
                }
                let mode = Mode::Shell(ShellKind::Terminal);
                self.stage = Stage::Open(ShellKind::Terminal);
                steps.push(Step::Open(Agreement { mode, agent: AgentVersion::read("") }, String::new()));
            }
            // What a shell says before both ends are agreed isn't the session's.
            Stage::NeedsKey(_) | Stage::Answered { .. } | Stage::Failed => return steps,
        }
        let to = match payload_type {
            STANDARD_ERROR => ERRORS,
            EXIT_CODE => EXIT,
            _ => MAIN,
        };
        match &self.ciphers {
            None => sink.data(to, payload),
            Some(ciphers) => match ciphers.open(payload) {
                Ok(plain) => sink.data(to, &plain),
                Err(wrong) => steps.extend(self.fail(Failure::Protocol(wrong.to_string()))),
            },
        }
        steps
    }
}

/// The agent's bytes, encrypted with our half.
fn answered(ciphers: &mut Ciphers, payload: &[u8]) -> Option<Bytes> {
    let challenge: EncryptionChallenge = serde_json::from_slice(payload).ok()?;
    let plain = ciphers.open(&BASE64_STANDARD.decode(challenge.challenge).ok()?).ok()?;
    let challenge = BASE64_STANDARD.encode(ciphers.seal(&plain).ok()?);
    serde_json::to_vec(&EncryptionChallenge { challenge }).ok().map(Bytes::from)
}

#[cfg(test)]
#[path = "stage_tests.rs"]
mod stage_tests;
