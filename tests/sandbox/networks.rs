//! Networks, as EC2's own client sees them.

use aws_sdk_ec2::types::{Filter, IpPermission, UserIdGroupPair};
use rds_encrypt::sandbox::{How, Misbehaviour, Options, Sandbox, Switches};
use serde_json::{Value, json};

use crate::help::{Cloud, clients, cloud, code, message, with};

const BASTION: &str = "sg-0e52d7b18c4f90a36";
const OLD: &str = "legacy-crm-2019";

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

fn from_bastion(port: i32) -> IpPermission {
    let peer = UserIdGroupPair::builder().group_id(BASTION).description("bastion").build();
    IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port).user_id_group_pairs(peer).build()
}

#[tokio::test(start_paused = true)]
async fn a_quarantine_is_built_used_and_removed() {
    let cloud = cloud().await;
    let ec2 = &cloud.ec2;
    let vpc = cloud.instance("orders").await.db_subnet_group.unwrap().vpc_id.unwrap();
    let create = ec2.create_security_group().group_name("quarantine").description("bastion only").vpc_id(vpc);
    let id = create.send().await.unwrap().group_id.unwrap();
    ec2.authorize_security_group_ingress().group_id(&id).ip_permissions(from_bastion(5432)).send().await.unwrap();
    let found = ec2.describe_security_groups().filters(filter("group-name", "quar*")).send().await.unwrap();
    let [group] = found.security_groups() else { panic!("{found:?}") };
    assert_eq!(group.ip_permissions()[0].user_id_group_pairs()[0].group_id(), Some(BASTION));
    let out = group.ip_permissions_egress().to_vec();
    let revoke = ec2.revoke_security_group_egress().group_id(&id).set_ip_permissions(Some(out));
    assert_eq!(revoke.send().await.unwrap().r#return(), Some(true));
    let found = ec2.describe_security_groups().group_ids(&id).send().await.unwrap();
    assert!(found.security_groups()[0].ip_permissions_egress().is_empty());

    cloud.modify("orders").vpc_security_group_ids(&id).send().await.unwrap();
    cloud.minutes(2).await;
    let delete = || ec2.delete_security_group().group_id(&id).send();
    assert_eq!(code(delete().await), "DependencyViolation");
    let interfaces = ec2.describe_network_interfaces().filters(filter("group-id", &id)).send().await.unwrap();
    let [interface] = interfaces.network_interfaces() else { panic!("{interfaces:?}") };
    assert_eq!(interface.description(), Some("RDSNetworkInterface"));
    cloud.modify("orders").vpc_security_group_ids("sg-04c66e73f5c33e3e0").send().await.unwrap();
    assert_eq!(code(delete().await), "DependencyViolation", "still being removed");
    cloud.minutes(2).await;
    assert_eq!(code(delete().await), "accepted");
    assert_eq!(code(delete().await), "InvalidGroup.NotFound");
}

#[tokio::test(start_paused = true)]
async fn refusals_are_ec2s() {
    let cloud = cloud().await;
    let unknown = cloud.ec2.describe_security_groups().group_ids("sg-0123456789abcdef0").send().await;
    assert_eq!(message(unknown), "The security group 'sg-0123456789abcdef0' does not exist");
    assert_eq!(code(cloud.ec2.describe_volumes().send().await), "NotImplemented");
    assert_eq!(code(cloud.ec2.describe_vpcs().filters(filter("colour", "red")).send().await), "InvalidParameterValue");
    for (how, wanted) in [
        (How::Throttle, "RequestLimitExceeded"),
        (How::Deny, "UnauthorizedOperation"),
        (How::Expired, "RequestExpired"),
    ] {
        let operation = Some("DescribeSubnets".to_owned());
        cloud.sandbox.misbehave(Misbehaviour { operation, after: 0, times: 1, how });
        assert_eq!(code(cloud.ec2.describe_subnets().send().await), wanted);
    }
    let how = How::Hides { name: BASTION.to_owned() };
    cloud.order("DescribeSecurityGroups", how);
    assert_eq!(code(cloud.ec2.describe_security_groups().group_ids(BASTION).send().await), "InvalidGroup.NotFound");
}

#[tokio::test(start_paused = true)]
async fn pages_follow_one_another() {
    let cloud = cloud().await;
    let whole = cloud.ec2.describe_security_groups().send().await.unwrap().security_groups.unwrap().len();
    let (mut seen, mut token) = (0, None);
    loop {
        let page = cloud.ec2.describe_security_groups().max_results(5).set_next_token(token).send().await.unwrap();
        seen += page.security_groups().len();
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, whole);
    let zones = cloud.ec2.describe_availability_zones().send().await.unwrap();
    assert_eq!(zones.availability_zones().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_multi_az_instance_has_two_addresses() {
    let cloud = cloud().await;
    let interfaces = cloud.ec2.describe_network_interfaces().filters(filter("requester-id", "amazon-rds"));
    let interfaces = interfaces.send().await.unwrap();
    let of =
        |zone: &str| interfaces.network_interfaces().iter().filter(|row| row.availability_zone() == Some(zone)).count();
    let (mut instances, mut standbys) = (0, 0);
    for instance in cloud.rds.describe_db_instances().send().await.unwrap().db_instances() {
        instances += 1;
        standbys += usize::from(instance.multi_az() == Some(true));
    }
    assert_eq!(of("eu-west-2a") + of("eu-west-2b") + of("eu-west-2c"), instances + standbys);
    let mut addresses: Vec<_> =
        interfaces.network_interfaces().iter().map(|row| row.private_ip_address().unwrap()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), instances + standbys, "each has its own");
}

#[tokio::test(start_paused = true)]
async fn full_subnets_may_show_only_in_the_status() {
    let switches = Switches { full_subnets_refused: false, ..Switches::default() };
    let cloud = with(Options { switches, ..Options::default() }).await;
    for name in ["a", "b"] {
        cloud.restore(OLD, name).db_subnet_group_name("staging").multi_az(true).send().await.unwrap();
    }
    cloud.restore(OLD, "c").db_subnet_group_name("staging").send().await.unwrap();
    cloud.until("c", "incompatible-network").await;
    cloud.until("a", "available").await;
}

#[tokio::test(start_paused = true)]
async fn who_names_no_option_group_may_be_refused() {
    for (lasting_options_keep_group, wanted) in [(true, "accepted"), (false, "InvalidParameterCombination")] {
        let switches = Switches { lasting_options_keep_group, ..Switches::default() };
        let cloud = with(Options { switches, ..Options::default() }).await;
        let create = cloud.rds.create_option_group().option_group_name("own").option_group_description("own");
        create.engine_name("oracle-se2").major_engine_version("19").send().await.unwrap();
        let option = aws_sdk_rds::types::OptionConfiguration::builder().option_name("Timezone").build();
        cloud.rds.modify_option_group().option_group_name("own").options_to_include(option).send().await.unwrap();
        cloud.modify("hr-oracle").option_group_name("own").send().await.unwrap();
        cloud.minutes(10).await;
        cloud.taken("hr-oracle", "a").await;
        let restore = cloud.restore("a", "copy").db_subnet_group_name("private-databases");
        assert_eq!(code(restore.send().await), wanted);
        // The group is bound to the VPC of the instance that has it.
        let elsewhere = cloud.restore("a", "there").db_subnet_group_name("staging").option_group_name("own");
        let why = message(elsewhere.send().await);
        assert_eq!(why, "The option group own is associated with a different VPC than the request.");
    }
}

/// A world of these rows.
async fn adopted(rows: &Value) -> Cloud {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    std::fs::write(&path, rows.to_string()).unwrap();
    clients(Sandbox::open(Options { seed: Some(path), ..Options::default() }).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn networks_are_made_up_from_rows() {
    let group = |id: &str| json!([{"VpcSecurityGroupId": id, "Status": "active"}]);
    let subnets = json!([
        {"SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": {"Name": "eu-west-2a"}, "SubnetStatus": "Active"},
        {"SubnetIdentifier": "subnet-2", "SubnetAvailabilityZone": {"Name": "eu-west-2b"}, "SubnetStatus": "Active"}]);
    let cloud = adopted(&json!({"DBInstances": [
        {"DBInstanceIdentifier": "old", "DBInstanceClass": "db.m5.large", "Engine": "mysql", "EngineVersion": "8.0.36",
         "DBInstanceStatus": "available", "AllocatedStorage": 20, "StorageType": "gp2", "AvailabilityZone": "eu-west-2b",
         "BackupRetentionPeriod": 1, "VpcSecurityGroups": group("sg-11111111"), "MasterUsername": "me",
         "DBSubnetGroup": {"DBSubnetGroupName": "mine", "VpcId": "vpc-1", "Subnets": subnets}},
        {"DBInstanceIdentifier": "older", "DBInstanceClass": "db.m5.large", "Engine": "mysql", "EngineVersion": "8.0.36",
         "DBInstanceStatus": "available", "AllocatedStorage": 20, "VpcSecurityGroups": group("sg-22222222")}]}))
    .await;
    let groups =
        cloud.ec2.describe_security_groups().group_ids("sg-11111111").group_ids("sg-22222222").send().await.unwrap();
    let vpcs: Vec<_> = groups.security_groups().iter().map(|group| group.vpc_id().unwrap()).collect();
    assert!(vpcs.contains(&"vpc-1") && vpcs.len() == 2 && vpcs[0] != vpcs[1], "{vpcs:?}");
    let subnets = cloud.ec2.describe_subnets().filters(filter("vpc-id", "vpc-1")).send().await.unwrap();
    let free: Vec<_> = subnets.subnets().iter().map(|subnet| subnet.available_ip_address_count().unwrap()).collect();
    assert_eq!(free, [251, 250]);
    cloud.taken("old", "a").await;
    assert_eq!(cloud.snapshot("a").await.vpc_id(), Some("vpc-1"));
    let restore = || cloud.restore("a", "new").vpc_security_group_ids("sg-11111111");
    let elsewhere = message(restore().send().await);
    assert!(elsewhere.starts_with("The DB instance and EC2 security group are in different VPCs."), "{elsewhere}");
    let made = restore().db_subnet_group_name("mine").send().await.unwrap().db_instance.unwrap();
    assert_eq!(made.db_subnet_group().unwrap().vpc_id(), Some("vpc-1"));
    // Without a group it gets the VPC's own.
    let own = cloud.restore("a", "newer").db_subnet_group_name("mine").send().await.unwrap().db_instance.unwrap();
    let id = own.vpc_security_groups()[0].vpc_security_group_id().unwrap().to_owned();
    let group = cloud.ec2.describe_security_groups().group_ids(id).send().await.unwrap();
    assert_eq!(group.security_groups()[0].group_name(), Some("default"));
    assert_eq!(group.security_groups()[0].vpc_id(), Some("vpc-1"));
}
