//! What a person looks up around a migration, and the groups and tags that he keeps; by the `aws` CLI.

use serde_json::{Value, json};

use super::{
    aws_cli::{list, tag_pairs, text},
    served::Sandbox,
};

/// One member of each row.
fn column(answer: &Value, rows: &str, member: &str) -> Vec<String> {
    list(&answer[rows]).iter().map(|row| text(&row[member])).collect()
}

#[test]
fn the_catalogue_and_the_account_can_be_looked_up() {
    let Some(sandbox) = Sandbox::start("600") else { return };
    let rds = |words: &str| sandbox.aws.ask(&["rds"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>());

    let attributes = rds("describe-account-attributes");
    let quota = list(&attributes["AccountQuotas"]).into_iter().find(|row| row["AccountQuotaName"] == "ManualSnapshots");
    assert_eq!(quota.expect("a quota")["Max"], 100);

    let shown = column(&rds("describe-db-engine-versions --engine postgres"), "DBEngineVersions", "EngineVersion");
    assert!(shown.contains(&"15.12".to_owned()) && !shown.contains(&"9.6.24".to_owned()), "{shown:?}");
    let all = column(&rds("describe-db-engine-versions --engine postgres --include-all"), "DBEngineVersions", "Status");
    assert!(all.contains(&"deprecated".to_owned()), "{all:?}");
    let usual = rds("describe-db-engine-versions --engine mysql --default-only");
    assert_eq!(list(&usual["DBEngineVersions"]).len(), 1);
    let majors = rds("describe-db-major-engine-versions --engine mysql --major-engine-version 8.0");
    let lives = &majors["DBMajorEngineVersions"][0]["SupportedEngineLifecycles"];
    assert_eq!(list(lives).len(), 2, "standard and extended support: {lives}");

    let orderable = "describe-orderable-db-instance-options --engine mysql --engine-version 8.0.41 --db-instance-class";
    let kinds = column(&rds(&format!("{orderable} db.m5.large")), "OrderableDBInstanceOptions", "StorageType");
    assert!(kinds.contains(&"gp3".to_owned()), "{kinds:?}");
    assert_eq!(rds(&format!("{orderable} db.m3.large"))["OrderableDBInstanceOptions"], json!([]), "retired");

    let waiting = rds("describe-pending-maintenance-actions");
    assert!(!list(&waiting["PendingMaintenanceActions"]).is_empty());
    let certificates = rds("describe-certificates");
    assert_eq!(certificates["DefaultCertificateForNewLaunches"], "rds-ca-rsa2048-g1");
    assert_eq!(list(&certificates["Certificates"]).len(), 3);
    let valid = rds("describe-valid-db-instance-modifications --db-instance-identifier orders");
    assert!(!list(&valid["ValidDBInstanceModificationsMessage"]["Storage"]).is_empty());
    let backups = rds("describe-db-instance-automated-backups --db-instance-identifier orders");
    assert_eq!(backups["DBInstanceAutomatedBackups"][0]["Status"], "active");
    assert_eq!(rds("describe-events")["Events"], json!([]), "nobody has done anything in the last hour");
}

#[test]
fn groups_and_tags_are_kept() {
    let Some(sandbox) = Sandbox::start("600") else { return };
    let rds = |words: &str| sandbox.aws.ask(&["rds"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>());
    let refused = |code: &str, words: &str| {
        let said = sandbox.aws.refusal(&["rds"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>());
        assert!(said.contains(&format!("({code})")), "{words}: {said}");
    };

    let made =
        "create-db-parameter-group --db-parameter-group-family mysql8.0 --description d --db-parameter-group-name";
    rds(&format!("{made} mine"));
    refused("DBParameterGroupAlreadyExists", &format!("{made} MINE"));
    let set = "ParameterName=max_connections,ParameterValue=500,ApplyMethod=immediate";
    rds(&format!("modify-db-parameter-group --db-parameter-group-name mine --parameters {set}"));
    let own = rds("describe-db-parameters --db-parameter-group-name mine --source user");
    assert_eq!(own["Parameters"][0]["ParameterValue"], "500");
    rds("copy-db-parameter-group --source-db-parameter-group-identifier mine \
         --target-db-parameter-group-identifier mine-2 --target-db-parameter-group-description d");
    rds("delete-db-parameter-group --db-parameter-group-name mine");
    refused("DBParameterGroupNotFound", "describe-db-parameters --db-parameter-group-name mine");

    let made = "create-option-group --engine-name mysql --major-engine-version 8.0 --option-group-description d";
    let group = rds(&format!("{made} --option-group-name mine"));
    assert_eq!(group["OptionGroup"]["EngineName"], "mysql");
    refused("OptionGroupAlreadyExistsFault", &format!("{made} --option-group-name mine"));
    rds("delete-option-group --option-group-name mine");

    let subnets = column(&rds("describe-db-subnet-groups")["DBSubnetGroups"][1], "Subnets", "SubnetIdentifier");
    let made = "create-db-subnet-group --db-subnet-group-description d --db-subnet-group-name mine --subnet-ids";
    refused("DBSubnetGroupDoesNotCoverEnoughAZs", &format!("{made} {}", subnets[0]));
    refused("InvalidParameterValue", &format!("{made} {} subnet-00000000000000000", subnets[0]));
    rds(&format!("{made} {}", subnets.join(" ")));
    refused("DBSubnetGroupAlreadyExists", &format!("{made} {}", subnets.join(" ")));
    rds("delete-db-subnet-group --db-subnet-group-name mine");

    let arn = text(&sandbox.aws.instance("inventory")["DBInstanceArn"]);
    let before = sandbox.aws.tags(&arn);
    sandbox.aws.ask(&[
        "rds",
        "add-tags-to-resource",
        "--resource-name",
        &arn,
        "--tags",
        "Key=b @,Value=Zürich +_.:/=-@",
    ]);
    assert!(sandbox.aws.tags(&arn).contains(&("b @".to_owned(), "Zürich +_.:/=-@".to_owned())));
    assert_eq!(tag_pairs(&sandbox.aws.instance("inventory")["TagList"]), sandbox.aws.tags(&arn));
    sandbox.aws.ask(&["rds", "remove-tags-from-resource", "--resource-name", &arn, "--tag-keys", "b @"]);
    assert_eq!(sandbox.aws.tags(&arn), before);
}
