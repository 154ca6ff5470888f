//! The `aws` CLI makes a way into the sandbox's staging VPC, and takes it away again.

use super::{
    aws_cli::{AwsCli, list, text},
    process::pause,
    served::Sandbox,
};

const VPC: &str = "vpc-0d41c7e8b2a6f3950";
const CORE: &str = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const LINUX: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// Asks now and then until a command is taken; until then it is refused in these words.
fn patiently(aws: &AwsCli, line: &str, refused: &str) {
    for _ in 0..60 {
        match aws.run(&words(line)) {
            Ok(_) => return,
            Err(said) => assert!(said.contains(refused), "{line}: {said}"),
        }
        pause(100);
    }
    panic!("{line} was never taken")
}

fn group(aws: &AwsCli, name: &str) -> String {
    let line = format!("ec2 create-security-group --group-name {name} --description {name} --vpc-id {VPC}");
    text(&aws.ask(&words(&line))["GroupId"])
}

fn endpoint(aws: &AwsCli, service: &str, subnet: &str, group: &str) -> String {
    let line = format!(
        "ec2 create-vpc-endpoint --vpc-id {VPC} --vpc-endpoint-type Interface --private-dns-enabled --subnet-ids {subnet} \
         --service-name com.amazonaws.eu-west-2.{service} --security-group-ids {group} --client-token {service}"
    );
    text(&aws.ask(&words(&line))["VpcEndpoint"]["VpcEndpointId"])
}

fn role(aws: &AwsCli) {
    aws.ask(&["iam", "create-role", "--role-name", "way", "--assume-role-policy-document", TRUST]);
    for line in [
        format!("iam attach-role-policy --role-name way --policy-arn {CORE}"),
        "iam create-instance-profile --instance-profile-name way".to_owned(),
        "iam add-role-to-instance-profile --instance-profile-name way --role-name way".to_owned(),
    ] {
        aws.ask(&words(&line));
    }
}

fn standing(aws: &AwsCli, machine: &str) -> String {
    text(&aws.ask(&words(&format!("ssm get-connection-status --target {machine}")))["Status"])
}

#[test]
fn the_cli_makes_a_way_and_takes_it_away() {
    let Some(sandbox) = Sandbox::start("1000") else { return };
    let aws = &sandbox.aws;
    aws.ask(&words(&format!(r#"ec2 modify-vpc-attribute --vpc-id {VPC} --enable-dns-hostnames {{"Value":true}}"#)));
    let subnet = aws.ask(&words(&format!("ec2 create-subnet --vpc-id {VPC} --cidr-block 10.20.9.0/24")));
    let subnet = text(&subnet["Subnet"]["SubnetId"]);
    let (machines, endpoints) = (group(aws, "way-machines"), group(aws, "way-endpoints"));
    let rule = format!("--group-id {endpoints} --protocol tcp --port 443 --source-group {machines}");
    aws.ask(&words(&format!("ec2 authorize-security-group-ingress {rule}")));
    let made = ["ssm", "ssmmessages"].map(|service| endpoint(aws, service, &subnet, &endpoints));
    role(aws);
    let image = text(&aws.ask(&["ssm", "get-parameter", "--name", LINUX])["Parameter"]["Value"]);
    let run = format!(
        "ec2 run-instances --image-id {image} --instance-type t4g.nano --subnet-id {subnet} --security-group-ids {machines} \
         --iam-instance-profile Name=way --client-token way --metadata-options HttpTokens=required"
    );
    let machine = text(&aws.ask(&words(&run))["Instances"][0]["InstanceId"]);
    let again = text(&aws.ask(&words(&run))["Instances"][0]["InstanceId"]);
    assert_eq!(machine, again, "the token starts one machine");
    for _ in 0..60 {
        if standing(aws, &machine) == "connected" {
            break;
        }
        pause(100);
    }
    assert_eq!(standing(aws, &machine), "connected");

    let said = aws.refusal(&words(&format!("ec2 delete-subnet --subnet-id {subnet}")));
    assert!(said.contains("(DependencyViolation)"), "{said}");
    let said = aws.refusal(&words("iam delete-role --role-name way"));
    assert!(said.contains("(DeleteConflict)"), "{said}");
    aws.ask(&words(&format!("ec2 terminate-instances --instance-ids {machine}")));
    let gone = aws.ask(&words(&format!("ec2 delete-vpc-endpoints --vpc-endpoint-ids {} {}", made[0], made[1])));
    assert!(list(&gone["Unsuccessful"]).is_empty(), "{gone}");
    for group in [&endpoints, &machines] {
        patiently(aws, &format!("ec2 delete-security-group --group-id {group}"), "(DependencyViolation)");
    }
    patiently(aws, &format!("ec2 delete-subnet --subnet-id {subnet}"), "(DependencyViolation)");
    for line in [
        "iam remove-role-from-instance-profile --instance-profile-name way --role-name way".to_owned(),
        "iam delete-instance-profile --instance-profile-name way".to_owned(),
        format!("iam detach-role-policy --role-name way --policy-arn {CORE}"),
        "iam delete-role --role-name way".to_owned(),
    ] {
        aws.ask(&words(&line));
    }
    let left = aws.ask(&["iam", "list-instance-profiles"]);
    assert!(list(&left["InstanceProfiles"]).iter().all(|profile| profile["InstanceProfileName"] != "way"), "{left}");
}
