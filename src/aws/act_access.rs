//! The mutating calls of a setup: one function each, one attempt each, nothing added that the call doesn't hold.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, HttpTokensState, IamInstanceProfileSpecification, InstanceMetadataEndpointState,
    InstanceMetadataOptionsRequest, InstanceNetworkInterfaceSpecification, InstanceType, PortRange, ResourceType,
    RuleAction, Tag, TagSpecification, VpcEndpointType,
};

use super::{Aws, CallError, act::accepted, network::permission, parameters::tag_list};
use crate::model::{AccessCall, AclEntry, DnsAttribute, Outcome, SecurityRule, Tags};

/// What RDS shows people of a DB subnet group that this program makes.
const DESCRIPTION: &str = "Made by rds-encrypt: private subnets";

impl Aws {
    /// Carries out one call of a setup, once, and says what became of it.
    pub async fn act_on_access(&self, call: &AccessCall) -> Outcome {
        let result = match call.action().split_once(':') {
            Some(("iam", _)) => self.act_on_iam(call).await,
            Some(("ssm", _)) => self.act_on_preferences(call).await,
            _ => self.act_on_way(call).await,
        };
        result.unwrap_or_else(CallError::into_outcome)
    }

    async fn act_on_way(&self, call: &AccessCall) -> Result<Outcome, CallError> {
        let ec2 = &self.ec2_once;
        match call {
            AccessCall::ModifyVpcAttribute { vpc_id, attribute, value } => {
                self.modify_attribute(vpc_id, *attribute, *value).await
            }
            AccessCall::CreateSubnet { vpc_id, cidr, zone, tags } => {
                let call = ec2.create_subnet().vpc_id(vpc_id).cidr_block(cidr).availability_zone(zone);
                accepted(call.tag_specifications(tagged(ResourceType::Subnet, tags)).send().await, |_| None)
            }
            AccessCall::DeleteSubnet { subnet_id } => {
                accepted(ec2.delete_subnet().subnet_id(subnet_id).send().await, |_| None)
            }
            AccessCall::CreateRouteTable { vpc_id, tags } => {
                let call = ec2.create_route_table().vpc_id(vpc_id);
                accepted(call.tag_specifications(tagged(ResourceType::RouteTable, tags)).send().await, |_| None)
            }
            AccessCall::DeleteRouteTable { table_id } => {
                accepted(ec2.delete_route_table().route_table_id(table_id).send().await, |_| None)
            }
            AccessCall::AssociateRouteTable { table_id, subnet_id } => {
                let call = ec2.associate_route_table().route_table_id(table_id).subnet_id(subnet_id);
                accepted(call.send().await, |_| None)
            }
            AccessCall::DisassociateRouteTable { association_id } => {
                accepted(ec2.disassociate_route_table().association_id(association_id).send().await, |_| None)
            }
            AccessCall::CreateDBSubnetGroup { name, subnets, tags } => {
                let call = self.rds_once.create_db_subnet_group().db_subnet_group_name(name);
                let call = call.db_subnet_group_description(DESCRIPTION).set_subnet_ids(Some(subnets.clone()));
                accepted(call.set_tags(Some(tag_list(tags))).send().await, |_| None)
            }
            AccessCall::DeleteDBSubnetGroup { name } => {
                accepted(self.rds_once.delete_db_subnet_group().db_subnet_group_name(name).send().await, |_| None)
            }
            AccessCall::CreateSecurityGroup { name, description, vpc_id, tags } => {
                let call = ec2.create_security_group().group_name(name).description(description).vpc_id(vpc_id);
                accepted(call.tag_specifications(tagged(ResourceType::SecurityGroup, tags)).send().await, |_| None)
            }
            AccessCall::DeleteSecurityGroup { group_id } => {
                accepted(ec2.delete_security_group().group_id(group_id).send().await, |_| None)
            }
            AccessCall::Authorize { group_id, egress, rule } => self.authorize(group_id, *egress, rule).await,
            AccessCall::Revoke { group_id, egress, rule } => self.revoke(group_id, *egress, rule).await,
            AccessCall::CreateNetworkAclEntry { acl_id, entry } => self.create_entry(acl_id, entry).await,
            AccessCall::DeleteNetworkAclEntry { acl_id, number, egress } => {
                let call = ec2.delete_network_acl_entry().network_acl_id(acl_id).rule_number(*number);
                accepted(call.egress(*egress).send().await, |_| None)
            }
            AccessCall::CreateVpcEndpoint { vpc_id, service, subnets, group_id, tags, token } => {
                let call = ec2
                    .create_vpc_endpoint()
                    .vpc_endpoint_type(VpcEndpointType::Interface)
                    .vpc_id(vpc_id)
                    .service_name(service)
                    .set_subnet_ids(Some(subnets.clone()))
                    .security_group_ids(group_id)
                    .private_dns_enabled(true)
                    .client_token(token)
                    .tag_specifications(tagged(ResourceType::VpcEndpoint, tags));
                accepted(call.send().await, |_| None)
            }
            AccessCall::DeleteVpcEndpoint { endpoint_id } => self.delete_endpoint(endpoint_id).await,
            AccessCall::RunInstance { .. } => self.run_instance(call).await,
            AccessCall::TerminateInstance { instance_id } => {
                accepted(ec2.terminate_instances().instance_ids(instance_id).send().await, |_| None)
            }
            other => Err(ours(other)),
        }
    }

    async fn modify_attribute(&self, vpc_id: &str, attribute: DnsAttribute, value: bool) -> Result<Outcome, CallError> {
        let (call, value) = (
            self.ec2_once.modify_vpc_attribute().vpc_id(vpc_id),
            AttributeBooleanValue::builder().value(value).build(),
        );
        let call = match attribute {
            DnsAttribute::Support => call.enable_dns_support(value),
            DnsAttribute::Hostnames => call.enable_dns_hostnames(value),
        };
        accepted(call.send().await, |_| None)
    }

    async fn authorize(&self, group_id: &str, egress: bool, rule: &SecurityRule) -> Result<Outcome, CallError> {
        let (ec2, rule) = (&self.ec2_once, permission(rule));
        if egress {
            let call = ec2.authorize_security_group_egress().group_id(group_id).ip_permissions(rule);
            return accepted(call.send().await, |_| None);
        }
        let call = ec2.authorize_security_group_ingress().group_id(group_id).ip_permissions(rule);
        accepted(call.send().await, |_| None)
    }

    async fn revoke(&self, group_id: &str, egress: bool, rule: &SecurityRule) -> Result<Outcome, CallError> {
        let (ec2, rule) = (&self.ec2_once, permission(rule));
        if egress {
            let call = ec2.revoke_security_group_egress().group_id(group_id).ip_permissions(rule);
            return accepted(call.send().await, |_| None);
        }
        let call = ec2.revoke_security_group_ingress().group_id(group_id).ip_permissions(rule);
        accepted(call.send().await, |_| None)
    }

    async fn create_entry(&self, acl_id: &str, entry: &AclEntry) -> Result<Outcome, CallError> {
        let ports = entry.ports.map(|(from, to)| PortRange::builder().from(from).to(to).build());
        let action = if entry.allows { RuleAction::Allow } else { RuleAction::Deny };
        let call = self
            .ec2_once
            .create_network_acl_entry()
            .network_acl_id(acl_id)
            .rule_number(entry.number)
            .egress(entry.egress)
            .protocol(&entry.protocol)
            .rule_action(action)
            .set_port_range(ports);
        let call =
            if entry.cidr.contains(':') { call.ipv6_cidr_block(&entry.cidr) } else { call.cidr_block(&entry.cidr) };
        accepted(call.send().await, |_| None)
    }

    /// AWS refuses single ones inside of an answer that is a success.
    async fn delete_endpoint(&self, id: &str) -> Result<Outcome, CallError> {
        let answer = self.ec2_once.delete_vpc_endpoints().vpc_endpoint_ids(id).send().await;
        let refused = answer.as_ref().ok().and_then(|answer| answer.unsuccessful().first()?.error().cloned());
        match refused {
            Some(error) => Err(CallError::Refused {
                code: error.code.unwrap_or_default(),
                message: error.message.unwrap_or_default(),
                request_id: None,
            }),
            None => accepted(answer, |_| None),
        }
    }

    async fn run_instance(&self, call: &AccessCall) -> Result<Outcome, CallError> {
        let AccessCall::RunInstance { image_id, instance_type, subnet_id, group_id, profile, tags, token } = call
        else {
            return Err(ours(call));
        };
        let interface = InstanceNetworkInterfaceSpecification::builder()
            .device_index(0)
            .subnet_id(subnet_id)
            .groups(group_id)
            .associate_public_ip_address(false)
            .build();
        let metadata = InstanceMetadataOptionsRequest::builder()
            .http_tokens(HttpTokensState::Required)
            .http_endpoint(InstanceMetadataEndpointState::Enabled)
            .http_put_response_hop_limit(1)
            .build();
        let call = self
            .ec2_once
            .run_instances()
            .image_id(image_id)
            .instance_type(InstanceType::from(instance_type.as_str()))
            .min_count(1)
            .max_count(1)
            .network_interfaces(interface)
            .metadata_options(metadata)
            .iam_instance_profile(IamInstanceProfileSpecification::builder().name(profile).build())
            .client_token(token)
            .tag_specifications(tagged(ResourceType::Instance, tags))
            .tag_specifications(tagged(ResourceType::Volume, tags));
        accepted(call.send().await, |_| None)
    }
}

fn tagged(kind: ResourceType, tags: &Tags) -> TagSpecification {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    TagSpecification::builder().resource_type(kind).set_tags(Some(tags)).build()
}

/// A call that went to the wrong place.
pub(super) fn ours(call: &AccessCall) -> CallError {
    CallError::Refused {
        code: "NotSent".into(),
        message: format!("{} isn't asked for here; this is our fault", call.action()),
        request_id: None,
    }
}
