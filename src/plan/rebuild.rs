//! A lost state file: what names, lineage and tags of what AWS shows prove of a migration (rule 8).

use std::collections::BTreeMap;

use crate::model::{
    CHOICES_TAG, DbInstance, DbSnapshot, Encryption, OWNER_TAG, RUN_TAG, ResourceKind, Tags,
    name::{GenerationNames, short_id},
};

/// What AWS shows of a migration whose state file isn't here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traces {
    /// By generation.
    pub generations: BTreeMap<u32, Traced>,
    /// The runs that the tags name: `nonce user@host`. More than one: two machines have been at it.
    pub runs: Vec<String>,
    /// The key under which something of it is encrypted.
    pub key_arn: Option<String>,
    /// The name that a person asked for the instance, if it isn't ours.
    pub target: Option<String>,
    /// What was chosen for the copy, in the words of its tag: AWS doesn't hold it all.
    pub choices: Option<String>,
}

/// What AWS shows of one generation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traced {
    /// The plain snapshot.
    pub snapshot: Option<DbSnapshot>,
    /// Its encrypted copy.
    pub copy: Option<DbSnapshot>,
    /// The encrypted instance.
    pub target: Option<DbInstance>,
}

/// One proof, for people: what it is, its name, and by what it is known.
pub type Proof = (ResourceKind, String, String);

impl Traces {
    /// Finds what a migration of this source left among its snapshots and the account's instances.
    #[must_use]
    pub fn find(source: &DbInstance, snapshots: &[DbSnapshot], instances: &[DbInstance]) -> Self {
        let mut traces = Self::default();
        let Some(resource_id) = &source.resource_id else { return traces };
        for snapshot in snapshots.iter().filter(|snapshot| snapshot.resource_id.as_ref() == Some(resource_id)) {
            let Some((n, encrypted)) = generation_of(&source.identifier, resource_id, &snapshot.identifier) else {
                continue;
            };
            traces.hear(snapshot.tags.as_ref(), encrypted.then_some(&snapshot.encryption));
            let of_this = traces.generations.entry(n).or_default();
            let place = if encrypted { &mut of_this.copy } else { &mut of_this.snapshot };
            *place = Some(snapshot.clone());
        }
        for instance in instances {
            // Nothing in AWS's answer names the snapshot that an instance came from: only its tag tells.
            let Some(n) = instance.tags.as_ref().and_then(|tags| generation_in(tags, resource_id)) else { continue };
            traces.hear(instance.tags.as_ref(), Some(&instance.encryption));
            if n == 1 && generation_of(&source.identifier, resource_id, &instance.identifier).is_none() {
                traces.target = Some(instance.identifier.clone());
            }
            traces.generations.entry(n).or_default().target = Some(instance.clone());
        }
        traces
    }

    fn hear(&mut self, tags: Option<&Tags>, encryption: Option<&Encryption>) {
        if let Some(run) = tags.and_then(|tags| tags.get(RUN_TAG))
            && !self.runs.contains(run)
        {
            self.runs.push(run.clone());
        }
        if let Some(words) = tags.and_then(|tags| tags.get(CHOICES_TAG)) {
            self.choices.get_or_insert_with(|| words.clone());
        }
        if let Some(key) = encryption.and_then(|encryption| encryption.kms_key_id.as_ref()) {
            self.key_arn.get_or_insert_with(|| key.clone());
        }
    }

    /// Everything that was found and by what it is known, oldest generation first.
    #[must_use]
    pub fn proofs(&self) -> Vec<Proof> {
        let mut proofs = Vec::new();
        for traced in self.generations.values() {
            let of_snapshot = |it: &DbSnapshot| by("its name and its database's resource id", it.tags.as_ref());
            let snapshot = traced.snapshot.as_ref();
            proofs.extend(snapshot.map(|it| (ResourceKind::Snapshot, it.identifier.clone(), of_snapshot(it))));
            let copy = traced.copy.as_ref();
            proofs.extend(copy.map(|it| (ResourceKind::EncryptedCopy, it.identifier.clone(), of_snapshot(it))));
            let target = traced.target.as_ref();
            proofs.extend(
                target.map(|it| (ResourceKind::Instance, it.identifier.clone(), by("its tags", it.tags.as_ref()))),
            );
        }
        proofs
    }
}

fn by(what: &str, tags: Option<&Tags>) -> String {
    match tags.and_then(|tags| tags.get(RUN_TAG)) {
        Some(run) => format!("by {what}; made by the run {run}"),
        None => format!("by {what}; AWS shows no tag {RUN_TAG}"),
    }
}

/// The generation in one of our names, and whether it is the encrypted copy's.
fn generation_of(database: &str, resource_id: &str, name: &str) -> Option<(u32, bool)> {
    let (base, encrypted) = name.strip_suffix("-encrypted").map_or((name, false), |base| (base, true));
    let n: u32 = base.rsplit_once("-g")?.1.parse().ok()?;
    let GenerationNames { snapshot, .. } = crate::model::name::generation_names(database, resource_id, n, None);
    (snapshot == base).then_some((n, encrypted))
}

/// The generation that our tag names, if it is this database's: `<id>.g<n>.<resource id>`.
fn generation_in(tags: &Tags, resource_id: &str) -> Option<u32> {
    let rest = tags.get(OWNER_TAG)?.strip_prefix(&short_id(resource_id))?.strip_prefix(".g")?;
    let (n, id) = rest.split_once('.')?;
    (id == resource_id).then(|| n.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::generation_names;

    fn source() -> DbInstance {
        DbInstance { identifier: "orders".into(), resource_id: Some("db-ORDERS".into()), ..DbInstance::default() }
    }

    fn tags(n: u32) -> Tags {
        Tags::from([
            (OWNER_TAG.to_owned(), format!("{}.g{n}.db-ORDERS", short_id("db-ORDERS"))),
            (RUN_TAG.to_owned(), "nonce ada@bastion".to_owned()),
        ])
    }

    fn snapshot(name: &str, key: Option<&str>) -> DbSnapshot {
        DbSnapshot {
            identifier: name.into(),
            resource_id: Some("db-ORDERS".into()),
            tags: Some(tags(1)),
            encryption: Encryption { kms_key_id: key.map(str::to_owned), ..Encryption::default() },
            ..DbSnapshot::default()
        }
    }

    #[test]
    fn names_lineage_and_tags_prove_each_generation() {
        let one = generation_names("orders", "db-ORDERS", 1, None);
        let two = generation_names("orders", "db-ORDERS", 2, None);
        let mut foreign = snapshot(&one.copy, Some("other"));
        foreign.resource_id = Some("db-OTHER".into());
        let target = DbInstance { identifier: "orders-new".into(), tags: Some(tags(1)), ..DbInstance::default() };
        let untagged = DbInstance { identifier: two.target.clone(), ..DbInstance::default() };
        let traces = Traces::find(
            &source(),
            &[
                foreign,
                snapshot("nightly", None),
                snapshot(&one.snapshot, None),
                snapshot(&one.copy, Some("key")),
                snapshot(&two.snapshot, None),
            ],
            &[source(), target, untagged],
        );
        assert_eq!(traces.generations.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(traces.runs, ["nonce ada@bastion"]);
        assert_eq!(traces.key_arn.as_deref(), Some("key"));
        assert_eq!(traces.target.as_deref(), Some("orders-new"));
        assert_eq!(traces.proofs().len(), 4);
        assert_eq!(traces.generations[&2].target, None, "a name alone proves nothing of an instance");
    }

    #[test]
    fn what_another_database_left_is_not_ours() {
        let other = generation_names("orders", "db-OTHER", 1, None);
        let mut tagged = tags(1);
        tagged.insert(OWNER_TAG.to_owned(), format!("{}.g1.db-OTHER", short_id("db-OTHER")));
        let target = DbInstance { identifier: other.target.clone(), tags: Some(tagged), ..DbInstance::default() };
        assert_eq!(Traces::find(&source(), &[snapshot(&other.snapshot, None)], &[target]), Traces::default());
    }
}
