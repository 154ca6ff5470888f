//! A plan that is written, approved and carried out exactly, or refused because something has changed since.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use crate::{
    end::{kms, rds},
    stage::{Stage, assert_heard},
};

/// Plans into a file beside the state.
async fn planned(stage: &Stage, words: &str) -> PathBuf {
    let path = stage.folder().join("orders.plan");
    let heard = stage.run(&format!("plan orders --sandbox {words} --out {}", path.display())).await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stdout.contains(&"rds-encrypt migrate --plan [STATE]/orders.plan".to_owned()), "{heard}");
    path
}

async fn carried_out(stage: &Stage, path: &std::path::Path, flags: &str) -> crate::stage::Heard {
    stage.run(&format!("migrate --sandbox --plan {} {flags}", path.display())).await
}

#[tokio::test(start_paused = true)]
async fn it_is_carried_out_as_it_is() {
    let stage = Stage::small();
    let path = planned(&stage, "--target orders-encrypted").await;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "its owner's only");
    let file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let again = stage.run(&format!("plan orders --sandbox --out {}", path.display())).await;
    assert_eq!(again.code, 3, "{again}");
    assert!(again.stderr.contains("is there already"), "{again}");
    let heard = carried_out(&stage, &path, "").await;
    assert_eq!(heard.code, 0, "{heard}");
    let begun = stage.state("orders");
    assert_eq!((&begun["plan"], &begun["plan_digest"]), (&file["plan"], &file["plan_digest"]));
    crate::end::instance(&stage, "orders-encrypted").await;
    // Once more: it is finished, by this plan.
    let heard = carried_out(&stage, &path, "").await;
    assert_eq!(heard.code, 0, "{heard}");
}

#[tokio::test(start_paused = true)]
async fn what_has_changed_since_is_named_and_nothing_begun() {
    let stage = Stage::small();
    let path = planned(&stage, "").await;
    let rds = rds(&stage.sandbox).await;
    let change = rds.modify_db_instance().db_instance_identifier("orders").apply_immediately(true);
    change.copy_tags_to_snapshot(false).deletion_protection(false).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    let heard = carried_out(&stage, &path, "").await;
    assert_heard!("changed_since", heard);
    assert_eq!(heard.code, 3);
    assert!(stage.state_file("orders").is_none(), "nothing is begun");
    let heard = carried_out(&stage, &path, "--output json").await;
    assert!(heard.stdout.contains("CopyTagsToSnapshot was yes, is no"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn the_key_is_the_one_that_was_approved() {
    // The alias leads to another key than it did when the plan was made.
    let (then, stage) = (Stage::small(), Stage::small());
    for (stage, keys) in [(&then, 1), (&stage, 2)] {
        let kms = kms(&stage.sandbox).await;
        let mut id = String::new();
        for _ in 0..keys {
            id = kms.create_key().send().await.unwrap().key_metadata.unwrap().key_id;
        }
        kms.create_alias().alias_name("alias/mine").target_key_id(id).send().await.unwrap();
    }
    let path = planned(&then, "--kms-key alias/mine").await;
    let heard = carried_out(&stage, &path, "").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("the key was arn:aws:kms:"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_no_plan_or_not_for_here_is_refused() {
    let stage = Stage::small();
    let path = planned(&stage, "").await;
    let text = fs::read_to_string(&path).unwrap();
    let other = |name: &str, text: &str| {
        let path = stage.folder().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let table = [
        ("edited", other("edited", &text.replace("db.m5.large", "db.m5.xlarge")), "", "was edited after it was made"),
        ("newer", other("newer", &text.replace("\"format\": 1", "\"format\": 2")), "", "its format is 2"),
        ("other", other("other", "{}"), "", "is no plan"),
        ("no JSON", other("none", "orders"), "", "is no plan"),
        ("missing", stage.folder().join("nowhere"), "", "nowhere"),
        ("account", other("account", &text.replace("\"account\": \"0", "\"account\": \"1")), "", "the plan is for"),
        ("Region", path.clone(), "--region us-east-1", "the plan is for eu-west-2"),
        ("generation", other("later", &text.replace("\"generation\": 1", "\"generation\": 2")), "", "generation 2 was"),
    ];
    for (case, path, flags, words) in table {
        let heard = carried_out(&stage, &path, flags).await;
        assert_eq!(heard.code, 3, "{case}: {heard}");
        assert!(heard.stderr.contains(words) && !heard.stderr.contains("Begin?"), "{case}: {heard}");
        assert!(stage.state_file("orders").is_none(), "{case}: nothing is begun");
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_carried_out_is_not_written() {
    let stage = Stage::new();
    let path = stage.folder().join("plan");
    for (words, code) in [("reports", 3), ("ledger", 0), ("orders --kms-key alias/aws/rds", 3)] {
        let heard = stage.run(&format!("plan {words} --sandbox --out {}", path.display())).await;
        assert_eq!(heard.code, code, "{words}: {heard}");
        assert!(heard.stderr.contains("wasn't written"), "{words}: {heard}");
        assert!(!path.exists(), "{words}");
    }
}

/// A migration that was begun by other words isn't taken for the approved one.
#[tokio::test(start_paused = true)]
async fn another_plan_of_the_same_database_is_not_this_one() {
    let stage = Stage::small();
    let path = planned(&stage, "").await;
    let rds = rds(&stage.sandbox).await;
    let change = rds.modify_db_instance().db_instance_identifier("orders").apply_immediately(true);
    change.copy_tags_to_snapshot(false).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    assert_eq!(stage.run("migrate orders --sandbox").await.code, 0);
    let heard = carried_out(&stage, &path, "").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("by another plan exists already"), "{heard}");
}
