//! The built program, run as a person would run it.

use std::{
    cell::Cell,
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::{
    moto::DATABASE_PASSWORD,
    process::{Owned, REGION, SECRET_KEY, command},
};

/// AWS's seconds in one of ours: moto is done at once, and waiting for it as for AWS would take minutes.
const PACE: &str = "100";

/// The program with a home and a state directory of its own, against one endpoint.
pub(super) struct Program {
    endpoint: String,
    folder: TempDir,
    runs: Cell<usize>,
}

/// How a run ended.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ended {
    /// Fails with everything the program said unless it ended with `code`.
    #[track_caller]
    pub(super) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// All that it said.
    pub(super) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A run that is still going on.
pub(super) struct Running {
    pub(super) process: Owned,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Running {
    /// Waits for the end.
    pub(super) fn end(mut self) -> Ended {
        let code = self.process.end().code();
        let read = |path| fs::read_to_string(path).expect("what the program said");
        Ended { code, stdout: read(&self.stdout), stderr: read(&self.stderr) }
    }
}

impl Program {
    pub(super) fn new(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), folder: TempDir::new().expect("a temporary folder"), runs: Cell::new(0) }
    }

    pub(super) fn state_directory(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// `migrate DATABASE --kms-key KEY` and `more`.
    pub(super) fn migrate(&self, database: &str, key: &str, more: &[&str]) -> Ended {
        self.start_migrate(database, key, more, PACE).end()
    }

    pub(super) fn start_migrate(&self, database: &str, key: &str, more: &[&str], pace: &str) -> Running {
        let mut arguments = vec!["migrate", database, "--kms-key", key];
        arguments.extend(more);
        self.start(&self.with_place(&arguments), pace)
    }

    /// `migrate DATABASE` without a key.
    pub(super) fn migrate_keyless(&self, database: &str) -> Ended {
        self.start(&self.with_place(&["migrate", database]), PACE).end()
    }

    /// `resume`: of one database, or of the only unfinished one.
    pub(super) fn resume(&self, database: Option<&str>) -> Ended {
        self.start_resume(database).end()
    }

    pub(super) fn start_resume(&self, database: Option<&str>) -> Running {
        let mut arguments = vec!["resume"];
        arguments.extend(database);
        self.start(&arguments, PACE)
    }

    /// `migrate` for a caller who is nobody.
    pub(super) fn migrate_without_credentials(&self, database: &str, key: &str) -> Ended {
        let arguments = self.with_place(&["migrate", database, "--kms-key", key]);
        let mut command = self.command(&arguments, PACE);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        self.spawn(command).end()
    }

    pub(super) fn status(&self, database: &str) -> Ended {
        self.start(&["status", database], PACE).end()
    }

    /// Any other command, with the flags that lead to the endpoint.
    pub(super) fn run(&self, arguments: &[&str]) -> Ended {
        self.start(&self.with_place(arguments), PACE).end()
    }

    /// The same, while it goes on.
    pub(super) fn start_run(&self, arguments: &[&str], pace: &str) -> Running {
        self.start(&self.with_place(arguments), pace)
    }

    /// Any other command, with the flags that lead to the endpoint, but no Region.
    pub(super) fn run_anywhere(&self, arguments: &[&str]) -> Ended {
        self.start(&[arguments, &["--endpoint-url", &self.endpoint]].concat(), PACE).end()
    }

    /// Any other command, as it is, for a caller who is nobody.
    pub(super) fn run_by_itself(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments, PACE);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        self.spawn(command).end()
    }

    fn with_place<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        let mut all = arguments.to_vec();
        all.extend(["--yes", "--endpoint-url", &self.endpoint, "--region", REGION]);
        all
    }

    fn start(&self, arguments: &[&str], pace: &str) -> Running {
        self.spawn(self.command(arguments, pace))
    }

    fn command(&self, arguments: &[&str], pace: &str) -> Command {
        let mut command = command(Path::new(env!("CARGO_BIN_EXE_rds-encrypt")), self.folder.path());
        command.args(arguments).arg("--state-dir").arg(self.state_directory()).env("RDS_ENCRYPT_PACE", pace);
        command
    }

    /// Starts the program; what it says goes to files, so that no pipe can fill up and stop it.
    fn spawn(&self, mut command: Command) -> Running {
        let run = self.runs.get();
        self.runs.set(run + 1);
        let stdout = self.folder.path().join(format!("stdout-{run}"));
        let stderr = self.folder.path().join(format!("stderr-{run}"));
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).expect("a file"))
            .stderr(File::create(&stderr).expect("a file"))
            .spawn()
            .expect("the program starts");
        Running { process: Owned(child), stdout, stderr }
    }

    /// The migrations' files. Locks and the like lie beside them.
    pub(super) fn state_files(&self) -> Vec<PathBuf> {
        files(&self.state_directory())
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect()
    }

    /// Nobody else may read what is there, and nothing secret is there.
    pub(super) fn assert_state_is_private(&self) {
        assert!(!self.state_files().is_empty(), "no state file");
        for path in files(&self.state_directory()) {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(self.state_directory())) {
                assert_eq!(mode(folder), 0o700, "{}", folder.display());
            }
            let bytes = fs::read(&path).expect("a file of the state directory");
            let content = String::from_utf8_lossy(&bytes);
            for secret in [SECRET_KEY, DATABASE_PASSWORD] {
                assert!(!content.contains(secret), "{} holds a secret", path.display());
            }
        }
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a mode").permissions().mode() & 0o777
}

/// All files below a folder; none where it doesn't exist.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}
