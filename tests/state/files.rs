//! Where the files are, who may read them, and what lies beside them.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::SystemTime,
};

use rds_encrypt::{
    model::DatabaseReference,
    state::{Moment, Phase, StateDirectory, StateError},
    steps::Step,
};

use super::help::{OWNER, at, begin, begun, names, on_disk, place, record, snapshot, stop};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn only_the_owner_can_read_them() {
    let (_folder, state) = place();
    assert!(state.entries().is_empty());
    assert!(!state.root().exists(), "looking makes nothing");
    let mut migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    let call = snapshot(migration.record());
    migration.intend(1, Step::TakeSnapshot, call, at("06:00:01")).expect("saved");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("lock")), 0o600);
    let region = path.parent().expect("a folder");
    let account = region.parent().expect("a folder");
    for folder in [region, account, state.root(), state.root().parent().expect("a folder")] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    assert_eq!(names(region).len(), 2, "the file and its lock: {:?}", names(region));
}

#[test]
fn the_name_says_whose_it_is() {
    let (_folder, state) = place();
    let record = record("orders");
    let id = &record.migration.id;
    let expected = state.root().join(format!("000000000000/eu-west-2/instance-orders-{id}.json"));
    assert_eq!(state.path_of(&record), expected);
    assert_eq!(begun(&state, "orders"), expected);
    assert_eq!(on_disk(&state, &expected), record);
    let text = fs::read_to_string(&expected).expect("a file");
    assert!(text.ends_with("}\n"));
    assert_eq!(state.open(&expected, OWNER).expect("opened").record(), &record);
}

#[test]
fn all_are_listed_and_broken_ones_too() {
    let (_folder, state) = place();
    let orders = begun(&state, "orders");
    let billing = begun(&state, "billing");
    let mut abroad = record("orders");
    abroad.region = "ap-south-1".into();
    let abroad = state.begin(abroad).expect("begun").path().to_owned();
    let broken = orders.with_file_name("instance-broken-aaaaaaaa.json");
    fs::write(&broken, "{").expect("written");
    let sandbox = StateDirectory::new(state.root().join("sandbox"));
    let inside = begun(&sandbox, "orders");

    let listed: Vec<_> = state.entries().into_iter().map(|entry| (entry.path, entry.record.is_ok())).collect();
    let expected = [(abroad, true), (billing, true), (broken, false), (orders, true)];
    assert_eq!(listed, expected, "sorted, and without the sandbox's");
    assert_eq!(sandbox.entries().into_iter().map(|entry| entry.path).collect::<Vec<_>>(), [inside]);
}

/// "No migrations" would be a lie where nothing can be seen.
#[test]
fn what_can_not_be_looked_into_is_listed() {
    let (folder, _) = place();
    let file = folder.path().join("file");
    fs::write(&file, "theirs").expect("written");
    let state = StateDirectory::new(file.clone());
    let [entry] = state.entries().try_into().expect("one");
    assert_eq!(entry.path, file);
    let error = entry.record.expect_err("not a folder");
    assert!(error.to_string().starts_with("can't read "), "{error}");
    assert!(state.open(&file, OWNER).is_err());
    assert_eq!(names(folder.path()), ["file"], "no lock is made beside it");
}

#[test]
fn a_leftover_of_a_cut_write_is_no_state_file() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    let young = path.with_file_name(".rds-encrypt-young1");
    let old = path.with_file_name(".rds-encrypt-older1");
    let foreign = path.with_file_name("notes.txt");
    for (leftover, text) in [(&young, "{"), (&old, "{\"format\""), (&foreign, "hello")] {
        fs::write(leftover, text).expect("written");
    }
    let past = |file: &Path| {
        let file = File::options().write(true).open(file).expect("opened");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("aged");
    };
    past(&old);
    past(&foreign);
    assert_eq!(state.entries().len(), 1);
    let migration = state.open(&path, OWNER).expect("opened");
    assert_eq!(migration.record(), &record("orders"));
    assert!(!old.exists(), "an old one is swept");
    assert!(young.exists(), "another run may be writing a young one");
    assert!(foreign.exists(), "what isn't ours stays");
}

#[test]
fn a_write_that_fails_keeps_the_old_file_and_what_is_known() {
    let (_folder, state) = place();
    let mut migration = begin(&state, "orders");
    let folder = migration.path().parent().expect("a folder").to_owned();
    let aside = folder.with_file_name("aside");
    fs::rename(&folder, &aside).expect("moved away");
    let call = snapshot(migration.record());
    let error = migration.intend(1, Step::TakeSnapshot, call, at("06:00:01")).expect_err("no folder");
    let StateError::Unsaved { moment, why, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(moment, Moment::Intent(call) if call.contains("CreateDBSnapshot")), "{moment:?}");
    assert!(matches!(&**why, StateError::Io { what: "write", path, .. } if path == migration.path()), "{why:?}");
    assert!(error.hint().contains("Nothing in AWS is lost"), "{}", error.hint());
    assert!(!folder.exists(), "it isn't made anew: a disk may be missing there");
    assert_eq!(migration.record().journal, [], "what isn't on disk isn't known");
    fs::rename(&aside, &folder).expect("moved back");
    assert!(on_disk(&state, migration.path()).journal.is_empty());
}

#[test]
fn where_it_stands_is_saved_for_people() {
    let (_folder, state) = place();
    let mut sandboxed = record("orders");
    sandboxed.flags = "--sandbox".into();
    let mut migration = state.begin(sandboxed).expect("begun");
    let path = migration.path().to_owned();
    migration.stand(Phase::Stopped, Step::Restore, Some(&stop("why")), at("06:01:00")).expect("saved");
    let summary = on_disk(&state, &path).summary;
    assert_eq!((summary.phase, summary.step), (Phase::Stopped, Some(Step::Restore)));
    assert_eq!((summary.stopped.as_deref(), summary.updated), (Some("why"), at("06:01:00")));
    assert_eq!(summary.next, "rds-encrypt resume orders --sandbox");
    migration.stand(Phase::Stopped, Step::Restore, Some(&stop("why")), at("06:02:00")).expect("nothing new");
    assert_eq!(on_disk(&state, &path).summary.updated, at("06:01:00"), "the same standing isn't written again");
    migration.stand(Phase::Finished, Step::Verify, None, at("06:03:00")).expect("saved");
    let record = on_disk(&state, &path);
    assert!(record.is_finished());
    assert_eq!(record.summary.next, "rds-encrypt status orders --sandbox");
}

#[test]
fn a_person_means_it_by_name_arn_or_resource_id() {
    let record = record("orders");
    let arn = |region: &str, account: &str, name: &str| DatabaseReference::Arn {
        arn: String::new(),
        region: region.into(),
        account: account.into(),
        name: name.into(),
    };
    let table = [
        ("its name", DatabaseReference::Name("orders".into()), true),
        ("another name", DatabaseReference::Name("order".into()), false),
        ("its resource id", DatabaseReference::ResourceId("db-ORDERS".into()), true),
        ("another resource id", DatabaseReference::ResourceId("db-ORDER".into()), false),
        ("its ARN", arn("eu-west-2", "000000000000", "orders"), true),
        ("the ARN of another Region", arn("eu-west-1", "000000000000", "orders"), false),
        ("the ARN of another account", arn("eu-west-2", "111111111111", "orders"), false),
        ("the ARN of another database", arn("eu-west-2", "000000000000", "billing"), false),
        ("a cluster of its name", DatabaseReference::Cluster("orders".into()), false),
    ];
    for (case, reference, expected) in table {
        assert_eq!(record.is_meant_by(&reference), expected, "{case}");
    }
}
