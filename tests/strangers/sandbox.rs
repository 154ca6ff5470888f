//! Strangers on our own sandbox: the `aws` CLI asks it, and the program migrates in it, over a socket.

use super::{
    aws_cli::{AwsCli, list, text},
    outcome::Made,
    program::Program,
    served::Sandbox,
};

#[test]
fn the_program_migrates_over_a_socket_and_the_cli_sees_it() {
    let Some(sandbox) = Sandbox::start("5000") else { return };
    let key = sandbox.aws.ask(&["kms", "describe-key", "--key-id", "alias/sandbox"]);
    let key_arn = text(&key["KeyMetadata"]["Arn"]);
    let source = sandbox.aws.instance("orders");
    assert_eq!(source["StorageEncrypted"], false);
    let snapshots = sandbox.aws.manual_snapshots();
    let instances = names(&sandbox.aws, "DBInstanceIdentifier");

    let program = Program::new(&sandbox.url);
    program.migrate("orders", "alias/sandbox", &["--target", "orders-sealed"]).expect(0);

    let mut expected = instances.clone();
    expected.push("orders-sealed".to_owned());
    expected.sort();
    assert_eq!(names(&sandbox.aws, "DBInstanceIdentifier"), expected, "one instance more");
    let mut new: Vec<_> = sandbox.aws.manual_snapshots().into_iter().filter(|row| !snapshots.contains(row)).collect();
    new.sort_by_key(|row| row["Encrypted"] == true);
    let [plain, encrypted] = new.as_slice() else { panic!("two snapshots more, not {new:?}") };
    let made =
        Made { plain: plain.clone(), encrypted: encrypted.clone(), target: sandbox.aws.instance("orders-sealed") };
    made.assert_right(&sandbox.aws, &source, &key_arn, Some("orders-sealed"));
    assert_eq!(made.target["VpcSecurityGroups"], source["VpcSecurityGroups"]);
    assert_eq!(made.target["DBSubnetGroup"]["DBSubnetGroupName"], source["DBSubnetGroup"]["DBSubnetGroupName"]);
    program.assert_state_is_private();
}

fn names(aws: &AwsCli, member: &str) -> Vec<String> {
    let mut names: Vec<String> = aws.instances().iter().map(|row| text(&row[member])).collect();
    names.sort();
    names
}

#[test]
fn wrong_questions_get_the_words_of_aws() {
    let Some(sandbox) = Sandbox::start("5000") else { return };
    let table: [(&[&str], &str); 8] = [
        (&["rds", "describe-db-instances", "--db-instance-identifier", "nowhere"], "DBInstanceNotFound"),
        (&["rds", "describe-db-snapshots", "--db-snapshot-identifier", "nowhere"], "DBSnapshotNotFound"),
        (&["rds", "delete-db-snapshot", "--db-snapshot-identifier", "nowhere"], "DBSnapshotNotFound"),
        (
            &["rds", "create-db-snapshot", "--db-instance-identifier", "nowhere", "--db-snapshot-identifier", "mine"],
            "DBInstanceNotFound",
        ),
        (&["rds", "describe-db-instances", "--page-size", "5"], "InvalidParameterValue"),
        (&["rds", "describe-db-instances", "--filters", "Name=nonsense,Values=x"], "InvalidParameterValue"),
        (&["kms", "describe-key", "--key-id", "alias/nowhere"], "NotFoundException"),
        (&["kms", "describe-key", "--key-id", "11111111-2222-3333-4444-555555555555"], "NotFoundException"),
    ];
    for (question, code) in table {
        let said = sandbox.aws.refusal(question);
        assert!(said.contains(&format!("({code})")), "{question:?}: {said}");
    }
}

#[test]
fn the_account_is_the_one_that_was_promised() {
    let Some(sandbox) = Sandbox::start("5000") else { return };
    let caller = sandbox.aws.ask(&["sts", "get-caller-identity"]);
    assert_eq!(caller["Account"], "000000000000");
    assert!(sandbox.aws.instances().len() >= 12, "a dozen databases");
    let aliases = sandbox.aws.ask(&["kms", "list-aliases"]);
    assert!(list(&aliases["Aliases"]).iter().any(|alias| alias["AliasName"] == "alias/sandbox"), "{aliases}");
}
