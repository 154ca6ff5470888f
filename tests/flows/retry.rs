//! `resume --retry`: after a failure of ours the next generation, with names of its own.

use std::time::Duration;

use rds_encrypt::sandbox::How;

use crate::{
    end::{MIGRATE, assert_same_end, end, journal, target_of, uninterrupted},
    stage::{Stage, assert_heard},
};

const RETRY: &str = "resume orders --retry --sandbox";

#[tokio::test(start_paused = true)]
async fn the_next_generation_has_names_of_its_own() {
    let (_, expected) = uninterrupted().await;
    for (action, status) in [
        ("CreateDBSnapshot", "failed"),
        ("CopyDBSnapshot", "failed"),
        ("RestoreDBInstanceFromDBSnapshot", "incompatible-network"),
        ("RestoreDBInstanceFromDBSnapshot", "insufficient-capacity"),
    ] {
        // Failures show after some minutes, when a small database's snapshot is long taken.
        let stage = if action == "CreateDBSnapshot" { Stage::new() } else { Stage::small() };
        stage.order(action, 0, 1, How::EndsAs { status: status.into() });
        assert_eq!(stage.run(MIGRATE).await.code, 4, "{action}");
        assert_eq!(stage.run("resume --sandbox").await.code, 4, "{action}: it stays failed");
        let asked = journal(&stage, "orders").len();
        let heard = stage.run(RETRY).await;
        assert_eq!(heard.code, 0, "{action}: {heard}");
        let content = stage.state("orders");
        let generations = content["generations"].as_array().unwrap();
        let targets: Vec<&str> = generations.iter().map(|it| it["target"].as_str().unwrap()).collect();
        assert!(
            matches!(targets.as_slice(), [one, two] if one.ends_with("-g1") && two.ends_with("-g2")),
            "{targets:?}"
        );
        let later = content["journal"].as_array().unwrap().iter().skip(asked);
        assert!(later.clone().count() > 0 && later.clone().all(|it| it["generation"] == 2), "{action}");
        if action != "CreateDBSnapshot" {
            assert_eq!(end(&stage, targets[1]).await.target, expected.target, "{action}");
        }
        let heard = stage.run("cleanup orders --abandon --sandbox").await;
        assert_eq!(heard.code, 0, "{action}: {heard}");
        let left = end(&stage, "orders").await;
        let ours = |name: &&String| targets.iter().any(|target| name.starts_with(target));
        assert_eq!(left.instances.iter().chain(&left.snapshots).find(ours), None, "{action}: both are removed");
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_not_failed_goes_on() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.kill_after(MIGRATE, Duration::from_secs(2)).await;
    assert_eq!(stage.run(RETRY).await.code, 0);
    assert!(target_of(&stage, "orders").ends_with("-g1"));
    assert_same_end(&stage, &expected, "nothing had failed").await;
}

#[tokio::test(start_paused = true)]
async fn one_retry_begins_one_generation() {
    let stage = Stage::small();
    stage.order("CopyDBSnapshot", 0, 2, How::EndsAs { status: "failed".into() });
    assert_eq!(stage.run(MIGRATE).await.code, 4);
    let heard = stage.run(RETRY).await;
    assert_heard!("failed_again", heard);
    assert_eq!(heard.code, 4);
    assert_eq!(stage.state("orders")["generations"].as_array().unwrap().len(), 2);
    assert_eq!(stage.run(RETRY).await.code, 0);
    assert_eq!(stage.state("orders")["generations"].as_array().unwrap().len(), 3);
}
