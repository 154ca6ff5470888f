//! As whom the servers run: PostgreSQL refuses root.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::{PostgresError, io};

/// An ordinary user: ourselves, or another where we are root.
#[derive(Clone, Copy, Debug)]
pub(super) struct User(Option<(u32, u32)>);

impl User {
    pub(super) fn find() -> Result<Self, PostgresError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self(None));
        }
        let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found = ["postgres", "nobody"].iter().find_map(|name| ids(&known, name));
        found.map(|ids| Self(Some(ids))).ok_or(PostgresError::NobodyElse)
    }

    /// Whether it is somebody else, who doesn't reach our folders.
    pub(super) fn is_another(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn become_by(&self, command: &mut Command) {
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
    }

    /// Gives it a file or folder of ours.
    pub(super) fn own(&self, path: &Path) -> Result<(), PostgresError> {
        match self.0 {
            Some((user, group)) => chown(path, Some(user), Some(group)).map_err(io(path)),
            None => Ok(()),
        }
    }
}

fn ids(known: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = known.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let known = "root:x:0:0:root:/root:/bin/bash\npostgresql:x:9:9::/:/bin/sh\npostgres:x:101:104:A:/v:/bin/bash\n";
        assert_eq!(ids(known, "postgres"), Some((101, 104)));
        assert_eq!(ids(known, "nobody"), None);
    }
}
