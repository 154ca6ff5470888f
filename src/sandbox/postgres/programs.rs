//! PostgreSQL's own programs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::PostgresError;
use super::user::User;

/// All that are needed.
const NEEDED: [&str; 5] = ["initdb", "pg_ctl", "postgres", "pg_basebackup", "psql"];

/// The folder that holds them all.
#[derive(Clone, Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// Looks on `PATH`, then where Debian and Red Hat keep them: the newest.
    pub(super) fn find() -> Option<Self> {
        let on_path = env::split_paths(&env::var_os("PATH")?).collect::<Vec<_>>();
        let mut kept = versions(Path::new("/usr/lib/postgresql"), "");
        kept.extend(versions(Path::new("/usr"), "pgsql-"));
        kept.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        let kept = kept.into_iter().map(|(_, folder)| folder);
        on_path.into_iter().chain(kept).find(|folder| holds_all(folder)).map(Self)
    }

    /// Runs one to its end, as this user, with these words on its stdin.
    pub(super) fn run(
        &self,
        program: &'static str,
        user: &User,
        prepare: impl FnOnce(&mut Command),
        stdin: &str,
    ) -> Result<(), PostgresError> {
        let failed = |why: String| PostgresError::Program { program, why };
        let mut command = Command::new(self.0.join(program));
        prepare(&mut command);
        user.become_by(&mut command);
        // A server that is started keeps what it is given, so that it is nobody's pipe.
        let captures = program != "pg_ctl";
        command.stdin(Stdio::piped()).current_dir("/");
        command.stdout(if captures { Stdio::piped() } else { Stdio::null() });
        command.stderr(if captures { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        if let Some(mut pipe) = child.stdin.take() {
            // One that ends early says why by itself.
            let _ = std::io::Write::write_all(&mut pipe, stdin.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
        if output.status.success() { Ok(()) } else { Err(failed(last_words(&output))) }
    }
}

/// What it said at the end.
fn last_words(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = said.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
    if last.is_empty() { output.status.to_string() } else { last.into_iter().rev().collect::<Vec<_>>().join("; ") }
}

fn versions(folder: &Path, front: &str) -> Vec<(u32, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let found = entries.filter_map(|entry| {
        let version = entry.file_name().to_str()?.strip_prefix(front)?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    found.collect()
}

fn holds_all(folder: &Path) -> bool {
    NEEDED.iter().all(|program| folder.join(program).is_file())
}
