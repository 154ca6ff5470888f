//! One database as it was found.

use serde::Serialize;

use crate::{
    model::{AwsTime, DbCluster, DbInstance, Encryption, Tags, Verdict},
    plan::Order,
};

/// A database, or an instance in one.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The account, where it is known.
    pub account: String,
    /// The Region, where it is known.
    pub region: String,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub identifier: String,
    /// Its ARN.
    pub arn: Option<String>,
    /// Its identity.
    pub resource_id: Option<String>,
    /// Its engine.
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// AWS's word for its state.
    pub status: Option<String>,
    /// When it was made.
    pub created: Option<AwsTime>,
    /// Its size in GiB; nothing where it has no fixed one.
    pub storage: Option<i32>,
    /// The type of its storage.
    pub storage_type: Option<String>,
    /// Its class; of a cluster those of its members.
    pub class: Option<String>,
    /// Whether it has a standby, or members in several zones.
    pub multi_az: Option<bool>,
    /// What AWS said about its encryption.
    pub encryption: Encryption,
    /// Whether it can be reached from the internet, as far as AWS says.
    pub publicly_accessible: Option<bool>,
    /// What it has to do with others.
    pub relations: Relations,
    /// Its tags; nothing where AWS shows none.
    pub tags: Tags,
    /// The other service that it belongs to.
    pub other_service: Option<&'static str>,
    /// Whether it can be migrated.
    pub standing: Standing,
    /// What to do about what keeps it.
    pub remedy: Option<String>,
    /// What a restore of its encrypted copy would order, where it can be migrated and AWS shows enough to say.
    pub order: Option<Order>,
}

/// What something found is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A single DB instance, which is a database of its own.
    Instance,
    /// A cluster, which is one database.
    Cluster,
    /// An instance in a cluster: no database of its own, and never counted as one.
    Member,
}

/// What a database has to do with others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Relations {
    /// The cluster that it is in.
    pub cluster: Option<String>,
    /// The instances in it.
    pub members: Vec<String>,
    /// What it is a replica of.
    pub replica_of: Option<String>,
    /// Its replicas.
    pub replicas: Vec<String>,
    /// The global database that it belongs to.
    pub global_cluster: Option<String>,
}

/// Whether a database can be migrated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// It can, as far as its own row tells.
    Eligible,
    /// It is encrypted: there is nothing to do.
    Encrypted,
    /// It can't yet: this program doesn't do its kind.
    NotYet {
        /// Why.
        why: String,
    },
    /// It can't as it is.
    Not {
        /// Why.
        why: String,
    },
}

impl Standing {
    /// Why it can't be migrated, where it can't.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Eligible | Self::Encrypted => None,
            Self::NotYet { why } | Self::Not { why } => Some(why),
        }
    }
}

impl Found {
    /// Whether it is one database, and of this service: what is counted.
    #[must_use]
    pub fn is_database(&self) -> bool {
        self.kind != Kind::Member && self.other_service.is_none()
    }

    /// Whether AWS says that it isn't encrypted. Nothing said is not "no".
    #[must_use]
    pub fn is_unencrypted(&self) -> bool {
        self.encryption.verdict() == Verdict::NotEncrypted
    }

    pub(super) fn of_instance(account: &str, region: &str, row: &DbInstance) -> Self {
        let relations = Relations {
            cluster: row.cluster_identifier.clone(),
            replica_of: row.replica_source.clone(),
            replicas: row.replicas.iter().flatten().chain(&row.attached.cluster_replicas).cloned().collect(),
            ..Relations::default()
        };
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            kind: if row.cluster_identifier.is_some() { Kind::Member } else { Kind::Instance },
            identifier: row.identifier.clone(),
            arn: row.arn.clone(),
            resource_id: row.resource_id.clone(),
            engine: row.engine.clone(),
            engine_version: row.engine_version.clone(),
            status: row.status.clone(),
            created: row.instance_create_time,
            storage: row.allocated_storage,
            storage_type: row.storage_type.clone(),
            class: row.class.clone(),
            multi_az: row.multi_az,
            encryption: row.encryption.clone(),
            publicly_accessible: row.publicly_accessible,
            relations,
            tags: row.tags.clone().unwrap_or_default(),
            other_service: None,
            standing: Standing::Eligible,
            remedy: None,
            order: None,
        }
    }

    /// A cluster, with what only its members tell: their classes, and whether one of them is public.
    pub(super) fn of_cluster(account: &str, region: &str, row: &DbCluster, members: &[&DbInstance]) -> Self {
        let relations = Relations {
            members: row.members.iter().flatten().map(|member| member.identifier.clone()).collect(),
            replica_of: row.replica_source.clone(),
            replicas: row.replicas.clone().unwrap_or_default(),
            global_cluster: row.global_cluster.clone(),
            ..Relations::default()
        };
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            kind: Kind::Cluster,
            identifier: row.identifier.clone(),
            arn: row.arn.clone(),
            resource_id: row.resource_id.clone(),
            engine: row.engine.clone(),
            engine_version: row.engine_version.clone(),
            status: row.status.clone(),
            created: row.cluster_create_time,
            storage: row.fixed_storage(),
            storage_type: row.storage_type.clone(),
            class: row.class.clone().or_else(|| classes(members)),
            multi_az: row.multi_az,
            encryption: row.encryption.clone(),
            publicly_accessible: row.publicly_accessible.or_else(|| any_public(members)),
            relations,
            tags: row.tags.clone().unwrap_or_default(),
            other_service: None,
            standing: Standing::Eligible,
            remedy: None,
            order: None,
        }
    }
}

fn classes(members: &[&DbInstance]) -> Option<String> {
    let mut all: Vec<&str> = members.iter().filter_map(|member| member.class.as_deref()).collect();
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then(|| all.join(" "))
}

/// One that says yes suffices; no needs all of them.
fn any_public(members: &[&DbInstance]) -> Option<bool> {
    let said: Vec<Option<bool>> = members.iter().map(|member| member.publicly_accessible).collect();
    if said.contains(&Some(true)) {
        return Some(true);
    }
    (!said.is_empty() && !said.contains(&None)).then_some(false)
}
