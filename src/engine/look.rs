//! One look at AWS: two calls, whatever the step; one more where the copy is kept apart.

use crate::{
    aws::{Aws, ReadError},
    model::name::GenerationNames,
    steps::Seen,
};

/// Reads the source, the target, the snapshot and its copy by their names, and the copy's own security group if any.
pub async fn look(aws: &Aws, source: &str, names: &GenerationNames) -> Result<Seen, ReadError> {
    let instances = aws.instances(&[source, &names.target]).await?;
    let snapshots = aws.snapshots(&[&names.snapshot, &names.copy]).await?;
    let groups = match names.security_group.as_str() {
        "" => Vec::new(),
        name => aws.security_groups_named(name).await?,
    };
    let instance = |name: &str| instances.iter().find(|it| it.identifier == name).cloned();
    let snapshot = |name: &str| snapshots.iter().find(|it| it.identifier == name).cloned();
    Ok(Seen {
        source: instance(source),
        snapshot: snapshot(&names.snapshot),
        copy: snapshot(&names.copy),
        target: instance(&names.target),
        security_group: groups.into_iter().next(),
    })
}
