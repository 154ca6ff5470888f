//! Processes of ours: a clean environment, patience, and no survivors.

use std::{
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

/// The secret that must never reach a state file.
pub(super) const SECRET_KEY: &str = "wJalrXUtnFEMI-never-on-disk";

/// The Region of every test.
pub(super) const REGION: &str = "eu-west-2";

/// How long anything may take before it counts as hung. A safety net, not a measure.
const PATIENCE: Duration = Duration::from_mins(10);

/// A command in an environment that holds nothing of the caller's AWS: no profile, no endpoint, no token.
pub(super) fn command(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// A child that is killed when its owner goes.
pub(super) struct Owned(pub(super) Child);

impl Owned {
    /// Waits for the end.
    pub(super) fn end(&mut self) -> ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(since.elapsed() < PATIENCE, "a process hangs");
            pause(20);
        }
    }

    /// Waits for the end, but no longer than `limit`.
    pub(super) fn end_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let since = Instant::now();
        while since.elapsed() < limit {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            pause(5);
        }
        None
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("the child can be waited for")
    }

    /// Sends a signal by name. `Child` itself knows SIGKILL alone.
    pub(super) fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.0.id());
        let status = Command::new("sh").args(["-c", &script]).status().expect("sh runs");
        assert!(status.success(), "{script}");
    }

    /// Kills it with SIGKILL and waits until it is gone. Whether that is what it ended by.
    pub(super) fn kill(&mut self) -> bool {
        self.0.kill().expect("the child can be killed");
        self.0.wait().expect("the child can be waited for").signal() == Some(9)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // Both fail on a child that has been waited for; that is what was wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks again and again until `look` finds something.
pub(super) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "waited in vain for {what}");
        pause(2);
    }
}

/// Lets the strangers work.
#[expect(clippy::disallowed_methods, reason = "strangers run in real time")]
pub(super) fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
