//! What EC2's operations take.

use serde::Deserialize;

use crate::sandbox::rds::input::Filter;
use crate::sandbox::world::Tag;

/// Tags for what is made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct TagSpecification {
    pub(super) resource_type: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

/// What looking at things takes: ids, filters, a page.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Look {
    #[serde(
        alias = "VpcIds",
        alias = "SubnetIds",
        alias = "GroupIds",
        alias = "NetworkInterfaceIds",
        alias = "ZoneNames",
        alias = "InstanceIds",
        alias = "RouteTableIds",
        alias = "InternetGatewayIds",
        alias = "EgressOnlyInternetGatewayIds",
        alias = "NatGatewayIds",
        alias = "NetworkAclIds",
        alias = "VpcEndpointIds",
        alias = "SecurityGroupRuleIds",
        alias = "ImageIds",
        alias = "InstanceTypes",
        alias = "PrefixListIds",
        alias = "VpcPeeringConnectionIds",
        alias = "TransitGatewayAttachmentIds"
    )]
    pub(super) ids: Vec<String>,
    pub(super) group_names: Vec<String>,
    pub(super) zone_ids: Vec<String>,
    #[serde(alias = "Filter")]
    pub(super) filters: Vec<Filter>,
    pub(super) owners: Vec<String>,
    pub(super) location_type: Option<String>,
    pub(super) max_results: Option<i64>,
    pub(super) next_token: Option<String>,
    // There are no zones but the Region's own, and nothing that another service manages.
    #[serde(rename = "AllAvailabilityZones")]
    _all: Option<bool>,
    #[serde(rename = "IncludeManagedResources")]
    _managed: Option<bool>,
    // All images are public, and none is deprecated or disabled.
    #[serde(rename = "ExecutableUsers")]
    _users: Vec<String>,
    #[serde(rename = "IncludeDeprecated")]
    _deprecated: Option<bool>,
    #[serde(rename = "IncludeDisabled")]
    _disabled: Option<bool>,
    #[serde(rename = "IncludeUnsupportedInRegion")]
    _unsupported: Option<bool>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `CreateSecurityGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Create {
    pub(super) description: String,
    pub(super) group_name: String,
    pub(super) vpc_id: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `CreateRouteTable`'s and `CreateNetworkAcl`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct CreateInVpc {
    pub(super) vpc_id: String,
    pub(super) client_token: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `DeleteSecurityGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Delete {
    pub(super) group_id: Option<String>,
    pub(super) group_name: Option<String>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// What adding rules and taking them back takes: a list, or one rule in members of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Change {
    pub(super) group_id: Option<String>,
    pub(super) group_name: Option<String>,
    #[serde(default)]
    pub(super) ip_permissions: Vec<Permission>,
    pub(super) ip_protocol: Option<String>,
    pub(super) from_port: Option<i64>,
    pub(super) to_port: Option<i64>,
    pub(super) cidr_ip: Option<String>,
    #[serde(default)]
    pub(super) security_group_rule_ids: Vec<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// A protocol, ports, and any number of peers.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Permission {
    pub(super) ip_protocol: Option<String>,
    pub(super) from_port: Option<i64>,
    pub(super) to_port: Option<i64>,
    pub(super) ip_ranges: Vec<Named>,
    pub(super) ipv6_ranges: Vec<Named>,
    pub(super) prefix_list_ids: Vec<Named>,
    pub(super) user_id_group_pairs: Vec<Named>,
}

/// A peer, by whichever member names its kind.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    #[serde(alias = "CidrIp", alias = "CidrIpv6", alias = "PrefixListId", alias = "GroupId")]
    pub(super) id: Option<String>,
    pub(super) description: Option<String>,
    // Groups are found by their ids, of whatever account and VPC they are.
    #[serde(rename = "UserId")]
    _user: Option<String>,
    #[serde(rename = "VpcId")]
    _vpc: Option<String>,
}

impl Named {
    pub(super) fn of(id: Option<String>) -> Self {
        Self { id, ..Self::default() }
    }
}

/// `CreateTags`' and `DeleteTags`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Tagging {
    pub(super) resources: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<GivenTag>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// A tag whose value may be left out.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct GivenTag {
    pub(super) key: Option<String>,
    pub(super) value: Option<String>,
}
