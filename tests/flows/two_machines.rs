//! Two machines migrate one database: the names collide, one of them keeps out, and nothing is made twice.

use std::time::Duration;

use rds_encrypt::sandbox::How;
use tokio::time::Instant;

use crate::{
    end::{MIGRATE, assert_same_end, journal, uninterrupted},
    stage::{Stage, assert_heard},
};

/// Each would hang on its first mutating call: a run that ends by itself has sent none.
fn trap(stage: &Stage) {
    for operation in [
        "CreateDBSnapshot",
        "CopyDBSnapshot",
        "RestoreDBInstanceFromDBSnapshot",
        "ModifyDBInstance",
        "RebootDBInstance",
        "AddTagsToResource",
    ] {
        stage.order(operation, 0, 1000, How::Stall { milliseconds: 1_000_000_000 });
    }
}

/// At any time after the first has made something, the second sees it, exits 6 and asks for nothing.
#[tokio::test(start_paused = true)]
async fn the_second_keeps_out_whenever_it_comes() {
    let begun = Instant::now();
    let (_, expected) = uninterrupted().await;
    let whole = begun.elapsed();
    for part in 1..6 {
        let here = Stage::small();
        let elsewhere = here.elsewhere();
        let after = whole.mul_f64(f64::from(part) / 6.0);
        let case = format!("after {after:?}");
        assert_eq!(here.kill_after(MIGRATE, after).await, None, "{case}");
        assert_ne!(journal(&here, "orders").len(), 0, "{case}: something was made");

        trap(&here);
        let second = tokio::time::timeout(Duration::from_secs(100_000), elsewhere.run(MIGRATE)).await;
        here.sandbox.behave();
        let second = second.unwrap_or_else(|_| panic!("{case}: the second sent a call"));
        assert_eq!(second.code, 6, "{case}: {second}");
        assert!(elsewhere.state_file("orders").is_none(), "{case}: nothing is begun there");

        let first = here.run("resume orders --sandbox").await;
        assert_eq!(first.code, 0, "{case}: {first}");
        assert_same_end(&here, &expected, &case).await;
    }
}

/// Both look before either asks: the loser's only call is the create that AWS refused.
#[tokio::test(start_paused = true)]
async fn both_look_before_either_asks() {
    let (_, expected) = uninterrupted().await;
    let here = Stage::small();
    let elsewhere = here.elsewhere();
    let (one, other) = tokio::join!(here.run(MIGRATE), elsewhere.run(MIGRATE));
    let mut codes = [one.code, other.code];
    codes.sort_unstable();
    assert_eq!(codes, [0, 6], "{one}\n{other}");
    let (winner, loser) = if one.code == 0 { (&here, &elsewhere) } else { (&elsewhere, &here) };
    assert_same_end(winner, &expected, "both at once").await;
    let asked = if loser.state_file("orders").is_some() { journal(loser, "orders") } else { Vec::new() };
    assert!(asked.iter().all(|call| call == "CreateDBSnapshot refused"), "{asked:?}");
    assert!(asked.len() <= 1, "{asked:?}");
    let heard = if one.code == 0 { other } else { one };
    let from = heard.stderr.find("[ 0:00:00]").unwrap_or_default();
    let stderr = heard.stderr[from..].to_owned();
    assert_heard!("loser", crate::stage::Heard { stderr, ..heard }.unbroken());
}
