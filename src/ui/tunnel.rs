//! An open tunnel: how to connect through it, and what happens in it.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};

use super::json::line;
use crate::{
    model::{DbInstance, Machine},
    tunnel::Event,
};

/// A tunnel that clients can use now.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The destination.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Where it listens, if not on loopback.
    pub local_address: Option<IpAddr>,
    /// The port on this machine.
    pub local_port: u16,
    /// The machine that it goes through.
    pub bastion: &'a Machine,
    /// The database, unless only a host is known.
    pub database: Option<&'a DbInstance>,
}

impl Opening<'_> {
    fn local(&self) -> IpAddr {
        self.local_address.filter(|address| !address.is_unspecified()).unwrap_or(Ipv4Addr::LOCALHOST.into())
    }

    /// Settings to paste, by the client that they are for.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let (host, local, port) = (self.host, self.local(), self.local_port);
        let engine = self.database.and_then(|database| database.engine.as_deref()).unwrap_or_default();
        if engine.contains("postgres") {
            return vec![
                (
                    "psql",
                    format!(
                        "psql \"host={host} hostaddr={local} port={port} sslmode=verify-full sslrootcert=CA-FILE\""
                    ),
                ),
                ("JDBC", format!("jdbc:postgresql://{local}:{port}/?sslmode=verify-ca&sslrootcert=CA-FILE")),
            ];
        }
        if engine.contains("mysql") || engine.contains("mariadb") {
            return vec![
                ("mysql", format!("mysql --host={local} --port={port} --ssl-mode=VERIFY_CA --ssl-ca=CA-FILE")),
                ("JDBC", format!("jdbc:mysql://{local}:{port}/?sslMode=VERIFY_CA")),
            ];
        }
        Vec::new()
    }
}

/// What a person reads when clients can connect.
#[must_use]
pub fn opening(shown: &Opening<'_>) -> String {
    let (host, port, bastion) = (shown.host, shown.port, shown.bastion.in_words());
    let mut text = format!("{}:{} reaches {host}:{port} through {bastion}\n", shown.local(), shown.local_port);
    let settings = shown.settings();
    if settings.is_empty() {
        return text + "sessions aren't encrypted end to end: use TLS, and verify the name of the real host\n";
    }
    for (client, setting) in settings {
        text.extend(["  ", &format!("{client:<6}"), " ", &setting, "\n"]);
    }
    text +=
        "CA-FILE is RDS's bundle of certificates. The session doesn't encrypt as far as the database: its TLS does.\n";
    text += "Only psql checks the real name through a tunnel; the others check who signed the certificate.\n";
    text
}

/// The same for machines.
#[must_use]
pub fn opening_as_json(shown: &Opening<'_>) -> String {
    let settings: serde_json::Map<String, Value> =
        shown.settings().into_iter().map(|(client, setting)| (client.to_lowercase(), setting.into())).collect();
    line(&json!({
        "format": 1, "event": "tunnel_opened", "local_address": shown.local(), "local_port": shown.local_port,
        "host": shown.host, "port": shown.port, "bastion": shown.bastion.id, "settings": settings,
    }))
}

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

fn bytes(count: u64) -> String {
    match count {
        0..1024 => format!("{count} B"),
        1024..0x0010_0000 => format!("{} KiB", count >> 10),
        _ => format!("{} MiB", count >> 20),
    }
}
