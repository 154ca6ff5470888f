//! `rds-encrypt migrate DB`

use super::{
    Failure, Surroundings,
    arguments::{Global, Migrate},
    facts, keys,
    place::Place,
    resume, session, unless_interrupted,
};
use crate::{
    aws::{Aws, Connection},
    model::{CallerIdentity, DatabaseReference, KeyReference, name::short_id, quoted},
    plan::{Checked, Facts, Finding, Judgement, KeyLookup, Plan, judge},
    state::{FORMAT, Identity, Phase, Record, Run, Summary},
    steps::Generation,
    ui::{confirm, findings, json},
};

pub(super) async fn run(global: &Global, asked: &Migrate, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let aws = Aws::connect(&connection(&place, global, &asked.database, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    meant_here(&asked.database, &aws, &caller)?;
    let generation = match resume::begun(&place.states, &aws, &caller, &asked.database) {
        resume::Begun::Never => 1,
        resume::Begun::AndAbandoned { last } => last.saturating_add(1),
        resume::Begun::At(path) => return resume::same_again(&place.states, &path, &aws, asked, around).await,
    };
    let Some(key) = keys::chosen(asked.kms_key.as_ref(), place.is_sandbox()) else {
        return keys::offer(&aws, &asked.database, &given_flags(global, &place), around).await;
    };
    keys::announce_if_made(&aws, &key, around).await;
    let read = Box::pin(facts::read(
        &aws,
        &caller,
        &asked.database,
        facts::Key::Asked(&key),
        asked.target.as_deref(),
        generation,
    ));
    let facts = unless_interrupted(around, read).await?.map_err(Failure::NothingBegun)?;
    let judgement = judge(&facts);
    around.output.detail(&findings::checks(&judgement, around.output.stderr_page));
    if let Some(code) = refuse(&facts, &judgement, around)? {
        return Ok(code);
    }
    let record = new_record(global, &place, asked, (&key, generation), &aws, &facts)?;
    if !consents(global, &place, &record, &judgement.findings, around).await? {
        return Ok(3);
    }
    let migration = place.states.begin(record)?;
    session::carry_out(&aws, migration, session::How::Begun, around).await
}

/// The connection; an ARN names its Region itself.
pub(super) fn connection(
    place: &Place,
    global: &Global,
    database: &DatabaseReference,
    around: &Surroundings,
) -> Result<Connection, Failure> {
    let mut connection = place.connection(global, None, around)?;
    if let (None, DatabaseReference::Arn { region, .. }) = (&global.region, database) {
        connection.region = Some(region.clone());
    }
    Ok(connection)
}

/// What is named must be an instance of the account and Region that are asked: another one may have its name.
pub(super) fn meant_here(database: &DatabaseReference, aws: &Aws, caller: &CallerIdentity) -> Result<(), Failure> {
    match database {
        DatabaseReference::Cluster(name) => Err(Failure::Refused(format!(
            "{name} is a cluster; this command takes single instances. Nothing was made or changed"
        ))),
        DatabaseReference::Arn { arn, region, account, .. }
            if *region != aws.region() || *account != caller.account =>
        {
            Err(Failure::Refused(format!(
                "{arn} is in {region} of account {account}; asked was {} of account {} (--region, --profile). Nothing was \
                 made or changed",
                aws.region(),
                caller.account
            )))
        }
        _ => Ok(()),
    }
}

/// The exit code with which nothing is begun; nothing where nothing forbids.
pub(super) fn refusal(facts: &Facts, judgement: &Judgement) -> Option<u8> {
    match judgement {
        Judgement { nothing_to_do: Some(_), .. } => Some(0),
        Judgement { owned_elsewhere: Some(_), .. } => Some(6),
        _ if !judgement.forbids() => None,
        _ if facts.is_denied() => Some(8),
        _ => Some(3),
    }
}

/// Says why nothing is begun, all at once; nothing where nothing forbids.
fn refuse(facts: &Facts, judgement: &Judgement, around: &mut Surroundings) -> Result<Option<u8>, Failure> {
    let Some(code) = refusal(facts, judgement) else { return Ok(None) };
    if around.json {
        around.result(&json::line(&json::refused(&facts.asked, judgement, code)))?;
    } else if let Some(why) = &judgement.nothing_to_do {
        around.result(&format!("{why}: nothing to do\n"))?;
    } else {
        around.output.problem(&findings::refusal(judgement, &facts.asked, around.output.stderr_page));
    }
    Ok(Some(code))
}

fn new_record(
    global: &Global,
    place: &Place,
    asked: &Migrate,
    (key, generation): (&KeyReference, u32),
    aws: &Aws,
    facts: &Facts,
) -> Result<Record, Failure> {
    let (Checked::Known(Some(source)), Some(Checked::Known(KeyLookup::Found(found)))) = (&facts.source, &facts.key)
    else {
        return Err(Failure::Ours("the checks passed without a source and a key".into()));
    };
    let plan = found
        .arn
        .clone()
        .and_then(|arn| Plan::new(&facts.origin(source), key, arn, asked.target.clone()))
        .ok_or_else(|| Failure::Ours("the checks passed without a resource id or a key's ARN".into()))?;
    fresh_record(global, place, aws, &facts.account, plan, generation)
}

/// A migration that begins with this generation, and of which nothing is made yet.
pub(super) fn fresh_record(
    global: &Global,
    place: &Place,
    aws: &Aws,
    account: &str,
    plan: Plan,
    generation: u32,
) -> Result<Record, Failure> {
    let now = aws.clock().now().ok_or_else(|| Failure::Ours("AWS's answers carry no Date".into()))?;
    let mut record = Record {
        format: FORMAT,
        summary: Summary {
            phase: Phase::Underway,
            step: None,
            stopped: None,
            serves: plan.source.identifier.clone(),
            next: String::new(),
            updated: now,
            begun: now,
        },
        account: account.to_owned(),
        region: aws.region().to_owned(),
        endpoint: global.endpoint_url.clone(),
        profile: global.profile.clone(),
        flags: place.flags.clone(),
        migration: Identity {
            id: short_id(&plan.source.resource_id),
            kind: "instance".into(),
            name: plan.source.identifier.clone(),
            resource_id: plan.source.resource_id.clone(),
        },
        run: Run { nonce: format!("{:016x}", fastrand::u64(..)), owner: session::owner() },
        plan_digest: plan.digest(),
        generations: vec![Generation { n: generation, names: plan.names(generation), rehearsal: true }],
        plan,
        journal: Vec::new(),
    };
    record.summary.next = record.command("resume");
    Ok(record)
}

/// The flags with which this command was called, to be pasted again.
pub(super) fn given_flags(global: &Global, place: &Place) -> String {
    let given =
        [("--profile", &global.profile), ("--region", &global.region), ("--endpoint-url", &global.endpoint_url)];
    let mut flags: Vec<String> =
        given.into_iter().filter_map(|(flag, value)| Some(format!("{flag} {}", quoted(value.as_deref()?)))).collect();
    flags.extend((!place.flags.is_empty()).then(|| place.flags.clone()));
    flags.join(" ")
}

/// Shows what will be made, and asks. The sandbox never asks.
async fn consents(
    global: &Global,
    place: &Place,
    record: &Record,
    found: &[Finding],
    around: &mut Surroundings,
) -> Result<bool, Failure> {
    let names = &record.generation().ok_or_else(|| Failure::Ours("no generation was planned".into()))?.names;
    let shown =
        confirm::Place { account: &record.account, region: &record.region, endpoint: record.endpoint.as_deref() };
    around.output.say(&confirm::text(&record.plan, names, shown, found, around.output.stderr_page));
    if global.yes || place.is_sandbox() {
        return Ok(true);
    }
    let Some(yes) = around.yes("Begin? [y/N] ").await? else {
        return Err(Failure::Refused("nothing was begun: without a terminal to ask on, it takes --yes".into()));
    };
    if !yes {
        around.output.say("Nothing was begun.\n");
        around.fail_in_json("nothing was begun: the answer was no", None, 3)?;
    }
    Ok(yes)
}
