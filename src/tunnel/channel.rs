//! One session without its web socket: what arrives goes in, what is to be sent comes out. Pure, and lives as long as the
//! session, over any number of web sockets.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::{
    Moment,
    failure::Failure,
    handshake::{self, Agreement},
    message::{self, HEADER_BYTES, Head, Message, MessageId, MessageType},
    payload::{
        Acknowledgement, ChannelClosed, DATA, FLAG, Flag, HANDSHAKE_COMPLETE, HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE,
        HandshakeComplete, HandshakeRequest, write_acknowledgement,
    },
    port::Port,
    sequence::{Held, Placed, Receiver, Sender},
    shell::{DataKey, KeyWanted, ShellSettings, Size, Step},
    smux::Sink,
};

/// No payload of ours is longer: what longer ones meet at the service isn't known.
pub const LARGEST_PAYLOAD: usize = 1024;
const ACKNOWLEDGEMENT_FLAGS: u64 = 3;
/// Messages share their memory in blocks of this size.
const BLOCK: usize = 64 << 10;
/// The other end repeats what it hears nothing about, so the oldest may be forgotten.
const MOST_ACKNOWLEDGEMENTS: usize = 100_000;

/// Something that the session must know of.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The handshake is done.
    Complete {
        /// How bytes are carried.
        agreement: Agreement,
        /// The agent's words for people, mostly empty.
        message: String,
    },
    /// The agent wants a data key: see [`Channel::key`].
    KeyWanted(KeyWanted),
    /// The agent can't be reached now.
    Unreachable,
    /// It can be again.
    Reachable,
    /// The service ends the session.
    Closed {
        /// Empty, or why.
        output: String,
    },
    /// The session can't be used.
    Failed(Failure),
}

#[derive(Debug)]
enum Stage {
    /// Nothing was asked yet.
    Waiting,
    /// The agent has our answer, or will have.
    Answered(Result<Agreement, Failure>),
    Complete,
}

/// The state of a session that outlives its web sockets.
#[derive(Debug)]
pub struct Channel {
    /// The host's time when the session's own time was 0, in Unix milliseconds.
    began: u64,
    reaches_other_host: bool,
    sender: Sender,
    receiver: Receiver,
    acknowledgements: VecDeque<(MessageId, u64)>,
    stage: Stage,
    port: Option<Port>,
    /// Answers of the handshake and the last flag: they wait for no window.
    controls: VecDeque<(u32, Bytes)>,
    /// The number of the last `DisconnectToPort`.
    disconnection: Option<u64>,
    terminating: bool,
    /// The service has said that the session is over.
    closed: bool,
    block: BytesMut,
    notices: VecDeque<Notice>,
}

impl Channel {
    /// A session that begins. `reaches_other_host`: whether its destination is another host than the bastion.
    #[must_use]
    pub fn new(began: u64, reaches_other_host: bool) -> Self {
        Self {
            began,
            reaches_other_host,
            sender: Sender::default(),
            receiver: Receiver::default(),
            acknowledgements: VecDeque::new(),
            stage: Stage::Waiting,
            port: None,
            controls: VecDeque::new(),
            disconnection: None,
            terminating: false,
            closed: false,
            block: BytesMut::new(),
            notices: VecDeque::new(),
        }
    }

    /// A session for a shell that begins.
    #[must_use]
    pub fn for_shell(began: u64, settings: &ShellSettings) -> Self {
        Self { port: Some(Port::shell(settings)), ..Self::new(began, false) }
    }

    /// The data key that was wanted, or why it can't be had.
    pub fn key(&mut self, key: Result<DataKey, String>) {
        if let Some(Port::Shell(shell)) = &mut self.port {
            let steps = shell.key(key);
            self.follow(steps);
        }
    }

    /// The terminal's new size.
    pub fn resize(&mut self, size: Size) {
        if let Some(Port::Shell(shell)) = &mut self.port {
            shell.resize(size);
        }
    }

    fn follow(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Send(payload_type, payload) => self.controls.push_back((payload_type, payload)),
                Step::Key(wanted) => self.notices.push_back(Notice::KeyWanted(wanted)),
                Step::Open(agreement, message) => {
                    self.stage = Stage::Complete;
                    self.notices.push_back(Notice::Complete { agreement, message });
                }
                Step::Fail(failure) => self.notices.push_back(Notice::Failed(failure)),
            }
        }
    }

    /// What is acknowledged, and what isn't.
    #[must_use]
    pub const fn sender(&self) -> &Sender {
        &self.sender
    }

    /// The next thing to know of.
    pub fn notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// Takes one frame of the web socket. What isn't a right message is dropped: the other end sends it again.
    pub fn receive(&mut self, frame: &[u8], now: Moment, sink: &mut impl Sink) {
        let message = match message::decode(frame) {
            Ok(message) => message,
            Err(refused) => {
                tracing::debug!(%refused, bytes = frame.len(), "a message of the data channel was dropped");
                return;
            }
        };
        match message.head.kind {
            MessageType::Output => self.output(&message, now, sink),
            MessageType::Acknowledge => self.acknowledgement(message.payload, now),
            MessageType::ChannelClosed => {
                self.closed = true;
                let closed: ChannelClosed = serde_json::from_slice(message.payload).unwrap_or_default();
                self.notices.push_back(Notice::Closed { output: closed.output.unwrap_or_default() });
            }
            MessageType::PausePublication if !self.sender.is_paused() => {
                self.sender.pause(now);
                self.notices.push_back(Notice::Unreachable);
            }
            MessageType::StartPublication if self.sender.is_paused() => self.reachable(now),
            MessageType::PausePublication
            | MessageType::StartPublication
            | MessageType::Input
            | MessageType::Unknown => {}
        }
    }

    fn reachable(&mut self, now: Moment) {
        self.sender.repeat_everything(now);
        self.notices.push_back(Notice::Reachable);
    }

    /// Something came from the agent.
    fn heard(&mut self, now: Moment) {
        if self.sender.is_disproved(now) {
            self.reachable(now);
        }
    }

    fn acknowledgement(&mut self, payload: &[u8], now: Moment) {
        let Ok(found) = serde_json::from_slice::<Acknowledgement>(payload) else { return };
        if let Ok(sequence) = u64::try_from(found.sequence) {
            self.sender.acknowledge(sequence, now);
        }
        self.heard(now);
    }

    fn output(&mut self, message: &Message<'_>, now: Moment, sink: &mut impl Sink) {
        self.heard(now);
        let Head { sequence, id, payload_type, .. } = message.head;
        let placed = self.receiver.place(sequence);
        if placed == Placed::Full {
            return;
        }
        if self.acknowledgements.len() >= MOST_ACKNOWLEDGEMENTS {
            self.acknowledgements.pop_front();
        }
        self.acknowledgements.push_back((id, sequence));
        match placed {
            Placed::Now => {
                self.payload(payload_type, message.payload, now, sink);
                while let Some(held) = self.receiver.advance() {
                    self.payload(held.payload_type, &held.payload, now, sink);
                }
            }
            Placed::Early => {
                self.receiver.hold(sequence, Held { payload_type, payload: Bytes::copy_from_slice(message.payload) });
            }
            Placed::Again | Placed::Full => {}
        }
    }

    fn payload(&mut self, payload_type: u32, payload: &[u8], now: Moment, sink: &mut impl Sink) {
        match (payload_type, &mut self.port) {
            (_, Some(Port::Shell(shell))) => {
                let steps = shell.receive(payload_type, payload, sink);
                self.follow(steps);
            }
            (DATA, Some(port)) => {
                if let Err(wrong) = port.receive(payload, now, sink) {
                    self.notices.push_back(Notice::Failed(Failure::Protocol(wrong.to_string())));
                }
            }
            (FLAG, Some(port)) if Flag::of(payload) == Some(Flag::ConnectToPortError) => port.refused(),
            (HANDSHAKE_REQUEST, _) => self.asked(payload),
            (HANDSHAKE_COMPLETE, _) => self.complete(payload, now),
            _ => {}
        }
    }

    fn asked(&mut self, payload: &[u8]) {
        if !matches!(self.stage, Stage::Waiting) {
            return;
        }
        let request: HandshakeRequest = match serde_json::from_slice(payload) {
            Ok(request) => request,
            Err(error) => {
                let text = format!("the agent's handshake can't be read: {error}");
                self.notices.push_back(Notice::Failed(Failure::Protocol(text)));
                return;
            }
        };
        let (response, agreement) = handshake::answer(&request, self.reaches_other_host);
        if let Ok(json) = serde_json::to_vec(&response) {
            self.controls.push_back((HANDSHAKE_RESPONSE, json.into()));
        }
        if let Err(failure) = &agreement {
            self.notices.push_back(Notice::Failed(failure.clone()));
        }
        self.stage = Stage::Answered(agreement);
    }

    /// The agent may be done before our answer is acknowledged, but not before it has asked.
    fn complete(&mut self, payload: &[u8], now: Moment) {
        let agreement = match &self.stage {
            Stage::Answered(Ok(agreement)) => *agreement,
            Stage::Waiting => {
                let text = "the agent ended the handshake without asking anything".to_owned();
                self.notices.push_back(Notice::Failed(Failure::Protocol(text)));
                return;
            }
            Stage::Answered(Err(_)) | Stage::Complete => return,
        };
        self.port = Some(Port::new(agreement.mode, now));
        self.stage = Stage::Complete;
        let complete: HandshakeComplete = serde_json::from_slice(payload).unwrap_or_default();
        let message = complete.customer_message.unwrap_or_default();
        self.notices.push_back(Notice::Complete { agreement, message });
    }

    /// Whether the handshake is done.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self.stage, Stage::Complete)
    }

    /// A new web socket is there: whatever the old one took with it goes again.
    pub fn attached(&mut self, now: Moment) {
        self.acknowledgements.clear();
        self.sender.repeat_everything(now);
    }

    /// Asks the agent to end the session; from now on nothing else is begun.
    pub fn terminate(&mut self) {
        if self.is_complete() && !self.terminating {
            self.controls.push_back((FLAG, Bytes::copy_from_slice(&Flag::TerminateSession.bytes())));
        }
        self.terminating = true;
    }

    /// Whether nothing is to be said any more: all that was asked of the agent is acknowledged, or the session is over.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.closed || self.controls.is_empty() && self.sender.unacknowledged() == 0
    }

    /// Whether the session has no more use: its one connection has ended for good.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.port.as_ref().is_some_and(Port::is_over)
    }

    /// When [`Channel::expire`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        self.port.as_ref().and_then(Port::deadline).into_iter().chain(self.sender.deadline()).min()
    }

    /// Does what time brings.
    pub fn expire(&mut self, now: Moment, sink: &mut impl Sink) {
        self.sender.expire(now);
        if let Some(port) = &mut self.port {
            port.expire(now, sink);
        }
    }

    /// The next message to write: acknowledgements first, then what goes again, then what is new.
    pub fn transmit(&mut self, now: Moment) -> Option<Bytes> {
        if let Some((id, sequence)) = self.acknowledgements.pop_front() {
            self.begin();
            write_acknowledgement(&mut self.block, "output_stream_data", id, sequence);
            return Some(self.finish(MessageType::Acknowledge, 0, ACKNOWLEDGEMENT_FLAGS, 0, now));
        }
        if self.closed {
            return None;
        }
        if let Some(bytes) = self.sender.next_again(now) {
            return Some(bytes);
        }
        if let Some((payload_type, payload)) = self.controls.pop_front() {
            self.begin();
            self.block.extend_from_slice(&payload);
            return Some(self.finish_input(payload_type, now));
        }
        if self.terminating || !self.sender.has_room() {
            return None;
        }
        let disconnected = self.disconnection.is_none_or(|sequence| !self.sender.is_pending(sequence));
        if !self.port.as_ref().is_some_and(|port| port.has_more(disconnected)) {
            return None;
        }
        self.begin();
        let payload_type = self.port.as_mut()?.fill(&mut self.block, LARGEST_PAYLOAD, now);
        if payload_type == FLAG {
            self.disconnection = Some(self.sender.next());
        }
        Some(self.finish_input(payload_type, now))
    }

    fn begin(&mut self) {
        if self.block.capacity() < HEADER_BYTES + LARGEST_PAYLOAD {
            self.block.reserve(BLOCK);
        }
        message::begin(&mut self.block);
    }

    /// Kept before it is written.
    fn finish_input(&mut self, payload_type: u32, now: Moment) -> Bytes {
        let bytes = self.finish(MessageType::Input, self.sender.next(), 0, payload_type, now);
        self.sender.keep(bytes.clone(), now);
        bytes
    }

    fn finish(&mut self, kind: MessageType, sequence: u64, flags: u64, payload_type: u32, now: Moment) -> Bytes {
        let created = self.began.saturating_add(u64::try_from(now.as_millis()).unwrap_or_default()).max(1);
        let head = Head { kind, created, sequence, flags, id: MessageId::random(), payload_type };
        message::finish(&mut self.block, &head)
    }

    /// The connections, once the handshake is done.
    pub const fn port(&mut self) -> Option<&mut Port> {
        self.port.as_mut()
    }
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod channel_tests;
