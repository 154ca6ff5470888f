//! The disk fails, or others meddle, under a run: it stops before it asks for anything that isn't on disk, says so
//! in a sentence, overwrites nothing of anybody's, and `resume` comes to the same end.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use rds_encrypt::sandbox::How;
use tokio::time::sleep;

use crate::{
    end::{End, MIGRATE, assert_same_end, journal, uninterrupted},
    mount::Mount,
    stage::{Heard, Stage, assert_heard},
};

const RESUME: &str = "resume orders --sandbox";

/// When something happens to the disk.
#[derive(Clone, Copy, Debug)]
enum When {
    /// A call of this action has been answered, and the answer is on disk.
    After(&'static str),
    /// A call of this action is under way: its intent is on disk, its outcome isn't.
    During(&'static str),
}

const MOMENTS: [When; 3] =
    [When::After("CreateDBSnapshot"), When::During("CopyDBSnapshot"), When::After("ModifyDBInstance")];

const MUTATING: [&str; 5] =
    ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "RebootDBInstance"];

/// What is on disk of the call under way.
const UNANSWERED: &str = "CopyDBSnapshot sent";

/// Waits until the journal on disk ends like this.
async fn until_last(stage: &Stage, last: &str) {
    loop {
        sleep(Duration::from_millis(50)).await;
        let found = stage.state_file("orders").and_then(|_| journal(stage, "orders").pop());
        if found.is_some_and(|found| found == last) {
            return;
        }
    }
}

/// From here on a mutating call is never answered: a run that ends by itself has sent none.
fn trap(stage: &Stage) {
    for operation in MUTATING {
        stage.order(operation, 0, 1000, How::Stall { milliseconds: 1_000_000_000 });
    }
}

/// Runs a migration and does something to its disk at a moment. Panics when a call is sent after that.
async fn spoiled(stage: &Stage, when: When, spoil: impl FnOnce()) -> Heard {
    let last = match when {
        When::After(action) => format!("{action} accepted"),
        When::During(action) => {
            stage.order(action, 0, 1, How::Stall { milliseconds: 500 });
            format!("{action} sent")
        }
    };
    let spoiling = async {
        until_last(stage, &last).await;
        spoil();
        trap(stage);
    };
    let running = async { tokio::join!(stage.run(MIGRATE), spoiling).0 };
    let ended = tokio::time::timeout(Duration::from_secs(100_000), running).await;
    stage.sandbox.behave();
    ended.unwrap_or_else(|_| panic!("{when:?}: a call was sent after the disk failed"))
}

/// What a run said about its end, without what it said on the way.
fn last_words(heard: &Heard) -> Heard {
    let from = heard.stderr.find("error: ").unwrap_or_default();
    Heard { stderr: heard.stderr[from..].to_owned(), ..heard.clone() }
}

fn region(stage: &Stage) -> PathBuf {
    stage.folder().join("sandbox/000000000000/eu-west-2")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn assert_no_leftover(stage: &Stage, case: &str) {
    let names = names(&region(stage));
    assert!(!names.iter().any(|name| name.starts_with('.')), "{case}: {names:?}");
}

/// Goes on after the fault is mended, to the end of an uninterrupted run.
async fn assert_goes_on(stage: &Stage, expected: &End, case: &str) {
    let heard = stage.run(RESUME).await;
    assert_eq!(heard.code, 0, "{case}: {heard}");
    assert_same_end(stage, expected, case).await;
    assert_no_leftover(stage, case);
}

/// A run that stopped over its disk says what happened, to which file, and how to go on.
fn assert_said(heard: &Heard, when: When, case: &str) {
    assert_eq!(heard.code, 4, "{case}: {heard}");
    assert!(heard.stderr.contains("error: "), "{case}: {heard}");
    assert!(heard.stderr.contains("rds-encrypt resume orders --sandbox --state-dir [STATE]"), "{case}: {heard}");
    assert!(heard.stderr.contains("Nothing in AWS is lost by this"), "{case}: {heard}");
    if matches!(when, When::During(_)) {
        assert!(heard.stderr.contains("was asked of AWS, but the answer couldn't be noted down: "), "{case}: {heard}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_folder_goes_away() {
    let (_, expected) = uninterrupted().await;
    for (number, when) in MOMENTS.into_iter().enumerate() {
        let in_its_place = number % 2 == 1;
        let case = format!("{when:?}, a file in its place: {in_its_place}");
        let stage = Stage::small();
        let (folder, aside) = (region(&stage), stage.folder().join("aside"));
        let heard = spoiled(&stage, when, || {
            fs::rename(&folder, &aside).unwrap();
            if in_its_place {
                fs::write(&folder, "theirs").unwrap();
            }
        })
        .await;
        assert_said(&heard, when, &case);
        assert_eq!(folder.exists(), in_its_place, "{case}: it isn't made anew, where a disk may be missing");
        if in_its_place {
            assert_eq!(fs::read_to_string(&folder).unwrap(), "theirs", "{case}");
            fs::remove_file(&folder).unwrap();
        }
        fs::rename(&aside, &folder).unwrap();
        assert_goes_on(&stage, &expected, &case).await;
    }
}

type Put = fn(&Path);

/// What others put in the place of the state file.
const THEIRS: [(&str, Put); 5] = [
    ("edited", |path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, text.replace("\"underway\"", "\"stopped\"")).unwrap();
    }),
    ("emptied", |path| fs::write(path, "").unwrap()),
    ("replaced", |path| {
        let new = path.with_extension("new");
        fs::write(&new, "theirs").unwrap();
        fs::rename(new, path).unwrap();
    }),
    ("a folder", |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    }),
    ("a link", |path| {
        let elsewhere = path.with_extension("elsewhere");
        fs::rename(path, &elsewhere).unwrap();
        symlink(elsewhere, path).unwrap();
    }),
];

/// What there is, without following links: kind and content.
fn shape(path: &Path) -> (String, Option<Vec<u8>>) {
    (format!("{:?}", fs::symlink_metadata(path).unwrap().file_type()), fs::read(path).ok())
}

#[tokio::test(start_paused = true)]
async fn others_write_the_file() {
    let (_, expected) = uninterrupted().await;
    for (when, (what, put)) in MOMENTS.into_iter().cycle().zip(THEIRS) {
        let case = format!("{what}, {when:?}");
        let stage = Stage::small();
        let path = std::cell::RefCell::new(None);
        let heard = spoiled(&stage, when, || {
            let file = stage.state_file("orders").unwrap();
            put(&file);
            *path.borrow_mut() = Some((shape(&file), file));
        })
        .await;
        let (theirs, path) = path.into_inner().unwrap();
        assert_said(&heard, when, &case);
        assert!(heard.stderr.contains("was changed by somebody else while this run worked on it"), "{heard}");
        assert_eq!(shape(&path), theirs, "{case}: left as it is");
        assert_no_leftover(&stage, &case);

        let kept = names(&region(&stage)).into_iter().find(|name| name.contains(".kept-")).expect(&case);
        if path.is_dir() {
            fs::remove_dir(&path).unwrap();
        }
        fs::rename(path.with_file_name(kept), &path).unwrap();
        assert_goes_on(&stage, &expected, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn others_remove_the_file() {
    let (_, expected) = uninterrupted().await;
    for when in MOMENTS {
        let case = format!("removed, {when:?}");
        let stage = Stage::small();
        let heard = spoiled(&stage, when, || fs::remove_file(stage.state_file("orders").unwrap()).unwrap()).await;
        assert_said(&heard, when, &case);
        assert!(heard.stderr.contains("was removed by somebody else while this run worked on it"), "{heard}");
        assert_goes_on(&stage, &expected, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn others_remove_the_lock() {
    let (_, expected) = uninterrupted().await;
    for when in MOMENTS {
        let case = format!("{when:?}");
        let stage = Stage::small();
        let lock = || stage.state_file("orders").unwrap().with_extension("lock");
        let last = match when {
            When::After(action) => format!("{action} accepted"),
            When::During(action) => {
                stage.order(action, 0, 1, How::Stall { milliseconds: 500 });
                format!("{action} sent")
            }
        };
        let meddling = async {
            until_last(&stage, &last).await;
            fs::remove_file(lock()).unwrap();
        };
        let (heard, ()) = tokio::join!(stage.run(MIGRATE), meddling);
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert!(lock().exists(), "{case}: it was taken anew");
        assert_same_end(&stage, &expected, &case).await;
    }
}

/// A second run found no lock and works: the first one asks for nothing any more.
#[tokio::test(start_paused = true)]
async fn others_remove_the_lock_and_run() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("CopyDBSnapshot", 0, 1, How::Stall { milliseconds: 500 });
    let second = async {
        until_last(&stage, UNANSWERED).await;
        fs::remove_file(stage.state_file("orders").unwrap().with_extension("lock")).unwrap();
        stage.run(RESUME).await
    };
    let (first, second) = tokio::join!(stage.run(MIGRATE), second);
    assert_heard!("lock_of_another", last_words(&first));
    assert_eq!(first.code, 6);
    assert_eq!(second.code, 0, "{second}");
    assert_same_end(&stage, &expected, "two runs").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_said_when_the_answer_can_not_be_saved() {
    let stage = Stage::small();
    let folder = region(&stage);
    let aside = stage.folder().join("aside");
    let heard = spoiled(&stage, When::During("CopyDBSnapshot"), || fs::rename(&folder, &aside).unwrap()).await;
    assert_heard!("folder_gone", last_words(&heard));
    fs::rename(aside, folder).unwrap();
    assert_eq!(journal(&stage, "orders"), ["CreateDBSnapshot accepted", UNANSWERED], "the intent is on disk");
    let heard = stage.run(RESUME).await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(journal(&stage, "orders").iter().filter(|call| call.starts_with("CopyDBSnapshot")).count(), 1);

    let stage = Stage::small();
    let heard = spoiled(&stage, When::During("CopyDBSnapshot"), || {
        fs::remove_file(stage.state_file("orders").unwrap()).unwrap();
    })
    .await;
    assert_heard!("file_removed", last_words(&heard));
}

/// A disk of its own for a stage, full or read-only at will.
struct Disk(Mount, Stage);

impl Disk {
    /// Nothing, after loud words, where this system lets us mount none.
    fn new() -> Option<Self> {
        let stage = Stage::small();
        Some(Self(Mount::new(stage.folder())?, stage))
    }
}

#[tokio::test(start_paused = true)]
async fn the_disk_is_full() {
    let (_, expected) = uninterrupted().await;
    for when in MOMENTS {
        let case = format!("full, {when:?}");
        let Some(Disk(mount, stage)) = Disk::new() else { return };
        let heard = spoiled(&stage, when, || mount.fill()).await;
        assert_said(&heard, when, &case);
        assert!(heard.stderr.contains("No space left on device"), "{case}: {heard}");
        assert!(heard.stderr.contains("free some space there, then go on"), "{case}: {heard}");
        assert_no_leftover(&stage, &case);
        let heard = stage.run(RESUME).await;
        assert_eq!(heard.code, 4, "{case}: still full: {heard}");
        mount.free();
        assert_goes_on(&stage, &expected, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_disk_becomes_read_only() {
    let (_, expected) = uninterrupted().await;
    for when in MOMENTS {
        let case = format!("read-only, {when:?}");
        let Some(Disk(mount, stage)) = Disk::new() else { return };
        let heard = spoiled(&stage, when, || mount.forbid_writing()).await;
        assert_said(&heard, when, &case);
        assert!(heard.stderr.contains("make that disk writable"), "{case}: {heard}");
        mount.allow_writing();
        assert_goes_on(&stage, &expected, &case).await;
    }
}

/// Nothing is begun on a disk that can't hold the first word of it.
#[tokio::test(start_paused = true)]
async fn nothing_is_begun_without_a_disk() {
    let (_, expected) = uninterrupted().await;
    let Some(Disk(mount, stage)) = Disk::new() else { return };
    trap(&stage);
    mount.fill();
    let full = stage.run(MIGRATE).await;
    assert_eq!(full.code, 3, "{full}");
    assert_heard!("full_before_anything", last_words(&full));
    assert_eq!(names(&region(&stage)), [""; 0], "nothing is left");
    mount.free();
    mount.forbid_writing();
    let read_only = stage.run(MIGRATE).await;
    assert_eq!(read_only.code, 3, "{read_only}");
    mount.allow_writing();
    stage.sandbox.behave();
    assert_eq!(stage.run(MIGRATE).await.code, 0);
    assert_same_end(&stage, &expected, "begun later").await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_where_a_folder_can_not_be() {
    let stage = Stage::small();
    trap(&stage);
    fs::write(stage.folder().join("sandbox"), "theirs").unwrap();
    let heard = stage.run(MIGRATE).await;
    assert_eq!(heard.code, 3, "{heard}");
    assert_heard!("file_in_place_of_a_folder", last_words(&heard));
}
