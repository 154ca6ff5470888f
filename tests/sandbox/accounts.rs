//! Accounts: their worlds, Regions, rates and quotas, what others do to them, and when anything changes.

use std::collections::BTreeMap;

use rds_encrypt::sandbox::{Calls, How, Options, Others, Sandbox, Store, Switches};
use serde_json::{Value, json};

use crate::help::{Cloud, assumed, cloud, code, in_region, with};

const THEIRS: &str = "arn:aws:iam::111122223333:role/team/batch";

fn row(name: &str, arn: &str) -> Value {
    json!({
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.m5.large", "Engine": "postgres", "EngineVersion": "15.7",
        "DBInstanceStatus": "available", "AllocatedStorage": 5, "StorageType": "gp2", "StorageEncrypted": false,
        "DBInstanceArn": format!("{arn}:db:{name}")})
}

async fn names(cloud: &Cloud) -> Vec<String> {
    let rows = cloud.rds.describe_db_instances().send().await.unwrap().db_instances.unwrap_or_default();
    rows.into_iter().filter_map(|row| row.db_instance_identifier).collect()
}

#[tokio::test(start_paused = true)]
async fn an_assumed_role_leads_to_a_world_of_its_own() {
    let arn = "arn:aws:rds:eu-west-2:111122223333";
    let accounts = BTreeMap::from([("111122223333".to_owned(), json!({"DBInstances": [row("orders", arn)]}))]);
    let home = with(Options { accounts, ..Options::default() }).await;
    let theirs = assumed(&home, THEIRS).await;

    let who = theirs.sts.get_caller_identity().send().await.unwrap();
    assert_eq!(who.account(), Some("111122223333"));
    assert_eq!(who.arn(), Some("arn:aws:sts::111122223333:assumed-role/batch/batch"));
    assert_eq!(theirs.instance("orders").await.db_instance_arn.unwrap(), format!("{arn}:db:orders"));
    assert_eq!(theirs.take("orders", "a").await, "accepted");
    let snapshot = theirs.snapshot("a").await.db_snapshot_arn.unwrap();
    assert_eq!(snapshot, format!("{arn}:snapshot:a"));
    theirs.ready("a").await;
    assert_eq!(theirs.snapshot(&snapshot).await.status(), Some("available"));
    // Refusals and KMS, which speaks JSON, know the account too.
    let key = theirs.kms.create_key().send().await.unwrap().key_metadata.unwrap();
    assert!(key.arn().unwrap().starts_with("arn:aws:kms:eu-west-2:111122223333:key/"));
    assert!(theirs.kms.describe_key().key_id(key.arn().unwrap()).send().await.is_ok());
    // Neither sees anything of the other's.
    assert_eq!(code(home.rds.describe_db_snapshots().db_snapshot_identifier("a").send().await), "DBSnapshotNotFound");
    assert_eq!(
        code(home.rds.describe_db_snapshots().db_snapshot_identifier(snapshot).send().await),
        "DBSnapshotNotFound"
    );
    assert!(home.kms.describe_key().key_id(key.arn().unwrap()).send().await.is_err());

    // From there to a third account, and back.
    let third = assumed(&theirs, "arn:aws:iam::444455556666:role/other").await;
    assert_eq!(third.sts.get_caller_identity().send().await.unwrap().account(), Some("444455556666"));
    assert_eq!(names(&third).await, Vec::<String>::new());
    let back = assumed(&third, "arn:aws:iam::000000000000:role/home").await;
    assert_eq!(names(&back).await, names(&home).await);

    for (role, session) in
        [("arn:aws:iam::1:role/a", "me"), ("arn:aws:iam::111122223333:user/a", "me"), (THEIRS, "a b")]
    {
        let assumed = home.sts.assume_role().role_arn(role).role_session_name(session).send().await;
        assert_eq!(code(assumed), "ValidationError", "{role} {session}");
    }
    home.order("AssumeRole", How::Deny);
    assert_eq!(code(home.sts.assume_role().role_arn(THEIRS).role_session_name("me").send().await), "AccessDenied");
}

#[tokio::test(start_paused = true)]
async fn other_accounts_are_kept_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { store: Store::File(folder.path().join("world.json")), ..Options::default() };
    let theirs = assumed(&with(options.clone()).await, THEIRS).await;
    let create = theirs.rds.create_db_instance().db_instance_identifier("a").db_instance_class("db.m5.large");
    let create = create.engine("postgres").allocated_storage(20).master_username("me").master_user_password("12345678");
    create.send().await.unwrap();
    assert_eq!(names(&assumed(&with(options).await, THEIRS).await).await, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn regions_are_listed_by_whether_they_can_be_used() {
    let switches = Switches { opted_in: ["af-south-1".to_owned()].into(), ..Switches::default() };
    let cloud = with(Options { switches, ..Options::default() }).await;
    let listed = async |all: bool| {
        let answer = cloud.ec2.describe_regions().all_regions(all).send().await.unwrap();
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for region in answer.regions() {
            *count.entry(region.opt_in_status().unwrap().to_owned()).or_default() += 1;
        }
        count.into_iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>()
    };
    assert_eq!(listed(false).await, ["opt-in-not-required 17", "opted-in 1"]);
    assert_eq!(listed(true).await, ["not-opted-in 16", "opt-in-not-required 17", "opted-in 1"]);
    let named = cloud.ec2.describe_regions().region_names("me-south-1").send().await.unwrap();
    assert_eq!(named.regions()[0].endpoint(), Some("ec2.me-south-1.amazonaws.com"));
    assert_eq!(code(cloud.ec2.describe_regions().region_names("eu-nowhere-1").send().await), "InvalidParameterValue");
    // Another Region is there, and empty.
    assert_eq!(names(&in_region(&cloud, "sa-east-1").await).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn rows_of_several_regions_come_from_a_folder_of_files() {
    let folder = tempfile::tempdir().unwrap();
    for region in ["us-east-1", "eu-west-2"] {
        let row = row("same", &format!("arn:aws:rds:{region}:111122223333"));
        std::fs::write(folder.path().join(format!("{region}.json")), json!({"DBInstances": [row]}).to_string())
            .unwrap();
    }
    std::fs::write(folder.path().join("notes.txt"), "not a row").unwrap();
    let home = with(Options { seed: Some(folder.path().to_owned()), ..Options::default() }).await;
    for region in ["us-east-1", "eu-west-2"] {
        let arn = in_region(&home, region).await.instance("same").await.db_instance_arn.unwrap();
        assert_eq!(arn, format!("arn:aws:rds:{region}:111122223333:db:same"));
    }
    let bad = Sandbox::open(Options { rows: Some(json!({"DBInstances": [7]})), ..Options::default() }).unwrap_err();
    assert!(
        bad.to_string().contains("has no DBInstanceIdentifier") || bad.to_string().contains("no structure"),
        "{bad}"
    );
    let accounts = BTreeMap::from([("12".to_owned(), json!({"DBInstances": []}))]);
    let bad = Sandbox::open(Options { accounts, ..Options::default() }).unwrap_err();
    assert!(bad.to_string().contains("12 isn't the number of another account"), "{bad}");
}

#[tokio::test(start_paused = true)]
async fn what_the_catalogue_lacks_is_migrated_all_the_same() {
    let mut strange = row("strange", "arn:aws:rds:eu-west-2:111122223333");
    strange["DBInstanceClass"] = json!("db.x9z.large");
    strange["EngineVersion"] = json!("18.3");
    strange["OptionGroupMemberships"] = json!([{"OptionGroupName": "default:postgres-18", "Status": "in-sync"}]);
    let cloud = with(Options { rows: Some(json!({"DBInstances": [strange]})), ..Options::default() }).await;
    cloud.taken("strange", "a").await;
    cloud.copied("a", "b").await;
    let restore = cloud.restore("b", "new").db_instance_class("db.x9z.large").option_group_name("default:postgres-18");
    assert_eq!(code(restore.db_parameter_group_name("default.postgres18").send().await), "accepted");
    cloud.until("new", "available").await;
    let listed =
        cloud.rds.describe_db_engine_versions().engine("postgres").engine_version("18.3").send().await.unwrap();
    assert_eq!(listed.db_engine_versions()[0].status(), Some("available"));
    assert_eq!(
        code(cloud.restore("b", "other").db_instance_class("db.x9z.huge").send().await),
        "InvalidParameterValue"
    );
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_and_limited_in_world_time() {
    let switches = Switches { requests_per_second: Some(2.0), ..Switches::default() };
    let cloud = with(Options { speed: 1.0, switches, ..Options::default() }).await;
    let look = async || code(cloud.rds.describe_db_instances().send().await);
    let second = || tokio::time::sleep(std::time::Duration::from_secs(1));
    let mut codes = Vec::new();
    for _ in 0..2 {
        codes.extend([look().await, look().await, look().await]);
        second().await;
    }
    assert_eq!(codes, ["accepted", "accepted", "Throttling", "accepted", "accepted", "Throttling"]);
    // Nobody saves requests up for longer than a second, and each Region and account has its own.
    second().await;
    second().await;
    assert_eq!([look().await, look().await, look().await], ["accepted", "accepted", "Throttling"]);
    assert_eq!(names(&in_region(&cloud, "us-east-1").await).await, Vec::<String>::new());
    assert_eq!(names(&assumed(&cloud, THEIRS).await).await, Vec::<String>::new());
    second().await;
    assert_eq!(cloud.take("nobody", "a").await, "DBInstanceNotFound");
    let calls = cloud.sandbox.calls();
    assert_eq!(calls["DescribeDBInstances"], Calls { answered: 8, refused: 0, throttled: 3 });
    assert_eq!(calls["CreateDBSnapshot"], Calls { answered: 0, refused: 1, throttled: 0 });
    cloud.sandbox.forget_calls();
    cloud.order("DescribeDBInstances", How::Throttle);
    look().await;
    assert_eq!(
        cloud.sandbox.calls(),
        [("DescribeDBInstances".to_owned(), Calls { throttled: 1, ..Calls::default() })].into()
    );
}

#[tokio::test(start_paused = true)]
async fn others_use_up_quota_and_give_it_back() {
    let cloud = cloud().await;
    let hours = |hours: i64| cloud.sandbox.now().map(|now| now + jiff::SignedDuration::from_hours(hours)).unwrap();
    let others = Others { at: hours(1), region: None, snapshots: 500, instances: 500, gives_back: Some(hours(3)) };
    cloud.sandbox.others_act(&others).unwrap();
    assert_eq!(cloud.sandbox.next_change().unwrap(), Some(hours(1)));
    let restore = async || code(cloud.restore("orders-before-upgrade-to-15", "new").send().await);
    let used = async || {
        let quotas = cloud.rds.describe_account_attributes().send().await.unwrap().account_quotas.unwrap();
        let of = |name: &str| quotas.iter().find(|quota| quota.account_quota_name() == Some(name)).cloned().unwrap();
        (of("ManualSnapshots").used.unwrap(), of("DBInstances").used.unwrap())
    };
    let before = used().await;
    cloud.minutes(61).await;
    assert_eq!(used().await, (100, 40));
    assert_eq!(cloud.take("orders", "a").await, "SnapshotQuotaExceeded");
    assert_eq!(restore().await, "InstanceQuotaExceeded");
    assert!(names(&cloud).await.iter().any(|name| name.starts_with("others-")));
    cloud.minutes(120).await;
    assert_eq!(used().await, before);
    assert_eq!(cloud.take("orders", "a").await, "accepted");
    assert_eq!(restore().await, "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_to_the_next_change_misses_no_status() {
    let by_minutes = cloud().await;
    assert_eq!(by_minutes.take("orders", "a").await, "accepted");
    let polled = by_minutes.until("orders", "available").await;
    // Begun only now: both worlds are moved by the one clock.
    let jumping = cloud().await;
    assert_eq!(jumping.take("orders", "a").await, "accepted");
    let mut seen = Vec::new();
    let mut jumps = 0;
    while let Some(at) = jumping.sandbox.next_change().unwrap() {
        let now = jumping.sandbox.now().unwrap();
        assert!(at > now, "{at} isn't after {now}");
        seen.push(jumping.instance("orders").await.db_instance_status.unwrap());
        if seen.last().is_some_and(|word| word == "available") {
            break;
        }
        tokio::time::sleep(jumping.sandbox.real_time_until(at).unwrap()).await;
        jumps += 1;
    }
    assert_eq!((seen, jumps), (polled, 1));
    assert_eq!(jumping.snapshot("a").await.status(), Some("available"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_due_in_a_world_where_nothing_happens() {
    let rows = json!({"DBInstances": [row("still", "arn:aws:rds:eu-west-2:111122223333")]});
    let cloud = with(Options { rows: Some(rows), ..Options::default() }).await;
    assert_eq!(cloud.sandbox.next_change().unwrap(), None);
    // Each source of change is seen: a window, a volume, material of one's own, a stopped instance.
    let stop = cloud.rds.stop_db_instance().db_instance_identifier("still").send().await.unwrap();
    let halts = cloud.sandbox.next_change().unwrap().unwrap();
    tokio::time::sleep(cloud.sandbox.real_time_until(halts).unwrap()).await;
    let stopped = cloud.instance("still").await;
    assert_eq!(stop.db_instance.unwrap().db_instance_status(), Some("stopping"));
    assert_eq!(stopped.db_instance_status(), Some("stopped"));
    let restarts = cloud.sandbox.next_change().unwrap().unwrap();
    assert_eq!(stopped.automatic_restart_time.unwrap().secs(), restarts.as_second());
    assert_eq!(restarts.duration_since(halts).as_hours(), 7 * 24);
    for refused in [
        cloud.take("still", "a").await,
        code(cloud.modify("still").copy_tags_to_snapshot(true).send().await),
        code(cloud.rds.reboot_db_instance().db_instance_identifier("still").send().await),
        code(cloud.rds.stop_db_instance().db_instance_identifier("still").send().await),
    ] {
        assert_eq!(refused, "InvalidDBInstanceState");
    }
    tokio::time::sleep(cloud.sandbox.real_time_until(restarts).unwrap()).await;
    assert_eq!(cloud.instance("still").await.db_instance_status(), Some("starting"));
}
