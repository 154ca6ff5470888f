//! Whether a database can be migrated, as far as its own row tells.

use super::found::Standing;
use crate::{
    model::{ClusterKind, DbCluster, DbInstance, Verdict},
    plan::checks::blockers,
};

/// How it stands, and what to do about what keeps it.
pub(super) struct Judged {
    pub(super) standing: Standing,
    pub(super) remedy: Option<String>,
}

/// An instance; one in a cluster is never looked at alone.
pub(super) fn of_instance(row: &DbInstance) -> Judged {
    if let Some(service) = ClusterKind::of(row.engine.as_deref()).other_service() {
        return other_service(service);
    }
    let is_member = row.cluster_identifier.is_some();
    match row.encryption.verdict() {
        Verdict::UnderKey(_) | Verdict::WithoutNamedKey if !is_member => return encrypted(),
        Verdict::Unknown if !is_member => return unknown(),
        _ => {}
    }
    match blockers(row).into_iter().next() {
        Some(finding) => Judged { standing: Standing::Not { why: finding.what }, remedy: Some(finding.remedy) },
        None => Judged { standing: Standing::Eligible, remedy: None },
    }
}

/// A cluster as a whole.
pub(super) fn of_cluster(row: &DbCluster) -> Judged {
    let kind = ClusterKind::of(row.engine.as_deref());
    if let Some(service) = kind.other_service() {
        return other_service(service);
    }
    match row.encryption.verdict() {
        Verdict::UnderKey(_) | Verdict::WithoutNamedKey => return encrypted(),
        Verdict::Unknown => return unknown(),
        Verdict::NotEncrypted => {}
    }
    if let Some(source) = &row.replica_source {
        return Judged {
            standing: Standing::Not { why: format!("{} is a replica of {source}", row.identifier) },
            remedy: Some("the source comes first; replicas are then made anew from the encrypted one".into()),
        };
    }
    let why = match kind {
        ClusterKind::MultiAz => "Multi-AZ DB clusters can't be migrated by this program yet".to_owned(),
        ClusterKind::Aurora => "Aurora clusters can't be migrated by this program yet".to_owned(),
        ClusterKind::DocumentDb | ClusterKind::Neptune | ClusterKind::Unknown => {
            let engine = row.engine.as_deref().unwrap_or("(none shown)");
            return Judged {
                standing: Standing::Not { why: format!("engine {engine} is not one that this command migrates") },
                remedy: None,
            };
        }
    };
    Judged { standing: Standing::NotYet { why }, remedy: None }
}

fn other_service(service: &str) -> Judged {
    let why = format!("{service} is another service, which this program leaves alone");
    Judged { standing: Standing::Not { why }, remedy: None }
}

fn encrypted() -> Judged {
    Judged { standing: Standing::Encrypted, remedy: None }
}

/// Nothing said is not taken for no (R-ENC-4).
fn unknown() -> Judged {
    Judged {
        standing: Standing::Not { why: "AWS doesn't say whether it is encrypted".into() },
        remedy: Some("nothing said is not taken for no; look again later".into()),
    }
}
