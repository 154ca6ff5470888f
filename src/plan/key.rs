//! Whether a KMS key can encrypt an RDS snapshot, and keep it readable.

use super::finding::{Finding, Severity};
use crate::model::{KeyMetadata, KeyReference};

/// Everything that speaks against this key. Nothing found is `ok`.
pub(super) fn judge(key: &KeyMetadata, asked: &KeyReference, region: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    match key.arn.as_deref().map(|arn| arn.split(':').nth(3).unwrap_or_default()) {
        Some(there) if there == region => {}
        Some(there) => found.push(elsewhere(&asked.to_string(), there, region)),
        None => {
            let what = format!("AWS shows no ARN for key {asked}");
            return vec![Finding::new(Severity::Blocker, what, "without it the key can't be verified", "R-ENC-3")];
        }
    }
    let mut block = |what: String, remedy: &str| found.push(Finding::new(Severity::Blocker, what, remedy, "R-ENC-3"));
    match key.state.as_deref() {
        Some("Enabled") => {}
        Some("PendingDeletion" | "PendingReplicaDeletion") => block(
            format!("key {asked} is going to be deleted{}", on(key)),
            "cancel its deletion (aws kms cancel-key-deletion, then enable-key), or choose another: without its key a \
             database is lost",
        ),
        state => block(
            format!("key {asked} is {}, not Enabled", state.unwrap_or("in a state that AWS doesn't show")),
            "enable it (aws kms enable-key), or choose another",
        ),
    }
    if key.usage.as_deref() != Some("ENCRYPT_DECRYPT") {
        let usage = key.usage.as_deref().unwrap_or("unknown");
        block(format!("key {asked} has usage {usage}, not ENCRYPT_DECRYPT"), "choose a key for encryption");
    }
    if key.spec.as_deref() != Some("SYMMETRIC_DEFAULT") {
        let spec = key.spec.as_deref().unwrap_or("unknown");
        block(format!("key {asked} is {spec}; RDS takes symmetric keys only"), "choose a symmetric key");
    }
    match key.origin.as_deref() {
        Some("EXTERNAL") if key.expiration_model.as_deref() != Some("KEY_MATERIAL_DOES_NOT_EXPIRE") => block(
            format!("the imported material of key {asked} expires"),
            "choose a key that doesn't: when the material is gone, so is the database",
        ),
        Some(origin @ ("EXTERNAL" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE")) => found.push(Finding::new(
            Severity::Warning,
            format!("key {asked} has its material outside KMS ({origin})"),
            "the database stops when that material can't be reached: make sure that whoever runs it knows",
            "R-KMS-8",
        )),
        _ => {}
    }
    if key.manager.as_deref() == Some("AWS") {
        found.push(of_aws(asked));
    }
    found
}

/// AWS's own key, where the account has none yet: nothing but its making could show it.
pub(super) fn not_made(asked: &KeyReference) -> Vec<Finding> {
    vec![
        Finding::new(
            Severity::Note,
            format!("the account has no {asked} yet"),
            "AWS makes it when the migration asks for it; planning doesn't",
            "R-KMS-3",
        ),
        of_aws(asked),
    ]
}

fn of_aws(asked: &KeyReference) -> Finding {
    Finding::new(
        Severity::Warning,
        format!("{asked} is AWS's own key"),
        "its policy can't be changed, its snapshots can't be shared with other accounts, and a database can never change \
         its key afterwards: choose a key of your own unless that is fine for good",
        "R-KMS-9",
    )
}

/// A key of another Region.
pub(super) fn elsewhere(key: &str, there: &str, here: &str) -> Finding {
    Finding::new(
        Severity::Blocker,
        format!("key {key} is in {there}, the database in {here}"),
        "choose a key of the database's Region (for a multi-Region key, its replica there)",
        "R-ENC-3",
    )
}

/// Whether nothing forbids this key; for lists of keys to choose from.
#[must_use]
pub fn can_encrypt(key: &KeyMetadata, region: &str) -> bool {
    let asked = KeyReference::Id(key.arn.clone().unwrap_or_default());
    judge(key, &asked, region).iter().all(|finding| finding.severity != Severity::Blocker)
}

fn on(key: &KeyMetadata) -> String {
    key.deletion_date.map(|at| format!(" on {at}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> KeyMetadata {
        let word = |text: &str| Some(text.to_owned());
        KeyMetadata {
            arn: word("arn:aws:kms:eu-west-2:000000000000:key/1"),
            state: word("Enabled"),
            usage: word("ENCRYPT_DECRYPT"),
            spec: word("SYMMETRIC_DEFAULT"),
            origin: word("AWS_KMS"),
            manager: word("CUSTOMER"),
            ..KeyMetadata::default()
        }
    }

    #[test]
    fn only_a_key_that_rds_can_use_for_good_passes() {
        let word = |text: &str| Some(text.to_owned());
        let table = [
            ("good", good(), vec![]),
            ("disabled", KeyMetadata { state: word("Disabled"), ..good() }, vec![Severity::Blocker]),
            ("doomed", KeyMetadata { state: word("PendingDeletion"), ..good() }, vec![Severity::Blocker]),
            (
                "signing",
                KeyMetadata { usage: word("SIGN_VERIFY"), spec: word("RSA_2048"), ..good() },
                vec![Severity::Blocker, Severity::Blocker],
            ),
            ("expiring", KeyMetadata { origin: word("EXTERNAL"), ..good() }, vec![Severity::Blocker]),
            (
                "imported",
                KeyMetadata {
                    origin: word("EXTERNAL"),
                    expiration_model: word("KEY_MATERIAL_DOES_NOT_EXPIRE"),
                    ..good()
                },
                vec![Severity::Warning],
            ),
            ("AWS's", KeyMetadata { manager: word("AWS"), ..good() }, vec![Severity::Warning]),
            ("silent", KeyMetadata { state: None, ..good() }, vec![Severity::Blocker]),
            ("no ARN", KeyMetadata { arn: None, ..good() }, vec![Severity::Blocker]),
        ];
        let asked = KeyReference::Alias("alias/payments".into());
        for (case, key, expected) in table {
            let found: Vec<Severity> =
                judge(&key, &asked, "eu-west-2").into_iter().map(|finding| finding.severity).collect();
            assert_eq!(found, expected, "{case}");
        }
        assert_eq!(judge(&good(), &asked, "us-east-1").len(), 1, "another Region");
    }
}
