//! Is the database publicly accessible?

use crate::access::{
    check::{Judged, Judgement, Remedy},
    facts::Unknown,
    scene::Scene,
};

pub(super) fn judge(scene: &Scene<'_>) -> Judgement {
    let database = &scene.facts.database;
    match database.publicly_accessible {
        Some(false) => Ok(Judged::fine("PubliclyAccessible is false")),
        Some(true) => Ok(Judged::wrong(
            "PubliclyAccessible is true",
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
        None => Err(Unknown("AWS doesn't say whether it is public".into())),
    }
}
