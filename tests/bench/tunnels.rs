//! What a tunnel carries, and what it costs. `cargo bench --bench tunnels`
//!
//! The program runs as a process of its own; the sandbox's agent, the database's end and the client are here, on the same
//! machine. So it is our own end and our own agent that are measured, not AWS. Nothing is asserted: ratios of what was
//! measured side by side are for people.

use std::{
    error::Error,
    fs,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rds_encrypt::sandbox::{Dial, Habits, Options, Sandbox, Switches, serve};

type Outcome<T> = Result<T, Box<dyn Error>>;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rds-encrypt");
/// Ticks of /proc's clock in a second: Linux shows 100 to programs, whatever it uses itself.
const TICKS: f64 = 100.0;
/// A query and its answer are as long as this.
const QUERY: usize = 100;
const QUERIES: usize = 300;
/// A sender that pauses as the official client does: so much, then this long.
const CHUNK: usize = 1024;
const PAUSE: Duration = Duration::from_millis(1);

fn main() -> Outcome<()> {
    let mut out = io::stdout();
    let database = database()?;
    let mut plain = Road { address: database, tunnel: None };
    let bytes = 512 << 20;
    let free = measured(&mut plain, bytes, 1)?;
    writeln!(out, "each way over one connection, unless it says more; MB are 10^6 bytes")?;
    writeln!(out, "plain TCP                       {}", free.in_words())?;

    let mut own = Road::through(database, Duration::ZERO, "1")?;
    let ours = measured(&mut own, bytes, 1)?;
    writeln!(out, "tunnel, agent without its pause {}", ours.in_words())?;
    drop(own);

    let pausing = rate(paused(database)?);
    writeln!(out, "a sender that pauses, over TCP  {pausing:7.2} MB/s up: 1 KiB, then 1 ms, as the official client")?;
    let habits = Habits::default();
    let allowed = float(habits.chunk) / 1e6 / habits.pause.as_secs_f64();
    let mut habits = Road::through(database, habits.pause, "1")?;
    let one = measured(&mut habits, 8 << 20, 1)?;
    writeln!(out, "tunnel, agent as it is          {}", one.in_words())?;
    drop(habits);
    let mut four = Road::through(database, Habits::default().pause, "4")?;
    let spread = measured(&mut four, 32 << 20, 8)?;
    writeln!(out, "same, 4 sessions, 8 connections {}", spread.in_words())?;
    drop(four);

    if let Some((seconds, _)) = ours.cpu {
        writeln!(out, "our own limit costs {:.2} of a core at 100 MB/s", seconds / 10.0)?;
    }
    writeln!(out, "down, one session: {:.3} of what the agent's habits allow ({allowed:.2} MB/s)", one.down / allowed)?;
    writeln!(out, "down, four sessions: {:.3} of four times as much", spread.down / (4.0 * allowed))?;
    writeln!(out, "up: {:.0} times the sender that pauses", one.up / pausing)?;
    Ok(())
}

/// What was seen on one road.
struct Figures {
    /// MB a second to the database, and from it.
    up: f64,
    down: f64,
    latency: Duration,
    /// CPU seconds of the program for a GB, and its largest size in MiB.
    cpu: Option<(f64, u64)>,
    /// Cores that the program kept busy, and those that everything else here did: agent, client, database.
    busy: Option<(f64, f64)>,
}

impl Figures {
    fn in_words(&self) -> String {
        let (up, down, latency) = (self.up, self.down, self.latency.as_secs_f64() * 1000.0);
        let own = self.cpu.map_or(String::new(), |(seconds, size)| {
            let (program, rest) = self.busy.unwrap_or_default();
            format!(
                "; {seconds:.2} s of CPU a GB, {size} MiB; cores busy: {program:.2}, and {rest:.2} for the other ends"
            )
        });
        format!("{up:7.2} MB/s up, {down:7.2} MB/s down, a query {latency:.2} ms{own}")
    }
}

/// A way to the database: straight, or through the program.
struct Road {
    address: SocketAddr,
    tunnel: Option<Tunnel>,
}

/// The program, and the sandbox behind it.
struct Tunnel {
    process: Child,
    _folder: tempfile::TempDir,
    _stop: mpsc::Sender<()>,
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        // What is left of it is nobody's business: the sandbox goes as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Road {
    fn through(database: SocketAddr, pause: Duration, sessions: &str) -> Outcome<Self> {
        let (endpoint, stop) = sandbox(database, pause)?;
        let (folder, port) = (tempfile::tempdir()?, free_port()?);
        let mut process = Command::new(PROGRAM)
            .args(["tunnel", "orders", "--region", "eu-west-2", "--sessions", sessions])
            .args(["--local-port", &port.to_string(), "--endpoint-url", &format!("http://{endpoint}")])
            .args(["--state-dir".as_ref(), folder.path().as_os_str()])
            .envs([("AWS_ACCESS_KEY_ID", "any"), ("AWS_SECRET_ACCESS_KEY", "any")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut first = [0];
        process.stdout.as_mut().ok_or("no pipe")?.read_exact(&mut first)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Ok(Self { address, tunnel: Some(Tunnel { process, _folder: folder, _stop: stop }) })
    }

    /// CPU seconds of the program so far, and of this process.
    fn cpu_seconds(&self) -> Option<(f64, f64)> {
        Some((cpu_seconds(&self.process()?)?, cpu_seconds(Path::new("/proc/self"))?))
    }

    fn peak(&self) -> Option<u64> {
        let status = fs::read_to_string(self.process()?.join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
    }

    fn process(&self) -> Option<std::path::PathBuf> {
        self.tunnel.as_ref().map(|tunnel| Path::new("/proc").join(tunnel.process.id().to_string()))
    }
}

fn cpu_seconds(process: &Path) -> Option<f64> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut seconds = || Some(fields.next()?.parse::<f64>().ok()? / TICKS);
    Some(seconds()? + seconds()?)
}

/// Bytes each way over so many connections, then small queries.
fn measured(road: &mut Road, bytes: usize, connections: usize) -> Outcome<Figures> {
    // Sessions are opened as connections come.
    all(road.address, connections, 64 << 10, 64 << 10)?;
    let before = road.cpu_seconds();
    let up = all(road.address, connections, bytes / connections, 0)?;
    let down = all(road.address, connections, 0, bytes / connections)?;
    let used = road.cpu_seconds().zip(before).map(|(after, before)| (after.0 - before.0, after.1 - before.1));
    let took = (up + down).as_secs_f64();
    let latency = latency(road.address)?;
    let moved = 2.0 * float(bytes) / 1e9;
    let cpu = used.zip(road.peak()).map(|((own, _), peak)| (own / moved, peak));
    let busy = used.map(|(own, rest)| (own / took, rest / took));
    Ok(Figures { up: rate((bytes, up)), down: rate((bytes, down)), latency, cpu, busy })
}

/// The time that all connections together take.
fn all(address: SocketAddr, connections: usize, up: usize, down: usize) -> Outcome<Duration> {
    let begun = Instant::now();
    let threads: Vec<_> = (0..connections).map(|_| thread::spawn(move || one(address, up, down))).collect();
    for thread in threads {
        thread.join().map_err(|_| "a connection failed")??;
    }
    Ok(begun.elapsed())
}

/// Tells the database how much comes and how much is wanted, and moves it.
fn one(address: SocketAddr, up: usize, down: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(&order(up, down))?;
    let mut buffer = vec![7; 1 << 16];
    pour(&mut stream, up, &mut buffer)?;
    drain(&mut stream, down, &mut buffer)?;
    // One byte says that all has come.
    stream.read_exact(&mut [0])
}

fn order(up: usize, down: usize) -> [u8; 16] {
    let mut order = [0; 16];
    order[..8].copy_from_slice(&(up as u64).to_be_bytes());
    order[8..].copy_from_slice(&(down as u64).to_be_bytes());
    order
}

fn pour(stream: &mut TcpStream, mut left: usize, buffer: &mut [u8]) -> io::Result<()> {
    while left > 0 {
        let part = buffer.len().min(left);
        stream.write_all(buffer.get(..part).unwrap_or_default())?;
        left -= part;
    }
    Ok(())
}

fn drain(stream: &mut TcpStream, mut left: usize, buffer: &mut [u8]) -> io::Result<()> {
    while left > 0 {
        let part = buffer.len().min(left);
        stream.read_exact(buffer.get_mut(..part).unwrap_or_default())?;
        left -= part;
    }
    Ok(())
}

/// The median of small round trips.
fn latency(address: SocketAddr) -> Outcome<Duration> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    for _ in 0..QUERIES {
        let begun = Instant::now();
        let mut query = order(QUERY - 16, QUERY - 1).to_vec();
        query.resize(QUERY, 7);
        stream.write_all(&query)?;
        stream.read_exact(&mut [0; QUERY])?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// What a sender achieves that pauses as the agent does, and as the official client does: bytes, and how long.
#[expect(clippy::disallowed_methods, reason = "it is what the official client does")]
fn paused(address: SocketAddr) -> Outcome<(usize, Duration)> {
    let (bytes, buffer) = (4 << 20, [7; CHUNK]);
    let mut stream = TcpStream::connect(address)?;
    let begun = Instant::now();
    stream.write_all(&order(bytes, 0))?;
    for _ in 0..bytes / CHUNK {
        stream.write_all(&buffer)?;
        thread::sleep(PAUSE);
    }
    stream.read_exact(&mut [0])?;
    Ok((bytes, begun.elapsed()))
}

/// In the database's place: takes as much as it is told, sends as much as it is told, then a byte; and again.
fn database() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A connection that breaks ends with its thread.
            thread::spawn(move || drop(answer(stream)));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![7; 1 << 16];
    loop {
        let mut number = || {
            let mut bytes = [0; 8];
            stream.read_exact(&mut bytes)?;
            usize::try_from(u64::from_be_bytes(bytes)).map_err(io::Error::other)
        };
        let (up, down) = (number()?, number()?);
        drain(&mut stream, up, &mut buffer)?;
        // The last byte goes with the rest, so that a small answer is one packet.
        pour(&mut stream, down + 1, &mut buffer)?;
    }
}

/// A sandbox on threads of its own, until its sender is dropped.
fn sandbox(database: SocketAddr, pause: Duration) -> Outcome<(SocketAddr, mpsc::Sender<()>)> {
    let mut switches = Switches::default();
    switches.sessions.pause = pause;
    let sandbox = Sandbox::open(Options { switches, ..Options::default() })?;
    sandbox.sessions().served_by(move |_| Some(Dial::Local(database)));
    let ((stop, stopped), (tell, told)) = (mpsc::channel::<()>(), mpsc::channel());
    thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let Ok(listener) = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await else { return };
            let _ = listener.local_addr().map(|address| tell.send(address));
            let until = async { drop(tokio::task::spawn_blocking(move || stopped.recv()).await) };
            let _ = serve(sandbox, listener, until).await;
        });
        runtime.shutdown_background();
    });
    Ok((told.recv()?, stop))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn rate((bytes, time): (usize, Duration)) -> f64 {
    float(bytes) / 1e6 / time.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn float(bytes: usize) -> f64 {
    bytes as f64
}
