//! The system refuses one write, one sync, or every byte above a limit, under the built program. No stranger is
//! needed but a C compiler, as for the build.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::process::{Owned, REGION, command};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rds-encrypt");

/// A sandbox that is served, and a state directory beside it that the program under test has for itself.
struct Place {
    url: String,
    _server: Owned,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut server = command(Path::new(PROGRAM), folder.path());
        server.args(["sandbox", "serve", "--speed", "20000", "--state-dir"]).arg(folder.path().join("world"));
        let mut server =
            Owned(server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a sandbox"));
        let mut line = String::new();
        BufReader::new(server.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a first line");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("a URL").to_owned();
        Self { url, _server: server, folder }
    }

    /// Runs `words` by a shell, after `before`, with more in the environment.
    fn run(&self, before: &str, words: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut shell = command(Path::new("sh"), self.folder.path());
        shell.args(["-c", &format!("{before} exec \"$@\""), "sh", PROGRAM]).args(words);
        shell.args(["--endpoint-url", &self.url, "--region", REGION, "--yes", "--state-dir"]);
        shell.arg(self.states()).env("RDS_ENCRYPT_PACE", "20000").envs(environment.iter().copied());
        shell.output().expect("sh runs")
    }

    fn migrate(&self, before: &str, environment: &[(&str, &str)]) -> Output {
        self.run(before, &["migrate", "orders", "--kms-key", "alias/sandbox"], environment)
    }

    fn states(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The state file, if there is one, and that nothing but it and its lock are there.
    fn state(&self) -> Option<Value> {
        let region = self.states().join("000000000000").join(REGION);
        let entries = fs::read_dir(region).into_iter().flatten().map(|entry| entry.expect("an entry").path());
        let (files, others): (Vec<_>, Vec<_>) =
            entries.partition(|path| path.extension().is_some_and(|extension| extension == "json"));
        assert!(others.iter().all(|path| path.extension().is_some_and(|it| it == "lock")), "{others:?}");
        let bytes = fs::read(files.first()?).expect("readable");
        Some(serde_json::from_slice(&bytes).expect("the old file or the new one, never a part"))
    }

    /// Whether the world has something of the migration whose name ends like this.
    fn has_made(&self, end: &str) -> bool {
        let world = fs::read_to_string(self.folder.path().join("world/sandbox/world.json")).expect("a world");
        let named = |name: &str| name.strip_prefix("orders-").and_then(|name| name.strip_suffix(end)).map(str::len);
        world.split('"').any(|word| named(word) == Some(8))
    }

    /// Goes on to the end and looks that nothing was taken twice. Whether it came to the end: a reboot that may
    /// have happened is a person's to look at.
    fn goes_on(&self, case: &str) -> bool {
        let begun = self.state().is_some();
        let next = if begun { self.run("", &["resume", "orders"], &[]) } else { self.migrate("", &[]) };
        let said = in_words(&next);
        let journal = self.state().expect("a state file")["journal"].clone();
        let journal = journal.as_array().expect("a journal");
        for action in ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot", "RebootDBInstance"] {
            let taken = journal.iter().filter(|intent| {
                intent["call"]["action"] == action
                    && ["accepted", "found"].iter().any(|outcome| intent["outcome"]["outcome"] == *outcome)
            });
            assert!(taken.count() <= 1, "{case}: {journal:#?}");
        }
        if next.status.code() == Some(4) {
            let last = journal.last().expect("a call");
            assert_eq!(last["call"]["action"], "RebootDBInstance", "{case}: {said}");
            return false;
        }
        assert_eq!(next.status.code(), Some(0), "{case}: {said}");
        true
    }
}

fn in_words(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{:?}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// The journal's last entry on disk: `CopyDBSnapshot sent`.
fn last_asked(state: Option<&Value>) -> String {
    let last = state.and_then(|state| state["journal"].as_array()?.last());
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    last.map(|last| format!("{} {}", word(&last["call"]["action"]), word(&last["outcome"]["outcome"])))
        .unwrap_or_default()
}

/// That a run stopped over its disk and said so.
fn assert_stopped(ended: &Output, is_begun: bool, why: &str, case: &str) {
    let said = in_words(ended);
    assert_eq!(ended.status.code(), Some(if is_begun { 4 } else { 3 }), "{case}: {said}");
    assert!(said.contains("error: ") && said.contains(why), "{case}: {said}");
    let way_on = if is_begun { "Nothing in AWS is lost by this" } else { "nothing was made in AWS" };
    assert!(said.contains(way_on), "{case}: {said}");
}

#[test]
fn a_limit_on_the_size_of_files() {
    let place = Place::new();
    let whole = place.migrate("", &[]);
    assert_eq!(whole.status.code(), Some(0), "{}", in_words(&whole));
    let mut state = place.state().expect("a state file");
    let size = |state: &Value| serde_json::to_vec_pretty(state).expect("JSON").len();
    let all = size(&state);
    state["journal"] = Value::Array(Vec::new());
    let first = size(&state);
    for (part, is_begun) in [(0, false), (1, true), (3, true)] {
        let place = Place::new();
        // In blocks of 512 bytes; below the first file's size for part 0.
        let bytes = if part == 0 { first / 2 } else { first + (all - first) * part / 4 };
        let case = format!("{bytes} of {first} to {all} bytes");
        // Ignored signals stay so: the write fails instead of ending the program.
        let ended = place.migrate(&format!("trap '' XFSZ; ulimit -f {};", bytes / 512), &[]);
        assert_stopped(&ended, is_begun, "File too large", &case);
        assert!(in_words(&ended).contains("ulimit -f"), "{case}");
        assert_eq!(place.state().is_some(), is_begun, "{case}");
        assert!(place.goes_on(&case), "{case}");
    }
}

/// Builds the library that makes calls fail.
fn library(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/strangers/failing.c");
    let library = folder.join("failing.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    let built = compiler.output().expect("a C compiler");
    assert!(built.status.success(), "{}", in_words(&built));
    library
}

/// Each save is one write, a sync of the file and one of its folder; the very first write is the lock's. So these
/// are the first save and the sync of its folder; the first call's intent, and its outcome; the sync of the folder
/// after the second call's intent; the third call's outcome.
#[test]
fn one_write_or_sync_that_fails() {
    let folder = TempDir::new().expect("a folder");
    let library = library(folder.path());
    let mut stopped_at = Vec::new();
    let (unsent, unanswered) = ("wasn't asked of AWS", "was asked of AWS, but the answer couldn't be noted down");
    // Which order; what is said; the journal's last entry on disk; the end of a name, and whether AWS has that.
    let table = [
        ("fsync 1", "nothing was begun", "", ("-g1", false)),
        ("fsync 2", "nothing was begun", "", ("-g1", false)),
        ("fsync 5", unsent, "", ("-g1", false)),
        ("write 5", unanswered, "CreateDBSnapshot sent", ("-g1", true)),
        ("fsync 12", unsent, "CopyDBSnapshot sent", ("-g1-encrypted", false)),
        ("fsync 19", unanswered, "RestoreDBInstanceFromDBSnapshot sent", ("-g1-encrypted", true)),
    ];
    for (order, said, last, (end, is_made)) in table {
        let place = Place::new();
        let preloaded = [("LD_PRELOAD", library.to_str().expect("a path")), ("FAILING", order)];
        let ended = place.migrate("", &preloaded);
        let why = if order.starts_with("fsync") { "Input/output error" } else { "No space left on device" };
        let state = place.state();
        // The second sync is the folder's: the file is there, but whether it stays is unknown.
        let is_begun = state.is_some() && order != "fsync 2";
        assert_stopped(&ended, is_begun, why, order);
        assert!(in_words(&ended).contains(said), "{order}: {}", in_words(&ended));
        assert_eq!(last_asked(state.as_ref()), last, "{order}");
        assert_eq!(place.has_made(end), is_made, "{order}: what AWS has");
        stopped_at.push((order, place.goes_on(order)));
    }
    assert!(stopped_at.iter().filter(|(_, went_on)| *went_on).count() >= 5, "{stopped_at:?}");
}
