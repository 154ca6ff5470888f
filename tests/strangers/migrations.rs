//! A migration from end to end with moto in AWS's place.

use std::fs;

use super::{
    moto::{Engine, MYSQL, Moto, POSTGRES, window_half_a_week_away},
    outcome::Made,
    program::Program,
};

/// Letters, digits and every sign that AWS allows in a tag.
const ODD_TAG: &str = "Key=odd +-=._:/@ näme,Value=va lue+-=._:/@é";

/// A source that differs from moto's defaults wherever it can.
///
/// All instances of moto have the maintenance window wed:06:38-wed:07:08, and the program rightly hesitates
/// inside a window, so this one is far from both.
fn make_source(moto: &Moto, engine: &Engine) -> serde_json::Value {
    let group = format!("{}-settings", engine.name);
    moto.aws.ask(&[
        "rds",
        "create-db-parameter-group",
        "--db-parameter-group-name",
        &group,
        "--db-parameter-group-family",
        engine.family,
        "--description",
        "a group of one's own",
    ]);
    moto.make_instance(
        "orders",
        engine,
        &[
            "--backup-retention-period",
            "5",
            "--preferred-backup-window",
            "01:10-01:40",
            "--preferred-maintenance-window",
            &window_half_a_week_away(),
            "--db-parameter-group-name",
            &group,
            "--copy-tags-to-snapshot",
            "--deletion-protection",
            "--no-auto-minor-version-upgrade",
            "--tags",
            "Key=team,Value=payments",
            "Key=empty,Value=",
            ODD_TAG,
        ],
    )
}

fn migrates(engine: &Engine, key_by_alias: bool, target: Option<&str>) {
    let Some(moto) = Moto::start() else { return };
    let key_arn = moto.aws.make_key("alias/payments");
    let source = make_source(&moto, engine);
    let program = Program::new(&moto.url);
    let key = if key_by_alias { "alias/payments" } else { &key_arn };
    let more: Vec<&str> = target.iter().flat_map(|name| ["--target", name]).collect();

    program.migrate("orders", key, &more).expect(0);
    let made = Made::find(&moto.aws, &source);
    made.assert_right(&moto.aws, &source, &key_arn, target);
    program.assert_state_is_private();
    assert_eq!(program.state_files().len(), 1);
    program.status("orders").expect(0);

    program.migrate("orders", key, &more).expect(0);
    assert_eq!(Made::find(&moto.aws, &source), made, "a second run makes nothing");
    assert_eq!(moto.aws.instance("orders"), source, "nor touches the source");
}

/// The state file is lost and made again from what moto shows; the plain snapshot goes, then all of it; a new
/// migration takes names of its own.
#[test]
fn what_was_made_is_found_again_and_removed() {
    let Some(moto) = Moto::start() else { return };
    let key_arn = moto.aws.make_key("alias/payments");
    let source = make_source(&moto, &POSTGRES);
    let program = Program::new(&moto.url);
    program.migrate("orders", "alias/payments", &[]).expect(0);
    let made = Made::find(&moto.aws, &source);
    for file in program.state_files() {
        fs::remove_file(file).expect("lost");
    }
    program.run(&["resume", "orders"]).expect(0);
    assert_eq!(Made::find(&moto.aws, &source), made, "nothing is made twice");

    program.run(&["cleanup", "orders", "--snapshots"]).expect(3);
    program.run(&["cleanup", "orders", "--snapshots", "--confirm", "orders"]).expect(0);
    let left = moto.aws.manual_snapshots();
    assert_eq!(left.iter().map(|it| &it["Encrypted"]).collect::<Vec<_>>(), [true], "the copy stays");
    program.run(&["cleanup", "orders", "--abandon", "--confirm", "orders"]).expect(0);
    assert_eq!(moto.aws.manual_snapshots(), Vec::<serde_json::Value>::new());
    assert_eq!(moto.aws.instances(), std::slice::from_ref(&source), "the source is as it was");

    program.migrate("orders", "alias/payments", &[]).expect(0);
    let again = Made::find(&moto.aws, &source).target;
    assert!(again["DBInstanceIdentifier"].as_str().is_some_and(|name| name.ends_with("-g2")), "{again}");
    assert_eq!(again["KmsKeyId"], key_arn);
}

#[test]
fn postgres_becomes_encrypted_and_stays_itself() {
    migrates(&POSTGRES, true, None);
}

#[test]
fn mysql_becomes_encrypted_under_a_name_of_choice() {
    migrates(&MYSQL, false, Some("orders-encrypted"));
}
