//! Where migrations stand: `status`, and `resume` where it isn't clear which is meant.

use std::{fs, time::Duration};

use crate::{
    end::MIGRATE,
    stage::{Stage, assert_heard},
};

/// Two migrations were killed on their way, a third is finished.
async fn three_migrations() -> Stage {
    let row = |name: &str| serde_json::json!({"DBInstanceIdentifier": name});
    let stage =
        Stage::of(&[row("orders"), row("billing"), row("the-longest-name-of-a-database-that-anybody-would-give")]);
    stage.kill_after(MIGRATE, Duration::from_millis(900)).await;
    let longest = "migrate the-longest-name-of-a-database-that-anybody-would-give --sandbox";
    stage.kill_after(longest, Duration::from_millis(2500)).await;
    assert_eq!(stage.run("migrate billing --sandbox").await.code, 0);
    stage
}

#[tokio::test(start_paused = true)]
async fn a_list_and_each_in_detail() {
    let stage = three_migrations().await;
    assert_heard!("list", stage.run("status --sandbox").await);
    assert_heard!("interrupted", stage.run("status orders --sandbox").await);
    assert_heard!("finished", stage.run("status billing --sandbox").await);
    assert_heard!("unknown", stage.run("status shop --sandbox").await);
}

#[tokio::test(start_paused = true)]
async fn resume_asks_which_one() {
    let stage = three_migrations().await;
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("which", heard);
    assert_eq!(heard.code, 2);
    assert_eq!(stage.run("resume orders --sandbox").await.code, 0);
    assert_eq!(stage.run("resume --sandbox").await.code, 0, "only one is left");
    assert_heard!("nothing_left", stage.run("resume --sandbox").await);
    assert_heard!("never_begun", stage.run("resume shop --sandbox").await);
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_the_sandbox_is_named_outside() {
    let stage = three_migrations().await;
    for command in ["status", "resume", "resume orders", "status orders"] {
        let heard = stage.run(command).await;
        assert_heard!(format!("outside_{}", command.replace(' ', "_")), heard);
    }
    assert_heard!("nothing_anywhere", Stage::small().run("status").await);
}

/// A file that can't be used is shown, and left as it is, whatever is run.
#[tokio::test(start_paused = true)]
async fn a_broken_file_is_shown_and_left() {
    for (name, broken) in [
        ("broken", "{\"format\": 1, \"summary\"".to_owned()),
        ("newer", "{\"format\": 99}".to_owned()),
        ("edited", String::new()),
    ] {
        let stage = three_migrations().await;
        let path = stage.state_file("orders").unwrap();
        let broken = if name == "edited" {
            fs::read_to_string(&path).unwrap().replace("\"db.m5.large\"", "\"db.m5.xlarge\"")
        } else {
            broken
        };
        fs::write(&path, &broken).unwrap();
        for (command, code) in [
            ("status --sandbox", 0),
            ("status orders --sandbox", 4),
            ("resume orders --sandbox", 4),
            ("resume --sandbox", 2),
            (MIGRATE, 4),
        ] {
            let heard = stage.run(command).await;
            assert_heard!(format!("{name}_{}", command.trim_end_matches(" --sandbox").replace(' ', "_")), heard);
            assert_eq!(heard.code, code, "{name}: {command}");
            assert_eq!(fs::read_to_string(&path).unwrap(), broken, "{name}: {command}");
        }
    }
}

/// Somebody else is at it.
#[tokio::test(start_paused = true)]
async fn a_second_run_is_told_who_is_at_it() {
    let stage = Stage::small();
    let second = async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        for (name, command, code) in [
            ("held_status", "status --sandbox", 0),
            ("held_status_orders", "status orders --sandbox", 0),
            ("held_resume", "resume --sandbox", 6),
            ("held_migrate", MIGRATE, 6),
        ] {
            let heard = stage.run(command).await;
            assert_heard!(name, heard);
            assert_eq!(heard.code, code, "{name}");
        }
    };
    let (first, ()) = tokio::join!(stage.run(MIGRATE), second);
    assert_eq!(first.code, 0, "{first}");
}

/// The same database again, otherwise.
#[tokio::test(start_paused = true)]
async fn another_key_or_target_is_another_migration() {
    let stage = Stage::small();
    stage.kill_after(MIGRATE, Duration::from_millis(900)).await;
    for (name, words) in [
        ("other_key", "migrate orders --sandbox --kms-key alias/payments"),
        ("other_target", "migrate orders --sandbox --target elsewhere"),
    ] {
        let heard = stage.run(words).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, 3, "{name}");
    }
    let same = "migrate orders --sandbox --kms-key b7ad5674-77c8-4756-bab9-a542b2be04f7";
    assert_eq!(stage.run(same).await.code, 0, "the same key by another name");
}
