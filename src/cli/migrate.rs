//! `rds-encrypt migrate DB`

use super::{
    Failure, Surroundings,
    arguments::{Global, Migrate},
    choices::ChoiceArguments,
    facts, keys,
    place::Place,
    resume, session, unless_interrupted,
};
use crate::{
    aws::{Aws, Connection},
    model::{CallerIdentity, DatabaseReference, KeyReference, quoted},
    plan::{Changed, Checked, Facts, Judgement, KeyLookup, Plan, changes, cost::Prices, judge},
    state::{FORMAT, Identity, Noted, Phase, PlanFile, Record, Run, Summary},
    steps::Generation,
    ui::{confirm, findings, json, planned},
};

/// What is asked for, by a person's words or by a plan that was approved.
pub(super) struct Asked {
    pub(super) database: DatabaseReference,
    pub(super) kms_key: Option<KeyReference>,
    pub(super) target: Option<String>,
    pub(super) choices: ChoiceArguments,
    pub(super) approved: Option<PlanFile>,
}

impl Asked {
    fn of(asked: &Migrate) -> Result<Self, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(format!("{error}. Nothing was made or changed"));
        let Some(path) = &asked.plan else {
            let database = asked.database.clone().ok_or_else(|| Failure::Usage("no database is named".into()))?;
            asked.choices.check()?;
            return Ok(Self {
                database,
                kms_key: asked.kms_key.clone(),
                target: asked.target.clone(),
                choices: asked.choices.clone(),
                approved: None,
            });
        };
        let approved = PlanFile::read(path).map_err(|error| refused(&error))?;
        let key = approved.plan.key_asked.parse::<KeyReference>().map_err(|error| refused(&error))?;
        Ok(Self {
            database: DatabaseReference::ResourceId(approved.plan.source.resource_id.clone()),
            kms_key: Some(key),
            target: approved.plan.target.clone(),
            choices: ChoiceArguments::default(),
            approved: Some(approved),
        })
    }

    /// A plan is for one account and one Region.
    fn is_for(&self, aws: &Aws, caller: &CallerIdentity) -> Result<(), Failure> {
        match &self.approved {
            Some(PlanFile { account, region, .. }) if *account != caller.account || region != aws.region() => {
                Err(Failure::Refused(format!(
                    "the plan is for {region} of account {account}; asked was {} of account {} (--region, --profile). \
                     Nothing was made or changed",
                    aws.region(),
                    caller.account
                )))
            }
            _ => Ok(()),
        }
    }
}

pub(super) async fn run(global: &Global, asked: &Migrate, around: &mut Surroundings) -> Result<u8, Failure> {
    let asked = &Asked::of(asked)?;
    let place = Place::find(global)?;
    let mut connection = connection(&place, global, &asked.database, around)?;
    if let (None, Some(approved)) = (&global.region, &asked.approved) {
        connection.region = Some(approved.region.clone());
    }
    let aws = Aws::connect(&connection).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    asked.is_for(&aws, &caller)?;
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
    let what = facts::For {
        database: &asked.database,
        key: facts::Key::Asked(&key),
        target: asked.target.as_deref(),
        generation,
        chosen: &asked.choices,
        approved: asked.approved.as_ref().map(|approved| &approved.plan.choices),
        around: true,
    };
    let read = Box::pin(facts::read(&aws, &caller, what));
    let facts = unless_interrupted(around, read).await?.map_err(Failure::NothingBegun)?;
    let judgement = judge(&facts);
    around.output.detail(&findings::checks(&judgement, around.output.stderr_page));
    if let Some(code) = refuse(&facts, &judgement, around)? {
        return Ok(code);
    }
    let plan = plan_of(&facts, &key, asked.target.clone())?;
    if let Some(approved) = &asked.approved {
        as_approved(approved, &plan, generation)?;
    }
    let mut record = fresh_record(global, &place, &aws, &facts.account, plan, generation)?;
    record.findings = Some(Noted::of(&judgement.findings));
    if !consents(global, &place, &aws, &record, &facts, &judgement, around).await? {
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

/// The plan that follows from facts that forbid nothing.
pub(super) fn plan_of(facts: &Facts, key: &KeyReference, target: Option<String>) -> Result<Plan, Failure> {
    let (Checked::Known(Some(source)), Some(Checked::Known(KeyLookup::Found(found)))) = (&facts.source, &facts.key)
    else {
        return Err(Failure::Ours("the checks passed without a source and a key".into()));
    };
    found
        .arn
        .clone()
        .and_then(|arn| Plan::new(&facts.origin(source), key, arn, target))
        .ok_or_else(|| Failure::Ours("the checks passed without a resource id or a key's ARN".into()))
}

/// An approved plan is carried out as it is, or not at all.
fn as_approved(approved: &PlanFile, now: &Plan, generation: u32) -> Result<(), Failure> {
    let mut changed: Vec<String> = changes(&approved.plan, now)
        .into_iter()
        .map(|Changed { what, planned, now }| format!("{what} was {planned}, is {now}"))
        .collect();
    if approved.generation != generation {
        changed.push(format!("generation {} was planned, {generation} is the next", approved.generation));
    }
    if changed.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{} isn't as it was planned any more: {}. Nothing was made or changed; plan again, and have that approved",
        approved.plan.source.identifier,
        changed.join("; ")
    )))
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
            remedy: None,
            of_no_use: false,
            quota: None,
            serves: plan.source.identifier.clone(),
            next: String::new(),
            updated: now,
            begun: now,
            verified: None,
        },
        account: account.to_owned(),
        region: aws.region().to_owned(),
        endpoint: global.endpoint_url.clone(),
        profile: global.profile.clone(),
        flags: place.flags.clone(),
        migration: Identity::of_instance(&plan.source.identifier, &plan.source.resource_id),
        run: Run { nonce: format!("{:016x}", fastrand::u64(..)), owner: session::owner() },
        plan_digest: plan.digest(),
        generations: vec![Generation { n: generation, names: plan.names(generation), rehearsal: true }],
        plan,
        findings: None,
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
    aws: &Aws,
    record: &Record,
    facts: &Facts,
    judgement: &Judgement,
    around: &mut Surroundings,
) -> Result<bool, Failure> {
    let names = &record.generation().ok_or_else(|| Failure::Ours("no generation was planned".into()))?.names;
    let shown =
        confirm::Place { account: &record.account, region: &record.region, endpoint: record.endpoint.as_deref() };
    let page = around.output.stderr_page;
    around.output.say(&confirm::text(&record.plan, names, shown, &judgement.findings, page));
    if !global.yes && !place.is_sandbox() {
        let snapshots = unless_interrupted(around, facts::snapshots(aws, facts)).await?;
        let planned = planned::Planned {
            facts,
            judgement,
            place: shown,
            begin: String::new(),
            exit_code: 0,
            snapshots: &snapshots,
            prices: &Prices::default(),
        };
        around.output.say(&planned::details(&planned, page));
    }
    around.output.say(&findings::unchecked(judgement, page));
    if global.yes || place.is_sandbox() {
        return Ok(true);
    }
    around.may_begin().await
}
