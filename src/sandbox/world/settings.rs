//! Settings of an instance that are small structures of their own, in AWS's own member names.

use serde::{Deserialize, Serialize};

/// A feature of the processor: `coreCount` or `threadsPerCore`, and its number.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProcessorFeature {
    #[serde(rename = "Name")]
    pub(crate) name: String,
    #[serde(rename = "Value")]
    pub(crate) value: String,
}

/// A directory that the instance is a member of, and AWS's word on it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct DomainMembership {
    #[serde(rename = "Domain", skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    #[serde(rename = "Status")]
    pub(crate) status: String,
    #[serde(rename = "FQDN", skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(rename = "IAMRoleName", skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    #[serde(rename = "OU", skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
    #[serde(rename = "AuthSecretArn", skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    #[serde(rename = "DnsIps", skip_serializing_if = "Vec::is_empty")]
    pub(crate) addresses: Vec<String>,
}
