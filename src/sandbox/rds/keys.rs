//! Keys as RDS uses them: whatever names one, RDS checks it and shows its ARN (`R-ENC-3`).

use crate::sandbox::kms;
use crate::sandbox::respond::Call;
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Region;

/// The ARN of a key that RDS can use, or the refusal; RDS needs a grant on it, too (`R-ENC-8`).
pub(crate) fn usable(scene: &mut Scene<'_>, given: &str) -> Result<String, Fault> {
    kms::make_managed_key(scene, given);
    let refused = |why: &str| {
        Fault::new(
            "KMSKeyNotAccessibleFault",
            format!("The specified KMS key [{given}] does not exist, is not enabled or you do not have permissions to access it. {why}")
                .trim_end()
                .to_owned(),
        )
    };
    let found = match scene.region.key(given, scene.name) {
        Some(found) => found,
        None if !scene.enforces("R-ENC-3") => return Ok(given.to_owned()),
        None => return Err(refused("")),
    };
    if !scene.enforces("R-ENC-3") {
        return Ok(found.arn(scene.name));
    }
    if scene.grants_denied && scene.enforces("R-ENC-8") {
        // RDS works with a key by a grant that it makes in the caller's name.
        return Err(refused(""));
    }
    if found.state != "Enabled" {
        return Err(refused(&format!("The key is in state {}.", found.state)));
    }
    if found.usage != "ENCRYPT_DECRYPT" || found.spec != "SYMMETRIC_DEFAULT" {
        return Err(refused("The key is not a symmetric encryption key."));
    }
    Ok(found.arn(scene.name))
}

/// What nobody can do with AWS: an instance is encrypted where it stands. Only a world without `R-ENC-5` has it.
pub(crate) fn in_place(region: &mut Region, call: &Call) {
    let Some(name) = call.text("DBInstanceIdentifier").filter(|_| call.text("StorageEncrypted").is_some()) else {
        return;
    };
    if let Some(instance) = region.instance_mut(&name) {
        instance.row.storage_encrypted = true;
    }
}

/// Classes that have no encryption at rest (`R-ENC-1`).
pub(crate) fn class_can_encrypt(switches: &Switches, class: &str) -> Result<(), Fault> {
    let small = class == "db.t2.micro" || class.starts_with("db.m1.") || class.starts_with("db.m2.");
    if small && switches.enforces("R-ENC-1") {
        return Err(Fault::combination(format!("DB Instance class {class} does not support encryption at rest")));
    }
    Ok(())
}
