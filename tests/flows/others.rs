//! Others act, too (rule 13): what they did is named, waited out or gone on with, and nothing of theirs is touched.

use std::time::Duration;

use aws_sdk_rds::Client;
use rds_encrypt::sandbox::How;
use tokio::time::sleep;

use crate::{
    end::{MIGRATE, end, journal, kms, rds, target_of},
    stage::{Heard, Stage, assert_heard},
};

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Act {
    StopSource,
    RenameSource,
    DeleteSource,
    ModifySource,
    DeleteSnapshot,
    DeleteCopy,
    StopTarget,
    DeleteTarget,
    RenameTarget,
    ModifyTarget,
}

impl Act {
    async fn done(self, stage: &Stage, client: &Client) {
        let target = target_of(stage, "orders");
        match self {
            Self::StopSource => drop(client.stop_db_instance().db_instance_identifier("orders").send().await.unwrap()),
            Self::RenameSource => rename(client, "orders", "orders-old").await,
            Self::DeleteSource => delete(client, "orders").await,
            Self::ModifySource => modify(client, "orders").await,
            Self::DeleteSnapshot => delete_snapshot(client, &target).await,
            Self::DeleteCopy => delete_snapshot(client, &format!("{target}-encrypted")).await,
            Self::StopTarget => drop(client.stop_db_instance().db_instance_identifier(target).send().await.unwrap()),
            Self::DeleteTarget => delete(client, &target).await,
            Self::RenameTarget => rename(client, &target, "theirs").await,
            Self::ModifyTarget => modify(client, &target).await,
        }
    }
}

async fn rename(client: &Client, from: &str, to: &str) {
    let rename = client.modify_db_instance().db_instance_identifier(from).new_db_instance_identifier(to);
    while rename.clone().apply_immediately(true).send().await.is_err() {}
}

async fn modify(client: &Client, name: &str) {
    let modify = client.modify_db_instance().db_instance_identifier(name).preferred_backup_window("11:00-11:30");
    // What holds the migration back may hit us, too.
    while modify.clone().apply_immediately(true).send().await.is_err() {}
}

async fn delete(client: &Client, name: &str) {
    let unprotect = client.modify_db_instance().db_instance_identifier(name).deletion_protection(false);
    while unprotect.clone().apply_immediately(true).send().await.is_err() {}
    let deletion = client.delete_db_instance().db_instance_identifier(name).skip_final_snapshot(true);
    // The protection takes a moment to go.
    while deletion.clone().send().await.is_err() {
        sleep(Duration::from_millis(10)).await;
    }
}

async fn delete_snapshot(client: &Client, name: &str) {
    client.delete_db_snapshot().db_snapshot_identifier(name).send().await.unwrap();
}

/// When somebody acts.
#[derive(Clone, Copy, Debug)]
enum When {
    /// Before the snapshot is taken: AWS throttles that call for a while.
    First,
    /// Once this call was accepted and what it makes is available: the next one is throttled for a while.
    After(&'static str),
}

/// Runs a migration in which somebody acts.
async fn with(act: Act, when: When) -> (Stage, Heard) {
    let stage = Stage::small();
    let held = match when {
        When::First => "CreateDBSnapshot",
        When::After("CreateDBSnapshot") => "CopyDBSnapshot",
        When::After("CopyDBSnapshot") => "RestoreDBInstanceFromDBSnapshot",
        When::After(_) => "ModifyDBInstance",
    };
    stage.order(held, 0, 40, How::Throttle);
    let client = rds(&stage.sandbox).await;
    let acting = async {
        while !(stage.state_file("orders").is_some()
            && journal(&stage, "orders").iter().any(|call| call.starts_with(held)))
        {
            sleep(Duration::from_millis(5)).await;
        }
        act.done(&stage, &client).await;
    };
    let (heard, ()) = tokio::join!(stage.run(MIGRATE), acting);
    (stage, heard)
}

#[tokio::test(start_paused = true)]
async fn what_stops_a_migration_is_named() {
    use When::{After, First};
    let copy = After("CreateDBSnapshot");
    let restore = After("CopyDBSnapshot");
    let settle = After("RestoreDBInstanceFromDBSnapshot");
    for (act, when, words) in [
        (Act::StopSource, First, "the source orders is stop"),
        (Act::RenameSource, First, "the source orders is called orders-old now"),
        (Act::DeleteSource, First, "the source orders is"),
        (Act::DeleteSnapshot, copy, "is gone"),
        (Act::DeleteCopy, restore, "is gone"),
        (Act::StopTarget, settle, "is stop"),
        (Act::DeleteTarget, settle, "is deleting"),
        (Act::RenameTarget, settle, "is called theirs now"),
    ] {
        let (stage, heard) = with(act, when).await;
        let said = heard.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "{act:?}: {words:?} isn't in {heard}");
        assert_eq!(heard.code, 4, "{act:?}: {heard}");
        assert_heard!(format!("{act:?}"), heard);
        let foreign = journal(&stage, "orders").len();
        assert_eq!(stage.run("status orders --sandbox").await.code, 0);
        assert_eq!(journal(&stage, "orders").len(), foreign);
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_no_harm_is_gone_on_with() {
    use When::{After, First};
    let restore = After("CopyDBSnapshot");
    let settle = After("RestoreDBInstanceFromDBSnapshot");
    for (act, when, words) in [
        (Act::ModifySource, First, "Others changed it since the plan was made"),
        (Act::DeleteSource, restore, "AWS doesn't show orders any more"),
        (Act::RenameSource, restore, "AWS doesn't show orders any more"),
        (Act::DeleteSnapshot, restore, "as planned"),
        (Act::DeleteCopy, settle, "as planned"),
        (Act::ModifyTarget, settle, "as planned"),
    ] {
        let (stage, heard) = with(act, when).await;
        let said = heard.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "{act:?}: {words:?} isn't in {heard}");
        assert_eq!(heard.code, 0, "{act:?}: {heard}");
        let target = target_of(&stage, "orders");
        assert_eq!(end(&stage, &target).await.target["backup window"], "Some(\"02:00-02:30\")", "{act:?}");
    }
}

/// Between two runs somebody put another database under the source's name.
#[tokio::test(start_paused = true)]
async fn a_source_that_was_replaced_is_not_touched() {
    let stage = Stage::small();
    stage.order("CreateDBSnapshot", 0, 1, How::Deny);
    assert_eq!(stage.run(MIGRATE).await.code, 8);
    let client = rds(&stage.sandbox).await;
    rename(&client, "orders", "orders-old").await;
    sleep(Duration::from_secs(3)).await;
    let create = client.create_db_instance().db_instance_identifier("orders").engine("postgres");
    let create = create.db_instance_class("db.m5.large").allocated_storage(20).master_username("eve");
    create.master_user_password("not-a-secret").send().await.unwrap();
    sleep(Duration::from_secs(3)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("ReplaceSource", heard);
    assert_eq!(heard.code, 4);
    assert_eq!(journal(&stage, "orders"), ["CreateDBSnapshot refused"], "nothing more was asked");
}

/// Our snapshot was removed, and somebody took another one under its name: it isn't ours, and nothing is made of it.
#[tokio::test(start_paused = true)]
async fn what_takes_the_name_of_something_gone_is_not_adopted() {
    let (stage, heard) = with(Act::DeleteSnapshot, When::After("CreateDBSnapshot")).await;
    assert_eq!(heard.code, 4, "{heard}");
    let client = rds(&stage.sandbox).await;
    let snapshot = target_of(&stage, "orders");
    let theirs = client.create_db_snapshot().db_snapshot_identifier(&snapshot).db_instance_identifier("orders");
    theirs.send().await.unwrap();
    sleep(Duration::from_secs(3)).await;
    let asked = journal(&stage, "orders").len();
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("took_the_name", heard);
    assert_eq!(heard.code, 6);
    assert_eq!(journal(&stage, "orders").len(), asked);
    let heard = stage.run("cleanup orders --abandon --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(end(&stage, "orders").await.snapshots.into_iter().collect::<Vec<_>>(), [snapshot], "it stays");
}

/// The key is disabled while the snapshot is taken; once it is enabled again, the migration goes on.
#[tokio::test(start_paused = true)]
async fn a_key_that_was_disabled_is_named() {
    let stage = Stage::small();
    stage.order("CopyDBSnapshot", 0, 1, How::Deny);
    assert_eq!(stage.run(MIGRATE).await.code, 8);
    let kms = kms(&stage.sandbox).await;
    let key = stage.state("orders")["plan"]["key_arn"].as_str().unwrap().to_owned();
    kms.disable_key().key_id(&key).send().await.unwrap();
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("key_disabled", heard);
    assert_eq!(heard.code, 4);
    kms.enable_key().key_id(&key).send().await.unwrap();
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
}

/// The key is disabled under the restored instance, which AWS then takes down; started again, all goes on.
#[tokio::test(start_paused = true)]
async fn a_key_that_was_disabled_under_the_copy_is_named() {
    let stage = Stage::small();
    stage.order("ModifyDBInstance", 0, 1, How::Deny);
    assert_eq!(stage.run(MIGRATE).await.code, 8);
    let kms = kms(&stage.sandbox).await;
    let key = stage.state("orders")["plan"]["key_arn"].as_str().unwrap().to_owned();
    kms.disable_key().key_id(&key).send().await.unwrap();
    sleep(Duration::from_secs(30)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("key_disabled_under_the_copy", heard);
    assert_eq!(heard.code, 4);
    kms.enable_key().key_id(&key).send().await.unwrap();
    let target = target_of(&stage, "orders");
    rds(&stage.sandbox).await.start_db_instance().db_instance_identifier(target).send().await.unwrap();
    sleep(Duration::from_secs(3)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
}

/// Others use the account's manual snapshots up.
#[tokio::test(start_paused = true)]
async fn a_quota_that_others_used_up_is_named() {
    let stage = Stage::small();
    stage.order("CopyDBSnapshot", 0, 1, How::Deny);
    assert_eq!(stage.run(MIGRATE).await.code, 8);
    let client = rds(&stage.sandbox).await;
    let snapshot = target_of(&stage, "orders");
    let copy = |n: usize| {
        let copy = client.copy_db_snapshot().source_db_snapshot_identifier(&snapshot);
        copy.target_db_snapshot_identifier(format!("theirs-{n}"))
    };
    let mut theirs = 0;
    while copy(theirs).send().await.is_ok() {
        theirs += 1;
    }
    sleep(Duration::from_mins(1)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("quota_used_up", heard);
    assert_eq!(heard.code, 4);
    client.delete_db_snapshot().db_snapshot_identifier("theirs-0").send().await.unwrap();
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(end(&stage, &snapshot).await.snapshots.len(), theirs - 1 + 2, "theirs are left");
}

/// A source that was stopped, a target that was stopped: started again, the migration goes on.
#[tokio::test(start_paused = true)]
async fn what_is_mended_goes_on() {
    for (act, when) in
        [(Act::StopSource, When::First), (Act::StopTarget, When::After("RestoreDBInstanceFromDBSnapshot"))]
    {
        let (stage, heard) = with(act, when).await;
        assert_eq!(heard.code, 4, "{act:?}: {heard}");
        sleep(Duration::from_secs(3)).await;
        let client = rds(&stage.sandbox).await;
        let stopped = if matches!(act, Act::StopSource) { "orders".to_owned() } else { target_of(&stage, "orders") };
        client.start_db_instance().db_instance_identifier(stopped).send().await.unwrap();
        sleep(Duration::from_secs(3)).await;
        let heard = stage.run("resume --sandbox").await;
        assert_eq!(heard.code, 0, "{act:?}: {heard}");
    }
}
