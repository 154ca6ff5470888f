//! Scans, tunnels, and the way to a database.

use std::collections::BTreeMap;

use rds_encrypt::{
    engine::Interrupter,
    policy::{Command, With},
    sandbox::{Act, Options},
};
use serde_json::json;

use super::Runs;
use crate::{
    end::iam,
    setups::bare,
    stage::Stage,
    tunnelling::{echoed, echoing},
};

#[tokio::test(start_paused = true)]
async fn scans() {
    let mut runs = Runs::default();
    let row = json!({
        "DBInstanceIdentifier": "theirs", "DBInstanceClass": "db.m5.large", "Engine": "postgres", "EngineVersion": "15.7",
        "DBInstanceStatus": "available", "AllocatedStorage": 5, "StorageType": "gp2", "StorageEncrypted": false,
        "DBInstanceArn": "arn:aws:rds:eu-west-2:111122223333:db:theirs",
    });
    let accounts = BTreeMap::from([("111122223333".to_owned(), json!({"DBInstances": [row]}))]);
    let stage = Stage::with(Options { accounts, ..Options::default() });
    for (with, words) in [
        (&[][..], "scan --sandbox"),
        (&[With::Snapshots], "scan --sandbox --all --snapshots"),
        (&[With::AllRegions], "scan --sandbox --all-regions"),
        (&[With::AssumeRole], "scan --sandbox --assume-role arn:aws:iam::111122223333:role/audit"),
    ] {
        let heard = runs.run(&stage, Command::Scan, with, words).await;
        assert_eq!(heard.code, 0, "{words}: {heard}");
    }
    runs.assert(&[Command::Scan]);
}

#[tokio::test]
async fn tunnels() {
    let mut runs = Runs::default();
    let stage = Stage::new();
    echoing(&stage).await;
    for words in ["tunnel orders --sandbox", "tunnel orders --sandbox --bastion i-0a7c3e91d5b2f8460"] {
        let heard = echoed(&stage, words).await;
        assert_eq!(heard.code, 0, "{words}: {heard}");
        runs.count(&stage, Command::Tunnel, &[], words);
    }
    runs.run(&stage, Command::Tunnel, &[With::Cluster], "tunnel cluster:shop --sandbox --print-command").await;
    runs.run(&stage, Command::Tunnel, &[With::Secret], "tunnel orders --sandbox --secret kept -- true").await;
    runs.run(&stage, Command::Tunnel, &[With::IamAuth], "tunnel orders --sandbox --iam-auth -- true").await;
    // What comes back after the connection is lost.
    let (interrupter, interrupt) = Interrupter::new();
    let run = stage.command("tunnel orders --sandbox").interrupted_by(interrupt).run();
    let stop = async {
        let asked = |name: &str| stage.sandbox.calls().contains_key(name);
        while !asked("StartSession") {
            tokio::task::yield_now().await;
        }
        while !asked("ResumeSession") {
            stage.sandbox.sessions().act(&Act::Cut, None);
            tokio::task::yield_now().await;
        }
        interrupter.interrupt();
    };
    tokio::join!(run, stop);
    runs.count(&stage, Command::Tunnel, &[], "a tunnel that resumes");
    runs.assert(&[Command::Tunnel]);
}

/// Somebody gives the bastion's role a policy of its own, or takes it back.
async fn own(stage: &Stage, given: bool) {
    let iam = iam(&stage.sandbox).await;
    let profiles = iam.list_instance_profiles().send().await.unwrap().instance_profiles;
    let own = profiles.into_iter().find(|profile| profile.instance_profile_name.starts_with("rds-encrypt-")).unwrap();
    let role = own.instance_profile_name;
    let nothing = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    if given {
        iam.put_role_policy().role_name(role).policy_name("own").policy_document(nothing).send().await.unwrap();
    } else {
        iam.delete_role_policy().role_name(role).policy_name("own").send().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn ways_to_databases() {
    let mut runs = Runs::default();
    for (with, more, code) in [
        (&[With::Iam][..], "", 7),
        (&[With::Iam, With::Subnets], "--subnet-cidr 10.60.8.0/24 --subnet-cidr 10.60.9.0/24", 7),
        (&[With::Iam, With::Logs], "--session-log-group /sessions", 0),
    ] {
        let stage = bare().await;
        let audited = runs.run(&stage, Command::AccessAudit, &[], "access audit bare --sandbox").await;
        assert_eq!(audited.code, 7, "{audited}");
        let made = runs.run(&stage, Command::AccessSetup, with, &format!("access setup bare --sandbox {more}")).await;
        assert_eq!(made.code, code, "{made}");
        own(&stage, true).await;
        runs.run(&stage, Command::AccessAudit, &[], "access audit bare --sandbox").await;
        let again = runs.run(&stage, Command::AccessSetup, with, &format!("access setup bare --sandbox {more}")).await;
        assert_eq!(again.code, code, "{again}");
        own(&stage, false).await;
        let removed = runs.run(&stage, Command::AccessTeardown, with, "access teardown bare --sandbox").await;
        assert_eq!(removed.code, 0, "{removed}");
    }
    let stage = Stage::new();
    runs.run(&stage, Command::AccessAudit, &[], "access audit orders --sandbox").await;
    runs.run(&stage, Command::AccessSetup, &[With::Iam], "access setup orders --sandbox").await;
    runs.run(&stage, Command::AccessTeardown, &[With::Iam], "access teardown orders --sandbox").await;
    runs.assert(&[Command::AccessAudit, Command::AccessSetup, Command::AccessTeardown]);
}
