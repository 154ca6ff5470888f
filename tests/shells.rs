//! Shells and commands by the built program, in a terminal of its own, against two agents behind which real shells run: a
//! small one that does what a test orders ([`shells::other_end::OtherEnd`]), and the sandbox's ([`shells::sandbox`]), which
//! was written by one who never saw this client.

#[cfg(test)]
mod shells {
    mod agent;
    mod cipher;
    mod commands;
    mod encrypted;
    mod interactive;
    mod other_end;
    mod program;
    mod relay;
    mod sandbox;
    mod screen;
    mod sessions;

    use std::{io::Write, path::Path};

    /// Says loudly that a program isn't here; in CI that is a failure.
    fn missing(name: &str) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        if std::env::split_paths(&path).any(|folder| Path::new(&folder).join(name).is_file()) {
            return false;
        }
        assert!(std::env::var_os("CI").is_none(), "{name} is required in CI");
        let mut stderr = std::io::stderr();
        writeln!(stderr, "SKIPPED: `{name}` isn't here").expect("stderr");
        true
    }
}
