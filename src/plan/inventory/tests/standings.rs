//! Who could be migrated, who is meant, and how many there are.

use serde_json::{Value, json};

use super::{cluster, instance, names, surveyed};
use crate::plan::inventory::{Counts, DateBound, Kind, Selection, Standing};

/// A word for a standing, and its reason.
fn said(standing: &Standing) -> String {
    match standing {
        Standing::Eligible => "eligible".into(),
        Standing::Encrypted => "encrypted".into(),
        Standing::NotYet { why } => format!("not yet: {why}"),
        Standing::Not { why } => format!("not: {why}"),
    }
}

#[test]
fn each_instance_says_whether_it_can_be_migrated() {
    let table: [(Value, &str); 17] = [
        (json!({}), "eligible"),
        (json!({"StorageEncrypted": true}), "encrypted"),
        (json!({"StorageEncryptionType": "sse-rds"}), "encrypted"),
        (json!({"StorageEncryptionType": "none", "StorageEncrypted": true}), "eligible"),
        (json!({"StorageEncrypted": null}), "not: AWS doesn't say whether it is encrypted"),
        (json!({"ReadReplicaSourceDBInstanceIdentifier": "shop"}), "not: db is a read replica of shop"),
        (json!({"ReadReplicaSourceDBClusterIdentifier": "cl"}), "not: db is a read replica of cl"),
        (json!({"DBClusterIdentifier": "cl", "Engine": "postgres"}), "not: db is a member of cluster cl"),
        (json!({"DBClusterIdentifier": "cl", "StorageEncrypted": true}), "not: db is a member of cluster cl"),
        (
            json!({"DBInstanceStatus": "stopped"}),
            "not: db is stopped; a stopped instance can't be carried over in full",
        ),
        (json!({"DBInstanceStatus": "deleting"}), "not: db is deleting"),
        (json!({"DBInstanceStatus": "storage-full"}), "not: db is storage-full, which does not pass by itself"),
        (json!({"DBInstanceStatus": "a-new-word"}), "eligible"),
        (json!({"DBInstanceClass": "db.t2.micro"}), "not: class db.t2.micro can't hold an encrypted database"),
        (json!({"Engine": "custom-oracle-ee"}), "not: engine custom-oracle-ee is not one that this command migrates"),
        (json!({"Engine": "docdb"}), "not: DocumentDB is another service, which this program leaves alone"),
        (json!({"Engine": "neptune"}), "not: Neptune is another service, which this program leaves alone"),
    ];
    for (changes, expected) in table {
        let survey = surveyed(&[instance("db", &changes)], &[cluster("cl", &json!({}))], &Selection::default());
        let found = survey.found.iter().find(|found| found.identifier == "db").expect("the row");
        assert_eq!(said(&found.standing), expected, "{changes}");
        assert!(found.standing.why().is_none() || found.remedy.is_some() || found.other_service.is_some(), "{changes}");
    }
}

#[test]
fn each_cluster_says_whether_it_can_be_migrated() {
    let table: [(Value, &str); 6] = [
        (json!({}), "not yet: Aurora clusters can't be migrated by this program yet"),
        (json!({"Engine": "postgres"}), "not yet: Multi-AZ DB clusters can't be migrated by this program yet"),
        (json!({"StorageEncrypted": true}), "encrypted"),
        (json!({"ReplicationSourceIdentifier": "arn:x"}), "not: cl is a replica of arn:x"),
        (json!({"Engine": "docdb"}), "not: DocumentDB is another service, which this program leaves alone"),
        (json!({"Engine": "new"}), "not: engine new is not one that this command migrates"),
    ];
    for (changes, expected) in table {
        let survey = surveyed(&[], &[cluster("cl", &changes)], &Selection::default());
        let [found] = survey.found.as_slice() else { panic!("{:?}", survey.found) };
        assert_eq!((said(&found.standing).as_str(), found.kind), (expected, Kind::Cluster), "{changes}");
    }
}

/// A Multi-AZ DB cluster has a fixed size; Aurora shows 1 for none.
#[test]
fn a_cluster_is_one_database_whatever_its_members() {
    let member = |name: &str| instance(name, &json!({"DBClusterIdentifier": "cl", "Engine": "aurora-mysql"}));
    let members = json!({"DBClusterMembers": [{"DBInstanceIdentifier": "a"}, {"DBInstanceIdentifier": "b"}]});
    let rows = [member("b"), member("a"), instance("alone", &json!({}))];
    let survey = surveyed(&rows, &[cluster("cl", &members)], &Selection::default());
    assert_eq!(names(&survey.found), ["alone", "cl", "a", "b"]);
    let expected = Counts { databases: 2, unencrypted: 2, eligible: 1, ..Counts::default() };
    assert_eq!((survey.counts, survey.is_complete()), (expected, true));
    let found = &survey.found[1];
    assert_eq!((found.storage, found.class.as_deref()), (None, Some("db.m5.large")));
    assert_eq!(found.relations.members, ["a", "b"]);
    let of_rds = json!({"Engine": "mysql", "AllocatedStorage": 100, "DBClusterInstanceClass": "db.m5d.large"});
    let survey = surveyed(&[], &[cluster("cl", &of_rds)], &Selection::default());
    assert_eq!((survey.found[0].storage, survey.found[0].class.as_deref()), (Some(100), Some("db.m5d.large")));
    // Without its row it is known by its members, and the result isn't whole.
    let survey = surveyed(&rows, &[], &Selection::default());
    assert_eq!((names(&survey.found), survey.counts), (vec!["alone", "cl", "a", "b"], expected));
    assert!(!survey.is_complete(), "{survey:?}");
}

#[test]
fn what_is_meant() {
    let rows = [
        instance("orders", &json!({"TagList": [{"Key": "team", "Value": "shop"}, {"Key": "empty", "Value": ""}]})),
        instance("ora", &json!({"Engine": "oracle-ee", "InstanceCreateTime": "2023-01-01T00:00:00Z"})),
        instance("late", &json!({"InstanceCreateTime": "2024-05-06T07:08:09Z"})),
        instance("undated", &json!({"InstanceCreateTime": null})),
        instance("safe", &json!({"StorageEncrypted": true})),
        instance("silent", &json!({"StorageEncrypted": null})),
    ];
    let clusters = [cluster("cl", &json!({"ClusterCreateTime": "2022-12-31T23:59:59Z"}))];
    let before = |date: &str| date.parse::<DateBound>().expect("a date").0;
    let unencrypted_only = true;
    let tags = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    let table: [(Selection, &[&str]); 9] = [
        (Selection::default(), &["cl", "late", "ora", "orders", "safe", "silent", "undated"]),
        (Selection { unencrypted_only, ..Selection::default() }, &["cl", "late", "ora", "orders", "silent", "undated"]),
        (Selection { engines: vec!["oracle".into()], ..Selection::default() }, &["ora"]),
        (Selection { engines: vec!["aurora".into(), "Oracle-EE".into()], ..Selection::default() }, &["cl", "ora"]),
        (Selection { tags: tags("team", "shop"), ..Selection::default() }, &["orders"]),
        (Selection { tags: tags("team", ""), ..Selection::default() }, &[]),
        (Selection { tags: tags("empty", ""), ..Selection::default() }, &["orders"]),
        (Selection { name: Some("OR?*".into()), ..Selection::default() }, &["ora", "orders"]),
        (
            Selection { created_before: before("2023-01-01"), ..Selection::default() },
            &["cl", "orders", "safe", "silent"],
        ),
    ];
    for (selection, expected) in table {
        let survey = surveyed(&rows, &clusters, &selection);
        assert_eq!(names(&survey.found), expected, "{selection:?}");
    }
    let selection = Selection { created_before: before("2023-01-01"), unencrypted_only, ..Selection::default() };
    let counts = Counts {
        databases: 7,
        encrypted: 1,
        unencrypted: 5,
        unknown: 1,
        left_out_by_date: 2,
        undated: 1,
        eligible: 1,
        other_services: 0,
        unencrypted_snapshots: 0,
    };
    assert_eq!(surveyed(&rows, &clusters, &selection).counts, counts);
    assert_eq!(before("any"), None);
    assert!("soon".parse::<DateBound>().is_err());
}

#[test]
fn other_services_are_counted_apart() {
    let rows = [instance("doc-1", &json!({"Engine": "docdb", "DBClusterIdentifier": "doc"}))];
    let clusters = [cluster("doc", &json!({"Engine": "docdb"})), cluster("graph", &json!({"Engine": "neptune"}))];
    let survey = surveyed(&rows, &clusters, &Selection { unencrypted_only: true, ..Selection::default() });
    assert_eq!(survey.counts, Counts { other_services: 2, ..Counts::default() });
    assert_eq!((names(&survey.found), survey.unencrypted().count()), (vec!["doc", "doc-1", "graph"], 0));
}
