//! VPCs, subnets and security groups.

use aws_sdk_ec2::types::{IpPermission, IpRange, Tag};

use super::{Scenario, scenarios};
use crate::help::{Cloud, code};

/// The seed's networks: the default VPC's bastion, and another VPC with a group and a subnet group.
const BASTION: &str = "sg-0e52d7b18c4f90a36";
const STAGING: &str = "vpc-0d41c7e8b2a6f3950";
const STAGING_GROUP: &str = "sg-0f83b6a2d91c7e450";
const OLD: &str = "legacy-crm-2019";

fn port(number: i32) -> IpPermission {
    let peer = IpRange::builder().cidr_ip("10.9.0.0/16").build();
    IpPermission::builder().ip_protocol("tcp").from_port(number).to_port(number).ip_ranges(peer).build()
}

/// A new group; its id, or the code of the refusal.
async fn made(cloud: &Cloud, name: &str, vpc: &str) -> Result<String, String> {
    let create = cloud.ec2.create_security_group().group_name(name).description("for a test").vpc_id(vpc);
    let made = create.send().await;
    made.map(|made| made.group_id.unwrap()).map_err(|error| code::<(), _, _>(Err(error)))
}

async fn allow(cloud: &Cloud, group: &str, permission: IpPermission) -> String {
    let allow = cloud.ec2.authorize_security_group_ingress().group_id(group).ip_permissions(permission);
    code(allow.send().await)
}

async fn deleted(cloud: &Cloud, group: &str) -> String {
    code(cloud.ec2.delete_security_group().group_id(group).send().await)
}

async fn free(cloud: &Cloud, subnet_group: &str) -> Vec<i32> {
    let group = cloud.rds.describe_db_subnet_groups().db_subnet_group_name(subnet_group).send().await.unwrap();
    let ids = group.db_subnet_groups()[0].subnets().iter().map(|subnet| subnet.subnet_identifier().unwrap().to_owned());
    let subnets = cloud.ec2.describe_subnets().set_subnet_ids(Some(ids.collect())).send().await.unwrap();
    subnets.subnets().iter().map(|subnet| subnet.available_ip_address_count().unwrap()).collect()
}

async fn a_group_has_to_exist(cloud: Cloud) -> String {
    code(cloud.ec2.describe_security_groups().group_ids("sg-0123456789abcdef0").send().await)
}

async fn a_new_group_lets_everything_out(cloud: Cloud) -> String {
    let id = made(&cloud, "a", STAGING).await.unwrap();
    let groups = cloud.ec2.describe_security_groups().group_ids(id).send().await.unwrap();
    groups.security_groups()[0].ip_permissions_egress().len().to_string()
}

async fn a_groups_name_is_there_once(cloud: Cloud) -> String {
    assert_eq!(made(&cloud, "bastion", STAGING).await.map(drop), Ok(()));
    format!("{:?}", made(&cloud, "Bastion", STAGING).await.map(drop))
}

async fn a_groups_name_has_its_letters(cloud: Cloud) -> String {
    let mut seen = Vec::new();
    for name in ["sg-a", "default", "naïve", &"a".repeat(256)] {
        seen.push(made(&cloud, name, STAGING).await.map(drop));
    }
    format!("{seen:?}")
}

async fn a_group_in_use_stays(cloud: Cloud) -> String {
    format!("{} {}", deleted(&cloud, BASTION).await, deleted(&cloud, "sg-04c66e73f5c33e3e0").await)
}

async fn a_vpcs_own_group_stays(cloud: Cloud) -> String {
    let groups = cloud.ec2.describe_security_groups();
    let vpc = aws_sdk_ec2::types::Filter::builder().name("vpc-id").values(STAGING).build();
    let name = aws_sdk_ec2::types::Filter::builder().name("group-name").values("default").build();
    let groups = groups.filters(vpc).filters(name).send().await.unwrap();
    let [group] = groups.security_groups() else { panic!("{groups:?}") };
    deleted(&cloud, group.group_id().unwrap()).await
}

async fn a_rule_is_there_once(cloud: Cloud) -> String {
    assert_eq!(allow(&cloud, STAGING_GROUP, port(22)).await, "accepted");
    allow(&cloud, STAGING_GROUP, port(22)).await
}

async fn a_group_has_sixty_rules(cloud: Cloud) -> String {
    for number in 0..59 {
        assert_eq!(allow(&cloud, STAGING_GROUP, port(1000 + number)).await, "accepted");
    }
    allow(&cloud, STAGING_GROUP, port(22)).await
}

async fn a_rule_that_is_not_there(cloud: Cloud) -> String {
    let mut seen = Vec::new();
    for group in [BASTION, STAGING_GROUP] {
        let revoke = cloud.ec2.revoke_security_group_ingress().group_id(group).ip_permissions(port(22));
        let answer = revoke.send().await;
        let unknown = answer.as_ref().map_or(0, |answer| answer.unknown_ip_permissions().len());
        seen.push(format!("{} {unknown}", code(answer)));
    }
    assert_eq!(seen[0], "accepted 1");
    seen.remove(1)
}

async fn what_is_only_tried_comes_to_nothing(cloud: Cloud) -> String {
    let create = cloud.ec2.create_security_group().group_name("a").description("a").dry_run(true).send().await;
    code(create)
}

async fn tags_of_aws_are_refused(cloud: Cloud) -> String {
    let tag = Tag::builder().key("aws:a").value("x").build();
    code(cloud.ec2.create_tags().resources(BASTION).tags(tag).send().await)
}

async fn a_database_has_groups_that_exist(cloud: Cloud) -> String {
    let unknown = "sg-0123456789abcdef0";
    let restored = code(cloud.restore(OLD, "a").vpc_security_group_ids(unknown).send().await);
    format!("{restored} {}", code(cloud.modify("orders").vpc_security_group_ids(unknown).send().await))
}

async fn an_instance_has_an_address(cloud: Cloud) -> String {
    cloud.restore(OLD, "a").db_subnet_group_name("staging").multi_az(true).send().await.unwrap();
    format!("{:?}", free(&cloud, "staging").await)
}

async fn a_database_has_groups_of_its_vpc(cloud: Cloud) -> String {
    let restored = code(cloud.restore(OLD, "a").vpc_security_group_ids(STAGING_GROUP).send().await);
    let elsewhere = cloud.restore(OLD, "b").vpc_security_group_ids(STAGING_GROUP).db_subnet_group_name("staging");
    assert_eq!(code(elsewhere.send().await), "accepted");
    format!("{restored} {}", code(cloud.modify("orders").vpc_security_group_ids(STAGING_GROUP).send().await))
}

async fn a_subnet_group_is_in_one_vpc(cloud: Cloud) -> String {
    let create = cloud.rds.create_db_subnet_group().db_subnet_group_name("a").db_subnet_group_description("a");
    code(create.subnet_ids("subnet-0c5d19a7e3b84f602").subnet_ids("subnet-06e340b9cffb37a98").send().await)
}

async fn full_subnets_take_no_instance(cloud: Cloud) -> String {
    for name in ["a", "b"] {
        let restore = cloud.restore(OLD, name).db_subnet_group_name("staging").multi_az(true);
        assert_eq!(code(restore.send().await), "accepted");
    }
    code(cloud.restore(OLD, "c").db_subnet_group_name("staging").send().await)
}

async fn an_option_group_is_of_a_vpc(cloud: Cloud) -> String {
    cloud.taken("shop", "a").await;
    let restore = |name: &str| cloud.restore("a", name).option_group_name("shop-audit");
    assert_eq!(code(restore("here").db_subnet_group_name("private-databases").send().await), "accepted");
    code(restore("there").db_subnet_group_name("staging").send().await)
}

/// A group of an engine with one option, and an instance that has it.
async fn with_option(cloud: &Cloud, instance: &str, engine: &str, major: &str, option: &str) {
    let create = cloud.rds.create_option_group().option_group_name("own").option_group_description("own");
    create.engine_name(engine).major_engine_version(major).send().await.unwrap();
    let option = aws_sdk_rds::types::OptionConfiguration::builder().option_name(option).build();
    cloud.rds.modify_option_group().option_group_name("own").options_to_include(option).send().await.unwrap();
    cloud.modify(instance).option_group_name("own").send().await.unwrap();
    cloud.minutes(10).await;
}

async fn lasting_options_come_along(cloud: Cloud) -> String {
    with_option(&cloud, "hr-oracle", "oracle-se2", "19", "Timezone").await;
    cloud.taken("hr-oracle", "a").await;
    let restore = || cloud.restore("a", "copy").db_subnet_group_name("private-databases");
    let default = code(restore().option_group_name("default:oracle-se2-19").send().await);
    let none = restore().db_instance_identifier("none").send().await.unwrap().db_instance.unwrap();
    format!("{default} {}", none.option_group_memberships()[0].option_group_name().unwrap())
}

async fn lasting_options_stay_in_their_group(cloud: Cloud) -> String {
    with_option(&cloud, "erp-sql", "sqlserver-se", "15.00", "TDE").await;
    code(cloud.rds.modify_option_group().option_group_name("own").options_to_remove("TDE").send().await)
}

async fn permanent_options_stay_with_their_instance(cloud: Cloud) -> String {
    with_option(&cloud, "hr-oracle", "oracle-se2", "19", "Timezone").await;
    code(cloud.modify("hr-oracle").option_group_name("default:oracle-se2-19").send().await)
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-EC2-1" a_group_has_to_exist,
    "R-EC2-2" a_new_group_lets_everything_out,
    "R-EC2-3" a_groups_name_is_there_once,
    "R-EC2-4" a_groups_name_has_its_letters,
    "R-EC2-5" a_group_in_use_stays,
    "R-EC2-6" a_vpcs_own_group_stays,
    "R-EC2-7" a_rule_is_there_once,
    "R-EC2-8" a_group_has_sixty_rules,
    "R-EC2-9" a_rule_that_is_not_there,
    "R-EC2-10" what_is_only_tried_comes_to_nothing,
    "R-EC2-11" tags_of_aws_are_refused,
    "R-NET-3" a_database_has_groups_that_exist,
    "R-NET-4" an_instance_has_an_address,
    "R-NET-5" a_database_has_groups_of_its_vpc,
    "R-NET-6" a_subnet_group_is_in_one_vpc,
    "R-NET-7" full_subnets_take_no_instance,
    "R-OPT-1" an_option_group_is_of_a_vpc,
    "R-OPT-2" lasting_options_come_along,
    "R-OPT-3" lasting_options_stay_in_their_group,
    "R-OPT-4" permanent_options_stay_with_their_instance,
};
