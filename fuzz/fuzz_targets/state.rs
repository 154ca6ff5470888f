//! Any bytes as a state file: it is read, refused or shown, and left as it is.
#![no_main]

use std::{fs, path::PathBuf, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use rds_encrypt::{
    cli::{self, Surroundings},
    engine::Interrupter,
    state::{Record, StateDirectory},
    ui::{Output, Page, Volume},
};
use tempfile::TempDir;

/// One folder for all runs, in memory where the system has such a place.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder")
});

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let region = FOLDER.path().join("000000000000/eu-west-2");
    fs::create_dir_all(&region).expect("a folder");
    region.join("instance-orders-abcdefgh.json")
});

fuzz_target!(|bytes: &[u8]| {
    look(bytes);
    // A changed plan has another digest and is refused; with the right one it goes further.
    if let Ok(mut record) = serde_json::from_slice::<Record>(bytes)
        && record.plan.digest() != record.plan_digest
    {
        record.plan_digest = record.plan.digest();
        look(&serde_json::to_vec(&record).expect("what was read can be written"));
    }
});

fn look(bytes: &[u8]) {
    fs::write(&*FILE, bytes).expect("a file");
    let state = StateDirectory::new(FOLDER.path().to_owned());
    let mut is_readable = false;
    match state.open(&FILE, "ada@bastion") {
        Ok(migration) => {
            is_readable = true;
            let text = serde_json::to_vec(migration.record()).expect("what was read can be written");
            let again: Record = serde_json::from_slice(&text).expect("and read again");
            assert_eq!(&again, migration.record());
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
    show(&["status"]);
    if is_readable {
        show(&["status", "orders", "--log"]);
        show(&["status", "--output", "json"]);
    }
    assert_eq!(fs::read(&*FILE).expect("still there"), bytes, "looking changes nothing");
}

fn show(words: &[&str]) {
    let folder = FOLDER.path().to_str().expect("a path");
    let arguments = [&["rds-encrypt"], words, &["--state-dir", folder]].concat();
    let around = Surroundings {
        json: false,
        output: Output {
            stdout: Box::new(std::io::sink()),
            stderr: Box::new(std::io::sink()),
            stdout_page: Page::default(),
            stderr_page: Page::default(),
            volume: Volume::default(),
        },
        bars: None,
        ask: None,
        pace: None,
        sandbox: None,
        interrupt: Interrupter::new().1,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(cli::run(arguments.into_iter().map(Into::into), around));
}
