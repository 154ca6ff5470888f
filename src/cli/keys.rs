//! Which key: the one that is asked for, or a list to choose from.

use super::{Failure, Surroundings};
use crate::{
    aws::{Aws, ReadError},
    model::{DatabaseReference, KeyReference},
    plan::KeyLookup,
    state::with_flags,
    ui::{KeyRow, keys},
};

/// The sandbox's default. A real account has none: a database can never change its key.
const OF_THE_SANDBOX: &str = "alias/sandbox";
/// AWS's own key for RDS.
const OF_AWS: &str = "alias/aws/rds";
/// How the aliases of AWS's own keys begin.
const PREDEFINED: &str = "alias/aws/";

/// The key that is asked for, or the sandbox's.
pub(super) fn chosen(asked: Option<&KeyReference>, sandbox: bool) -> Option<KeyReference> {
    let default = || sandbox.then(|| KeyReference::Alias(OF_THE_SANDBOX.into()));
    asked.cloned().or_else(default)
}

/// Shows the account's usable keys that have an alias, and how to choose.
pub(super) async fn offer(
    aws: &Aws,
    database: &DatabaseReference,
    flags: &str,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let mut rows = Vec::new();
    for alias in aws.aliases().await.map_err(Failure::NothingBegun)? {
        if alias.name.starts_with(PREDEFINED) && alias.name != OF_AWS {
            continue;
        }
        // Describing a predefined alias without a key would make one: it is listed as it is.
        let Some(key_id) = alias.key_id else { continue };
        let Ok(KeyLookup::Found(key)) = aws.key(&key_id).await else { continue };
        if crate::plan::can_encrypt(&key, aws.region()) {
            let note = if alias.name == OF_AWS { "AWS's own: its policy can't be changed" } else { "" };
            rows.push(KeyRow { alias: alias.name, key_id, note: note.into() });
        }
    }
    let command = with_flags(&format!("rds-encrypt migrate {database}"), flags);
    let aliases: Vec<&str> = rows.iter().map(|row| row.alias.as_str()).collect();
    around.fail_in_json("--kms-key was not given", Some(&format!("one of: {}", aliases.join(", "))), 3)?;
    around.output.problem(&keys::choose(&rows, aws.region(), &command, around.output.stderr_page));
    Ok(3)
}

/// Looking at AWS's own key makes it where the account has none yet: say so before (R-KMS-3).
pub(super) async fn announce_if_made(aws: &Aws, key: &KeyReference, around: &mut Surroundings) {
    match is_there(aws, key).await {
        Ok(true) => {}
        Ok(false) => {
            around.output.say(&format!("the account has no {key} yet: AWS makes it now, as it is asked for\n"));
        }
        Err(error) => around
            .output
            .say(&format!("not checked whether the account has {key} already ({error}): if not, AWS makes it now\n")),
    }
}

/// Whether a key can be looked at without making it: only AWS's own are made by a look.
pub(super) async fn is_there(aws: &Aws, key: &KeyReference) -> Result<bool, ReadError> {
    match key {
        KeyReference::Alias(name) if name.starts_with(PREDEFINED) => {
            Ok(aws.aliases().await?.iter().any(|alias| alias.name == *name && alias.key_id.is_some()))
        }
        _ => Ok(true),
    }
}
