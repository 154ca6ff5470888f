//! What are AWS's things, in our words?
//!
//! Databases, snapshots and keys as AWS showed them (what it left out stays out), the names and tags
//! that we give, and the words that all rooms share: a [`Call`], its [`Intent`] and its [`Outcome`]; an [`AccessCall`].
//! No policy, no I/O, no clock, no SDK type.

mod access_call;
mod access_intent;
mod access_seen;
mod attached;
mod call;
mod cluster;
mod encryption;
mod endpoint;
mod engine;
mod inquiry;
mod instance;
mod intent;
mod key;
mod key_reference;
mod machine;
pub mod name;
mod network;
mod network_acl;
mod partition;
mod reference;
mod refusal;
mod role;
mod route_table;
mod session_preferences;
mod session_record;
mod setting;
mod shell;
mod simulation;
mod snapshot;
mod status;
mod surroundings;
mod tags;
mod version;
mod vpc;

pub use access_call::{AccessCall, DnsAttribute};
pub use access_intent::AccessIntent;
pub use access_seen::{AccessSeen, OwnRole};
pub use attached::{ActivityStream, Attached, AttachedRole, DomainMembership, MasterUserSecret};
pub use call::{Call, ResourceKind};
pub use cluster::{ClusterKind, ClusterMember, DbCluster};
pub use encryption::{Encryption, StorageEncryptionType, Verdict};
pub use endpoint::{DatabaseEndpoint, Protocol};
pub use engine::EngineFamily;
pub use inquiry::{AccountQuota, Answer, Answers, DbEvent, EventSource, GrantCheck, Inquiry, KeyAccess};
pub use instance::{DbInstance, GroupMembership, SubnetGroup};
pub use intent::{Intent, Outcome, digest};
pub use key::{KeyAlias, KeyMetadata};
pub use key_reference::{KeyReference, KeyReferenceError};
pub use machine::{Agent, Machine};
pub use network::{Peer, SecurityGroup, SecurityRule};
pub use network_acl::{AclEntry, LAST_RULE, NetworkAcl};
pub use partition::partition;
pub use reference::{DatabaseReference, ReferenceError};
pub use refusal::{Denial, Refusal};
pub use role::{InstanceProfile, RolePolicies};
pub use route_table::{Route, RouteTable, SubnetAssociation};
pub use session_preferences::{PREFERENCES, PreferencesDocument, SessionPreferences};
pub use session_record::SessionRecord;
pub use setting::{Setting, SettingValues, Value};
pub use shell::{quoted, unquoted};
pub use simulation::{Principal, Question, Simulated};
pub use snapshot::DbSnapshot;
pub use status::{InstanceState, SnapshotState};
pub use surroundings::{Bounded, Deployment, GroupSubnet, Parameter, PendingMaintenance, SharedSnapshot, Subnet};
pub use tags::{ACCESS_TAG, CHOICES_TAG, MAXIMUM_TAGS, OWNER_TAG, RUN_TAG, Tags, is_reserved};
pub use version::{EngineVersion, MajorVersion, OrderableOption, Range, UpgradeTarget};
pub use vpc::{Vpc, VpcEndpoint, holds_block};

/// An account, as `sts:GetCallerIdentity` names it, and who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// Twelve digits.
    pub account: String,
    /// The caller's own ARN.
    pub arn: String,
}

/// AWS's time: the time in its latest answer, never the host's (rule 12).
pub type AwsTime = jiff::Timestamp;
