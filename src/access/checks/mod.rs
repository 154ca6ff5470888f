//! The recipe, part by part. Each file holds one subject, and each check is a function over the facts.

mod agent;
mod bastion;
mod database_group;
mod dns;
mod endpoints;
mod logging;
mod network_acls;
mod path;
mod permitted;
mod public;
mod role;
mod subnets;

use super::{
    check::{Judged, Subject},
    scene::Scene,
};

pub(super) use agent::reaches_others;
pub(super) use endpoints::{needed as endpoints_needed, usable as endpoint_stands};
pub(super) use network_acls::{PORTS, wide};

/// Whether a subnet is reached from nowhere on the internet.
pub(super) fn is_private(scene: &Scene<'_>, subnet: &str) -> bool {
    matches!(subnets::one(scene, subnet), Ok(Judged::Fine(_)))
}

/// Whether the bastion's role lets its agent work.
pub(super) fn role_stands(scene: &Scene<'_>) -> bool {
    matches!(role::judge(scene), Ok(Judged::Fine(_)))
}

/// All checks, in the order in which a person would follow the way: the database, its subnets, its borders, the
/// bastion, its agent, the agent's way to AWS, the way from the bastion to the database, who may go it, what is logged.
pub(super) const CHECKS: [Subject; 26] = [
    Subject {
        id: "database-not-public",
        title: "the database isn't publicly accessible",
        why: "a public address makes every mistake in a security group or a route one that the internet sees",
        answers: &["Security Hub RDS.2", "Config RDS_INSTANCE_PUBLIC_ACCESS_CHECK", "CIS 3.2.3"],
        judge: public::judge,
    },
    Subject {
        id: "subnets-private",
        title: "all subnets of its subnet group are private",
        why: "a failover or a maintenance can move the database into any of them",
        answers: &["Security Hub RDS.46", "Config rds-instance-subnet-igw-check"],
        judge: subnets::private,
    },
    Subject {
        id: "subnets-two-zones",
        title: "the subnets lie in two Availability Zones that live",
        why: "without a second zone there is nowhere to fail over to, and RDS refuses to restore into the group",
        answers: &[],
        judge: subnets::two_zones,
    },
    Subject {
        id: "database-group-ports",
        title: "its security groups open only its port",
        why: "a port that nothing serves today is served tomorrow, and was opened before",
        answers: &[],
        judge: database_group::ports,
    },
    Subject {
        id: "database-group-peers",
        title: "its security groups let in only security groups",
        why: "addresses change hands; a group says who is meant",
        answers: &[],
        judge: database_group::peers,
    },
    Subject {
        id: "acl-ssh-rdp",
        title: "network ACLs deny 22 and 3389 before anything wide",
        why: "rules for return traffic hold 3389, and a wide rule holds both: the first rule that matches decides",
        answers: &["Security Hub EC2.21", "Config NACL_NO_UNRESTRICTED_SSH_RDP", "CIS 6.2"],
        judge: network_acls::judge,
    },
    Subject {
        id: "bastion",
        title: "there is a bastion that runs",
        why: "Session Manager reaches a private database only through a machine",
        answers: &[],
        judge: bastion::exists,
    },
    Subject {
        id: "bastion-private",
        title: "the bastion is in a private subnet",
        why: "Session Manager needs no way in from the internet, so there should be none",
        answers: &[],
        judge: bastion::private,
    },
    Subject {
        id: "bastion-no-public-address",
        title: "the bastion has no public address",
        why: "it is what the internet would knock at",
        answers: &["Security Hub EC2.9", "Config EC2_INSTANCE_NO_PUBLIC_IP"],
        judge: bastion::no_public_address,
    },
    Subject {
        id: "bastion-no-key-pair",
        title: "the bastion has no key pair",
        why: "a private key is a way in that IAM doesn't see, and that nobody takes back",
        answers: &[],
        judge: bastion::no_key_pair,
    },
    Subject {
        id: "bastion-no-ingress",
        title: "the bastion's security groups let nothing in",
        why: "the agent calls out; whatever is let in is a second door",
        answers: &["Security Hub EC2.13", "Security Hub EC2.14", "Config INCOMING_SSH_DISABLED", "CIS 6.3", "CIS 6.4"],
        judge: bastion::no_ingress,
    },
    Subject {
        id: "bastion-imdsv2",
        title: "the bastion answers IMDSv2 only",
        why: "with IMDSv1 one forged request inside the machine gives its role's credentials away",
        answers: &["Security Hub EC2.8", "Config EC2_IMDSV2_CHECK", "CIS 6.7"],
        judge: bastion::imdsv2,
    },
    Subject {
        id: "bastion-role",
        title: "the bastion's role lets the agent work",
        why: "without it the agent can't register, or registers and opens no session",
        answers: &[],
        judge: role::judge,
    },
    Subject {
        id: "agent-online",
        title: "its agent is online",
        why: "a session begins at an agent that Systems Manager hears",
        answers: &[],
        judge: agent::online,
    },
    Subject {
        id: "agent-version",
        title: "its agent's version reaches databases, without known defects",
        why: "older agents connect to themselves instead of the database, and some break sessions for ports",
        answers: &[],
        judge: agent::version,
    },
    Subject {
        id: "endpoint-ssm",
        title: "there is an endpoint for ssm",
        why: "without it, the agent in a private subnet can't register",
        answers: &["Security Hub EC2.57", "Config SERVICE_VPC_ENDPOINT_ENABLED"],
        judge: endpoints::ssm,
    },
    Subject {
        id: "endpoint-ssmmessages",
        title: "there is an endpoint for ssmmessages",
        why: "without it, the agent registers, but sessions fail",
        answers: &["Config SERVICE_VPC_ENDPOINT_ENABLED"],
        judge: endpoints::ssmmessages,
    },
    Subject {
        id: "endpoint-others",
        title: "there are endpoints for what else sessions need",
        why: "an agent before 3.3.40.0 needs ec2messages; encrypted sessions need kms, logs of sessions need logs or s3",
        answers: &["Config SERVICE_VPC_ENDPOINT_ENABLED"],
        judge: endpoints::others,
    },
    Subject {
        id: "endpoint-private-dns",
        title: "the endpoints have private DNS",
        why: "without it the agent asks for AWS's public addresses, and never finds the endpoint",
        answers: &[],
        judge: dns::endpoints,
    },
    Subject {
        id: "vpc-dns-support",
        title: "the VPC resolves names (enableDnsSupport)",
        why: "without it no name is resolved in the VPC, the endpoints' names among them",
        answers: &[],
        judge: dns::support,
    },
    Subject {
        id: "vpc-dns-hostnames",
        title: "the VPC gives host names (enableDnsHostnames)",
        why: "private DNS of endpoints works only with both attributes",
        answers: &[],
        judge: dns::hostnames,
    },
    Subject {
        id: "endpoint-let-in",
        title: "443 is open from the bastion to the endpoints",
        why: "the agent speaks HTTPS to the endpoints, through both security groups and every border between",
        answers: &[],
        judge: endpoints::let_in,
    },
    Subject {
        id: "path-groups",
        title: "security groups let the bastion reach the database",
        why: "a tunnel ends at the bastion unless both sides' groups let its connection through",
        answers: &[],
        judge: path::groups,
    },
    Subject {
        id: "path-acls",
        title: "network ACLs let it reach the database, and answers back",
        why: "network ACLs know no connections: requests and answers are judged apart, at both subnets",
        answers: &[],
        judge: path::acls,
    },
    Subject {
        id: "tunnel-permitted",
        title: "whoever asks now may open a tunnel",
        why: "what IAM denies would show only when the tunnel is opened. A simulation knows no tags and no other conditions of \
              a real request, so it can be wrong where policies have such",
        answers: &[],
        judge: permitted::judge,
    },
    Subject {
        id: "session-logging",
        title: "shell sessions are logged",
        why: "ports that a session forwards are never logged by Session Manager: of those, CloudTrail has the start, and the \
              database's audit log the rest",
        answers: &[],
        judge: logging::judge,
    },
];
