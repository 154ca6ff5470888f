//! `verify`: a finished copy, looked at again at any later time.

use std::time::Duration;

use crate::{
    end::rds,
    stage::{Stage, assert_heard},
};

#[tokio::test(start_paused = true)]
async fn a_copy_is_compared_again() {
    let stage = Stage::small();
    let unknown = stage.run("verify orders --sandbox").await;
    assert_eq!(unknown.code, 2, "{unknown}");
    assert_eq!(stage.run("migrate orders --sandbox --target orders-new").await.code, 0);
    let same = stage.run("verify orders --sandbox").await;
    assert_heard!("verified_same", same);
    assert_eq!(same.code, 0);
    // Until its first backup is made.
    tokio::time::sleep(Duration::from_mins(1)).await;
    let rds = rds(&stage.sandbox).await;
    let change = rds.modify_db_instance().db_instance_identifier("orders-new").apply_immediately(true);
    change.deletion_protection(false).copy_tags_to_snapshot(false).send().await.unwrap();
    tokio::time::sleep(Duration::from_mins(2)).await;
    let differs = stage.run("verify orders --sandbox").await;
    assert_heard!("verified_differs", differs);
    assert_eq!(differs.code, 7);
    let heard = stage.run("verify orders --sandbox --output json").await;
    let document: serde_json::Value = serde_json::from_str(&heard.stdout).unwrap();
    assert_eq!((document["exit_code"].as_u64(), document["differences"].as_array().map(Vec::len)), (Some(7), Some(2)));
    // Somebody else's instance has taken the name.
    let delete = rds.delete_db_instance().db_instance_identifier("orders-new").skip_final_snapshot(true);
    delete.send().await.unwrap();
    tokio::time::sleep(Duration::from_hours(1)).await;
    let gone = stage.run("verify orders --sandbox").await;
    assert_heard!("verified_gone", gone);
    assert_eq!(gone.code, 4);
    let left = crate::end::end(&stage, "orders-new").await;
    let copy = left.snapshots.into_iter().find(|name| name.ends_with("-encrypted")).unwrap();
    let restore = rds.restore_db_instance_from_db_snapshot().db_instance_identifier("orders-new");
    restore.db_snapshot_identifier(copy).send().await.unwrap();
    tokio::time::sleep(Duration::from_hours(1)).await;
    let another = stage.run("verify orders --sandbox").await;
    assert!(another.stdout.contains("orders-new is another instance"), "{another}");
    assert_eq!(another.code, 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_finished_or_was_given_up_is_not_verified() {
    let stage = Stage::small();
    assert!(stage.kill_after("migrate orders --sandbox", Duration::from_secs(1)).await.is_none());
    let underway = stage.run("verify orders --sandbox").await;
    assert!(underway.stderr.contains("isn't finished; go on with it: rds-encrypt resume orders"), "{underway}");
    assert_eq!(underway.code, 4);
    assert_eq!(stage.run("cleanup orders --abandon --sandbox --confirm orders").await.code, 0);
    let given_up = stage.run("verify orders --sandbox").await;
    assert!(given_up.stderr.contains("was given up"), "{given_up}");
    assert_eq!(given_up.code, 4);
}
