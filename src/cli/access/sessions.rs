//! `rds-encrypt access sessions`: who has and had sessions of Session Manager, and an end for one.

use super::arguments::Sessions;
use crate::{
    aws::{Aws, SessionsWanted},
    cli::{
        Failure, Surroundings,
        arguments::Global,
        place::{self, Place},
        unless_interrupted,
    },
    model::SessionRecord,
    ui::{
        json,
        sessions::{Shown, as_json, text, whose},
    },
};

/// Lists sessions, or ends one.
pub(in crate::cli) async fn sessions(
    global: &Global,
    asked: &Sessions,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    if place.is_sandbox() {
        around.sandbox = Some(place::open(global, None, around)?);
    }
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    match &asked.terminate {
        Some(id) => terminate(&aws, id, global.yes, around).await,
        None => show(&aws, asked, around).await,
    }
}

async fn show(aws: &Aws, asked: &Sessions, around: &mut Surroundings) -> Result<u8, Failure> {
    let wanted =
        SessionsWanted { target: asked.target.clone(), owner: asked.owner.clone(), id: None, since: asked.since };
    let most = usize::from(asked.limit);
    let looked_up = async {
        let active = aws.sessions(true, &wanted, most).await?;
        let ended = if asked.active { None } else { Some(aws.sessions(false, &wanted, most).await?) };
        Ok((active, ended))
    };
    let (active, ended) = Box::pin(unless_interrupted(around, looked_up)).await?.map_err(Failure::NothingBegun)?;
    // AWS has just answered: its time is known.
    let now = aws.clock().now().unwrap_or_default();
    let shown = Shown { active, ended, region: aws.region(), now };
    let text = if around.json { json::line(&as_json(&shown)) } else { text(&shown, around.output.stdout_page) };
    around.result(&text)?;
    Ok(0)
}

/// Only on a person's word, who has heard whose session it is.
async fn terminate(aws: &Aws, id: &str, yes: bool, around: &mut Surroundings) -> Result<u8, Failure> {
    let wanted = SessionsWanted { id: Some(id.to_owned()), ..SessionsWanted::default() };
    let found = Box::pin(unless_interrupted(around, aws.sessions(true, &wanted, 1))).await?;
    let (found, _) = found.map_err(Failure::NothingBegun)?;
    let Some(session) = found.into_iter().find(|session| session.id == id) else {
        return Err(Failure::Refused(format!(
            "there is no session {id} under way in {}: rds-encrypt access sessions shows those that are",
            aws.region()
        )));
    };
    around.output.say(&whose(&session));
    if !yes {
        match around.yes("End it? Whatever runs in it ends, too. [y/N] ").await? {
            None => {
                return Err(Failure::Refused("nothing was ended: without a terminal to ask on, it takes --yes".into()));
            }
            Some(false) => {
                around.output.say("Nothing was ended.\n");
                around.fail_in_json("nothing was ended: the answer was no", None, 3)?;
                return Ok(3);
            }
            Some(true) => {}
        }
    }
    aws.terminate_session(id).await.map_err(Failure::NothingBegun)?;
    ended(&session, around)
}

fn ended(session: &SessionRecord, around: &mut Surroundings) -> Result<u8, Failure> {
    let text = if around.json {
        json::line(&serde_json::json!({"format": json::FORMAT, "event": "session_terminated", "session": session.id}))
    } else {
        format!("{} is ended\n", session.id)
    };
    around.result(&text)?;
    Ok(0)
}
