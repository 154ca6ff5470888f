//! How clients connect through an open tunnel.

use std::net::{IpAddr, SocketAddr};

use serde_json::{Value, json};

use super::super::{Page, fit, json::line};
use crate::model::{DatabaseEndpoint, Machine, Protocol, quoted};

/// A tunnel that clients can use now.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The destination.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Where clients on this machine connect.
    pub local: IpAddr,
    /// The port on this machine.
    pub local_port: u16,
    /// The machine that it goes through.
    pub bastion: &'a Machine,
    /// The database, unless only a host is known.
    pub database: Option<&'a DatabaseEndpoint>,
    /// The certificates that prove the database's name.
    pub authority: &'a Authority,
}

/// The certificates of RDS, as a file that clients can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// They are in this file.
    File(String),
    /// They can't be had: why, and how a person gets them.
    Missing(String),
}

impl Opening<'_> {
    /// Settings to paste, by the client that they are for. None of them holds a secret.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let (host, local, port) = (self.host, self.local, self.local_port);
        let dialed = SocketAddr::new(local, port);
        let authority = match self.authority {
            Authority::File(path) => path.as_str(),
            Authority::Missing(_) => "CA-FILE",
        };
        let user = self.database.and_then(|database| database.master_username.as_deref()).unwrap_or("USER");
        let named = self.database.and_then(|database| database.database_name.as_deref());
        match self.database.map_or(Protocol::Other, DatabaseEndpoint::protocol) {
            Protocol::Postgres => {
                let name = named.unwrap_or("postgres");
                let words = format!(
                    "host={host} hostaddr={local} port={port} user={user} dbname={name} sslmode=verify-full \
                     sslrootcert={}",
                    in_words_of_libpq(authority)
                );
                vec![
                    ("psql", format!("psql \"{}\"", words.replace('"', "\\\""))),
                    ("JDBC", format!("jdbc:postgresql://{dialed}/{name}?sslmode=verify-ca&sslrootcert={authority}")),
                    ("other", format!("host {local}, port {port}, TLS mode verify-ca, root certificates {authority}")),
                ]
            }
            Protocol::MySql => vec![
                (
                    "mysql",
                    format!(
                        "mysql --host={local} --port={port} --user={} --ssl-mode=VERIFY_CA --ssl-ca={} -p",
                        quoted(user),
                        quoted(authority)
                    ),
                ),
                ("JDBC", format!("jdbc:mysql://{dialed}/{}?sslMode=VERIFY_CA", named.unwrap_or_default())),
                ("other", format!("host {local}, port {port}, TLS with CA {authority}, names not checked")),
            ],
            Protocol::Other => Vec::new(),
        }
    }

    /// What the settings don't say by themselves.
    fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            "Nothing but the database's own TLS protects what goes through: Session Manager doesn't encrypt sessions for \
             ports as far as the database."
                .to_owned(),
        ];
        match self.database.map_or(Protocol::Other, DatabaseEndpoint::protocol) {
            Protocol::Postgres => notes.push(
                "psql checks that the certificate is for the real host; clients that can't dial one name and check \
                 another check who signed it."
                    .into(),
            ),
            Protocol::MySql => notes.push(
                "MySQL's clients check only names that they dial: they check who signed the certificate, not its name."
                    .into(),
            ),
            Protocol::Other => notes.push(format!("Let the client verify {} by name, where it can.", self.host)),
        }
        if let (Authority::Missing(how), true) = (self.authority, self.database.is_some()) {
            notes.push(format!("CA-FILE is RDS's bundle of certificates: {how}"));
        }
        notes
    }
}

/// A value of a connection string: blanks and quotation marks would end it.
fn in_words_of_libpq(value: &str) -> String {
    if value.contains([' ', '\'', '\\']) {
        format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
    } else {
        value.to_owned()
    }
}

/// What a person reads when clients can connect.
#[must_use]
pub fn opening(shown: &Opening<'_>, page: Page) -> String {
    let mut text = format!(
        "{} reaches {}:{} through {}\n",
        page.bold(&SocketAddr::new(shown.local, shown.local_port).to_string()),
        shown.host,
        shown.port,
        shown.bastion.in_words()
    );
    for (client, setting) in shown.settings() {
        // A setting stays on one line, whatever the width: it is there to be copied.
        text.extend(["  ", &format!("{client:<6}"), " ", &setting, "\n"]);
    }
    for line in shown.notes().iter().flat_map(|note| fit::wrap(note, page.columns())) {
        text.extend([line.as_str(), "\n"]);
    }
    text
}

/// What a person reads before a command of theirs takes the terminal.
#[must_use]
pub fn opening_for_command(shown: &Opening<'_>) -> String {
    format!("{}:{} through {}\n", shown.host, shown.port, shown.bastion.in_words())
}

/// The same for machines.
#[must_use]
pub fn opening_as_json(shown: &Opening<'_>) -> String {
    let settings: serde_json::Map<String, Value> =
        shown.settings().into_iter().map(|(client, setting)| (client.to_lowercase(), setting.into())).collect();
    let authority = match shown.authority {
        Authority::File(path) => Some(path),
        Authority::Missing(_) => None,
    };
    line(&json!({
        "format": 1, "event": "tunnel_opened", "local_address": shown.local, "local_port": shown.local_port,
        "host": shown.host, "port": shown.port, "bastion": shown.bastion.id, "ca_file": authority, "settings": settings,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(engine: &str) -> DatabaseEndpoint {
        DatabaseEndpoint {
            name: "orders".into(),
            engine: Some(engine.into()),
            master_username: Some("keeper".into()),
            ..DatabaseEndpoint::default()
        }
    }

    fn shown(engine: &str, authority: &Authority, look: impl FnOnce(&Opening<'_>) -> String) -> String {
        let (database, bastion) = (database(engine), Machine { id: "i-1".into(), ..Machine::default() });
        look(&Opening {
            host: "orders.example",
            port: 5432,
            local: std::net::Ipv4Addr::LOCALHOST.into(),
            local_port: 15432,
            bastion: &bastion,
            database: Some(&database),
            authority,
        })
    }

    #[test]
    fn settings_dial_here_and_verify_the_real_name() {
        let file = Authority::File("/certs/rds.pem".into());
        let page = Page::new(None, false);
        let text = shown("postgres", &file, |shown| opening(shown, page));
        assert!(text.starts_with("127.0.0.1:15432 reaches orders.example:5432 through i-1\n"), "{text}");
        assert!(
            text.contains(
                "psql \"host=orders.example hostaddr=127.0.0.1 port=15432 user=keeper dbname=postgres \
                 sslmode=verify-full sslrootcert=/certs/rds.pem\"\n"
            ),
            "{text}"
        );
        let text = shown("mariadb", &file, |shown| opening(shown, page));
        assert!(
            text.contains(
                "mysql --host=127.0.0.1 --port=15432 --user=keeper --ssl-mode=VERIFY_CA --ssl-ca=/certs/rds.pem -p"
            ),
            "{text}"
        );
        let text = shown("oracle-ee", &file, |shown| opening(shown, page));
        assert!(!text.contains("psql") && text.contains("Let the client verify orders.example by name"), "{text}");
    }

    #[test]
    fn what_is_missing_is_said_and_blanks_are_quoted() {
        let page = Page::new(None, false);
        let text = shown("postgres", &Authority::Missing("get it so".into()), |shown| opening(shown, page));
        assert!(text.contains("sslrootcert=CA-FILE") && text.contains("certificates: get it so"), "{text}");
        let text = shown("postgres", &Authority::File("/my certs/it's.pem".into()), |shown| opening(shown, page));
        assert!(text.contains("sslrootcert='/my certs/it\\'s.pem'"), "{text}");
        let text = shown("postgres", &Authority::File("/c.pem".into()), opening_as_json);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((value["ca_file"].as_str(), value["local_port"].as_u64()), (Some("/c.pem"), Some(15432)));
    }
}
