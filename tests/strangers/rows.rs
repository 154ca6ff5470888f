//! Real rows: a migration on the sandbox with PostgreSQL behind it, and `psql` through the tunnel.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    path::PathBuf,
    process::{ChildStdin, ChildStdout, Command, Output, Stdio},
    thread,
    time::Duration,
};

use rds_encrypt::sandbox::{
    Habits, Mischief, Options, PASSWORD, Sandbox, SandboxError, Servers, Store, Switches, Trouble, Way, serve,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Builder};

use super::{
    executables::missing,
    process::{Owned, REGION, command},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rds-encrypt");
/// What `psql` prints without headings, and nothing from a person's own settings.
const PSQL: [&str; 3] = ["psql", "-X", "-Atq"];

/// Whether PostgreSQL's server is here; loud words where it isn't.
fn is_installed() -> bool {
    let options = Options { servers: Servers::Required, ..Options::default() };
    match Sandbox::open(options) {
        Ok(_) => true,
        Err(SandboxError::Servers(error)) => {
            missing(&format!("PostgreSQL's server and psql: {error}"));
            false
        }
        Err(error) => panic!("{error}"),
    }
}

/// A state directory, with the sandbox in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut command = command(PROGRAM.as_ref(), self.folder.path());
        let state = self.folder.path().join("state");
        command.arg("--state-dir").arg(state).args(words).stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.program(words).output().expect("it runs")
    }

    /// What `psql` answers through a tunnel.
    fn asked(&self, tunnel: &[&str], sql: &str) -> String {
        let words = [&["tunnel", "orders", "--sandbox"], tunnel, &["--"], &PSQL, &["-c", sql]].concat();
        let output = self.run(&words);
        assert_eq!(output.status.code(), Some(0), "{sql}: {}", said(&output));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// Where the servers' data is: beside the world, or where the file there says.
    fn home(&self) -> PathBuf {
        let sandbox = self.folder.path().join("state/sandbox");
        match fs::read_to_string(sandbox.join("postgres.home")) {
            Ok(home) => PathBuf::from(home),
            Err(_) => sandbox.join("postgres"),
        }
    }

    /// Servers that run, by their own files.
    fn servers(&self) -> usize {
        let instances = fs::read_dir(self.home().join("instances")).expect("a folder").flatten();
        instances.filter(|instance| instance.path().join("data/postmaster.pid").exists()).count()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Elsewhere than in the state directory, where we are root.
        drop(fs::remove_dir_all(self.home()));
    }
}

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A snapshot is of its moment, a copy has a server of its own, and both prove their names.
#[test]
fn a_migration_moves_rows_and_the_tunnel_reads_them() {
    if !is_installed() {
        return;
    }
    let place = Place::new();
    place.asked(&[], "insert into customers values (501, 'Before', '2026-01-01')");
    let output = place.run(&["migrate", "orders", "--sandbox"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    place.asked(&[], "insert into customers values (502, 'After', '2026-01-02')");

    let digest = "select count(*), md5(string_agg(c::text, '|' order by id)) from customers c where id <= 501";
    assert_eq!(place.asked(&["--copy"], digest), place.asked(&["--source"], digest), "the rows of the snapshot");
    let all = "select count(*) from customers";
    assert_eq!((place.asked(&["--copy"], all), place.asked(&["--source"], all)), ("501".into(), "502".into()));
    let tls = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    assert_eq!(place.asked(&["--copy"], tls), "t");

    let refused = |variable: &str, value: &str, says: &str| {
        let words = [&["tunnel", "orders", "--copy", "--sandbox", "--"], &PSQL[..], &["-c", all]].concat();
        let output = place.program(&words).env(variable, value).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "psql's own code: {}", said(&output));
        assert!(said(&output).contains(says), "{}", said(&output));
    };
    refused("PGPASSWORD", "wrong", "password authentication failed");
    let connection = "host=other.example sslmode=verify-full";
    let output = place.run(&["tunnel", "orders", "--copy", "--sandbox", "--", "psql", "-X", connection]);
    assert!(said(&output).contains("does not match host name \"other.example\""), "{}", said(&output));
    assert_eq!(place.servers(), 0, "whoever started a server has stopped it");

    let output = place.run(&["cleanup", "orders", "--abandon", "--sandbox", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let left = |part| fs::read_dir(place.home().join(part)).expect("a folder").count();
    assert_eq!((left("snapshots"), left("instances")), (0, 1), "the source's data alone is left");
}

/// A tunnel that is killed leaves its server to the next one, which ends it.
#[test]
fn a_killed_tunnel_leaves_no_server_behind_for_long() {
    if !is_installed() {
        return;
    }
    let place = Place::new();
    let script = "psql -X -Atqc 'select 1' && exec sleep 1000";
    let mut child = place.program(&["tunnel", "orders", "--sandbox", "--", "sh", "-c", script]);
    let mut child = Owned(child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs"));
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert_eq!(line, "1\n");
    assert!(child.kill());
    assert_eq!(place.servers(), 1);
    assert_eq!(place.asked(&[], "select count(*) from orders"), "5000");
    assert_eq!(place.servers(), 0);
}

/// A sandbox on a thread of its own, with servers behind it and an agent that doesn't pause; a tunnel to `orders`.
struct Fast {
    sandbox: Sandbox,
    tunnel: Owned,
    lines: BufReader<ChildStdout>,
    port: u16,
    authority: PathBuf,
    _folder: TempDir,
    serving: Serving,
}

/// A sandbox that is served; it and its servers end with this.
struct Serving {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().map(thread::JoinHandle::join);
    }
}

impl Fast {
    fn open() -> Self {
        let mut switches = Switches::default();
        switches.sessions.pause = Duration::ZERO;
        let options = Options { servers: Servers::Required, store: Store::Memory, switches, ..Options::default() };
        let sandbox = Sandbox::open(options).expect("a world");
        let ((serving, address), folder) = (served(sandbox.clone()), TempDir::new().expect("a folder"));
        let authority = sandbox.authority().expect("one can be made").expect("there are servers");
        let mut tunnel = command(PROGRAM.as_ref(), folder.path());
        tunnel.args(["tunnel", "orders", "--region", REGION, "--endpoint-url", &format!("http://{address}")]);
        let tunnel = tunnel.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut tunnel = Owned(tunnel);
        let (mut lines, mut line) = (BufReader::new(tunnel.0.stdout.take().expect("a pipe")), String::new());
        lines.read_line(&mut line).expect("a line");
        let port = line.strip_prefix("127.0.0.1:").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let port = port.unwrap_or_else(|| panic!("{line}"));
        Self { sandbox, tunnel, lines, port, authority, _folder: folder, serving }
    }

    fn psql(&self, sql: &str) -> Command {
        let mut command = Command::new(PSQL[0]);
        command.args(&PSQL[1..]).args(["-v", "ON_ERROR_STOP=1", "-c", sql]);
        command
            .env("PGHOST", "orders.c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com")
            .env("PGHOSTADDR", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGSSLMODE", "verify-full")
            .env("PGSSLROOTCERT", &self.authority)
            .env("PGUSER", "orders_admin")
            .env("PGDATABASE", "orders")
            .env("PGPASSWORD", PASSWORD);
        command
    }

    fn asked(&self, sql: &str) -> String {
        let output = self.psql(sql).output().expect("psql runs");
        assert!(output.status.success(), "{sql}: {}", said(&output));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// The web socket breaks at each so-many-th message of this way, ten times.
    fn cut_ten_times(&self, way: Way, every: u64) {
        let order = Trouble {
            way,
            acknowledgements: false,
            sequence: None,
            after: 0,
            every,
            times: Some(10),
            what: Mischief::Cut,
        };
        self.sandbox.sessions().trouble(vec![order]);
    }

    /// The agent pauses as it does in AWS, between messages of so many bytes.
    fn paused(&self, chunk: usize) {
        self.sandbox.sessions().behave(Habits { chunk, ..Habits::default() });
    }

    /// Ends the tunnel; with what it told.
    fn end(mut self) -> String {
        self.tunnel.signal("INT");
        let code = self.tunnel.end().code();
        let mut told = String::new();
        self.lines.read_to_string(&mut told).expect("text");
        self.tunnel.0.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
        assert_eq!(code, Some(0), "{told}");
        drop(self.serving);
        told
    }
}

fn served(sandbox: Sandbox) -> (Serving, SocketAddr) {
    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = thread::spawn(move || {
        let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody listens");
            serve(sandbox, listener, async { drop(stopped.await) }).await.expect("it serves");
        });
    });
    (Serving { stop: Some(stop), thread: Some(thread) }, told.recv().expect("an address"))
}

#[test]
fn fifty_connections_at_once() {
    if !is_installed() {
        return;
    }
    let tunnel = Fast::open();
    let sql = "select count(*), sum(quantity * price) from order_lines; select pg_sleep(1)";
    let expected = tunnel.asked("select count(*), sum(quantity * price) from order_lines");
    let children: Vec<_> = (0..50)
        .map(|_| tunnel.psql(sql).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("psql runs"))
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().next(), Some(expected.as_str()));
    }
    let told = tunnel.end();
    assert_eq!(told.matches("Connection accepted for session [").count(), 51, "{told}");
}

/// A line of 200 MB, by its number.
fn line(number: u64) -> String {
    format!("{number:09} {}", "0123456789abcdef".repeat(11))
}

/// So many of them are 200 MB.
const LINES: u64 = 200_000_000 / 187;

#[test]
fn two_hundred_megabytes_each_way_while_the_web_socket_is_cut_ten_times() {
    if !is_installed() {
        return;
    }
    let tunnel = Fast::open();
    let made = "lpad(n::text, 9, '0') || ' ' || repeat('0123456789abcdef', 11)";
    tunnel.asked("create table lines (line text not null)");

    tunnel.cut_ten_times(Way::Input, 15_000);
    let mut child = tunnel.psql("copy lines from stdin");
    let mut child =
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("psql runs");
    let pipe = child.stdin.take().expect("a pipe");
    let writer = thread::spawn(move || written(pipe));
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", said(&output));
    writer.join().expect("no panic");
    let sums = |from: &str, line: &str| {
        tunnel
            .asked(&format!("select count(*), sum(hashtextextended({line}, 0)), min({line}), max({line}) from {from}"))
    };
    let expected = sums(&format!("generate_series(1, {LINES}) n"), made);
    assert_eq!(sums("lines", "line"), expected, "all that was sent has come");

    // The agent sends what was lost again one message at a time, each a tenth of a second after the other: without its
    // pause many are under way, and a cut would cost minutes. With it, larger messages make up for the time.
    tunnel.paused(16 << 10);
    tunnel.cut_ten_times(Way::Output, 1_000);
    let mut child = tunnel.psql(&format!("copy (select {made} from generate_series(1, {LINES}) n) to stdout"));
    let mut child = child.stdout(Stdio::piped()).spawn().expect("psql runs");
    let mut number = 0;
    for found in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
        number += 1;
        assert_eq!(found.expect("a line"), line(number), "in order");
    }
    assert!(child.wait().expect("it ends").success());
    assert_eq!(number, LINES, "nothing is missing");
    let told = tunnel.end();
    assert_eq!(told.matches("goes on after").count(), 20, "{told}");
}

fn written(pipe: ChildStdin) {
    let mut pipe = std::io::BufWriter::new(pipe);
    for number in 1..=LINES {
        writeln!(pipe, "{}", line(number)).expect("psql reads");
    }
}
