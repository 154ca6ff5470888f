//! Files that can't be used are explained and left as they are.

use std::{fs, os::unix::fs::symlink, path::Path};

use rds_encrypt::state::{FORMAT, StateError};

use super::help::{OWNER, begun, place};

/// Changes one word of a file.
fn edit(from: &'static str, to: &'static str) -> impl Fn(&str) -> Vec<u8> {
    move |text| {
        assert!(text.contains(from), "{from} in {text}");
        text.replace(from, to).into_bytes()
    }
}

fn instead(bytes: &'static [u8]) -> impl Fn(&str) -> Vec<u8> {
    move |_| bytes.to_vec()
}

fn kind(error: &StateError) -> &'static str {
    match error {
        StateError::Io { .. } => "io",
        StateError::Unreadable { .. } => "unreadable",
        StateError::Newer { .. } => "newer",
        StateError::Edited { .. } => "edited",
        StateError::Locked { .. } => "locked",
        StateError::Exists { .. } => "exists",
        StateError::Changed { .. } => "changed",
        StateError::Removed { .. } => "removed",
        StateError::Unsaved { .. } => "unsaved",
    }
}

type Damage = Box<dyn Fn(&str) -> Vec<u8>>;

#[test]
fn they_are_explained_and_left_as_they_are() {
    let table: Vec<(&str, Damage, &str)> = vec![
        ("cut in half", Box::new(|text| text.as_bytes()[..text.len() / 2].to_vec()), "unreadable"),
        (
            "cut before its last braces",
            Box::new(|text| text.trim_end().trim_end_matches('}').as_bytes().to_vec()),
            "unreadable",
        ),
        ("empty", Box::new(instead(b"")), "unreadable"),
        ("no JSON", Box::new(instead(b"orders\n")), "unreadable"),
        ("no text", Box::new(instead(&[0xff, 0xfe, 0x00])), "unreadable"),
        ("zeros, as after a power cut", Box::new(instead(&[0; 4096])), "unreadable"),
        ("somebody else's JSON", Box::new(instead(br#"{"name": "orders"}"#)), "unreadable"),
        ("somebody else's JSON with a format", Box::new(instead(br#"{"format": 1}"#)), "unreadable"),
        ("somebody else's JSON with a format in words", Box::new(instead(br#"{"format": "1"}"#)), "unreadable"),
        ("a list", Box::new(instead(b"[]")), "unreadable"),
        ("two files in one", Box::new(|text| [text, text].concat().into_bytes()), "unreadable"),
        ("a phase that we don't know", Box::new(edit(r#""underway""#, r#""sleeping""#)), "unreadable"),
        ("newer", Box::new(edit(r#""format": 1"#, r#""format": 2"#)), "newer"),
        ("newer, and nothing else known", Box::new(instead(br#"{"format": 99, "steps": {}}"#)), "newer"),
        ("another key in the plan", Box::new(edit("key/1234abcd", "key/9999ffff")), "edited"),
        ("another setting in the plan", Box::new(edit(r#""wanted": 7"#, r#""wanted": 1"#)), "edited"),
        ("another digest", Box::new(edit(r#""plan_digest": ""#, r#""plan_digest": "0"#)), "edited"),
    ];
    for (case, damage, expected) in table {
        let (_folder, state) = place();
        let path = begun(&state, "orders");
        let damaged = damage(&fs::read_to_string(&path).expect("a file"));
        fs::write(&path, &damaged).expect("damaged");

        let error = state.open(&path, OWNER).expect_err(case);
        assert_eq!(kind(&error), expected, "{case}: {error}");
        assert!(error.to_string().contains(&*path.to_string_lossy()), "{case}: {error}");
        assert!(
            error.hint().contains("left as it is") || error.hint().contains("left as it was"),
            "{case}: {}",
            error.hint()
        );
        let again = state.begin(super::help::record("orders")).expect_err(case);
        assert_eq!(kind(&again), "exists", "{case}: {again}");
        let [entry] = state.entries().try_into().expect("one file");
        assert_eq!(entry.path, path, "{case}");
        assert_eq!(entry.record.as_ref().map_err(kind).err(), Some(expected), "{case}");
        assert_eq!(fs::read(&path).expect("still there"), damaged, "{case}");
    }
}

#[test]
fn a_file_without_generations_is_no_state_file() {
    let (_folder, state) = place();
    let mut record = super::help::record("orders");
    record.generations.clear();
    let path = state.begin(record).expect("begun").path().to_owned();
    let bytes = fs::read(&path).expect("a file");
    let error = state.open(&path, OWNER).expect_err("no generation");
    assert_eq!(kind(&error), "unreadable");
    assert!(error.to_string().contains("holds no generation"), "{error}");
    assert_eq!(fs::read(&path).expect("still there"), bytes);
}

#[test]
fn what_to_do_is_said() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    let names = super::help::record("orders").generations[0].names.clone();
    let hint = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("damaged");
        state.open(&path, OWNER).expect_err("damaged").hint()
    };
    let lost = hint(b"{");
    assert!(lost.contains("from a backup"), "{lost}");
    let id = rds_encrypt::model::name::short_id("db-ORDERS");
    assert!(names.snapshot.contains(&id) && lost.contains(&format!("names with {id}")), "{lost}");
    let newer = hint(format!(r#"{{"format": {}}}"#, FORMAT + 1).as_bytes());
    assert!(newer.contains("or a newer one"), "{newer}");
}

#[test]
fn a_newer_format_is_named() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    fs::write(&path, r#"{"format": 7}"#).expect("damaged");
    let error = state.open(&path, OWNER).expect_err("newer");
    assert!(matches!(error, StateError::Newer { found: 7, known: FORMAT, .. }), "{error:?}");
    assert!(error.to_string().contains("format 7"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_not_made() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    fs::remove_file(&path).expect("removed");
    let error = state.open(&path, OWNER).expect_err("gone");
    assert_eq!(kind(&error), "io");
    assert!(error.to_string().starts_with("can't read"), "{error}");
    assert!(!path.exists());
    assert!(state.entries().is_empty());
}

/// What isn't an ordinary file is neither read, which could take forever, nor replaced.
#[test]
fn what_is_no_ordinary_file_is_left() {
    type Put = fn(&Path);
    let table: [(&str, Put, &str); 4] = [
        ("a folder", |path| fs::create_dir(path).expect("a folder"), "it is a folder"),
        ("a link to nothing", |path| symlink("nowhere", path).expect("a link"), "it is a symbolic link"),
        (
            "a link to a state file",
            |path| {
                let target = path.with_extension("elsewhere");
                fs::write(&target, "{}").expect("a file");
                symlink(target, path).expect("a link");
            },
            "it is a symbolic link",
        ),
        (
            "a pipe",
            |path| {
                let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
                rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).expect("a pipe");
            },
            "it is no ordinary file",
        ),
    ];
    for (case, put, why) in table {
        let (_folder, state) = place();
        let path = begun(&state, "orders");
        fs::remove_file(&path).expect("removed");
        put(&path);
        let kind_of = |path: &Path| fs::symlink_metadata(path).expect("there").file_type();
        let before = kind_of(&path);

        let error = state.open(&path, OWNER).expect_err(case);
        assert_eq!(kind(&error), "unreadable", "{case}: {error}");
        assert!(error.to_string().contains(why), "{case}: {error}");
        assert!(error.hint().contains("left as it is"), "{case}: {}", error.hint());
        let again = state.begin(super::help::record("orders")).expect_err(case);
        assert_eq!(kind(&again), "exists", "{case}: {again}");
        assert_eq!(state.entries().len(), 1, "{case}: it is shown");
        assert_eq!(kind_of(&path), before, "{case}");
    }
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    let file = fs::File::options().write(true).open(&path).expect("opened");
    file.set_len(1 << 40).expect("a hole");
    let error = state.open(&path, OWNER).expect_err("too large");
    assert_eq!(kind(&error), "unreadable");
    assert!(error.to_string().contains("far too large"), "{error}");
}
