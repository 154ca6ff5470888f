//! `rds-encrypt access teardown DB`

use serde_json::json;

use super::{arguments::Teardown, setup::recipe_of, work::work};
use crate::{
    access::{
        Facts,
        recipe::{ACCESS_TAG, Goal, Standing},
    },
    aws::Aws,
    cli::{Failure, Surroundings, arguments::Global, facts, place::Place, session, unless_interrupted},
    state::AccessRecord,
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
    let database = unless_interrupted(around, facts::source(&aws, &asked.database)).await?;
    let database = database.map_err(Failure::NothingBegun)?;
    let database = database
        .ok_or_else(|| Failure::Refused(format!("there is no DB instance {} in {}", asked.database, aws.region())))?;
    let name = database.identifier.clone();
    let recipe = recipe_of(&Facts { database, ..Facts::default() }, aws.region())?;
    let path = place.states.access_path(&caller.account, &recipe);
    if !path.exists() {
        return Err(Failure::Refused(format!(
            "no setup for {name} is known here ({}); nothing was removed",
            path.display()
        )));
    }
    let mut access = place.states.open_access(&path, &session::owner())?;
    let standing = Box::pin(unless_interrupted(around, standing(&aws, access.record()))).await??;
    let page = around.output.stderr_page;
    around.output.say(&shown::removal(access.record(), &standing, page));
    if !standing.is_empty() && !consents(global, &place, around).await? {
        return Ok(3);
    }
    if let Some(code) = work(&aws, &mut access, Goal::Remove, around).await? {
        return Ok(code);
    }
    let text = if around.json {
        json::line(&json!({"format": json::FORMAT, "event": "removed", "exit_code": 0, "database": name}))
    } else {
        shown::done(access.record(), true, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}

/// What of it is there, in words.
async fn standing(aws: &Aws, record: &AccessRecord) -> Result<Vec<String>, Failure> {
    let recipe = &record.recipe;
    let owner = recipe.owner();
    let seen = aws
        .surrounded(&recipe.vpc_id, (ACCESS_TAG, &owner), &recipe.name("bastion"), &recipe.name("private"))
        .await
        .map_err(Failure::NothingBegun)?;
    let is_there = |part: &&crate::access::recipe::Part| {
        part.removed_by(recipe, &seen).is_some()
            && matches!(part.standing(recipe, &seen), Standing::There | Standing::Underway(_))
    };
    Ok(recipe.parts.iter().filter(is_there).map(ToString::to_string).collect())
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
