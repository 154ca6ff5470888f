//! What there is under a generation's names, and whether it is ours: shown to people before anything is removed.

use super::{
    Situation,
    lineage::{self, Ours},
};
use crate::model::{DbInstance, DbSnapshot, Encryption, OWNER_TAG, ResourceKind, Tags};

/// Something that AWS shows under one of a generation's names.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Of which kind.
    pub kind: ResourceKind,
    /// Its name.
    pub name: String,
    /// AWS's status word.
    pub status: String,
    /// Its storage, in GiB; a snapshot is billed for what it holds of it.
    pub allocated_storage: Option<i32>,
    /// What AWS says of its encryption; nothing of what holds no data.
    pub encryption: Option<Encryption>,
    /// Whether deletion protection is on.
    pub protected: bool,
    /// Why it isn't proven to be this migration's; nothing where it is.
    pub not_ours: Option<String>,
}

/// Everything that AWS shows under the names of a generation: the instance first, in the order of removing.
#[must_use]
pub fn survey(situation: &Situation<'_>) -> Vec<Item> {
    let seen = situation.seen;
    let target = seen
        .target
        .as_ref()
        .map(|it| of_instance(it, tagged(situation, lineage::of_target(situation, it), it.tags.as_ref())));
    let copy = seen.copy.as_ref().map(|it| {
        of_snapshot(
            ResourceKind::EncryptedCopy,
            it,
            tagged(situation, lineage::of_copy(situation, it), it.tags.as_ref()),
        )
    });
    let made = situation.plan.choices.from.is_none();
    let snapshot = seen.snapshot.as_ref().filter(|_| made).map(|it| {
        let ours = lineage::of_snapshot(situation, it, "CreateDBSnapshot");
        of_snapshot(ResourceKind::Snapshot, it, tagged(situation, ours, it.tags.as_ref()))
    });
    let group = seen.security_group.as_ref().map(|it| Item {
        kind: ResourceKind::SecurityGroup,
        name: it.name.clone(),
        status: it.id.clone(),
        allocated_storage: None,
        encryption: None,
        protected: false,
        not_ours: tagged(situation, lineage::of_security_group(situation, it), Some(&it.tags)),
    });
    [target, copy, snapshot, group].into_iter().flatten().collect()
}

/// Why it isn't proven ours: by its lineage, or for want of our tag.
fn tagged(situation: &Situation<'_>, ours: Ours, tags: Option<&Tags>) -> Option<String> {
    match ours {
        Ours::No(why) => Some(why),
        Ours::NotYet(why) => Some(why.to_owned()),
        Ours::Yes => match tags.and_then(|tags| tags.get(crate::model::RUN_TAG)) {
            Some(run) if run == situation.run => None,
            Some(run) => Some(format!("its tags name another run, {run}")),
            None => Some(format!("AWS doesn't show its tags ({OWNER_TAG}) yet")),
        },
    }
}

fn of_instance(instance: &DbInstance, not_ours: Option<String>) -> Item {
    Item {
        kind: ResourceKind::Instance,
        name: instance.identifier.clone(),
        status: instance.status_word().to_owned(),
        allocated_storage: instance.allocated_storage,
        encryption: Some(instance.encryption.clone()),
        protected: instance.deletion_protection == Some(true),
        not_ours,
    }
}

fn of_snapshot(kind: ResourceKind, snapshot: &DbSnapshot, not_ours: Option<String>) -> Item {
    Item {
        kind,
        name: snapshot.identifier.clone(),
        status: snapshot.status_word().to_owned(),
        allocated_storage: snapshot.allocated_storage,
        encryption: Some(snapshot.encryption.clone()),
        protected: false,
        not_ours,
    }
}
