//! `rds-encrypt access setup DB`

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    arguments::Setup,
    audit, live,
    standing::{look, parts},
    work::work,
};
use crate::{
    access::{
        Facts,
        recipe::{Choices, Goal, Part, Recipe, plan},
    },
    aws::Aws,
    cli::{
        Failure, Surroundings, arguments::Global, migrate::given_flags, place::Place, plan::prices, session,
        unless_interrupted,
    },
    model::{CallerIdentity, DbInstance},
    state::{Access, AccessPhase, AccessRecord, Run, StateError},
    ui::{access::setup as shown, json},
};

pub(in crate::cli) async fn setup(global: &Global, asked: &Setup, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    let database = unless_interrupted(around, live::named(&aws, &asked.database)).await??;
    let path = path_of(&place, &aws, &caller.account, &database)?;
    if asked.dry_run
        && let Some(record) = place.states.access_record(&path)?
    {
        return show_begun(&aws, &record, around).await;
    }
    let mut access = if let Some(access) = begun(&place, &path)? {
        if !goes_on(global, asked, &place, &aws, access.record(), around).await? {
            return Ok(3);
        }
        access
    } else {
        let facts = live::around(&aws, database, asked.bastion.as_deref());
        let facts = Box::pin(unless_interrupted(around, facts)).await?.map_err(Failure::NothingBegun)?;
        match begin(global, asked, &place, &aws, &caller, &facts, around).await? {
            Begun::Here(access) => *access,
            Begun::Not(code) => return Ok(code),
        }
    };
    if let Some(code) = work(&aws, &mut access, Goal::Make, around).await? {
        return Ok(code);
    }
    if !around.json {
        let page = around.output.stderr_page;
        around.output.say(&shown::done(access.record(), page));
    }
    let facts = live::facts(&aws, &asked.database, asked.bastion.as_deref());
    let facts = Box::pin(unless_interrupted(around, facts)).await??;
    audit::show(&facts, around)
}

/// The setup that was begun earlier, if there is one that isn't removed.
fn begun(place: &Place, path: &Path) -> Result<Option<Access>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    let access = place.states.open_access(path, &session::owner())?;
    Ok(Some(access).filter(|access| access.record().is_standing()))
}

/// Whether the setup that was begun earlier is to go on. A person has said so of one that was being made, and not of one
/// that was being removed since.
async fn goes_on(
    global: &Global,
    asked: &Setup,
    place: &Place,
    aws: &Aws,
    record: &AccessRecord,
    around: &mut Surroundings,
) -> Result<bool, Failure> {
    if record.phase != AccessPhase::Removing {
        around.output.say(&format!(
            "going on with the setup for {} that was begun at {}, as it was planned then (to plan it anew: {} first)\n",
            record.recipe.database,
            record.begun,
            record.command("teardown")
        ));
        return Ok(true);
    }
    let seen = Box::pin(unless_interrupted(around, look(aws, record))).await??;
    let page = around.output.stderr_page;
    around.output.say(&shown::begun(record, &parts(record, &seen), page));
    around.output.say("its removal has begun; what is gone would be made again, as it was planned then\n");
    consents(global, asked, place, &record.recipe, around).await
}

/// What one that was begun earlier has made by now, and what it would go on with.
async fn show_begun(aws: &Aws, record: &AccessRecord, around: &mut Surroundings) -> Result<u8, Failure> {
    let seen = Box::pin(unless_interrupted(around, look(aws, record))).await??;
    let parts = parts(record, &seen);
    let text = if around.json {
        let standing: Vec<bool> = parts.iter().map(|(_, stands)| *stands).collect();
        json::line(&json!({
            "format": json::FORMAT, "event": "planned", "recipe": record.recipe, "begun": record.begun,
            "standing": standing,
        }))
    } else {
        shown::begun(record, &parts, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}

/// Where the setup of a database is kept.
pub(super) fn path_of(place: &Place, aws: &Aws, account: &str, database: &DbInstance) -> Result<PathBuf, Failure> {
    let resource_id = database.resource_id.as_deref();
    let resource_id = resource_id.ok_or_else(|| Failure::Refused("AWS shows no identity of the database".into()))?;
    Ok(place.states.access_path(account, aws.region(), &database.identifier, resource_id))
}

enum Begun {
    Here(Box<Access>),
    Not(u8),
}

/// Shows what would be, and begins where a person wants it.
async fn begin(
    global: &Global,
    asked: &Setup,
    place: &Place,
    aws: &Aws,
    caller: &CallerIdentity,
    facts: &Facts,
    around: &mut Surroundings,
) -> Result<Begun, Failure> {
    if ![0, 2].contains(&asked.subnet_cidr.len()) {
        return Err(Failure::Usage("give --subnet-cidr twice: RDS wants subnets in two Availability Zones".into()));
    }
    let prices = prices(&asked.prices)?;
    let choices = Choices {
        subnet_cidrs: asked.subnet_cidr.clone(),
        instance_type: asked.instance_type.clone(),
        image_id: unless_interrupted(around, image(aws, asked)).await??,
        log_group: asked.session_log_group.clone(),
        keep_network_acls: asked.keep_network_acls,
    };
    let planned = plan(facts, aws.region(), &choices).map_err(|why| {
        let text = format!("{why}. Nothing was made or changed");
        if facts.denied.contains(&why) { Failure::Denied(text) } else { Failure::Refused(text) }
    })?;
    if planned.recipe.parts.is_empty() {
        around.output.say("nothing is missing that a setup makes\n");
        return audit::show(facts, around).map(Begun::Not);
    }
    let (page, flags) = (around.output.stderr_page, given_flags(global, place));
    if asked.dry_run {
        let text = if around.json {
            json::line(&json!({
                "format": json::FORMAT, "event": "planned", "recipe": planned.recipe, "notes": planned.notes,
            }))
        } else {
            shown::plan(&planned, &caller.account, &prices, &flags, around.output.stdout_page)
        };
        return around.result(&text).map(|()| Begun::Not(0));
    }
    around.output.say(&shown::plan(&planned, &caller.account, &prices, &flags, page));
    if !consents(global, asked, place, &planned.recipe, around).await? {
        return Ok(Begun::Not(3));
    }
    let now = aws.clock().now().ok_or_else(|| Failure::Ours("AWS's answers carry no Date".into()))?;
    let run = Run { nonce: format!("{:016x}", fastrand::u64(..)), owner: session::owner() };
    let record = AccessRecord { flags, ..AccessRecord::begun(planned.recipe, &caller.account, run, now) };
    match place.states.begin_access(record) {
        Ok(access) => Ok(Begun::Here(Box::new(access))),
        Err(StateError::Exists { path }) => {
            Err(Failure::Owned(format!("another run has just begun a setup for this database ({})", path.display())))
        }
        Err(error) => Err(error.into()),
    }
}

/// The person's own, or the newest of Amazon Linux 2023 for the type's processor.
async fn image(aws: &Aws, asked: &Setup) -> Result<String, Failure> {
    if let Some(id) = &asked.image_id {
        return Ok(id.clone());
    }
    let name = format!(
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}",
        architecture(&asked.instance_type)
    );
    let id = aws.public_parameter(&name).await.map_err(Failure::NothingBegun)?;
    id.ok_or_else(|| Failure::Refused(format!("AWS shows no parameter {name}: give --image-id")))
}

/// AWS's own processors have a g among what follows the generation: t4g, c7gd.
fn architecture(instance_type: &str) -> &'static str {
    let family = instance_type.split('.').next().unwrap_or_default();
    let after = family.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    if after.contains('g') { "arm64" } else { "x86_64" }
}

/// What is made in IAM is asked for by itself: it outlives a VPC, and is somebody else's to allow in many companies.
async fn consents(
    global: &Global,
    asked: &Setup,
    place: &Place,
    recipe: &Recipe,
    around: &mut Surroundings,
) -> Result<bool, Failure> {
    if place.is_sandbox() {
        return Ok(true);
    }
    if !global.yes && !around.may_begin().await? {
        return Ok(false);
    }
    if asked.allow_iam || !recipe.parts.iter().any(Part::is_of_iam) {
        return Ok(true);
    }
    let answer = if global.yes { None } else { around.yes("Make the role and its profile in IAM? [y/N] ").await? };
    match answer {
        Some(true) => Ok(true),
        Some(false) => {
            around.output.say("Nothing was begun.\n");
            around.fail_in_json("nothing was begun: the answer was no", None, 3)?;
            Ok(false)
        }
        None => Err(Failure::Refused(
            "nothing was begun: without a question, what is made in IAM takes --allow-iam as well".into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::architecture;

    #[test]
    fn types_tell_their_processor() {
        for (instance_type, expected) in
            [("t4g.nano", "arm64"), ("c7gd.large", "arm64"), ("t3.nano", "x86_64"), ("g4dn.xlarge", "x86_64")]
        {
            assert_eq!(architecture(instance_type), expected, "{instance_type}");
        }
    }
}
