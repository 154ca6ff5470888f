//! Keys as RDS uses them: whatever names one, RDS checks it and shows its ARN (`R-ENC-3`).

use crate::sandbox::kms;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// The ARN of a key that RDS can use, or the refusal.
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
    let found = scene.region.key(given, scene.name).ok_or_else(|| refused(""))?;
    if found.state != "Enabled" {
        return Err(refused(&format!("The key is in state {}.", found.state)));
    }
    if found.usage != "ENCRYPT_DECRYPT" || found.spec != "SYMMETRIC_DEFAULT" {
        return Err(refused("The key is not a symmetric encryption key."));
    }
    Ok(found.arn(scene.name))
}

/// Classes that have no encryption at rest (`R-ENC-1`).
pub(crate) fn class_can_encrypt(class: &str) -> Result<(), Fault> {
    if class == "db.t2.micro" || class.starts_with("db.m1.") || class.starts_with("db.m2.") {
        return Err(Fault::combination(format!("DB Instance class {class} does not support encryption at rest")));
    }
    Ok(())
}
