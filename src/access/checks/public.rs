//! Is the database publicly accessible?

use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all},
        facts::Unknown,
        scene::Scene,
    },
    model::DbInstance,
};

/// Each member of a cluster has a word of its own on it.
pub(super) fn judge(scene: &Scene<'_>) -> Judgement {
    let (database, members) = (&scene.facts.database, &scene.facts.members);
    if members.is_empty() {
        return one(database, "PubliclyAccessible");
    }
    let named = |member: &DbInstance| one(member, &format!("{}: PubliclyAccessible", member.identifier));
    all([database].into_iter().chain(members).map(named))
}

fn one(database: &DbInstance, what: &str) -> Judgement {
    match database.publicly_accessible {
        Some(false) => Ok(Judged::fine(format!("{what} is false"))),
        Some(true) => Ok(Judged::wrong(
            format!("{what} is true"),
            Remedy::new(
                "clients outside of the VPC lose it",
                &[
                    "rds",
                    "modify-db-instance",
                    "--db-instance-identifier",
                    &database.identifier,
                    "--no-publicly-accessible",
                    "--apply-immediately",
                ],
            ),
        )),
        None => Err(Unknown(format!("AWS doesn't say whether {} is public", database.identifier))),
    }
}
