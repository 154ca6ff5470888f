//! Rules about networks: what EC2 refuses, and what RDS wants of VPCs, subnets, security groups and option groups, which are
//! bound to a VPC.

use super::Rule;

const GROUP_RULES: &str =
    "ec2 AuthorizeSecurityGroupIngress; errors InvalidPermission.Duplicate on EC2's page of errors";

/// Them all.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-EC2-1",
        rule: "An id that doesn't exist is refused as not found; a filter that nothing fits gives an empty list",
        source: "EC2's page of errors: InvalidGroup.NotFound, InvalidVpcID.NotFound, InvalidSubnetID.NotFound",
        place: "ec2/look.rs",
        scenario: "a_group_has_to_exist",
    },
    Rule {
        id: "R-EC2-2",
        rule: "A new security group lets everything out and nothing in",
        source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
        place: "ec2/groups.rs",
        scenario: "a_new_group_lets_everything_out",
    },
    Rule {
        id: "R-EC2-3",
        rule: "A security group's name is there once in a VPC, whatever the case of its letters",
        source: "ec2 CreateSecurityGroup.GroupName; EC2's page of errors: InvalidGroup.Duplicate",
        place: "ec2/groups.rs",
        scenario: "a_groups_name_is_there_once",
    },
    Rule {
        id: "R-EC2-4",
        rule: "Names and descriptions of security groups: 255 of certain letters, no name like an id, and not default",
        source: "ec2 CreateSecurityGroup.GroupName, Description; the refusals' sentences unproven",
        place: "ec2/groups.rs",
        scenario: "a_groups_name_has_its_letters",
    },
    Rule {
        id: "R-EC2-5",
        rule: "A security group that an instance, a proxy or another group's rule uses can't be deleted: DependencyViolation",
        source: "ec2 DeleteSecurityGroup",
        place: "ec2/groups.rs",
        scenario: "a_group_in_use_stays",
    },
    Rule {
        id: "R-EC2-6",
        rule: "A VPC's own security group can't be deleted",
        source: "EC2's page of errors: CannotDelete",
        place: "ec2/groups.rs",
        scenario: "a_vpcs_own_group_stays",
    },
    Rule {
        id: "R-EC2-7",
        rule: "A rule is in a security group once; a description makes no other rule of it",
        source: GROUP_RULES,
        place: "ec2/change.rs",
        scenario: "a_rule_is_there_once",
    },
    Rule {
        id: "R-EC2-8",
        rule: "A security group has 60 rules at most in each direction",
        source: "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
        place: "ec2/change.rs",
        scenario: "a_group_has_sixty_rules",
    },
    Rule {
        id: "R-EC2-9",
        rule: "Taking a rule back that isn't there: InvalidPermission.NotFound, in the default VPC only a list of them",
        source: "ec2 RevokeSecurityGroupIngress",
        place: "ec2/change.rs",
        scenario: "a_rule_that_is_not_there",
    },
    Rule {
        id: "R-EC2-10",
        rule: "With DryRun nothing happens: DryRunOperation, HTTP 412, where it would have succeeded",
        source: "ec2 CreateSecurityGroup.DryRun",
        place: "ec2/mod.rs",
        scenario: "what_is_only_tried_comes_to_nothing",
    },
    Rule {
        id: "R-EC2-11",
        rule: "A thing has 50 tags at most, and none that begins with aws:",
        source: "ec2 CreateTags; the refusals' sentences unproven",
        place: "ec2/tags.rs",
        scenario: "tags_of_aws_are_refused",
    },
    Rule {
        id: "R-NET-3",
        rule: "RDS takes only security groups that exist",
        source: "AWS's answer: Invalid security group , groupId= …, groupName=.",
        place: "rds/rules.rs",
        scenario: "a_database_has_groups_that_exist",
    },
    Rule {
        id: "R-NET-4",
        rule: "Each instance has an address in a subnet of its zone, Multi-AZ a second one; EC2 keeps five of each subnet",
        source: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html; the guide's page on instances in a VPC; the standby's unproven",
        place: "world/network/mod.rs",
        scenario: "an_instance_has_an_address",
    },
    Rule {
        id: "R-NET-5",
        rule: "RDS takes only security groups of the instance's VPC, which is its subnet group's",
        source: "AWS's answer as quoted in terraform-aws-modules/terraform-aws-rds#451",
        place: "rds/rules.rs",
        scenario: "a_database_has_groups_of_its_vpc",
    },
    Rule {
        id: "R-NET-6",
        rule: "The subnets of a subnet group are in one VPC: InvalidSubnet",
        source: "errors of CreateDBSubnetGroup; a subnet that isn't there as quoted in hashicorp/terraform-provider-aws#49846",
        place: "rds/groups/subnets.rs",
        scenario: "a_subnet_group_is_in_one_vpc",
    },
    Rule {
        id: "R-NET-7",
        rule: "Where the subnets have no address left there is no new instance: it is refused, or ends as incompatible-network",
        source: "the guide's page on statuses says incompatible-network of such subnets; whether the call is refused, and how, unproven: switch full_subnets_refused",
        place: "rds/placing.rs",
        scenario: "full_subnets_take_no_instance",
    },
    Rule {
        id: "R-OPT-1",
        rule: "An option group of a person's is bound to the VPC of the instances that have it; elsewhere it is refused",
        source: "OptionGroup.VpcId; the guide's page on option groups; AWS's answer as quoted in boto/boto#2917",
        place: "rds/groups/bound.rs",
        scenario: "an_option_group_is_of_a_vpc",
    },
    Rule {
        id: "R-OPT-2",
        rule: "A copy or restore gets an option group with the snapshot's persistent and permanent options",
        source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html; the sentence is AWS Backup's guide's; who names no group unproven: switch lasting_options_keep_group",
        place: "rds/groups/bound.rs",
        scenario: "lasting_options_come_along",
    },
    Rule {
        id: "R-OPT-3",
        rule: "A permanent option stays in its group, a persistent one while an instance has the group",
        source: "OptionGroupOption.Permanent, OptionGroupOption.Persistent; the refusal's code unproven",
        place: "rds/groups/options.rs",
        scenario: "lasting_options_stay_in_their_group",
    },
    Rule {
        id: "R-OPT-4",
        rule: "An instance keeps an option group with permanent options, or gets one that has them too",
        source: "OptionGroupOption.Permanent; the refusal's code unproven",
        place: "rds/groups/bound.rs",
        scenario: "permanent_options_stay_with_their_instance",
    },
];
