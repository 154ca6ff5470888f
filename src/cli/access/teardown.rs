//! `rds-encrypt access teardown DB`

use std::path::PathBuf;

use serde_json::json;

use super::{
    arguments::Teardown,
    live,
    setup::path_of,
    standing::{kept, look, removable},
    work::work,
};
use crate::{
    access::recipe::{ACCESS_TAG, Goal},
    aws::Aws,
    cli::{Failure, Surroundings, arguments::Global, place::Place, session, unless_interrupted},
    ui::{access::setup as shown, json},
};

pub(in crate::cli) async fn teardown(
    global: &Global,
    asked: &Teardown,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    let database = Box::pin(unless_interrupted(around, live::database(&aws, &asked.database))).await?;
    let database = database.map_err(Failure::NothingBegun)?;
    let own = database.as_ref().map(|database| path_of(&place, &aws, &caller.account, database)).transpose()?;
    let path = match own {
        Some(own) if place.states.access_record(&own)?.is_some() => Some(own),
        // The one that it was made for may have another name by now, or be gone for long: what was made is known all the same.
        _ => {
            let id = database.as_ref().and_then(|database| database.resource_id.as_deref());
            the_only_one(place.states.access_paths(&caller.account, aws.region(), &asked.database, id))?
        }
    };
    let Some(path) = path else {
        return Err(Failure::Refused(format!(
            "no setup for {} is known here, in {} of account {}; nothing was removed",
            asked.database,
            aws.region(),
            caller.account
        )));
    };
    let mut access = place.states.open_access(&path, &session::owner())?;
    let (name, id) = (access.record().recipe.database.clone(), access.record().recipe.resource_id.clone());
    if database.is_some_and(|database| database.resource_id.as_ref() != Some(&id)) {
        around.output.say(&format!("this setup was made for {id}, which was called {name} then\n"));
    }
    let seen = Box::pin(unless_interrupted(around, look(&aws, access.record()))).await??;
    let standing = removable(access.record(), &seen);
    let page = around.output.stderr_page;
    around.output.say(&shown::removal(access.record(), &standing, page));
    if !standing.is_empty() && !consents(global, &place, around).await? {
        return Ok(3);
    }
    if let Some(code) = work(&aws, &mut access, Goal::Remove, around).await? {
        return Ok(code);
    }
    // What can't be read now changes nothing of what is done.
    let seen = Box::pin(unless_interrupted(around, look(&aws, access.record()))).await?;
    let kept = seen.map(|seen| kept(access.record(), &seen)).unwrap_or_default();
    let text = if around.json {
        json::line(&json!({
            "format": json::FORMAT, "event": "removed", "exit_code": 0, "database": name, "kept": kept,
        }))
    } else {
        shown::removed(access.record(), &kept, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}

/// Databases of one name, one after the other, have each its own setup.
fn the_only_one(paths: Vec<PathBuf>) -> Result<Option<PathBuf>, Failure> {
    let mut paths = paths.into_iter();
    match (paths.next(), paths.next()) {
        (Some(one), Some(other)) => Err(Failure::Usage(format!(
            "there were several databases of this name, each with a setup: {} and {}. Nothing was removed: name one by its \
             resource id (db-…), which is in the file and in the tag {ACCESS_TAG} of its parts",
            one.display(),
            other.display()
        ))),
        (one, _) => Ok(one),
    }
}

async fn consents(global: &Global, place: &Place, around: &mut Surroundings) -> Result<bool, Failure> {
    if global.yes || place.is_sandbox() {
        return Ok(true);
    }
    match around.yes("Remove these? [y/N] ").await? {
        Some(true) => Ok(true),
        Some(false) => {
            around.output.say("Nothing was removed.\n");
            around.fail_in_json("nothing was removed: the answer was no", None, 3)?;
            Ok(false)
        }
        None => Err(Failure::Refused("nothing was removed: without a terminal to ask on, it takes --yes".into())),
    }
}
