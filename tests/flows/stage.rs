//! What a command finds around it here: a world in memory, a state directory of its own, and buffers.

use std::{
    ffi::OsString,
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rds_encrypt::{
    cli::{self, MakeBars, Surroundings},
    engine::{Interrupt, Interrupter},
    sandbox::{How, Misbehaviour, Options, Sandbox, Switches},
    ui::{Output, Page, Volume},
};
use tempfile::TempDir;

use crate::sweep::moments::printed;

/// A world and a state directory, for one or several commands.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    folder: TempDir,
    /// AWS's seconds that a command counts in one of ours; by itself as many as pass.
    pace: Option<f64>,
}

/// What a command said, and its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command that is about to run.
pub(crate) struct Command<'a> {
    stage: &'a Stage,
    arguments: Vec<OsString>,
    output: Buffers,
    bars: Option<MakeBars>,
    answer: Option<String>,
    attended: bool,
    interrupt: Interrupt,
}

#[derive(Clone, Default)]
struct Buffers {
    stdout: Buffer,
    stderr: Buffer,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        printed();
        Ok(())
    }
}

impl Stage {
    /// The usual world.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self { sandbox: Sandbox::open(options).unwrap(), folder: tempfile::tempdir().unwrap(), pace: None }
    }

    /// Things take so many times less time than commands count: they look as many times less often.
    pub(crate) fn hurried(self, times: f64) -> Self {
        Self { pace: Some(self.sandbox.options().speed / times), ..self }
    }

    /// The same world from another machine: with a state directory of its own.
    pub(crate) fn elsewhere(&self) -> Self {
        Self { sandbox: self.sandbox.clone(), folder: tempfile::tempdir().unwrap(), pace: self.pace }
    }

    /// A world with these instances; what a row leaves out is as in [`small_orders`].
    pub(crate) fn of(rows: &[serde_json::Value]) -> Self {
        Self::of_with(rows, Switches::default())
    }

    /// A world with one small database, whose migration takes few looks.
    pub(crate) fn small() -> Self {
        Self::of(&[serde_json::json!({})])
    }

    /// The same, with some facts otherwise.
    pub(crate) fn small_switched(switches: Switches) -> Self {
        Self::of_with(&[serde_json::json!({})], switches)
    }

    /// Both at once.
    pub(crate) fn of_with(rows: &[serde_json::Value], switches: Switches) -> Self {
        let rows: Vec<serde_json::Value> = rows.iter().map(small_orders).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        serde_json::to_writer(&mut file, &serde_json::json!({"DBInstances": rows})).unwrap();
        Self::with(Options { seed: Some(file.path().to_owned()), switches, ..Options::default() })
    }

    /// Orders one call to go wrong, after so many have passed.
    pub(crate) fn order(&self, operation: &str, after: u32, times: u32, how: How) {
        self.sandbox.misbehave(Misbehaviour { operation: Some(operation.to_owned()), after, times, how });
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The state file of a migration in the sandbox, by the database's name.
    pub(crate) fn state_file(&self, database: &str) -> Option<PathBuf> {
        let region = self.folder().join("sandbox/000000000000/eu-west-2");
        let entries = std::fs::read_dir(region).ok()?.map(|entry| entry.unwrap().path());
        let front = format!("instance-{database}-");
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "json")).find(|path| {
            let rest = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix(&front));
            rest.is_some_and(|id| !id.contains('-'))
        })
    }

    /// What a migration's state file holds.
    pub(crate) fn state(&self, database: &str) -> serde_json::Value {
        let path = self.state_file(database).expect("a state file");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// A command by its words; the state directory is added.
    pub(crate) fn command(&self, words: &str) -> Command<'_> {
        self.arguments(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// A command by its arguments; the state directory is added.
    pub(crate) fn arguments(&self, words: &[&str]) -> Command<'_> {
        let mut arguments: Vec<OsString> = ["rds-encrypt"].iter().chain(words).map(OsString::from).collect();
        arguments.extend(["--state-dir".into(), self.folder().into()]);
        Command {
            stage: self,
            arguments,
            output: Buffers::default(),
            bars: None,
            answer: None,
            attended: false,
            interrupt: Interrupter::new().1,
        }
    }

    /// Runs a command by its words.
    pub(crate) async fn run(&self, words: &str) -> Heard {
        self.command(words).run().await
    }

    /// Runs a command for so long, and then kills it. Nothing where it ended before.
    pub(crate) async fn kill_after(&self, words: &str, time: Duration) -> Option<Heard> {
        tokio::time::timeout(time, self.command(words).run()).await.ok()
    }
}

impl Command<'_> {
    /// Somebody answers the question.
    pub(crate) fn answered(self, yes: bool) -> Self {
        self.typed(if yes { "y" } else { "n" })
    }

    /// Somebody types this to the question.
    pub(crate) fn typed(mut self, answer: &str) -> Self {
        self.answer = Some(answer.to_owned());
        self
    }

    /// Somebody watches.
    pub(crate) fn attended(mut self) -> Self {
        self.attended = true;
        self
    }

    /// Shows bars instead of lines.
    pub(crate) fn bars(mut self, bars: MakeBars) -> Self {
        self.bars = Some(bars);
        self
    }

    /// Somebody may ask for an end.
    pub(crate) fn interrupted_by(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// Runs it to its end.
    pub(crate) async fn run(self) -> Heard {
        let Buffers { stdout, stderr } = self.output.clone();
        let asking = self.output.stderr.clone();
        let around = Surroundings {
            json: false,
            output: Output {
                stdout: Box::new(stdout),
                stderr: Box::new(stderr),
                stdout_page: Page::default(),
                stderr_page: Page::default(),
                volume: Volume::default(),
            },
            bars: self.bars,
            ask: self.answer.map(|answer| Box::new(move |question: &str| asked(&asking, question, &answer)) as _),
            attended: self.attended,
            pace: self.stage.pace,
            sandbox: Some(self.stage.sandbox.clone()),
            interrupt: self.interrupt,
        };
        let code = cli::run(self.arguments, around).await;
        let state = self.stage.folder().to_str().unwrap();
        let text = |buffer: &Buffer| String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        let text = |buffer: &Buffer| text(buffer).replace(state, "[STATE]");
        Heard { code, stdout: text(&self.output.stdout), stderr: text(&self.output.stderr) }
    }
}

/// A small `orders` with a group of its own, protection, backups and tags, but for what `row` says.
fn small_orders(row: &serde_json::Value) -> serde_json::Value {
    let mut all = serde_json::json!({
        "DBInstanceIdentifier": "orders", "DBInstanceClass": "db.m5.large", "Engine": "postgres",
        "EngineVersion": "15.7", "DBInstanceStatus": "available", "MasterUsername": "admin", "AllocatedStorage": 5,
        "InstanceCreateTime": "2019-06-12T12:40:58.216Z", "StorageType": "gp3", "StorageEncrypted": false,
        "StorageEncryptionType": "none", "LicenseModel": "postgresql-license", "MultiAZ": false,
        "PreferredBackupWindow": "02:00-02:30", "PreferredMaintenanceWindow": "sun:03:30-sun:04:00",
        "BackupRetentionPeriod": 14, "AutoMinorVersionUpgrade": true, "DeletionProtection": true,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1", "DatabaseInsightsMode": "standard",
        "CopyTagsToSnapshot": true, "PubliclyAccessible": false, "TagList": [{"Key": "team", "Value": "commerce"}],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-04c66e73f5c33e3e0", "Status": "active"}],
        "DBParameterGroups": [{"DBParameterGroupName": "orders-postgres15", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-15", "Status": "in-sync"}],
        "DBSubnetGroup": {"DBSubnetGroupName": "private-databases", "VpcId": "vpc-038faba71b3a6cfc9", "Subnets": []},
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 5432},
    });
    for (member, value) in row.as_object().unwrap() {
        all[member] = value.clone();
    }
    let name = all["DBInstanceIdentifier"].as_str().unwrap().to_owned();
    let digits = name.bytes().map(|byte| char::from(byte.to_ascii_uppercase()));
    let id: String = digits.filter(char::is_ascii_alphabetic).chain(std::iter::repeat('A')).take(26).collect();
    all["DbiResourceId"] = format!("db-{id}").into();
    all["DBInstanceArn"] = format!("arn:aws:rds:eu-west-2:000000000000:db:{name}").into();
    all
}

impl Heard {
    /// The same without what breaks lines: where a run's owner is named, they break elsewhere on each machine.
    pub(crate) fn unbroken(&self) -> String {
        self.to_string().split_whitespace().collect::<Vec<_>>().join(" ").replace(". ", ".\n").replace(" - ", "\n- ")
    }
}

fn asked(stderr: &Buffer, question: &str, answer: &str) -> String {
    writeln!(stderr.clone(), "{question}{answer}").unwrap();
    answer.to_owned()
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n== stdout\n{}== stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// What differs from run to run: the nonce, the owner, AWS's request ids, this process.
pub(crate) const FILTERS: [(&str, &str); 4] = [
    (r"\b[0-9a-f]{16} [\w.-]+@[\w.-]+", "[RUN]"),
    (r"\b[\w.-]+@[\w.-]+(,\s+process\s+\d+,\s+since\s+\S+)?", "[OWNER]"),
    (r"request\s+[0-9a-f]{8}-[0-9a-f-]{27}", "request [REQUEST]"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
];

/// Compares what was heard with the snapshot of this name.
macro_rules! assert_heard {
    ($name:expr, $heard:expr) => {{
        let heard = $heard.to_string();
        insta::with_settings!({filters => $crate::stage::FILTERS.to_vec(), omit_expression => true}, {
            insta::assert_snapshot!($name, heard);
        })
    }};
}
pub(crate) use assert_heard;
