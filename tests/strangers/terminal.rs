//! The program in a real terminal, which is tmux.

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use tempfile::TempDir;

use super::{
    executables::missing,
    process::{command, pause, until},
};

/// A tmux server of its own with one pane, in which a shell runs the program and then waits.
///
/// The shell stays alive, so that the terminal can be looked at as the program left it.
struct Terminal {
    tmux: PathBuf,
    folder: TempDir,
}

impl Terminal {
    /// Starts `rds-encrypt ARGUMENTS --state-dir TMP`, or says loudly why not.
    fn run(arguments: &str) -> Option<Self> {
        let Some(tmux) = on_path("tmux") else {
            missing("`tmux`");
            return None;
        };
        let terminal = Self { tmux, folder: TempDir::new().expect("a temporary folder") };
        // The shell must outlive the interrupt that the program gets: both are in the foreground.
        let script = format!(
            "trap : INT; '{}' {arguments} --state-dir '{}'; echo \"ended with $?\"; exec cat",
            env!("CARGO_BIN_EXE_rds-encrypt"),
            terminal.folder.path().join("state").display(),
        );
        terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "sh", "-c", &script]);
        Some(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().expect("tmux runs");
        assert!(output.status.success(), "tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self) -> Command {
        let mut command = command(&self.tmux, self.folder.path());
        command.env("TERM", "xterm-256color").env("TMUX_TMPDIR", self.folder.path()).args(["-u", "-L", "strangers"]);
        command
    }

    /// What is on the screen, scrolled-off lines included.
    fn text(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-S", "-"])
    }

    /// The exit code, once the program has ended.
    fn ended(&self) -> Option<String> {
        let text = self.text();
        text.lines().find_map(|line| line.strip_prefix("ended with ").map(|code| code.trim().to_owned()))
    }

    /// The terminal is fit for use: its cursor shows, and what is typed appears.
    fn assert_usable(&self) {
        assert_eq!(self.tmux(&["display-message", "-p", "#{cursor_flag}"]).trim(), "1", "the cursor shows");
        self.tmux(&["send-keys", "-l", "typed-by-hand"]);
        until("an echo", || self.text().contains("typed-by-hand").then_some(()));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the screen:\n{}", self.text());
        }
        // It fails where the server never came up.
        let _ = self.command().arg("kill-server").output();
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The percentages in a text.
fn percentages(text: &str) -> BTreeSet<u32> {
    text.match_indices('%')
        .filter_map(|(at, _)| {
            // A space may stand before the sign, a narrow one even.
            let before = text[..at].trim_end();
            let number = &before[before.trim_end_matches(|sign: char| sign.is_ascii_digit()).len()..];
            number.parse().ok()
        })
        .collect()
}

#[test]
fn the_bars_move_and_the_terminal_is_left_as_it_was() {
    let Some(terminal) = Terminal::run("migrate orders --sandbox") else { return };
    let mut seen = BTreeSet::new();
    let code = until("the end of the migration", || {
        seen.extend(percentages(&terminal.text()));
        pause(50);
        terminal.ended()
    });
    assert_eq!(code, "0");
    assert!(seen.len() >= 5, "five different percentages at least, not {seen:?}");
    let text = terminal.text();
    let lines_with = |part: &str| text.lines().filter(|line| line.contains(part)).count();
    assert_eq!(lines_with("Encrypted and verified"), 1, "the last lines say what became");
    for step in ["✓ snapshot", "✓ encrypted copy", "✓ restore", "✓ settle", "✓ verify"] {
        assert_eq!(lines_with(step), 1, "{step}: once, whatever was drawn over it");
    }
    assert_eq!(lines_with("creating"), 0, "no bar stays behind");
    assert!(!text.contains("panicked"), "no panic");
    terminal.assert_usable();
}

#[test]
fn an_interrupt_leaves_a_usable_terminal_and_the_way_on() {
    let Some(terminal) = Terminal::run("migrate orders --sandbox") else { return };
    until("a percentage", || {
        assert_eq!(terminal.ended(), None, "it ended before it could be interrupted");
        percentages(&terminal.text()).iter().any(|percent| *percent > 0).then_some(())
    });
    terminal.tmux(&["send-keys", "C-c"]);
    let code = until("the end of the program", || terminal.ended());
    assert_eq!(code, "5");
    let text = terminal.text();
    assert!(text.contains("rds-encrypt resume"), "it says how to go on");
    let headers = text.lines().filter(|line| line.contains("sandbox ×600")).count();
    assert_eq!(headers, 1, "the terminal's own ^C moved the bars:\n{text}");
    terminal.assert_usable();
}

#[test]
fn percentages_are_told_from_other_words() {
    assert_eq!(percentages("12% of 100\u{202f}%, x7 %, % 12%"), BTreeSet::from([7, 12, 100]));
}
