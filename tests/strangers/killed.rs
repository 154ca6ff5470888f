//! A batch of many that is killed again and again, as a process, while a sandbox goes on in real time.

use std::{net::SocketAddr, thread};

use fastrand::Rng;
use rds_encrypt::sandbox::{Options, Sandbox, Switches, serve};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Builder};

use super::{
    process::{REGION, pause},
    program::Program,
};

/// So many databases and kills, unless `BATCH_SIZE` and `BATCH_KILLS` say otherwise.
const SIZE: usize = 30;
const KILLS: usize = 8;
const SEED: u64 = 20_261_128;

/// AWS's seconds in one of ours.
const SPEED: &str = "3000";

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Databases that differ in name and size.
fn inventory(count: usize) -> Value {
    let rows: Vec<Value> = (0..count)
        .map(|number| {
            let name = format!("app-{number:04}");
            // A subnet has addresses for fifty of them and their copies.
            let group = number / 50;
            let zone = |letter: &str| {
                json!({"SubnetIdentifier": format!("subnet-0000000000000{letter}{group:03}"),
                    "SubnetAvailabilityZone": {"Name": format!("{REGION}{letter}")}})
            };
            json!({
                "DBInstanceIdentifier": name, "DBInstanceClass": "db.m5.large", "Engine": "postgres",
                "EngineVersion": "15.7", "DBInstanceStatus": "available", "MasterUsername": "keeper",
                "AllocatedStorage": 5 + number * 7 % 40, "InstanceCreateTime": "2019-06-12T12:40:58.216Z",
                "StorageType": "gp2", "StorageEncrypted": false, "LicenseModel": "postgresql-license", "MultiAZ": true,
                "PreferredBackupWindow": "02:00-02:30", "PreferredMaintenanceWindow": "sun:03:30-sun:04:00",
                "BackupRetentionPeriod": 7, "AutoMinorVersionUpgrade": true, "DeletionProtection": true,
                "CopyTagsToSnapshot": true, "PubliclyAccessible": false,
                "DbiResourceId": format!("db-ABCDEFGHIJKLMNOPQRST{number:04}"),
                "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-00000000000000001", "Status": "active"}],
                "DBSubnetGroup": {"DBSubnetGroupName": format!("private-{group}"), "VpcId": "vpc-00000000000000001",
                    "Subnets": [zone("a"), zone("b")]},
                "Endpoint": {"Address": format!("{name}.example.{REGION}.rds.amazonaws.com"), "Port": 5432},
            })
        })
        .collect();
    json!({"DBInstances": rows})
}

/// A sandbox on a thread of its own, for as long as the tests run; where it listens.
fn served(count: usize) -> (Sandbox, SocketAddr) {
    let switches = Switches {
        most_manual_snapshots: 2 * count,
        most_instances: 2 * count,
        most_storage: i64::MAX / 4,
        ..Switches::default()
    };
    let speed = SPEED.parse().expect("a number");
    let options =
        Options { speed, switches, region: REGION.to_owned(), rows: Some(inventory(count)), ..Options::default() };
    let sandbox = Sandbox::open(options).expect("a world");
    let (own, (tell, told)) = (sandbox.clone(), std::sync::mpsc::channel());
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody listens");
            serve(own, listener, std::future::pending()).await.expect("it serves");
        });
    });
    (sandbox, told.recv().expect("an address"))
}

#[test]
fn all_of_it_is_done_once_however_often_it_is_killed() {
    let count = number("BATCH_SIZE", SIZE);
    let seed = u64::try_from(number("BATCH_SEED", 0)).unwrap_or_default();
    let mut rng = Rng::with_seed(SEED + seed);
    let (sandbox, address) = served(count);
    let program = Program::new(&format!("http://{address}"));
    let begin = ["batch", "--kms-key", "alias/sandbox", "--concurrency", "20", "--canary", "1"];
    let again = ["resume", "--all"];
    let mut killed = 0;
    while killed < number("BATCH_KILLS", KILLS) {
        let arguments: &[&str] = if has_begun(&program) { &again } else { &begin };
        let mut running = program.start_run(arguments, SPEED);
        pause(rng.u64(50..=300));
        if !running.process.kill() {
            break;
        }
        killed += 1;
    }
    let last = program.start_run(if has_begun(&program) { &again } else { &begin }, SPEED).end();
    assert!(matches!(last.code, Some(0 | 2)), "{}", last.said());
    let calls = sandbox.calls();
    println!("{count} databases, killed {killed} times: {calls:?}");
    let answered = |operation: &str| calls.get(operation).map_or(0, |calls| calls.answered);
    for operation in ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot"] {
        assert_eq!(answered(operation), u64::try_from(count).expect("a number"), "{operation}, seed {seed}");
    }
    program.assert_state_is_private();
}

fn has_begun(program: &Program) -> bool {
    program.state_files().iter().any(|path| path.parent().is_some_and(|folder| folder.ends_with("batches")))
}
