//! The web socket of the moment.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Sink, StreamExt};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::tunnel::{Moment, socket::WebSocket};

/// Routers forget idle connections; the official client's five minutes are too long for many.
const PING_EVERY: Duration = Duration::from_secs(30);
/// A line that is silent for so long, pongs included, is dead.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

/// A web socket, and when it was last heard of.
pub(super) struct Line {
    socket: WebSocket,
    ping: Moment,
    heard: Moment,
}

/// What a line gives.
pub(super) enum Frame {
    /// A message, in whatever kind of frame.
    Message(Bytes),
    /// The other end is alive.
    Sign,
}

/// Why a line is of no use any more, in words.
pub(super) struct Lost(pub(super) String);

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl Line {
    pub(super) const fn new(socket: WebSocket, now: Moment) -> Self {
        // A ping goes out at once.
        Self { socket, ping: now, heard: now }
    }

    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>, now: Moment) -> Poll<Result<Frame, Lost>> {
        let frame = ready!(self.socket.poll_next_unpin(cx));
        self.heard = now;
        Poll::Ready(match frame {
            Some(Ok(Message::Binary(bytes))) => Ok(Frame::Message(bytes)),
            Some(Ok(Message::Text(text))) => Ok(Frame::Message(text.into())),
            Some(Ok(Message::Close(Some(frame)))) => {
                Err(Lost(format!("closed by the service with {} {}", u16::from(frame.code), frame.reason)))
            }
            Some(Ok(Message::Close(None))) | None => Err(Lost("closed by the service".into())),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(Frame::Sign),
            Some(Err(error)) => Err(error.into()),
        })
    }

    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Pin::new(&mut self.socket).poll_ready(cx).map_err(Lost::from)
    }

    /// Puts a message into the buffer.
    pub(super) fn put(&mut self, bytes: Bytes) -> Result<(), Lost> {
        Ok(Pin::new(&mut self.socket).start_send(Message::Binary(bytes))?)
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(Lost::from)
    }

    /// When [`Line::watch`] has something to do.
    pub(super) fn deadline(&self) -> Moment {
        self.ping.min(self.heard.saturating_add(LONGEST_SILENCE))
    }

    /// Sends a ping when one is due, and gives up a dead line.
    pub(super) fn watch(&mut self, now: Moment) -> Result<(), Lost> {
        if self.heard.saturating_add(LONGEST_SILENCE) <= now {
            return Err(Lost(format!("nothing came for {} seconds", LONGEST_SILENCE.as_secs())));
        }
        if self.ping <= now {
            self.ping = now.saturating_add(PING_EVERY);
            Pin::new(&mut self.socket).start_send(Message::Ping(Bytes::from_static(b"keepalive")))?;
        }
        Ok(())
    }

    /// Says goodbye, and waits a little for the answer.
    pub(super) async fn close(mut self) {
        let goodbye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        let farewell = async {
            if self.socket.close(Some(goodbye)).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        // The session is over either way.
        let _ = tokio::time::timeout(Duration::from_secs(1), farewell).await;
    }
}
