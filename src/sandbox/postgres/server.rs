//! One server: made, started, stopped, copied.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use super::home::Home;
use super::{Origin, PostgresError, certificates, io};

/// The user that RDS keeps for itself; here it comes in over the server's own socket alone.
const OWNER: &str = "rdsadmin";

/// Who may come in: the owner by the socket in a folder that is closed to others, everybody else by TLS and password.
const DOORS: &str = "local all rdsadmin trust\nlocal replication rdsadmin trust\n\
                     hostssl all all 127.0.0.1/32 scram-sha-256\n";

/// The server of an instance, whether it runs or not.
pub(super) struct Server<'a> {
    home: &'a Home,
    resource_id: String,
    folder: PathBuf,
}

impl<'a> Server<'a> {
    pub(super) fn of(home: &'a Home, resource_id: &str) -> Self {
        Self { home, resource_id: resource_id.to_owned(), folder: home.instance(resource_id) }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Whether it has data of its own; where it hasn't, it is as it began.
    pub(super) fn has_data(&self) -> bool {
        self.data().join("PG_VERSION").is_file()
    }

    /// Makes it with what it begins with, if it isn't there.
    pub(super) fn make(&self, origin: &Origin) -> Result<(), PostgresError> {
        if self.has_data() {
            return Ok(());
        }
        self.home.make(&self.folder)?;
        let made = self.made(origin);
        if made.is_err() {
            // Half of it would count as the whole the next time.
            drop(self.stop());
            drop(fs::remove_dir_all(self.data()));
        }
        made
    }

    fn made(&self, origin: &Origin) -> Result<(), PostgresError> {
        let data = self.data();
        self.run("initdb", |command| {
            command.arg("-D").arg(&data).args(["-U", OWNER, "-E", "UTF8", "--no-locale", "--no-sync", "-A", "trust"]);
        })?;
        fs::write(data.join("pg_hba.conf"), DOORS).map_err(io(&data))?;
        self.started("localhost")?;
        self.psql(&origin.statements())
    }

    /// The port that it listens at; started for this name, if it doesn't run or goes by another.
    pub(super) fn started(&self, endpoint: &str) -> Result<u16, PostgresError> {
        let is_named = certificates::is_for(&self.folder, endpoint);
        if let Some(port) = self.port() {
            if is_named {
                self.take_over();
                return Ok(port);
            }
            self.stop()?;
        }
        if !is_named {
            certificates::make(self.home, &self.folder, endpoint)?;
        }
        let (sockets, port) = (self.folder.join("s"), free_port().map_err(io(&self.folder))?);
        self.home.make(&sockets)?;
        let (certificate, key) = certificates::files(&self.folder);
        let settings = [
            ("listen_addresses", "127.0.0.1".to_owned()),
            ("port", port.to_string()),
            ("unix_socket_directories", sockets.display().to_string()),
            ("ssl", "on".to_owned()),
            ("ssl_cert_file", certificate.display().to_string()),
            ("ssl_key_file", key.display().to_string()),
            ("fsync", "off".to_owned()),
            ("shared_buffers", "16MB".to_owned()),
            ("max_connections", "120".to_owned()),
        ];
        let words: Vec<String> = settings.iter().map(|(name, value)| format!("-c {name}='{value}'")).collect();
        self.run("pg_ctl", |command| {
            command.args(["start", "-w", "-s", "-D"]).arg(self.data());
            command.arg("-l").arg(self.folder.join("log")).args(["-o", &words.join(" ")]);
        })?;
        self.home.owns(&self.resource_id);
        self.write_owner()?;
        Ok(port)
    }

    /// Ends it. Clients are cut off.
    pub(super) fn stop(&self) -> Result<(), PostgresError> {
        if self.port().is_none() {
            return Ok(());
        }
        self.run("pg_ctl", |command| {
            command.args(["stop", "-w", "-s", "-m", "fast", "-D"]).arg(self.data());
        })
    }

    /// Copies its data as it is at this moment; it goes on meanwhile. Of one that has none nothing is kept: whoever is
    /// restored from that begins as it would.
    pub(super) fn copy_to(&self, snapshot: &Path) -> Result<(), PostgresError> {
        remove(snapshot)?;
        if !self.has_data() {
            return Ok(());
        }
        self.home.make(snapshot)?;
        let port = self.started(&certificates::name(&self.folder).unwrap_or_else(|| "localhost".to_owned()))?;
        self.run("pg_basebackup", |command| {
            command.arg("-h").arg(self.folder.join("s")).args(["-p", &port.to_string(), "-U", OWNER]);
            command.args(["-c", "fast", "-X", "stream", "--no-sync", "-D"]).arg(snapshot.join("data"));
        })
    }

    /// Takes the data of a snapshot.
    pub(super) fn restore(&self, snapshot: &Path) -> Result<(), PostgresError> {
        remove(&self.folder)?;
        copied(self.home, snapshot, &self.folder)
    }

    /// Ends it and removes its data.
    pub(super) fn delete(&self) -> Result<(), PostgresError> {
        self.stop()?;
        remove(&self.folder)
    }

    fn psql(&self, statements: &str) -> Result<(), PostgresError> {
        let port = self.port().unwrap_or_default().to_string();
        let prepare = |command: &mut std::process::Command| {
            command.arg("-h").arg(self.folder.join("s")).args(["-p", &port, "-U", OWNER, "-d", "postgres"]);
            command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        };
        self.home.programs.run("psql", &self.home.user, prepare, statements)
    }

    fn run(
        &self,
        program: &'static str,
        prepare: impl FnOnce(&mut std::process::Command),
    ) -> Result<(), PostgresError> {
        self.home.programs.run(program, &self.home.user, prepare, "")
    }

    /// The port in its own file, if the process that wrote it is there.
    fn port(&self) -> Option<u16> {
        let written = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let mut lines = written.lines();
        let process: i32 = lines.next()?.trim().parse().ok()?;
        is_there(process).then(|| lines.nth(2)?.trim().parse().ok())?
    }

    /// One that is nobody's any more is stopped by this process.
    fn take_over(&self) {
        let owner = fs::read_to_string(self.owner_file()).ok().and_then(|text| text.trim().parse().ok());
        if owner.is_none_or(|owner| !is_there(owner)) {
            self.home.owns(&self.resource_id);
            // Where it can't be written, the next process takes it over as well.
            drop(self.write_owner());
        }
    }

    fn write_owner(&self) -> Result<(), PostgresError> {
        let path = self.owner_file();
        fs::write(&path, std::process::id().to_string()).map_err(io(&path))
    }

    fn owner_file(&self) -> PathBuf {
        self.folder.join("owner")
    }
}

/// Copies a snapshot's data to another one, or to an instance.
pub(super) fn copied(home: &Home, from: &Path, to: &Path) -> Result<(), PostgresError> {
    remove(to)?;
    if !from.join("data").is_dir() {
        return Ok(());
    }
    home.make(to)?;
    let mut command = std::process::Command::new("cp");
    command.arg("-Rp").arg(from.join("data")).arg(to.join("data"));
    home.user.become_by(&mut command);
    let failed = |why: String| PostgresError::Program { program: "cp", why };
    let status = command.status().map_err(|error| failed(error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed(status.to_string())) }
}

/// Removes a folder, if it is there.
pub(super) fn remove(folder: &Path) -> Result<(), PostgresError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(folder)(error)),
        _ => Ok(()),
    }
}

/// One that isn't ours to signal is there as well.
fn is_there(process: i32) -> bool {
    let Some(process) = rustix::process::Pid::from_raw(process) else { return false };
    !matches!(rustix::process::test_kill_process(process), Err(rustix::io::Errno::SRCH))
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
