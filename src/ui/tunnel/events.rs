//! What happened in a tunnel: a line for people, a line for machines.

use serde_json::json;

use super::{super::json::line, bytes};
use crate::tunnel::Event;

/// A line for people.
#[must_use]
pub fn event_in_words(event: &Event) -> String {
    match event {
        Event::Listening { .. } => "waiting for connections\n".into(),
        Event::SessionOpened { session, message, .. } if message.is_empty() => format!("session {session} is open\n"),
        Event::SessionOpened { session, message, .. } => format!("session {session} is open: {message}\n"),
        Event::SessionResumed { session, after } => {
            format!("session {session} goes on after {} s; nothing was lost\n", after.as_secs())
        }
        Event::SessionEnded { session, ended } => format!("session {session}: {ended}\n"),
        Event::ClientAccepted { session, .. } => format!("Connection accepted for session [{session}]\n"),
        Event::ClientRefused { from, why, .. } => format!("the connection from {from} can't be served: {why}\n"),
        Event::ClientClosed { client, sentence, up, down, .. } => {
            format!("connection {client}: {sentence} ({} sent, {} received)\n", bytes(*up), bytes(*down))
        }
        Event::Traffic { clients, up, down } => {
            format!("{clients} connected, {} sent, {} received\n", bytes(*up), bytes(*down))
        }
        Event::Warning(warning) => format!("warning: {warning}\n"),
    }
}

/// A line for machines.
#[must_use]
pub fn event_as_json(event: &Event) -> String {
    let mut value = match event {
        Event::Listening { addresses } => json!({"event": "listening", "addresses": addresses}),
        Event::SessionOpened { session, .. } => json!({"event": "session_opened", "session": session}),
        Event::SessionResumed { session, after } => {
            json!({"event": "session_resumed", "session": session, "seconds": after.as_secs_f64()})
        }
        Event::SessionEnded { session, ended } => {
            json!({"event": "session_ended", "session": session, "why": ended.to_string()})
        }
        Event::ClientAccepted { client, from, session } => {
            json!({"event": "client_accepted", "client": client, "from": from, "session": session})
        }
        Event::ClientRefused { client, from, why } => {
            json!({"event": "client_refused", "client": client, "from": from, "why": why})
        }
        Event::ClientClosed { client, end, sentence, up, down } => json!({
            "event": "client_closed", "client": client, "clean": end.is_clean(), "why": sentence, "bytes_sent": up,
            "bytes_received": down,
        }),
        Event::Traffic { clients, up, down } => {
            json!({"event": "traffic", "clients": clients, "bytes_sent": up, "bytes_received": down})
        }
        Event::Warning(warning) => json!({"event": "warning", "message": warning.to_string()}),
    };
    if let Some(members) = value.as_object_mut() {
        members.insert("format".into(), 1.into());
    }
    line(&value)
}
