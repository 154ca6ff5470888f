//! What AWS refuses: wrong names, wrong states, wrong keys, wrong values; each with AWS's code and HTTP status.

use serde_json::{Value, json};

use super::{boto::assert_answers, process::until, python::Python, served::Sandbox};

const NOWHERE: &str = "11111111-2222-3333-4444-555555555555";

/// A new instance, with these members instead.
fn create(more: Value) -> Value {
    with(
        json!({
            "DBInstanceIdentifier": "fresh", "DBInstanceClass": "db.m5.large", "Engine": "postgres",
            "AllocatedStorage": 100, "MasterUsername": "keeper", "MasterUserPassword": "correct-horse-battery"}),
        more,
    )
}

fn with(mut all: Value, more: Value) -> Value {
    let (Some(members), Value::Object(more)) = (all.as_object_mut(), more) else { panic!("objects") };
    members.extend(more);
    all
}

fn modify(more: Value) -> Value {
    with(json!({"DBInstanceIdentifier": "orders", "ApplyImmediately": true}), more)
}

#[test]
fn wrong_names_are_not_found() {
    let (Some(python), Some(sandbox)) = (Python::find(), Sandbox::start("600")) else { return };
    let (instance, snapshot) = (json!({"DBInstanceIdentifier": "nowhere"}), json!({"DBSnapshotIdentifier": "nowhere"}));
    let taken = json!({"DBInstanceIdentifier": "nowhere", "DBSnapshotIdentifier": "mine"});
    let copy = json!({"SourceDBSnapshotIdentifier": "nowhere", "TargetDBSnapshotIdentifier": "mine"});
    let arn = json!({"ResourceName": "arn:aws:rds:eu-west-2:000000000000:db:nowhere"});
    assert_answers(
        &python,
        &sandbox.url,
        &[
            ("rds", "describe_db_instances", instance.clone(), 404, "DBInstanceNotFound"),
            ("rds", "modify_db_instance", instance.clone(), 404, "DBInstanceNotFound"),
            ("rds", "reboot_db_instance", instance.clone(), 404, "DBInstanceNotFound"),
            ("rds", "stop_db_instance", instance.clone(), 404, "DBInstanceNotFound"),
            ("rds", "start_db_instance", instance.clone(), 404, "DBInstanceNotFound"),
            (
                "rds",
                "delete_db_instance",
                with(instance, json!({"SkipFinalSnapshot": true})),
                404,
                "DBInstanceNotFound",
            ),
            ("rds", "create_db_snapshot", taken.clone(), 404, "DBInstanceNotFound"),
            ("rds", "describe_db_snapshots", snapshot.clone(), 404, "DBSnapshotNotFound"),
            ("rds", "describe_db_snapshot_attributes", snapshot.clone(), 404, "DBSnapshotNotFound"),
            ("rds", "delete_db_snapshot", snapshot, 404, "DBSnapshotNotFound"),
            ("rds", "copy_db_snapshot", copy, 404, "DBSnapshotNotFound"),
            (
                "rds",
                "restore_db_instance_from_db_snapshot",
                with(taken, json!({"DBSnapshotIdentifier": "no"})),
                404,
                "DBSnapshotNotFound",
            ),
            ("rds", "list_tags_for_resource", arn, 404, "DBInstanceNotFound"),
            (
                "rds",
                "describe_db_parameter_groups",
                json!({"DBParameterGroupName": "no"}),
                404,
                "DBParameterGroupNotFound",
            ),
            ("rds", "describe_option_groups", json!({"OptionGroupName": "no"}), 404, "OptionGroupNotFoundFault"),
            ("rds", "describe_db_subnet_groups", json!({"DBSubnetGroupName": "no"}), 404, "DBSubnetGroupNotFoundFault"),
            ("rds", "describe_db_clusters", json!({"DBClusterIdentifier": "no"}), 404, "DBClusterNotFoundFault"),
            ("rds", "describe_certificates", json!({"CertificateIdentifier": "no"}), 404, "CertificateNotFound"),
            ("kms", "describe_key", json!({"KeyId": "alias/nowhere"}), 400, "NotFoundException"),
            ("kms", "describe_key", json!({"KeyId": NOWHERE}), 400, "NotFoundException"),
            ("kms", "disable_key", json!({"KeyId": NOWHERE}), 400, "NotFoundException"),
            ("sts", "get_caller_identity", json!({}), 200, "accepted"),
        ],
    );
}

#[test]
fn wrong_values_are_refused() {
    let (Some(python), Some(sandbox)) = (Python::find(), Sandbox::start("600")) else { return };
    let bad = "InvalidParameterValue";
    let apart = "InvalidParameterCombination";
    let create_table = [
        (json!({"DBInstanceIdentifier": "a--b"}), 400, bad),
        (json!({"DBInstanceIdentifier": "orders"}), 400, "DBInstanceAlreadyExists"),
        (json!({"DBInstanceClass": "db.huge"}), 400, bad),
        (json!({"Engine": "dbase"}), 400, bad),
        (json!({"EngineVersion": "1.0"}), 400, apart),
        (json!({"AllocatedStorage": 1}), 400, bad),
        (json!({"AllocatedStorage": 120, "StorageType": "gp3", "Iops": 6000}), 400, apart),
        (json!({"StorageType": "io1"}), 400, apart),
        (json!({"StorageType": "tape"}), 400, "StorageTypeNotSupported"),
        (json!({"Port": 22}), 400, bad),
        (json!({"BackupRetentionPeriod": 36}), 400, bad),
        (json!({"PreferredBackupWindow": "04:00-04:10"}), 400, bad),
        (json!({"MonitoringInterval": 60}), 400, apart),
        (json!({"EnableCloudwatchLogsExports": ["slowquery"]}), 400, apart),
        (json!({"CACertificateIdentifier": "rds-ca-2015"}), 404, "CertificateNotFound"),
        (
            json!({"EnablePerformanceInsights": true, "PerformanceInsightsKMSKeyId": "alias/no"}),
            400,
            "KMSKeyNotAccessibleFault",
        ),
        (json!({"StorageEncrypted": true, "KmsKeyId": "alias/no"}), 400, "KMSKeyNotAccessibleFault"),
        (json!({"StorageEncrypted": true, "KmsKeyId": "alias/retired"}), 400, "KMSKeyNotAccessibleFault"),
        (json!({"KmsKeyId": "alias/sandbox"}), 400, apart),
        (json!({"DBParameterGroupName": "nowhere"}), 404, "DBParameterGroupNotFound"),
        (json!({"DBParameterGroupName": "shop-mysql8"}), 400, apart),
        (json!({"OptionGroupName": "nowhere"}), 404, "OptionGroupNotFoundFault"),
        (json!({"DBSubnetGroupName": "nowhere"}), 404, "DBSubnetGroupNotFoundFault"),
        (json!({"Tags": [{"Key": "aws:mine", "Value": ""}]}), 400, bad),
        (json!({"Tags": [{"Key": "a", "Value": "b,c"}]}), 400, bad),
    ];
    let mut table: Vec<_> = create_table
        .into_iter()
        .map(|(more, status, code)| ("rds", "create_db_instance", create(more), status, code))
        .collect();
    let modify_table = [
        (json!({"AllocatedStorage": 50}), 400, bad),
        (json!({"AllocatedStorage": 101}), 400, apart),
        (json!({"BackupRetentionPeriod": 99}), 400, bad),
        (json!({"NewDBInstanceIdentifier": "shop"}), 400, "DBInstanceAlreadyExists"),
        (json!({"CACertificateIdentifier": "no"}), 404, "CertificateNotFound"),
        (json!({"DBParameterGroupName": "nowhere"}), 404, "DBParameterGroupNotFound"),
        (json!({"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["audit"]}}), 400, apart),
        (json!({"EngineVersion": "17.4"}), 400, apart),
    ];
    table.extend(
        modify_table.into_iter().map(|(more, status, code)| ("rds", "modify_db_instance", modify(more), status, code)),
    );
    let delete = json!({"DBInstanceIdentifier": "orders", "SkipFinalSnapshot": true});
    table.extend([
        ("rds", "delete_db_instance", delete, 400, apart),
        ("rds", "describe_db_instances", json!({"MaxRecords": 7}), 400, bad),
        ("rds", "describe_events", json!({"SourceIdentifier": "orders"}), 400, apart),
        (
            "rds",
            "delete_db_subnet_group",
            json!({"DBSubnetGroupName": "private-databases"}),
            400,
            "InvalidDBSubnetGroupStateFault",
        ),
        (
            "rds",
            "delete_db_parameter_group",
            json!({"DBParameterGroupName": "orders-postgres15"}),
            400,
            "InvalidDBParameterGroupState",
        ),
        ("rds", "delete_option_group", json!({"OptionGroupName": "shop-audit"}), 400, "InvalidOptionGroupStateFault"),
    ]);
    assert_answers(&python, &sandbox.url, &table);
}

#[test]
fn wrong_states_are_refused() {
    let (Some(python), Some(sandbox)) = (Python::find(), Sandbox::start("5000")) else { return };
    let ask = |table: &[_]| assert_answers(&python, &sandbox.url, table);
    let taken = |name: &str| json!({"DBInstanceIdentifier": "orders", "DBSnapshotIdentifier": name});
    let copy = |from: &str, to: &str| json!({"SourceDBSnapshotIdentifier": from, "TargetDBSnapshotIdentifier": to, "KmsKeyId": "alias/sandbox"});
    let orders = json!({"DBInstanceIdentifier": "orders"});

    // Work that never ends.
    sandbox.ends_as("CreateDBSnapshot", "creating");
    sandbox.ends_as("StopDBInstance", "stopped");
    ask(&[
        ("rds", "create_db_snapshot", taken("endless"), 200, "accepted"),
        ("rds", "create_db_snapshot", taken("endless"), 400, "DBSnapshotAlreadyExists"),
        ("rds", "copy_db_snapshot", copy("endless", "copy"), 400, "InvalidDBSnapshotState"),
        ("rds", "delete_db_snapshot", json!({"DBSnapshotIdentifier": "endless"}), 400, "InvalidDBSnapshotState"),
    ]);
    let becomes = |status: &str| {
        until(status, || (sandbox.aws.instance("orders")["DBInstanceStatus"] == status).then_some(()));
    };
    becomes("available");
    ask(&[
        ("rds", "start_db_instance", orders.clone(), 400, "InvalidDBInstanceState"),
        ("rds", "stop_db_instance", orders.clone(), 200, "accepted"),
    ]);
    becomes("stopped");
    ask(&[
        ("rds", "reboot_db_instance", orders.clone(), 400, "InvalidDBInstanceState"),
        ("rds", "stop_db_instance", orders, 400, "InvalidDBInstanceState"),
        ("rds", "create_db_snapshot", taken("never"), 400, "InvalidDBInstanceState"),
        ("rds", "modify_db_instance", modify(json!({"BackupRetentionPeriod": 3})), 400, "InvalidDBInstanceState"),
        (
            "rds",
            "delete_db_snapshot",
            json!({"DBSnapshotIdentifier": automated(&sandbox)}),
            400,
            "InvalidDBSnapshotState",
        ),
    ]);
}

/// An automated snapshot of the seed.
fn automated(sandbox: &Sandbox) -> Value {
    let words = ["rds", "describe-db-snapshots", "--snapshot-type", "automated", "--db-instance-identifier", "orders"];
    sandbox.aws.ask(&words)["DBSnapshots"][0]["DBSnapshotIdentifier"].clone()
}

#[test]
fn keys_have_their_states() {
    let (Some(python), Some(sandbox)) = (Python::find(), Sandbox::start("600")) else { return };
    let key = sandbox.aws.make_key("alias/mine");
    let one = json!({"KeyId": key});
    let grant = json!({
        "KeyId": key, "GranteePrincipal": "arn:aws:iam::000000000000:user/sandbox-operator",
        "Operations": ["CreateGrant", "DescribeKey"], "DryRun": true});
    let alias = |name: &str| json!({"AliasName": name, "TargetKeyId": key});
    let copy = json!({
        "SourceDBSnapshotIdentifier": "legacy-crm-2019", "TargetDBSnapshotIdentifier": "copy", "KmsKeyId": "alias/mine"});
    let plan = with(one.clone(), json!({"PendingWindowInDays": 7}));
    assert_answers(
        &python,
        &sandbox.url,
        &[
            ("kms", "create_grant", grant.clone(), 400, "DryRunOperationException"),
            ("kms", "create_alias", alias("alias/mine"), 400, "AlreadyExistsException"),
            ("kms", "create_alias", alias("alias/aws/mine"), 400, "InvalidAliasNameException"),
            ("kms", "disable_key", one.clone(), 200, "accepted"),
            ("kms", "create_grant", grant.clone(), 400, "DisabledException"),
            ("rds", "copy_db_snapshot", copy.clone(), 400, "KMSKeyNotAccessibleFault"),
            ("kms", "enable_key", one.clone(), 200, "accepted"),
            (
                "kms",
                "schedule_key_deletion",
                with(one.clone(), json!({"PendingWindowInDays": 6})),
                400,
                "ValidationException",
            ),
            ("kms", "schedule_key_deletion", plan.clone(), 200, "accepted"),
            ("kms", "schedule_key_deletion", plan, 400, "KMSInvalidStateException"),
            ("kms", "enable_key", one.clone(), 400, "KMSInvalidStateException"),
            ("kms", "create_grant", grant.clone(), 400, "KMSInvalidStateException"),
            ("rds", "copy_db_snapshot", copy.clone(), 400, "KMSKeyNotAccessibleFault"),
            ("kms", "cancel_key_deletion", one.clone(), 200, "accepted"),
            ("kms", "create_grant", grant, 400, "DisabledException"),
            ("kms", "enable_key", one, 200, "accepted"),
            ("rds", "copy_db_snapshot", copy, 200, "accepted"),
        ],
    );
    let deleted = sandbox.aws.ask(&["kms", "describe-key", "--key-id", "alias/doomed"]);
    assert_eq!(deleted["KeyMetadata"]["KeyState"], "PendingDeletion");
    assert!(
        sandbox.aws.refusal(&["kms", "delete-alias", "--alias-name", "alias/nowhere"]).contains("NotFoundException")
    );
    let listed = sandbox.aws.ask(&["kms", "list-aliases", "--key-id", &key]);
    assert_eq!(listed["Aliases"][0]["AliasName"], "alias/mine");
}

#[test]
fn session_documents_are_refused_as_they_have_to_be() {
    let (Some(python), Some(sandbox)) = (Python::find(), Sandbox::start("600")) else { return };
    let content = |key: &str| {
        json!({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {"kmsKeyId": key}}).to_string()
    };
    let mine = |more: Value| with(json!({"Name": "Mine"}), more);
    let new = mine(json!({"DocumentType": "Session", "Content": content("")}));
    let update = |key: &str, version: &str| mine(json!({"Content": content(key), "DocumentVersion": version}));
    assert_answers(
        &python,
        &sandbox.url,
        &[
            ("ssm", "get_document", mine(json!({})), 400, "InvalidDocument"),
            ("ssm", "create_document", with(new.clone(), json!({"Content": "{"})), 400, "InvalidDocumentContent"),
            ("ssm", "create_document", new.clone(), 200, "accepted"),
            ("ssm", "create_document", new, 400, "DocumentAlreadyExists"),
            ("ssm", "update_document", update("", "$LATEST"), 400, "DuplicateDocumentContent"),
            ("ssm", "update_document", update("a", "$LATEST"), 200, "accepted"),
            ("ssm", "update_document", update("b", "1"), 400, "InvalidDocumentVersion"),
            (
                "ssm",
                "update_document_default_version",
                mine(json!({"DocumentVersion": "3"})),
                400,
                "InvalidDocumentVersion",
            ),
            ("ssm", "update_document_default_version", mine(json!({"DocumentVersion": "2"})), 200, "accepted"),
            ("ssm", "delete_document", mine(json!({"DocumentVersion": "2"})), 400, "InvalidDocumentOperation"),
            ("ssm", "delete_document", mine(json!({})), 200, "accepted"),
            ("ssm", "delete_document", mine(json!({})), 400, "InvalidDocument"),
        ],
    );
}
