//! One look at AWS: two calls, whatever the step and however many migrations look; one more where copies are kept
//! apart.

use std::collections::HashMap;

use crate::{
    aws::{Aws, ReadError},
    model::{DbInstance, DbSnapshot, SecurityGroup, name::GenerationNames},
    steps::Seen,
};

/// What one migration looks at: by name, as AWS's filters want it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) source: &'a str,
    pub(super) names: &'a GenerationNames,
}

/// Reads the source, the target, the snapshot and its copy by their names, and the copy's own security group if any.
pub async fn look(aws: &Aws, source: &str, names: &GenerationNames) -> Result<Seen, ReadError> {
    let seen = look_together(aws, &[Subject { source, names }]).await?;
    Ok(seen.into_iter().next().unwrap_or_default())
}

/// The same for several migrations at once: what each sees, in their order. A filter takes a hundred names.
pub(super) async fn look_together(aws: &Aws, subjects: &[Subject<'_>]) -> Result<Vec<Seen>, ReadError> {
    let instances: Vec<&str> = subjects.iter().flat_map(|it| [it.source, it.names.target.as_str()]).collect();
    let snapshots: Vec<&str> =
        subjects.iter().flat_map(|it| [it.names.snapshot.as_str(), it.names.copy.as_str()]).collect();
    let groups: Vec<&str> =
        subjects.iter().map(|it| it.names.security_group.as_str()).filter(|name| !name.is_empty()).collect();
    let found = Found {
        instances: by_name(aws.instances(&instances).await?, |it| &it.identifier),
        snapshots: by_name(aws.snapshots(&snapshots).await?, |it| &it.identifier),
        groups: if groups.is_empty() {
            HashMap::new()
        } else {
            by_name(aws.security_groups_named(&groups).await?, |it| &it.name)
        },
    };
    Ok(subjects.iter().map(|subject| found.seen_by(subject)).collect())
}

/// What AWS showed to all of them.
struct Found {
    instances: HashMap<String, DbInstance>,
    snapshots: HashMap<String, DbSnapshot>,
    groups: HashMap<String, SecurityGroup>,
}

impl Found {
    fn seen_by(&self, subject: &Subject<'_>) -> Seen {
        let Subject { source, names } = subject;
        Seen {
            source: self.instances.get(*source).cloned(),
            snapshot: self.snapshots.get(&names.snapshot).cloned(),
            copy: self.snapshots.get(&names.copy).cloned(),
            target: self.instances.get(&names.target).cloned(),
            security_group: self.groups.get(&names.security_group).cloned(),
        }
    }
}

/// The first of each name.
fn by_name<T>(found: Vec<T>, name: fn(&T) -> &String) -> HashMap<String, T> {
    let mut all = HashMap::with_capacity(found.len());
    for one in found {
        all.entry(name(&one).clone()).or_insert(one);
    }
    all
}
