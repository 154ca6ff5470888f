//! `rds-encrypt migrate DB`

use super::{
    Failure, Surroundings,
    arguments::{Global, Migrate},
    facts, resume, session,
};
use crate::{
    aws::Aws,
    model::{CallerIdentity, KeyReference, name::short_id},
    plan::{Checked, Facts, Finding, KeyLookup, Plan, judge},
    state::{FORMAT, Identity, Phase, Record, Run, Summary},
    steps::Generation,
    ui::{KeyRow, confirm, findings, keys},
};

pub(super) async fn run(global: &Global, asked: &Migrate, around: &mut Surroundings) -> Result<u8, Failure> {
    let states = session::state_directory(global)?;
    let aws = Aws::connect(&session::connection(global)).await?;
    let caller = aws.caller_identity().await?;
    let Some(key) = &asked.kms_key else { return offer_keys(&aws, asked, around).await };
    if let Some(path) = resume::begun(&states, &aws, &caller, &asked.database) {
        return resume::same_again(&states, &path, &aws, asked, around).await;
    }
    let facts = facts::read(&aws, &caller, &asked.database, key, asked.target.as_deref()).await;
    let judgement = judge(&facts);
    if let Some(why) = &judgement.nothing_to_do {
        around.output.result(&format!("{why}: nothing to do\n")).map_err(|error| Failure::Ours(error.to_string()))?;
        return Ok(0);
    }
    if judgement.forbids() {
        around.output.problem(&findings::refusal(&judgement, &facts.asked, around.output.stderr_page));
        return Ok(if judgement.owned_elsewhere.is_some() { 6 } else { 3 });
    }
    let record = new_record(global, asked, key, &aws, &facts)?;
    if !consents(global, &record, &judgement.findings, around)? {
        return Ok(3);
    }
    let migration = states.begin(record)?;
    session::carry_out(&aws, migration, false, around).await
}

fn new_record(
    global: &Global,
    asked: &Migrate,
    key: &KeyReference,
    aws: &Aws,
    facts: &Facts,
) -> Result<Record, Failure> {
    let (Checked::Known(Some(source)), Checked::Known(KeyLookup::Found(found))) = (&facts.source, &facts.key) else {
        return Err(Failure::Ours("the checks passed without a source and a key".into()));
    };
    let arn = found.arn.clone().unwrap_or_default();
    let now = aws.clock().now().ok_or_else(|| Failure::Ours("AWS's answers carry no Date".into()))?;
    let plan = Plan::new(source, key, arn, asked.target.clone())
        .ok_or_else(|| Failure::Ours("the checks passed without a resource id".into()))?;
    Ok(Record {
        format: FORMAT,
        summary: Summary {
            phase: Phase::Underway,
            step: None,
            stopped: None,
            serves: plan.source.identifier.clone(),
            next: format!("rds-encrypt resume {}", plan.source.identifier),
            updated: now,
            begun: now,
        },
        account: facts.account.clone(),
        region: facts.region.clone(),
        endpoint: global.endpoint_url.clone(),
        profile: global.profile.clone(),
        migration: Identity {
            id: short_id(&plan.source.resource_id),
            kind: "instance".into(),
            name: plan.source.identifier.clone(),
            resource_id: plan.source.resource_id.clone(),
        },
        run: Run { nonce: format!("{:016x}", fastrand::u64(..)), owner: session::owner() },
        plan_digest: plan.digest(),
        generations: vec![Generation { n: 1, names: plan.names(1), rehearsal: true }],
        plan,
        journal: Vec::new(),
    })
}

fn consents(global: &Global, record: &Record, found: &[Finding], around: &mut Surroundings) -> Result<bool, Failure> {
    let place =
        confirm::Place { account: &record.account, region: &record.region, endpoint: record.endpoint.as_deref() };
    let names = record.generation().ok_or_else(|| Failure::Ours("no generation was planned".into()))?;
    let text = confirm::text(&record.plan, &names.names, place, found, around.output.stderr_page);
    around.output.say(&text);
    if global.yes {
        return Ok(true);
    }
    if !around.is_terminal {
        return Err(Failure::Refused("nothing was begun: without a terminal to ask on, it takes --yes".into()));
    }
    let yes = (around.ask)("Begin? [y/N] ");
    if !yes {
        around.output.say("nothing was begun\n");
    }
    Ok(yes)
}

/// A key can never be changed afterwards, so there is no default: show what there is, and how to choose.
async fn offer_keys(aws: &Aws, asked: &Migrate, around: &mut Surroundings) -> Result<u8, Failure> {
    let mut rows = Vec::new();
    for alias in aws.aliases().await? {
        let Some(key_id) = alias.key_id else { continue };
        let Ok(KeyLookup::Found(key)) = aws.key(&key_id).await else { continue };
        let predefined = alias.name.starts_with("alias/aws/");
        if key.can_encrypt() && (!predefined || alias.name == "alias/aws/rds") {
            let note = if predefined { "AWS's own: its policy can't be changed" } else { "" };
            rows.push(KeyRow { alias: alias.name, key_id, note: note.into() });
        }
    }
    let command = format!("rds-encrypt migrate {}", asked.database);
    around.output.problem(&keys::choose(&rows, aws.region(), &command, around.output.stderr_page));
    Ok(3)
}

impl crate::model::KeyMetadata {
    fn can_encrypt(&self) -> bool {
        self.state.as_deref() == Some("Enabled")
            && self.usage.as_deref() == Some("ENCRYPT_DECRYPT")
            && self.spec.as_deref() == Some("SYMMETRIC_DEFAULT")
    }
}

/// The caller that a state file must belong to.
pub(super) fn same_account(caller: &CallerIdentity, record: &Record) -> Result<(), Failure> {
    if caller.account == record.account {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "the credentials are of account {}, the migration is of {}",
        caller.account, record.account
    )))
}
