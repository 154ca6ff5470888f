//! What is looked at: accounts and Regions, or files.

use std::{fs, io, path::PathBuf, sync::Arc};

use tokio::{sync::Semaphore, task::JoinSet};

use super::{Looked, Scan};
use crate::{
    aws::{Aws, ConnectError, Connection},
    cli::Failure,
    model::AwsTime,
    plan::inventory::{ACCOUNT, Inventory, Missing, inventories_of},
};

/// So many Regions are listed at once: more would only be throttled.
const AT_ONCE: usize = 8;

/// Where the Regions are asked for if none is set: this one is switched on in every account of AWS's usual partition.
const FIRST_REGION: &str = "us-east-1";

/// Reads files, of which - is what another command says; together they are one look.
pub(in crate::cli) fn from_files(paths: &[PathBuf]) -> Result<Looked, Failure> {
    let strange = |path: &PathBuf, why: &dyn std::fmt::Display| Failure::Usage(format!("{}: {why}", path.display()));
    let mut texts = Vec::new();
    for path in paths {
        let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
        texts.push(text.map_err(|error| strange(path, &error))?);
    }
    let inventories = inventories_of(texts.iter().map(String::as_str)).map_err(|(number, error)| {
        paths.get(number).map_or_else(|| Failure::Usage(error.to_string()), |path| strange(path, &error))
    })?;
    Ok(Looked { inventories, now: AwsTime::now() })
}

/// Asks AWS: every account, and in each every Region that is meant.
pub(super) async fn from_aws(mut connection: Connection, asked: &Scan) -> Result<Looked, Failure> {
    if let Some(first) = asked.regions.first() {
        connection.region = Some(first.clone());
    }
    let (mut places, mut inventories) = (Vec::new(), Vec::new());
    let mut clock = None;
    for role in roles(asked) {
        let home = home(&connection, role, asked.all_regions).await?;
        clock.get_or_insert_with(|| home.clock().clone());
        match account(&home, asked).await {
            Ok((account, regions)) => {
                for region in regions {
                    // Two roles of one account show the same.
                    if !places.iter().any(|(known, aws): &(String, Aws)| *known == account && aws.region() == region) {
                        places.push((account.clone(), home.in_region(&region)?));
                    }
                }
            }
            // One's own account is the question; a role's is one of several.
            Err(failure) if role.is_none() => return Err(failure),
            Err(failure) => inventories.push(unreached(role.unwrap_or_default(), &failure)),
        }
    }
    inventories.extend(listed(places, asked.which.snapshots).await);
    inventories.sort_by(|one, other| (&one.account, &one.region).cmp(&(&other.account, &other.region)));
    let now = clock.and_then(|clock| clock.now()).unwrap_or_else(AwsTime::now);
    Ok(Looked { inventories, now })
}

/// Each role whose account is looked into; nothing stands for the caller's own.
fn roles(asked: &Scan) -> Vec<Option<&str>> {
    if asked.assume_role.is_empty() {
        vec![None]
    } else {
        asked.assume_role.iter().map(|role| Some(role.as_str())).collect()
    }
}

async fn home(connection: &Connection, role: Option<&str>, anywhere: bool) -> Result<Aws, ConnectError> {
    let connection = Connection { role: role.map(str::to_owned), ..connection.clone() };
    match Aws::connect(&connection).await {
        Err(ConnectError::NoRegion) if anywhere => {
            Aws::connect(&Connection { region: Some(FIRST_REGION.to_owned()), ..connection }).await
        }
        connected => connected,
    }
}

/// The account's number, and its Regions that are meant, each once.
async fn account(home: &Aws, asked: &Scan) -> Result<(String, Vec<String>), Failure> {
    let caller = home.caller_identity().await.map_err(Failure::NothingBegun)?;
    let mut regions = match (asked.all_regions, asked.regions.is_empty()) {
        (true, _) => home.regions().await.map_err(Failure::Regions)?,
        (false, true) => vec![home.region().to_owned()],
        (false, false) => asked.regions.clone(),
    };
    regions.sort();
    regions.dedup();
    Ok((caller.account, regions))
}

/// An account that couldn't be reached at all.
fn unreached(role: &str, failure: &Failure) -> Inventory {
    let permission = match failure {
        Failure::NothingBegun(error) | Failure::Regions(error) if error.error.is_denied() => Some(error.action),
        Failure::NothingBegun(error) if error.error.is_about_credentials() => Some("sts:AssumeRole"),
        _ => None,
    };
    let missing = Missing { permission: permission.map(str::to_owned), ..Missing::new(ACCOUNT, failure.to_string()) };
    let account = role.split(':').nth(4).unwrap_or_default().to_owned();
    Inventory { account, incomplete: vec![missing], ..Inventory::default() }
}

/// Lists several places at once.
async fn listed(places: Vec<(String, Aws)>, snapshots: bool) -> Vec<Inventory> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut work = JoinSet::new();
    for (account, aws) in places {
        let turns = Arc::clone(&turns);
        work.spawn(async move {
            // The semaphore is never closed.
            let _turn = turns.acquire_owned().await.ok();
            aws.inventory(&account, snapshots).await
        });
    }
    work.join_all().await
}
