//! Saved answers: the network in which all is as it should be, as AWS shows it, and what is odd about files.

use serde_json::{Value, json};

use super::{
    found,
    network::{good, rule},
};
use crate::{
    access::{
        Facts, Read,
        saved::{SavedError, facts},
    },
    model::Peer,
};

/// The files of `fixtures/access`.
const FILES: [(&str, &str); 18] = [
    ("describe-db-instances.json", include_str!("../../../fixtures/access/describe-db-instances.json")),
    ("describe-db-subnet-groups.json", include_str!("../../../fixtures/access/describe-db-subnet-groups.json")),
    ("describe-instance-information.json", include_str!("../../../fixtures/access/describe-instance-information.json")),
    ("describe-instances.json", include_str!("../../../fixtures/access/describe-instances.json")),
    ("describe-network-acls.json", include_str!("../../../fixtures/access/describe-network-acls.json")),
    ("describe-prefix-lists.json", include_str!("../../../fixtures/access/describe-prefix-lists.json")),
    ("describe-route-tables.json", include_str!("../../../fixtures/access/describe-route-tables.json")),
    ("describe-security-groups.json", include_str!("../../../fixtures/access/describe-security-groups.json")),
    ("describe-subnets.json", include_str!("../../../fixtures/access/describe-subnets.json")),
    ("hostnames.json", include_str!("../../../fixtures/access/describe-vpc-attribute-enableDnsHostnames.json")),
    ("support.json", include_str!("../../../fixtures/access/describe-vpc-attribute-enableDnsSupport.json")),
    ("describe-vpc-endpoints.json", include_str!("../../../fixtures/access/describe-vpc-endpoints.json")),
    ("describe-vpcs.json", include_str!("../../../fixtures/access/describe-vpcs.json")),
    ("get-document.json", include_str!("../../../fixtures/access/get-document.json")),
    ("policies-bastion.json", include_str!("../../../fixtures/access/list-attached-role-policies-bastion.json")),
    ("list-instance-profiles.json", include_str!("../../../fixtures/access/list-instance-profiles.json")),
    ("simulate.json", include_str!("../../../fixtures/access/simulate-principal-policy.json")),
    ("empty.json", ""),
];

fn read(files: &[(&str, &str)]) -> Result<Facts, SavedError> {
    facts(files.iter().copied(), &"orders".parse().unwrap())
}

/// The good network, with other files after its own.
fn with(others: &[(&str, Value)]) -> Facts {
    let texts: Vec<(&str, String)> = others.iter().map(|(name, value)| (*name, value.to_string())).collect();
    let mut files = FILES.to_vec();
    files.extend(texts.iter().map(|(name, text)| (*name, text.as_str())));
    read(&files).unwrap()
}

#[test]
fn the_good_network_is_read_as_it_was_made() {
    let (read, mut made) = (read(&FILES).unwrap(), good());
    assert_eq!(read.group_subnets, made.group_subnets);
    assert_eq!(read.subnets, made.subnets);
    assert_eq!(read.route_tables, made.route_tables);
    assert_eq!(read.network_acls, made.network_acls);
    assert_eq!(read.security_groups, made.security_groups);
    assert_eq!(read.prefix_lists, made.prefix_lists);
    assert_eq!(read.vpcs, made.vpcs);
    assert_eq!(read.endpoints, made.endpoints);
    super::network::known(&mut made.machines)[0].http_endpoint = Some("enabled".into());
    assert_eq!(read.machines, made.machines);
    assert_eq!(read.profiles, made.profiles);
    assert_eq!(read.preferences, made.preferences);
    assert_eq!(found(&read), (vec![], vec![]));
}

#[test]
fn each_missing_file_leaves_checks_open_and_fails_none() {
    for (missing, _) in &FILES[1..17] {
        let files: Vec<(&str, &str)> = FILES.iter().filter(|(name, _)| name != missing).copied().collect();
        let (failed, open) = found(&read(&files).unwrap());
        assert!(failed.is_empty(), "{missing}: {failed:?}");
        let is_spare = *missing == "describe-prefix-lists.json";
        assert_eq!(open.is_empty(), is_spare, "{missing}: {open:?}");
    }
    assert!(matches!(read(&FILES[1..]), Err(SavedError::NoDatabases)));
    let other = facts(FILES, &"invoices".parse().unwrap());
    assert!(matches!(other, Err(SavedError::NotThere { known, .. }) if known == "orders"));
    assert!(matches!(read(&[("a.json", "{")]), Err(SavedError::NotJson { file, .. }) if file == "a.json"));
}

#[test]
fn recordings_several_answers_and_pages() {
    let all: Vec<Value> = FILES[..17]
        .iter()
        .map(|(_, text)| json!({"from": "a/1", "answer": serde_json::from_str::<Value>(text).unwrap()}))
        .collect();
    let text = Value::Array(all).to_string();
    // The answer about a role's policies names no role: only its file's name does.
    let facts = read(&[("all-bastion.json", &text)]).unwrap();
    assert_eq!(found(&facts), (vec![], vec![]));
    let facts = with(&[("more.json", json!({"VpcEndpoints": [], "NextToken": "abc"}))]);
    assert!(matches!(&facts.endpoints, Read::NotRead(why) if why.starts_with("more.json ends with a NextToken")));
    let open = facts_of_documents(&json!([{"Name": "Mine"}]));
    assert_eq!(open, Read::Known(None));
    assert!(matches!(facts_of_documents(&json!([{"Name": "SSM-SessionManagerRunShell"}])), Read::NotRead(_)));
}

fn facts_of_documents(documents: &Value) -> Read<Option<crate::model::SessionPreferences>> {
    let text = json!({"DocumentIdentifiers": documents}).to_string();
    read(&[FILES[0], ("documents.json", &text)]).unwrap().preferences
}

#[test]
fn blocks_that_a_vpc_has_given_up_are_none_of_it() {
    let v4 = |cidr: &str, state: &str| json!({"CidrBlock": cidr, "CidrBlockState": {"State": state}});
    let v6 = |cidr: &str, state: &str| json!({"Ipv6CidrBlock": cidr, "Ipv6CidrBlockState": {"State": state}});
    let row = json!({"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16",
        "CidrBlockAssociationSet": [v4("10.0.0.0/16", "associated"), v4("100.64.0.0/16", "disassociated")],
        "Ipv6CidrBlockAssociationSet": [v6("2001:db8:1::/56", "failed"), v6("2001:db8:2::/56", "associated")]});
    let facts = with(&[("vpcs.json", json!({"Vpcs": [row]}))]);
    assert_eq!(facts.vpcs.known().unwrap()[0].cidrs, ["10.0.0.0/16", "2001:db8:2::/56"]);
}

#[test]
fn groups_and_subnets_of_other_interfaces_are_read() {
    let interface = |subnet: &str, group: &str| json!({"SubnetId": subnet, "Groups": [{"GroupId": group}]});
    let row = json!({"InstanceId": "i-two", "SubnetId": "subnet-b", "SecurityGroups": [{"GroupId": "sg-bastion"}],
        "NetworkInterfaces": [interface("subnet-b", "sg-bastion"), interface("subnet-e", "sg-endpoints")]});
    let facts = with(&[("two.json", json!({"Reservations": [{"Instances": [row]}]}))]);
    let two = facts.machines.known().unwrap().iter().find(|machine| machine.id == "i-two").unwrap();
    assert_eq!((&two.other_groups, &two.other_subnets), (&vec!["sg-endpoints".into()], &vec!["subnet-e".into()]));
}

#[test]
fn a_clusters_other_members_are_read() {
    let member = |name: &str, public: bool| json!({"DBInstanceIdentifier": name, "DBClusterIdentifier": "sales", "PubliclyAccessible": public});
    let rows = json!({"DBInstances": [member("sales-1", true), member("sales-2", false), member("sales-1", false)]});
    let rows = rows.to_string();
    let read = |asked: &str| facts([FILES[0], ("sales.json", rows.as_str())], &asked.parse().unwrap()).unwrap();
    let members: Vec<_> =
        read("cluster:sales").members.into_iter().map(|it| (it.identifier, it.publicly_accessible)).collect();
    assert_eq!(
        (read("cluster:sales").database.identifier.as_str(), members),
        ("sales-1", vec![("sales-2".to_owned(), Some(false))])
    );
    assert!(read("sales-1").members.is_empty() && read("orders").members.is_empty());
}

#[test]
fn gateways_that_follow_a_table_are_read() {
    let gone = json!({"GatewayId": "igw-2", "AssociationState": {"State": "disassociated"}});
    let associations = json!([{"GatewayId": "igw-1", "AssociationState": {"State": "associated"}}, gone]);
    let table = json!({"RouteTableId": "rtb-gateway", "VpcId": "vpc-1", "Associations": associations});
    let facts = with(&[("tables.json", json!({"RouteTables": [table]}))]);
    assert_eq!(facts.route_tables.known().unwrap()[2].gateways, ["igw-1"]);
}

#[test]
fn the_later_row_of_one_id_counts() {
    let facts = with(&[(
        "z.json",
        json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.9.0.0/24"}]}),
    )]);
    let subnets = facts.subnets.known().unwrap();
    assert_eq!((subnets.len(), subnets[0].cidrs.as_slice()), (4, ["10.9.0.0/24".to_owned()].as_slice()));
}

#[test]
fn what_a_simulation_lacks_is_told_with_the_resource() {
    let row = json!({"EvalActionName": "ssm:StartSession", "EvalDecision": "implicitDeny", "MissingContextValues": [],
                     "ResourceSpecificResults": [{"MissingContextValues": ["aws:MultiFactorAuthPresent"]}]});
    let facts = with(&[("more.json", json!({"EvaluationResults": [row]}))]);
    assert_eq!(found(&facts), (vec![], vec!["tunnel-permitted"]));
}

#[test]
fn roles_are_put_together_from_their_policies() {
    let policy = |effect: &str, action: Value, resource: &str| json!({"Statement": {"Effect": effect, "Action": action, "Resource": resource}});
    let role = |policies: Value, attached: Value, managed: Value| {
        let details = json!({
            "RoleDetailList": [{"RoleName": "bastion", "RolePolicyList": policies, "AttachedManagedPolicies": attached}],
            "Policies": managed,
        });
        let facts = with(&[("details.json", details)]);
        found(&facts)
    };
    let own = |document: Value| json!([{"PolicyName": "own", "PolicyDocument": document}]);
    let both = json!(["ssm:*", "ssmmessages:*"]);
    let (none, open) = (json!([]), (vec![], vec!["bastion-role"]));
    let failed = (vec!["bastion-role"], vec![]);
    assert_eq!(role(own(policy("Allow", both.clone(), "*")), none.clone(), none.clone()), (vec![], vec![]));
    assert_eq!(role(own(policy("Allow", json!("*"), "*")), none.clone(), none.clone()), (vec![], vec![]));
    assert_eq!(role(own(policy("Allow", json!("ssm:*"), "*")), none.clone(), none.clone()), failed);
    assert_eq!(role(own(policy("Allow", both.clone(), "arn:aws:ssm:x")), none.clone(), none.clone()), failed);
    assert_eq!(role(none.clone(), none.clone(), none.clone()), failed);
    // A statement that excepts some actions is for all others.
    let all_but =
        |effect: &str, but: Value| json!({"Statement": [{"Effect": effect, "NotAction": but, "Resource": "*"}]});
    let core = json!([{"PolicyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}]);
    let allow = |but: Value| role(own(all_but("Allow", but)), none.clone(), none.clone());
    let deny = |but: Value| role(own(all_but("Deny", but)), core.clone(), none.clone());
    assert_eq!(allow(json!(["iam:*", "organizations:*", "account:*"])), (vec![], vec![]));
    assert_eq!(allow(json!("SSM:Update*")), failed);
    assert_eq!(deny(json!(["s3:*"])), failed);
    assert_eq!(deny(json!(["ssm:*", "ssmmessages:*", "s3:*"])), (vec![], vec![]));
    // As IAM's API writes it.
    let encoded = json!(
        "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"
    );
    assert_eq!(role(own(encoded), none.clone(), none.clone()), (vec![], vec![]));
    let attached = json!([{"PolicyArn": "arn:aws:iam::1:policy/ops", "PolicyName": "ops"}]);
    assert_eq!(role(none.clone(), attached.clone(), none.clone()), open, "its text wasn't read");
    let managed = json!([{"Arn": "arn:aws:iam::1:policy/ops", "PolicyVersionList": [
        {"IsDefaultVersion": false, "Document": policy("Allow", json!("s3:*"), "*")},
        {"IsDefaultVersion": true, "Document": policy("Allow", both, "*")},
    ]}]);
    assert_eq!(role(none, attached, managed), (vec![], vec![]));
}

#[test]
fn what_is_odd_is_absent_and_nothing_panics() {
    let odd = json!({
        "Subnets": [7, null, {"SubnetId": 7}, {"SubnetId": "subnet-odd", "CidrBlock": 7}],
        "RouteTables": [{"RouteTableId": "rtb-odd", "Routes": [{}, {"DestinationCidrBlock": "0.0.0.0/0"}], "Associations": 7}],
        "NetworkAcls": [{"NetworkAclId": "acl-db", "Associations": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
                         "Entries": [{"RuleNumber": "a"}]}],
        "SecurityGroups": [{"GroupId": "sg-odd", "IpPermissions": [{"IpRanges": [{}, {"CidrIp": "10.0.0.0/8"}]}]}],
        "VpcEndpoints": [{"VpcEndpointId": "vpce-odd"}], "Reservations": [{"Instances": [{}]}, 7],
        "InstanceInformationList": [{"InstanceId": "i-odd"}], "InstanceProfiles": [{}], "PrefixLists": [{}],
    });
    let facts = with(&[("odd.json", odd)]);
    // An entry that can't be read leaves its ACL open.
    assert_eq!(found(&facts), (vec![], vec!["acl-ssh-rdp", "path-acls"]));
    let groups = facts.security_groups.known().unwrap();
    let odd = groups.iter().find(|group| group.id == "sg-odd").unwrap();
    let expected = rule("-1 all 10.0.0.0/8");
    assert!(matches!(&expected.peer, Peer::Ipv4(_)));
    assert_eq!(odd.ingress, [expected].into());
}
