//! `access setup` and `access teardown` on a bare VPC: what they make and take away, whatever is lost or killed on the way.

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use rds_encrypt::sandbox::{Calls, How, Options, Switches};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    end::{ec2, iam},
    stage::{Heard, Stage, assert_heard},
};

const SETUP: &str = "access setup bare --sandbox --subnet-cidr 10.60.8.0/24 --subnet-cidr 10.60.9.0/24 --session-log-group \
                     /sessions";
const TEARDOWN: &str = "access teardown bare --sandbox";

/// Its own group lets the whole VPC in, which isn't for a setup to change: that is mended first.
pub(crate) async fn bare() -> Stage {
    let stage = bare_as_found();
    let ec2 = ec2(&stage.sandbox).await;
    let group = "sg-0b7e24d9c61f853a0";
    let found = ec2.describe_security_groups().group_ids(group).send().await.unwrap().security_groups.unwrap();
    let rules = found[0].ip_permissions.clone();
    ec2.revoke_security_group_ingress().group_id(group).set_ip_permissions(rules).send().await.unwrap();
    stage
}

fn bare_as_found() -> Stage {
    let switches = Switches { bare_vpc: true, ..Switches::default() };
    Stage::with(Options { switches, ..Options::default() })
}

fn lines<T: Debug>(rows: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut all: Vec<String> = rows.into_iter().map(|row| format!("{row:?}")).collect();
    all.sort();
    all
}

/// All that a setup could have touched, row by row.
async fn things(stage: &Stage) -> Vec<Vec<String>> {
    let (ec2, iam) = (ec2(&stage.sandbox).await, iam(&stage.sandbox).await);
    let ssm = crate::end::ssm(&stage.sandbox).await;
    let own = aws_sdk_ssm::types::DocumentKeyValuesFilter::builder().key("Owner").values("Self").build();
    let live = |row: &aws_sdk_ec2::types::Instance| {
        row.state().and_then(|state| state.name()).is_none_or(|name| name.as_str() != "terminated")
    };
    let machines = ec2.describe_instances().send().await.unwrap().reservations.unwrap();
    let machines = machines.into_iter().flat_map(|reservation| reservation.instances.unwrap_or_default());
    vec![
        lines(ec2.describe_vpcs().send().await.unwrap().vpcs.unwrap()),
        lines(ec2.describe_subnets().send().await.unwrap().subnets.unwrap()),
        lines(ec2.describe_route_tables().send().await.unwrap().route_tables.unwrap()),
        lines(ec2.describe_network_acls().send().await.unwrap().network_acls.unwrap()),
        lines(ec2.describe_security_groups().send().await.unwrap().security_groups.unwrap()),
        lines(ec2.describe_vpc_endpoints().send().await.unwrap().vpc_endpoints.unwrap()),
        lines(machines.filter(live)),
        lines(ssm.list_documents().filters(own).send().await.unwrap().document_identifiers.unwrap_or_default()),
        lines(iam.list_instance_profiles().send().await.unwrap().instance_profiles),
        lines(
            crate::end::rds(&stage.sandbox)
                .await
                .describe_db_subnet_groups()
                .send()
                .await
                .unwrap()
                .db_subnet_groups
                .unwrap(),
        ),
    ]
}

/// How many there are of each.
async fn counts(stage: &Stage) -> Vec<usize> {
    things(stage).await.iter().map(Vec::len).collect()
}

/// The ids of checks that don't pass.
async fn failing(stage: &Stage) -> Vec<String> {
    let heard = stage.run("access audit bare --sandbox --output json").await;
    let report: Value = serde_json::from_str(&heard.stdout).unwrap_or_else(|error| panic!("{error}: {heard}"));
    let checks = report["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["verdict"] != "pass").map(|check| check["id"].as_str().unwrap().to_owned()).collect()
}

fn assert_green(failing: &[String], case: &str) {
    assert_eq!(failing, [""; 0], "{case}");
}

/// Logging is a preference of the whole account: where nobody asks a setup for it, it stays as it is.
#[tokio::test(start_paused = true)]
async fn nobody_is_logged_unasked() {
    let stage = bare().await;
    let made = stage.run("access setup bare --sandbox").await;
    assert_eq!(made.code, 7, "{made}");
    assert_eq!(failing(&stage).await, ["session-logging"]);
    // What somebody else has said by then is theirs.
    let ssm = crate::end::ssm(&stage.sandbox).await;
    let content = r#"{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"idleSessionTimeout":"30"}}"#;
    let theirs = ssm.create_document().name("SSM-SessionManagerRunShell").content(content);
    theirs.document_type(aws_sdk_ssm::types::DocumentType::Session).send().await.unwrap();
    assert_eq!(stage.run(TEARDOWN).await.code, 0);
    let refused = stage.run(SETUP).await;
    assert_eq!(refused.code, 3, "{refused}");
    assert!(refused.stderr.contains("not this setup's to change"), "{refused}");
}

/// A change that doesn't hold yet is somebody's, too.
#[tokio::test(start_paused = true)]
async fn preferences_that_somebody_has_changed_since_stay() {
    let stage = bare().await;
    assert_eq!(stage.run(SETUP).await.code, 0);
    let ssm = crate::end::ssm(&stage.sandbox).await;
    let made = ssm.get_document().name("SSM-SessionManagerRunShell").send().await.unwrap().content.unwrap();
    let changed = made.replace(r#""idleSessionTimeout":"20""#, r#""idleSessionTimeout":"60""#);
    assert_ne!(made, changed);
    let update = ssm.update_document().name("SSM-SessionManagerRunShell").document_version("$LATEST");
    update.content(&changed).send().await.unwrap();
    let removed = stage.run(TEARDOWN).await;
    assert_eq!(removed.code, 0, "{removed}");
    let newest = ssm.get_document().name("SSM-SessionManagerRunShell").document_version("$LATEST").send().await;
    assert_eq!(newest.unwrap().content.unwrap(), changed);
}

/// Of a setup that was cut, it is told what stands; asking changes nothing.
#[tokio::test(start_paused = true)]
async fn a_dry_run_changes_nothing_of_what_was_begun() {
    let stage = bare().await;
    stage.order("CreateRole", 0, 100, How::Deny);
    assert_eq!(stage.run(SETUP).await.code, 8);
    let (before, made) = (mutating(&stage), things(&stage).await);
    assert_heard!("setup_dry_begun", stage.run(&format!("{SETUP} --dry-run")).await);
    let told = stage.run(&format!("{SETUP} --dry-run --output json")).await.stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["standing"].as_array().map(Vec::len), told["recipe"]["parts"].as_array().map(Vec::len));
    assert_eq!((mutating(&stage), things(&stage).await), (before, made));
}

/// Two machines, or a state file that was lost: the second one says so, makes no twins, and removes the same things.
#[tokio::test(start_paused = true)]
async fn a_second_machine_takes_over_what_stands() {
    let stage = bare().await;
    let before = things(&stage).await;
    assert_eq!(stage.run(SETUP).await.code, 0);
    let made = counts(&stage).await;
    let elsewhere = stage.elsewhere();
    let again = elsewhere.run(SETUP).await;
    assert_eq!(again.code, 0, "{again}");
    assert!(again.stderr.contains("an earlier setup of bare has made"), "{again}");
    assert_eq!(counts(&stage).await, made);
    let removed = elsewhere.run(TEARDOWN).await;
    assert_eq!(removed.code, 0, "{removed}");
    assert_eq!(stage.run(TEARDOWN).await.code, 0);
    assert_eq!(things(&stage).await, before);
}

#[tokio::test(start_paused = true)]
async fn a_bare_network_is_set_up_and_left_as_it_was() {
    let stage = bare().await;
    assert!(failing(&stage).await.len() > 10);
    assert_heard!("setup_audit", stage.run("access audit bare --sandbox").await);
    assert_heard!("setup_dry", stage.run(&format!("{SETUP} --dry-run")).await);
    let before = things(&stage).await;
    let made = stage.run(SETUP).await;
    assert_green(&failing(&stage).await, "made");
    assert_heard!("setup_made", made);
    assert_heard!("setup_status", stage.run("status --sandbox").await);
    assert_eq!(stage.run("status bare --sandbox").await.stdout, stage.run("status --sandbox").await.stdout);
    let document = stage.run("status bare --sandbox --output json").await.stdout;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["setups"][0]["state"]["phase"], "made", "{document:#}");
    let again = stage.run(SETUP).await;
    assert!(again.stderr.contains("parts stand around bare"), "{again}");
    let removed = stage.run(TEARDOWN).await;
    assert_eq!(removed.code, 0, "{removed}");
    assert_heard!("setup_removed", removed);
    assert!(stage.run("status --sandbox").await.stdout.starts_with("No migrations"));
    assert_eq!(things(&stage).await, before);
    // And once more, under the same names.
    assert_eq!(stage.run(SETUP).await.code, 0);
    assert_green(&failing(&stage).await, "made again");
    assert_eq!(stage.run(TEARDOWN).await.code, 0);
    assert_eq!(things(&stage).await, before);
}

/// How often each mutating call was asked for.
fn mutating(stage: &Stage) -> BTreeMap<String, u32> {
    let reads = ["Describe", "Get", "List", "Simulate"];
    let calls = stage.sandbox.calls();
    let is_read = |name: &str| reads.iter().any(|read| name.starts_with(read)) || name == "AssumeRole";
    let asked = |calls: &Calls| u32::try_from(calls.answered + calls.refused).unwrap();
    calls.iter().filter(|(name, _)| !is_read(name)).map(|(name, calls)| (name.clone(), asked(calls))).collect()
}

/// Until AWS has acted on so many of these calls.
async fn until(stage: &Stage, name: &str, count: u32) {
    while mutating(stage).get(name).copied().unwrap_or_default() < count {
        sleep(Duration::from_millis(10)).await;
    }
}

async fn end_of(stage: &Stage, words: &str, case: &str) -> Heard {
    for _ in 0..3 {
        let heard = stage.run(words).await;
        if [0, 7].contains(&heard.code) {
            return heard;
        }
        // Only what a lost answer leaves open may ask for a person.
        assert_eq!(heard.code, 4, "{case}: {heard}");
    }
    panic!("{case}: it doesn't end");
}

/// Each call of both, the answer lost and the call lost: the same things are made, each once, and all go again.
#[tokio::test(start_paused = true)]
async fn lost_calls_and_answers_change_nothing() {
    let stage = bare().await;
    let before = things(&stage).await;
    stage.run(SETUP).await;
    let (made, expected) = (mutating(&stage), counts(&stage).await);
    stage.run(TEARDOWN).await;
    let all = mutating(&stage);
    assert!(all.values().sum::<u32>() > 40, "{all:?}");
    for how in [How::DropAnswer, How::DropRequest] {
        for (name, count) in &all {
            for nth in 0..*count {
                let case = format!("{how:?} at {name} {nth}");
                let stage = bare().await;
                stage.order(name, nth, 1, how.clone());
                end_of(&stage, SETUP, &case).await;
                if nth < made.get(name).copied().unwrap_or_default() {
                    assert_green(&failing(&stage).await, &case);
                    assert_eq!(counts(&stage).await, expected, "{case}");
                }
                end_of(&stage, TEARDOWN, &case).await;
                assert_eq!(things(&stage).await, before, "{case}");
            }
        }
    }
}

/// The process dies right after AWS has acted, at each call of both; the same command goes on.
#[tokio::test(start_paused = true)]
async fn a_killed_process_goes_on() {
    let stage = bare().await;
    let before = things(&stage).await;
    stage.run(SETUP).await;
    let (made, expected) = (mutating(&stage), counts(&stage).await);
    stage.run(TEARDOWN).await;
    for (name, count) in mutating(&stage) {
        for nth in 0..count {
            let case = format!("killed at {name} {nth}");
            let stage = bare().await;
            stage.order(&name, nth, 1, How::Stall { milliseconds: 100_000_000 });
            let words = if nth < made.get(&name).copied().unwrap_or_default() { SETUP } else { TEARDOWN };
            if words == TEARDOWN {
                stage.run(SETUP).await;
            }
            tokio::select! {
                heard = stage.run(words) => panic!("{case}: it didn't stall: {heard}"),
                () = until(&stage, &name, nth + 1) => {}
            }
            end_of(&stage, words, &case).await;
            if words == SETUP {
                assert_green(&failing(&stage).await, &case);
                assert_eq!(counts(&stage).await, expected, "{case}");
                end_of(&stage, TEARDOWN, &case).await;
            }
            assert_eq!(things(&stage).await, before, "{case}");
        }
    }
}

/// Without permission for one call it ends with the action's name, and what was made so far is removed by its own command.
#[tokio::test(start_paused = true)]
async fn no_permission_names_the_action() {
    for (operation, action) in [("CreateRole", "iam:CreateRole"), ("RunInstances", "RunInstances")] {
        let stage = bare().await;
        let before = things(&stage).await;
        stage.order(operation, 0, 100, How::Deny);
        let heard = stage.run(SETUP).await;
        assert_eq!(heard.code, 8, "{heard}");
        assert!(heard.stderr.contains(action), "{heard}");
        assert!(heard.stderr.contains("rds-encrypt access teardown bare"), "{heard}");
        assert_eq!(stage.run(TEARDOWN).await.code, 0);
        assert_eq!(things(&stage).await, before);
    }
}

/// Who removes the database first can still take away what was made around it.
#[tokio::test(start_paused = true)]
async fn a_database_that_is_gone_leaves_nothing_behind() {
    let stage = bare().await;
    stage.run("access setup bare --sandbox").await;
    let made = counts(&stage).await;
    let rds = crate::end::rds(&stage.sandbox).await;
    let delete = rds.delete_db_instance().db_instance_identifier("bare").skip_final_snapshot(true);
    delete.send().await.unwrap();
    sleep(Duration::from_mins(1)).await;
    let heard = stage.run(TEARDOWN).await;
    assert_eq!(heard.code, 0, "{heard}");
    let left = counts(&stage).await;
    assert!(left.iter().zip(&made).all(|(left, made)| left <= made) && left != made, "{left:?} of {made:?}");
    assert_eq!(stage.run(TEARDOWN).await.code, 3, "once is enough");
}

/// The name has moved to a copy, as after a migration: the setup is found by either name and by the identity.
#[tokio::test(start_paused = true)]
async fn a_name_that_has_moved_leads_to_the_setup_all_the_same() {
    for named in ["bare", "before", "db-"] {
        let stage = bare().await;
        let before = counts(&stage).await;
        stage.run(SETUP).await;
        let rds = crate::end::rds(&stage.sandbox).await;
        let row = rds.describe_db_instances().db_instance_identifier("bare").send().await.unwrap();
        let id = row.db_instances()[0].dbi_resource_id().unwrap().to_owned();
        rds.create_db_snapshot().db_instance_identifier("bare").db_snapshot_identifier("s").send().await.unwrap();
        sleep(Duration::from_hours(2)).await;
        let rename = rds.modify_db_instance().db_instance_identifier("bare").new_db_instance_identifier("before");
        rename.apply_immediately(true).send().await.unwrap();
        sleep(Duration::from_hours(1)).await;
        let restore = rds.restore_db_instance_from_db_snapshot().db_snapshot_identifier("s");
        restore.db_instance_identifier("bare").send().await.unwrap();
        sleep(Duration::from_hours(2)).await;
        let named = if named == "db-" { &id } else { named };
        let removed = stage.run(&format!("access teardown {named} --sandbox")).await;
        assert_eq!(removed.code, 0, "{removed}");
        assert_eq!(removed.stderr.contains("which was called bare then"), named == "bare", "{removed}");
        assert_eq!(counts(&stage).await, before, "{named}");
    }
}

/// Once is enough: what another machine has made since isn't this one's to remove.
#[tokio::test(start_paused = true)]
async fn a_setup_that_is_removed_is_not_removed_again() {
    let stage = bare().await;
    stage.run(SETUP).await;
    assert_eq!(stage.run(TEARDOWN).await.code, 0);
    let elsewhere = stage.elsewhere();
    elsewhere.run(SETUP).await;
    let made = things(&stage).await;
    let again = stage.run(TEARDOWN).await;
    assert_eq!(again.code, 3, "{again}");
    assert_eq!(things(&stage).await, made);
    assert_eq!(elsewhere.run(TEARDOWN).await.code, 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_meant_is_refused() {
    let stage = bare().await;
    for (words, code, said) in [
        ("access setup bare --sandbox --subnet-cidr 10.60.8.0/24", 2, "give --subnet-cidr twice"),
        ("access setup bare --sandbox --subnet-cidr 10.60.8.0/24 --subnet-cidr 10.60.8.0/25", 3, "overlaps"),
        ("access setup nowhere --sandbox", 3, "there is no DB instance nowhere"),
        ("access teardown bare --sandbox", 3, "no setup for bare is known here"),
        ("access teardown nowhere --sandbox", 3, "no setup for nowhere is known here"),
    ] {
        let heard = stage.run(words).await;
        assert_eq!(heard.code, code, "{words}: {heard}");
        assert!(heard.stderr.contains(said), "{words}: {heard}");
    }
}
