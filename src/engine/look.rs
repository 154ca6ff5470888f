//! One look at AWS: two calls, whatever the step.

use crate::{
    aws::{Aws, ReadError},
    model::name::GenerationNames,
    steps::Seen,
};

/// Reads the source, the target, the snapshot and its copy by their names.
pub async fn look(aws: &Aws, source: &str, names: &GenerationNames) -> Result<Seen, ReadError> {
    let instances = aws.instances(&[source, &names.target]).await?;
    let snapshots = aws.snapshots(&[&names.snapshot, &names.copy]).await?;
    let instance = |name: &str| instances.iter().find(|it| it.identifier == name).cloned();
    let snapshot = |name: &str| snapshots.iter().find(|it| it.identifier == name).cloned();
    Ok(Seen {
        source: instance(source),
        snapshot: snapshot(&names.snapshot),
        copy: snapshot(&names.copy),
        target: instance(&names.target),
    })
}
