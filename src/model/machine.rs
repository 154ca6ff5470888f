//! Machines of EC2, as far as a way to a database leads through one.

use super::{AwsTime, Tags};

/// A machine, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// `InstanceId`
    pub id: String,
    /// The tag `Name`.
    pub name: Option<String>,
    /// `State.Name`: `running`, `stopped` and others.
    pub state: Option<String>,
    /// `VpcId`
    pub vpc_id: Option<String>,
    /// `PrivateIpAddress`
    pub address: Option<String>,
    /// `SecurityGroups`, by id: those of its first interface.
    pub groups: Vec<String>,
    /// The security groups of its other interfaces, by id, without those of the first.
    pub other_groups: Vec<String>,
    /// `SubnetId`: that of its first interface.
    pub subnet_id: Option<String>,
    /// The subnets of its other interfaces, without that of the first.
    pub other_subnets: Vec<String>,
    /// `PublicIpAddress`, and the public ones of its interfaces.
    pub public_addresses: Vec<String>,
    /// The IPv6 addresses of its interfaces.
    pub ipv6_addresses: Vec<String>,
    /// `KeyName`: the key pair that it was made with.
    pub key_name: Option<String>,
    /// `MetadataOptions.HttpTokens`: `required` where it answers the second version of requests alone.
    pub http_tokens: Option<String>,
    /// `MetadataOptions.HttpEndpoint`: `disabled` where it shows no metadata at all.
    pub http_endpoint: Option<String>,
    /// `IamInstanceProfile.Arn`
    pub profile_arn: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// What Systems Manager knows of the agent on it; nothing where none has registered.
    pub agent: Option<Agent>,
}

/// AWS's agent on a machine, as Systems Manager shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// `AgentVersion`
    pub version: String,
    /// `PingStatus`: `Online`, `ConnectionLost` or `Inactive`.
    pub ping: String,
    /// `LastPingDateTime`
    pub last_ping: Option<AwsTime>,
}

impl Machine {
    /// Its id, and its name where it has one.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({name})", self.id),
            None => self.id.clone(),
        }
    }
}
