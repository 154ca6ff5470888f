//! A client that runs inside a tunnel: its words, its environment, its end.

use std::{env, net::IpAddr, process::ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::{
    aws::Login,
    cli::Failure,
    model::{DatabaseEndpoint, Protocol},
    tunnel::service::Secret,
};

/// What a client needs to know to reach the database.
pub(super) struct Reach<'a> {
    /// Where it connects on this machine.
    pub(super) local: IpAddr,
    pub(super) port: u16,
    /// The name that the database's certificate is for.
    pub(super) endpoint: &'a str,
    pub(super) database: Option<&'a DatabaseEndpoint>,
    /// The file of certificates.
    pub(super) authority: Option<&'a str>,
    pub(super) login: Option<&'a Login>,
    /// Who logs in, if that is known.
    pub(super) user: Option<&'a str>,
}

/// The command's words, with what is known in the place of `{…}`.
pub(super) fn words(command: &[String], reach: &Reach<'_>) -> Result<Vec<String>, Failure> {
    let (local, port) = (reach.local.to_string(), reach.port.to_string());
    let known = [
        ("{host}", Some(local.as_str())),
        ("{port}", Some(&port)),
        ("{endpoint}", Some(reach.endpoint)),
        ("{ca}", reach.authority),
        ("{user}", reach.user),
    ];
    command.iter().map(|word| replaced(word, &known)).collect()
}

fn replaced(word: &str, known: &[(&str, Option<&str>)]) -> Result<String, Failure> {
    let mut word = word.to_owned();
    for (place, value) in known {
        if word.contains(place) {
            let value = value.ok_or_else(|| {
                let how = if *place == "{ca}" { "give --ca FILE" } else { "give --user" };
                Failure::Refused(format!("{place} isn't known here: {how}. No session was started"))
            })?;
            word = word.replace(place, value);
        }
    }
    Ok(word)
}

/// The variables that lead a client through the tunnel. What a person has set stays, but for where to connect, and for
/// a login that was asked for.
pub(super) fn variables(reach: &Reach<'_>, is_set: impl Fn(&str) -> bool) -> Vec<(&'static str, Secret)> {
    let protocol = reach.database.map(DatabaseEndpoint::protocol);
    let mut found = Vec::new();
    if protocol.is_none_or(|protocol| protocol == Protocol::Postgres) {
        found.extend(of_libpq(reach, is_set));
    }
    if protocol.is_none_or(|protocol| protocol == Protocol::MySql) {
        found.extend(of_mysql(reach));
    }
    found.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
}

/// libpq checks the certificate's name against `PGHOST`, and connects to `PGHOSTADDR`.
fn of_libpq(reach: &Reach<'_>, is_set: impl Fn(&str) -> bool) -> Vec<(&'static str, String)> {
    let mut found = vec![
        ("PGHOST", reach.endpoint.to_owned()),
        ("PGHOSTADDR", reach.local.to_string()),
        ("PGPORT", reach.port.to_string()),
    ];
    let database = reach.database.map(|database| database.database_name.as_deref().unwrap_or("postgres"));
    let unless_set = [
        ("PGSSLMODE", Some("verify-full")),
        ("PGSSLROOTCERT", reach.authority),
        ("PGUSER", reach.user),
        ("PGDATABASE", database),
    ];
    let wanted = |name: &str| (name == "PGUSER" && reach.login.is_some()) || !is_set(name);
    found.extend(
        unless_set
            .iter()
            .filter(|(name, _)| wanted(name))
            .filter_map(|(name, value)| Some((*name, (*value)?.to_owned()))),
    );
    found.extend(reach.login.map(|login| ("PGPASSWORD", login.password.reveal().to_owned())));
    found
}

/// MySQL's clients take no user and no TLS settings from their environment.
fn of_mysql(reach: &Reach<'_>) -> Vec<(&'static str, String)> {
    let mut found = vec![("MYSQL_HOST", reach.local.to_string()), ("MYSQL_TCP_PORT", reach.port.to_string())];
    if let Some(login) = reach.login {
        found.push(("MYSQL_PWD", login.password.reveal().to_owned()));
        // A token isn't hashed on its way; the server takes it over TLS only.
        found.push(("LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN", "1".into()));
    }
    found
}

/// What the environment can't say to the client, for a person to know.
pub(super) fn advice(command: &[String], reach: &Reach<'_>) -> Option<String> {
    let program = command.first()?.rsplit('/').next().unwrap_or_default();
    let speaks_mysql = reach.database.map(DatabaseEndpoint::protocol) == Some(Protocol::MySql);
    let is_told = command.iter().any(|word| word.starts_with("--ssl"));
    (speaks_mysql && (program.starts_with("mysql") || program.starts_with("mariadb")) && !is_told).then(|| {
        format!(
            "{program} isn't told to verify the database: add --ssl-mode=VERIFY_CA --ssl-ca={{ca}}. It can't verify a name \
             that it doesn't dial\n"
        )
    })
}

/// A client that runs.
pub(super) struct Client(Child);

impl Client {
    /// Starts it in our terminal.
    pub(super) fn start(words: &[String], variables: Vec<(&'static str, Secret)>) -> Result<Self, Failure> {
        let Some((program, rest)) = words.split_first() else {
            return Err(Failure::Usage("the command after -- is empty".into()));
        };
        let mut command = Command::new(program);
        command.args(rest).envs(variables.iter().map(|(name, value)| (name, value.reveal())));
        let child = command.spawn().map_err(|error| Failure::Refused(format!("{program} can't be run: {error}")))?;
        Ok(Self(child))
    }

    /// Waits for its end; with the code that a shell would give.
    pub(super) async fn ended(&mut self) -> Result<u8, Failure> {
        let status = self.0.wait().await;
        status.map(code).map_err(|error| Failure::Ours(format!("the command can't be waited for: {error}")))
    }

    /// Asks it to end, as we were asked.
    pub(super) fn terminate(&self) {
        let pid = self.0.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        // One that has just ended needs no asking.
        let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
    }
}

fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// Whether a person has set a variable.
pub(super) fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
