//! A copy that is kept apart, with moto's EC2 beside its RDS: what is asked for must be in AWS's own words.

use serde_json::Value;

use super::{
    aws_cli::{list, text},
    moto::{Moto, POSTGRES, window_half_a_week_away},
    program::Program,
};

fn groups_of_ours(moto: &Moto) -> Vec<Value> {
    let all = list(&moto.aws.ask(&["ec2", "describe-security-groups"])["SecurityGroups"]);
    all.into_iter().filter(|group| text(&group["GroupName"]).ends_with("-quarantine")).collect()
}

/// A database in subnets of moto's default VPC, and the group of a bastion there.
fn stage(moto: &Moto) -> String {
    let subnets = list(&moto.aws.ask(&["ec2", "describe-subnets"])["Subnets"]);
    let ids: Vec<String> = subnets.iter().map(|subnet| text(&subnet["SubnetId"])).collect();
    let mut group = vec!["rds", "create-db-subnet-group", "--db-subnet-group-name", "private"];
    group.extend(["--db-subnet-group-description", "private subnets", "--subnet-ids"]);
    group.extend(ids.iter().map(String::as_str));
    moto.aws.ask(&group);
    let vpc = text(&subnets[0]["VpcId"]);
    let make =
        ["ec2", "create-security-group", "--group-name", "bastion", "--description", "bastion", "--vpc-id", &vpc];
    let bastion = text(&moto.aws.ask(&make)["GroupId"]);
    let window = window_half_a_week_away();
    moto.make_instance(
        "orders",
        &POSTGRES,
        &["--db-subnet-group-name", "private", "--preferred-maintenance-window", &window, "--tags", "Key=team,Value=a"],
    );
    bastion
}

#[test]
fn the_copy_gets_a_closed_group_which_goes_with_it() {
    let Some(moto) = Moto::start() else { return };
    moto.aws.make_key("alias/payments");
    let bastion = stage(&moto);
    let program = Program::new(&moto.url);
    let flags = ["--network", "quarantine", "--bastion-group", &bastion, "--copy-tags", "never", "--tag", "cost=7"];
    program.migrate("orders", "alias/payments", &flags).expect(0);

    let made = groups_of_ours(&moto);
    let [group] = made.as_slice() else { panic!("one group of ours: {made:?}") };
    assert_eq!(list(&group["IpPermissionsEgress"]), Vec::<Value>::new(), "nothing gets out");
    let ingress = list(&group["IpPermissions"]);
    let [rule] = ingress.as_slice() else { panic!("one way in: {ingress:?}") };
    assert_eq!((&rule["IpProtocol"], &rule["FromPort"], &rule["ToPort"]), (&"tcp".into(), &5432.into(), &5432.into()));
    assert_eq!(text(&rule["UserIdGroupPairs"][0]["GroupId"]), bastion);
    let tags = super::aws_cli::tag_pairs(&group["Tags"]);
    assert!(tags.contains(&("cost".to_owned(), "7".to_owned())), "{tags:?}");

    let copy =
        moto.aws.instances().into_iter().find(|row| text(&row["DBInstanceIdentifier"]) != "orders").expect("a copy");
    assert_eq!(text(&copy["VpcSecurityGroups"][0]["VpcSecurityGroupId"]), text(&group["GroupId"]));
    let tags = super::aws_cli::tag_pairs(&copy["TagList"]);
    assert!(tags.iter().all(|(key, _)| key != "team"), "the source's are held back: {tags:?}");
    assert!(tags.contains(&("cost".to_owned(), "7".to_owned())), "{tags:?}");

    program.run(&["verify", "orders"]).expect(0);
    program.run(&["cleanup", "orders", "--abandon", "--confirm", "orders"]).expect(0);
    assert_eq!(groups_of_ours(&moto), Vec::<Value>::new());
    assert_eq!(moto.aws.instances().len(), 1);
}
