//! What keeps a source from being migrated, whatever is asked for: seen of its own row alone.

use super::block;
use crate::{
    model::{DbInstance, EngineFamily, InstanceState},
    plan::finding::{Finding, Severity},
};

/// All of it, the weightiest first: what it is comes before how it is.
pub(in crate::plan) fn blockers(source: &DbInstance) -> Vec<Finding> {
    let checks = [relations(source), engine(source), class(source), status(source), identity(source)];
    checks.into_iter().flatten().filter(|finding| finding.severity == Severity::Blocker).collect()
}

pub(super) fn identity(source: &DbInstance) -> Vec<Finding> {
    match source.resource_id {
        Some(_) => vec![],
        None => vec![block(
            format!("AWS shows no DbiResourceId for {}", source.identifier),
            "without it nothing that we make could be proven to come from this database; try again later",
            "R-INST-2",
        )],
    }
}

pub(super) fn status(source: &DbInstance) -> Vec<Finding> {
    let word = source.status_word();
    let name = &source.identifier;
    match source.state() {
        InstanceState::Usable | InstanceState::BackingUp | InstanceState::Passing => vec![],
        InstanceState::Stopped => vec![block(
            format!("{name} is {word}; a stopped instance can't be carried over in full"),
            "start it (aws rds start-db-instance, once it is stopped) and run this again",
            "R-INST-5",
        )],
        InstanceState::Deleting => {
            vec![block(format!("{name} is {word}"), "nothing can be taken from it any more", "R-INST-5")]
        }
        InstanceState::NeedsPerson => vec![block(
            format!("{name} is {word}, which does not pass by itself"),
            "bring it back to available first (the RDS console shows its events)",
            "R-STAT-1",
        )],
    }
}

pub(super) fn engine(source: &DbInstance) -> Vec<Finding> {
    let engine = source.engine.as_deref().unwrap_or("(none shown)");
    match EngineFamily::of(engine) {
        Some(_) => vec![],
        None => vec![block(
            format!("engine {engine} is not one that this command migrates"),
            "it takes mysql, mariadb, postgres, oracle-*, sqlserver-* and db2-*",
            "R-ENG-1",
        )],
    }
}

pub(super) fn class(source: &DbInstance) -> Vec<Finding> {
    let class = source.class.as_deref().unwrap_or_default();
    let too_old = class.starts_with("db.m1.") || class.starts_with("db.m2.") || class == "db.t2.micro";
    if too_old {
        vec![block(
            format!("class {class} can't hold an encrypted database"),
            "move the source to a class that can first (db.t3.micro, or db.m5.large for the db.m1 and db.m2 classes: \
             aws rds modify-db-instance --db-instance-class …), or let it happen at its next maintenance",
            "R-ENC-1",
        )]
    } else {
        vec![]
    }
}

pub(super) fn relations(source: &DbInstance) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = &source.identifier;
    if let Some(cluster) = &source.cluster_identifier {
        found.push(block(
            format!("{name} is a member of cluster {cluster}"),
            "a cluster is encrypted as a whole, by another way than this; this command takes single instances",
            "R-ENG-2",
        ));
    }
    if let Some(primary) = &source.replica_source {
        found.push(block(
            format!("{name} is a read replica of {primary}"),
            "migrate the primary; replicas are then made anew from the encrypted one",
            "R-REPL-2",
        ));
    }
    let (elsewhere, here): (Vec<&String>, Vec<&String>) =
        source.replicas.iter().flatten().partition(|replica| replica.starts_with("arn:"));
    if !here.is_empty() {
        let here: Vec<&str> = here.into_iter().map(String::as_str).collect();
        found.push(Finding::new(
            Severity::Warning,
            format!("{name} has read replicas: {}", here.join(", ")),
            "they stay with the source; the encrypted copy begins without any",
            "R-REPL-2",
        ));
    }
    // AWS names those of other Regions by their ARNs.
    found.extend(elsewhere.into_iter().map(|arn| {
        let region = arn.split(':').nth(3).unwrap_or("its Region");
        Finding::new(
            Severity::Warning,
            format!("{name} has a read replica in {region}: {arn}"),
            &format!(
                "it stays with the source; one of the copy needs a key of {region}: `aws rds \
                 create-db-instance-read-replica --region {region} --kms-key-id KEY --source-db-instance-identifier \
                 ARN-OF-THE-COPY --db-instance-identifier NAME`"
            ),
            "R-REPL-2",
        )
    }));
    found
}
