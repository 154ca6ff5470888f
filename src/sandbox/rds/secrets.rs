//! Master passwords that RDS manages itself, in a secret.

use super::keys;
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::instance::{Instance, Secret};

/// What a call says of the master password.
pub(crate) struct Asked<'a> {
    pub(crate) managed: Option<bool>,
    pub(crate) password: Option<&'a String>,
    pub(crate) key: Option<&'a String>,
}

/// A password is either RDS's or a person's (`R-SECRET-1`), and a key is for a secret (`R-SECRET-4`).
pub(crate) fn fits(switches: &Switches, asked: &Asked<'_>) -> Result<(), Fault> {
    let managed = asked.managed == Some(true);
    if managed && asked.password.is_some() && switches.enforces("R-SECRET-1") {
        return Err(both());
    }
    if !managed && asked.key.is_some() && switches.enforces("R-SECRET-4") {
        return Err(Fault::combination(
            "MasterUserSecretKmsKeyId can be specified only when ManageMasterUserPassword is turned on.",
        ));
    }
    Ok(())
}

fn both() -> Fault {
    Fault::combination("You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.")
}

/// What a change may say of the password of an instance that has one already.
pub(crate) fn fits_instance(
    switches: &Switches,
    asked: &Asked<'_>,
    instance: &Instance,
    rotates: Option<bool>,
    at_once: bool,
) -> Result<(), Fault> {
    let has = instance.row.master_user_secret.is_some();
    if asked.managed.is_none() && has && asked.password.is_some() && switches.enforces("R-SECRET-1") {
        return Err(both());
    }
    fits(switches, asked)?;
    if has && asked.key.is_some() && switches.enforces("R-SECRET-4") {
        return Err(Fault::combination("The KMS key of a secret that RDS manages already can't be changed."));
    }
    // Who takes the password back has to name a new one (`R-SECRET-5`).
    if asked.managed == Some(false) && has && asked.password.is_none() && switches.enforces("R-SECRET-5") {
        return Err(Fault::combination(
            "You must specify MasterUserPassword when you turn off ManageMasterUserPassword.",
        ));
    }
    // Only a managed password is rotated, and only at once (`R-SECRET-6`).
    if rotates == Some(true) && (!has || !at_once) && switches.enforces("R-SECRET-6") {
        return Err(Fault::combination(
            "RotateMasterUserPassword needs a password that RDS manages, and ApplyImmediately.",
        ));
    }
    Ok(())
}

/// Only Oracle's restore takes a managed password (`R-SECRET-2`).
pub(crate) fn fits_restore(switches: &Switches, asked: &Asked<'_>, engine: &str) -> Result<(), Fault> {
    if asked.managed == Some(true) && !engine.starts_with("oracle") && switches.enforces("R-SECRET-2") {
        return Err(Fault::combination(format!("ManageMasterUserPassword isn't valid at restore for {engine}.")));
    }
    fits(switches, asked)
}

/// A new secret, still being made (`R-MOD-9`), with an ARN of its own; without a key it has the account's own for Secrets Manager
/// (`R-SECRET-8`).
pub(crate) fn new(scene: &mut Scene<'_>, key: Option<&String>) -> Result<Secret, Fault> {
    let usual = scene.enforces("R-SECRET-8").then_some("alias/aws/secretsmanager");
    let kms_key_id = match key.map(String::as_str).or(usual) {
        Some(key) => Some(keys::usable(scene, key)?),
        None => None,
    };
    let name = scene.ids.uuid();
    let status = if scene.enforces("R-MOD-9") { "creating" } else { "active" };
    let arn = format!("arn:aws:secretsmanager:{}:{}:secret:rds!db-{name}-aB3dE6", scene.name, crate::sandbox::ACCOUNT);
    Ok(Secret { arn, status: status.to_owned(), kms_key_id })
}

/// RDS can't make a replica while it manages the source's password, but for SQL Server (`R-SECRET-7`).
pub(crate) fn replicable(switches: &Switches, source: &Instance) -> Result<(), Fault> {
    let managed = source.row.master_user_secret.is_some() && !source.row.engine.starts_with("sqlserver");
    if managed && switches.enforces("R-SECRET-7") {
        return Err(Fault::combination(
            "You can't create a read replica of an instance whose master password is managed in Secrets Manager.",
        ));
    }
    Ok(())
}
