//! Reads the facts of a migration, each once; one that can't be read costs only itself.

use super::{
    choices::{self, ChoiceArguments, Chosen},
    keys,
};
use crate::{
    aws::{Aws, ReadError, checked},
    engine::look,
    model::{CallerIdentity, DatabaseReference, DbInstance, DbSnapshot, KeyReference, name::GenerationNames},
    plan::{self, Around, Catalogue, Checked, Choices, Facts, KeyLookup, Order, Origin, Surroundings, TakenNames},
    steps::Seen,
};

/// The key that facts are read for.
#[derive(Clone, Copy)]
pub(super) enum Key<'a> {
    /// None is chosen yet.
    NotChosen,
    /// This one.
    Asked(&'a KeyReference),
    /// This one, but it isn't looked at where looking would make it (R-KMS-3).
    Unmade(&'a KeyReference),
}

impl<'a> Key<'a> {
    fn asked(self) -> Option<&'a KeyReference> {
        match self {
            Self::NotChosen => None,
            Self::Asked(key) | Self::Unmade(key) => Some(key),
        }
    }
}

async fn looked_up(aws: &Aws, key: Key<'_>) -> Result<Option<Checked<KeyLookup>>, ReadError> {
    let asked = match key {
        Key::NotChosen => return Ok(None),
        Key::Asked(asked) => asked,
        Key::Unmade(asked) => match checked(keys::is_there(aws, asked).await)? {
            Checked::Known(true) => asked,
            Checked::Known(false) => return Ok(None),
            Checked::NotChecked { why, permission } => return Ok(Some(Checked::NotChecked { why, permission })),
        },
    };
    Ok(Some(checked(aws.key(&asked.to_string()).await)?))
}

/// What facts are read for.
pub(super) struct For<'a> {
    pub(super) database: &'a DatabaseReference,
    pub(super) key: Key<'a>,
    pub(super) target: Option<&'a str>,
    pub(super) generation: u32,
    /// What is chosen for the copy: by flags, or by a plan that was approved.
    pub(super) chosen: &'a ChoiceArguments,
    pub(super) approved: Option<&'a Choices>,
    /// Whether what stands around the database is looked at, too.
    pub(super) around: bool,
}

/// Reads source, key and the names that would be used.
pub(super) async fn read(aws: &Aws, caller: &CallerIdentity, what: For<'_>) -> Result<Facts, ReadError> {
    let For { database, key, target, generation, chosen, approved, around } = what;
    let source = checked(source(aws, database).await)?;
    let Chosen { choices, from, groups, route } = match (&source, approved) {
        (Checked::Known(Some(source)), None) => chosen.settle(aws, source).await?,
        (Checked::Known(Some(source)), Some(approved)) => choices::approved(aws, source, approved).await?,
        _ => Chosen::default(),
    };
    let names = match &source {
        Checked::Known(Some(source)) => source
            .resource_id
            .as_ref()
            .map(|resource_id| choices.names(&source.identifier, resource_id, generation, target)),
        _ => None,
    };
    let taken = match (&source, &names) {
        (Checked::Known(Some(source)), Some(names)) => checked(taken(aws, &source.identifier, names).await)?,
        _ => Checked::Known(TakenNames::default()),
    };
    let certificates = match &source {
        Checked::Known(Some(source)) => certificates(aws, source).await?,
        _ => Checked::Known(Vec::new()),
    };
    let catalogue = match &source {
        Checked::Known(Some(source)) => {
            let snapshot = from.as_ref().and_then(|from| match from {
                Checked::Known(found) => found.as_ref(),
                Checked::NotChecked { .. } => None,
            });
            catalogue(aws, &Origin { choices: &choices, snapshot, ..Origin::of(source) }).await?
        }
        _ => None,
    };
    let key_found = looked_up(aws, key).await?;
    let surroundings = match &source {
        Checked::Known(Some(source)) if around => {
            surroundings(aws, source, key_found.as_ref(), &choices, from.as_ref()).await?
        }
        _ => None,
    };
    Ok(Facts {
        surroundings,
        catalogue,
        certificates,
        choices,
        from,
        groups,
        route,
        now: aws.clock().now(),
        asked: database.to_string(),
        region: aws.region().to_owned(),
        account: caller.account.clone(),
        source,
        key_asked: key.asked().cloned(),
        key: key_found,
        names,
        taken,
    })
}

/// The snapshots that there are of the source; none where they can't be read, since only an estimate rests on them.
pub(super) async fn snapshots(aws: &Aws, facts: &Facts) -> Vec<DbSnapshot> {
    match &facts.source {
        Checked::Known(Some(DbInstance { resource_id: Some(resource_id), .. })) if facts.catalogue.is_some() => {
            aws.snapshots_of(resource_id).await.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

pub(super) async fn source(aws: &Aws, database: &DatabaseReference) -> Result<Option<DbInstance>, ReadError> {
    match database {
        DatabaseReference::ResourceId(id) => aws.instance_by_resource_id(id).await,
        DatabaseReference::Name(name) | DatabaseReference::Arn { name, .. } | DatabaseReference::Cluster(name) => {
            Ok(aws.instances(&[name]).await?.into_iter().find(|instance| instance.identifier == *name))
        }
    }
}

/// The certificate authorities that the Region offers; not asked for where the source names none.
pub(super) async fn certificates(aws: &Aws, source: &DbInstance) -> Result<Checked<Vec<String>>, ReadError> {
    if source.ca_certificate_identifier.is_none() {
        return Ok(Checked::Known(Vec::new()));
    }
    checked(aws.certificates().await)
}

/// What AWS's catalogue says of what would be ordered; not asked for where nothing would be.
async fn catalogue(aws: &Aws, origin: &Origin<'_>) -> Result<Option<Box<Catalogue>>, ReadError> {
    let order = Order::of(origin);
    match order.filter(|_| origin.source.can_be_encrypted()) {
        Some(order) => Ok(Some(Box::new(Box::pin(aws.catalogue(&order)).await?))),
        None => Ok(None),
    }
}

/// What stands around the source and its copy; not asked for where none would be made.
async fn surroundings(
    aws: &Aws,
    source: &DbInstance,
    key: Option<&Checked<KeyLookup>>,
    choices: &Choices,
    from: Option<&Checked<Option<DbSnapshot>>>,
) -> Result<Option<Box<Surroundings>>, ReadError> {
    if !source.can_be_encrypted() {
        return Ok(None);
    }
    let snapshot = match from {
        Some(Checked::Known(found)) => found.as_ref(),
        _ => None,
    };
    let key = match key {
        Some(Checked::Known(KeyLookup::Found(key))) => Some(key),
        _ => None,
    };
    let desired = choices.desired(source, snapshot);
    let around = Around { source, desired: &desired, key, network: &choices.network };
    Ok(Some(Box::new(Box::pin(aws.surroundings(&around)).await?)))
}

/// Whether the source's major is in standard support, where the way of a setting depends on it.
pub(super) async fn in_standard_support(aws: &Aws, source: &DbInstance) -> Result<Option<bool>, ReadError> {
    let (Some(engine), Some(version), true) =
        (&source.engine, &source.engine_version, source.leaves_extended_support())
    else {
        return Ok(None);
    };
    let majors = checked(aws.major_versions(engine).await)?;
    let now = aws.clock().now();
    Ok(match (majors, now) {
        (Checked::Known(majors), Some(now)) => plan::in_standard_support(&majors, version, now),
        _ => None,
    })
}

/// What has the names already: one look, as the engine looks later.
async fn taken(aws: &Aws, source: &str, names: &GenerationNames) -> Result<TakenNames, ReadError> {
    let Seen { snapshot, copy, target, security_group, .. } = look(aws, source, names).await?;
    Ok(TakenNames { snapshot, copy, target, security_group })
}
