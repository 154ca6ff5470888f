//! A moto server of one's own, and databases in it.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Stdio,
    time::SystemTime,
};

use tempfile::TempDir;

use super::{
    aws_cli::AwsCli,
    executables,
    process::{Owned, command, until},
};

/// The password of every database; it must never reach a state file.
pub(super) const DATABASE_PASSWORD: &str = "correct-horse-battery";

/// A running moto server and the `aws` CLI pointed at it. The server is killed on drop.
pub(super) struct Moto {
    pub(super) url: String,
    pub(super) aws: AwsCli,
    _server: Owned,
    folder: TempDir,
}

impl Moto {
    /// Starts a server, or says loudly why not.
    pub(super) fn start() -> Option<Self> {
        Self::start_with(&[("MOTO_ACCOUNT_ID", "000000000000")])
    }

    /// Starts a server that knows AWS's own policies of IAM.
    pub(super) fn with_managed_policies() -> Option<Self> {
        Self::start_with(&[("MOTO_ACCOUNT_ID", "000000000000"), ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")])
    }

    /// Starts a server that knows AWS's own policies of IAM, and that can enforce permissions: whose requests they are it
    /// tells by the access key alone. It signs spaces in a form anew, in another way than the SDK, and would refuse tags.
    pub(super) fn that_enforces() -> Option<Self> {
        const UNSIGNED: &str =
            "import moto.iam.access_control as it\nit.IAMRequestBase.check_signature = lambda self: None\n";
        let patches = TempDir::new().expect("a temporary folder");
        fs::write(patches.path().join("sitecustomize.py"), UNSIGNED).expect("a file");
        let path = patches.path().to_str().expect("a plain name");
        Self::start_with(&[
            ("MOTO_ACCOUNT_ID", "000000000000"),
            ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true"),
            ("PYTHONPATH", path),
        ])
    }

    /// Starts a server that has several accounts: each credentials' own. Its usual one is 123456789012.
    pub(super) fn of_accounts() -> Option<Self> {
        Self::start_with(&[])
    }

    fn start_with(environment: &[(&str, &str)]) -> Option<Self> {
        let aws = AwsCli::find()?;
        let executable = executables::moto_server()?;
        let folder = TempDir::new().expect("a temporary folder");
        // A port that was free can be taken before moto has it: the server then ends by itself.
        let (port, server) = (0..5)
            .find_map(|_| Self::serve(&executable, &folder, environment))
            .unwrap_or_else(|| panic!("moto doesn't start: {}", log(&folder)));
        let url = format!("http://127.0.0.1:{port}");
        Some(Self { aws: aws.at(&url), url, _server: server, folder })
    }

    fn serve(executable: &Path, folder: &TempDir, environment: &[(&str, &str)]) -> Option<(u16, Owned)> {
        let port = free_port();
        let log = File::create(folder.path().join("moto.log")).expect("a log file");
        let mut server = Owned(
            command(executable, folder.path())
                .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                .envs(environment.iter().copied())
                // Automated snapshots count too.
                .env("MOTO_RDS_SNAPSHOT_LIMIT", "1000000")
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("a second handle"))
                .stderr(log)
                .spawn()
                .expect("moto starts"),
        );
        let ready = until("moto to listen", || match server.ended() {
            Some(_) => Some(false),
            None => TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(true),
        });
        ready.then_some((port, server))
    }

    /// Every request that moto has answered so far, one a line.
    pub(super) fn log(&self) -> String {
        log(&self.folder)
    }

    /// How many requests it has answered so far.
    pub(super) fn requests(&self) -> usize {
        self.log().matches("POST").count()
    }

    /// Makes an instance and gives its row.
    pub(super) fn make_instance(&self, name: &str, engine: &Engine, more: &[&str]) -> serde_json::Value {
        let mut arguments = vec![
            "rds",
            "create-db-instance",
            "--db-instance-identifier",
            name,
            "--engine",
            engine.name,
            "--engine-version",
            engine.version,
            "--db-instance-class",
            "db.m5.large",
            "--allocated-storage",
            "100",
            "--storage-type",
            engine.storage_type,
            "--master-username",
            "keeper",
            "--master-user-password",
            DATABASE_PASSWORD,
        ];
        arguments.extend(more);
        self.aws.ask(&arguments);
        self.aws.instance(name)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("moto said:\n{}", self.log());
        }
    }
}

/// What an instance is made of.
pub(super) struct Engine {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) family: &'static str,
    pub(super) storage_type: &'static str,
}

/// The one engine, on the older storage.
pub(super) const POSTGRES: Engine =
    Engine { name: "postgres", version: "15.4", family: "postgres15", storage_type: "gp2" };

/// The other, on the newer.
pub(super) const MYSQL: Engine = Engine { name: "mysql", version: "8.0.35", family: "mysql8.0", storage_type: "gp3" };

/// A weekly window of half an hour that is half a week from now, and from moto's own on Wednesday morning.
pub(super) fn window_half_a_week_away() -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    // moto's clock is the host's. The first day of 1970 was a Thursday.
    let days = SystemTime::UNIX_EPOCH.elapsed().expect("a clock past 1970").as_secs() / 86_400;
    let far = (days + 3 + 3) % 7;
    let day = if far == 2 { 3 } else { far };
    let name = DAYS[usize::try_from(day).expect("a day of the week")];
    format!("{name}:22:15-{name}:22:45")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn log(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("moto.log")).unwrap_or_default()
}
