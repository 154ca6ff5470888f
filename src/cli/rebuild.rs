//! `rds-encrypt resume DB` where no state file is here: what AWS shows proves what was made, and a person says that
//! it is theirs.

use super::{
    Failure, Surroundings,
    arguments::{Global, Resume},
    facts, migrate,
    place::Place,
    unless_interrupted,
};
use crate::{
    aws::{Aws, ReadError},
    model::{
        AwsTime, Call, CallerIdentity, DatabaseReference, DbInstance, DbSnapshot, KeyReference, Outcome, SettingValues,
        Tags,
    },
    plan::{Checked, KeyLookup, Origin, Plan, Traces},
    state::{Migration, Record},
    steps::Generation,
    ui::rebuilt,
};

/// Looks for traces of a migration and, on a person's word, makes its state file again. Nothing where AWS shows none.
pub(super) async fn run(
    place: &Place,
    global: &Global,
    database: &DatabaseReference,
    asked: &Resume,
    around: &mut Surroundings,
) -> Result<Option<(Aws, Migration)>, Failure> {
    let aws = Aws::connect(&migrate::connection(place, global, database, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await??;
    migrate::meant_here(database, &aws, &caller)?;
    let Some(source) = unless_interrupted(around, facts::source(&aws, database)).await?? else { return Ok(None) };
    let traces = unless_interrupted(around, traces(&aws, &source)).await??;
    if traces.generations.is_empty() {
        return Ok(None);
    }
    around.output.say(&rebuilt::found(&source.identifier, &traces, around.output.stderr_page));
    if traces.runs.len() > 1 {
        return Err(Failure::Owned(
            "two runs have made these: end the one that isn't meant, where it was begun".into(),
        ));
    }
    if let Some(words) = &traces.choices {
        return Err(Failure::Refused(format!(
            "the state file can't be rebuilt: this migration was begun with choices ({words}) that only the file held, and \
             going on without them would undo them. Find the file, or remove by hand what is listed above and begin anew; \
             nothing was changed"
        )));
    }
    let key = key(&aws, &traces, asked.kms_key.as_ref()).await?;
    if !consents(global, place, around).await? {
        return Err(Failure::Refused("nothing was rebuilt, and nothing was changed".into()));
    }
    let record = record(global, place, &aws, &caller, &source, &traces, key).await?;
    Ok(Some((aws, place.states.begin(record)?)))
}

async fn traces(aws: &Aws, source: &DbInstance) -> Result<Traces, ReadError> {
    let Some(resource_id) = &source.resource_id else { return Ok(Traces::default()) };
    let snapshots = aws.snapshots_of(resource_id).await?;
    Ok(Traces::find(source, &snapshots, &aws.all_instances().await?))
}

/// The key under which something is encrypted already; else the one that a person names.
async fn key(aws: &Aws, traces: &Traces, asked: Option<&KeyReference>) -> Result<(KeyReference, String), Failure> {
    if let Some(arn) = &traces.key_arn {
        return Ok((KeyReference::Id(arn.clone()), arn.clone()));
    }
    let Some(asked) = asked else {
        return Err(Failure::Usage("AWS shows no encrypted copy yet: name the key with --kms-key".into()));
    };
    match aws.key(&asked.to_string()).await? {
        KeyLookup::Found(key) if crate::plan::can_encrypt(&key, aws.region()) => {
            let arn = key.arn.ok_or_else(|| Failure::Refused(format!("AWS shows no ARN for key {asked}")))?;
            Ok((asked.clone(), arn))
        }
        KeyLookup::Found(_) => Err(Failure::Refused(format!("key {asked} can't encrypt a database here"))),
        KeyLookup::NotFound(why) => Err(Failure::Refused(format!("no key {asked} here: {why}"))),
    }
}

async fn consents(global: &Global, place: &Place, around: &mut Surroundings) -> Result<bool, Failure> {
    if global.yes || place.is_sandbox() {
        return Ok(true);
    }
    around
        .yes("Rebuild the state file from this, and go on? [y/N] ")
        .await?
        .ok_or_else(|| Failure::Refused("nothing was rebuilt: without a terminal to ask on, it takes --yes".into()))
}

/// The state file as it would be, had it not been lost: what AWS shows counts as found.
async fn record(
    global: &Global,
    place: &Place,
    aws: &Aws,
    caller: &CallerIdentity,
    source: &DbInstance,
    traces: &Traces,
    (key, key_arn): (KeyReference, String),
) -> Result<Record, Failure> {
    let certificates = match facts::certificates(aws, source).await? {
        Checked::Known(offered) => Some(offered),
        Checked::NotChecked { .. } => None,
    };
    let major_in_standard_support = facts::in_standard_support(aws, source).await?;
    let origin = Origin { certificates: certificates.as_deref(), major_in_standard_support, ..Origin::of(source) };
    let plan = Plan::new(&origin, &key, key_arn, traces.target.clone())
        .ok_or_else(|| Failure::Ours("the source shows no resource id".into()))?;
    let last = traces.generations.keys().next_back().copied().unwrap_or(1);
    let mut record = migrate::fresh_record(global, place, aws, &caller.account, plan, last)?;
    record.generations = traces
        .generations
        .keys()
        .map(|n| Generation { n: *n, names: record.plan.names(*n), rehearsal: true })
        .collect();
    if let Some((nonce, owner)) = traces.runs.first().and_then(|run| run.split_once(' ')) {
        nonce.clone_into(&mut record.run.nonce);
        owner.clone_into(&mut record.run.owner);
    }
    enter_found(&mut record, traces);
    Ok(record)
}

/// Each thing that was found stands in the journal as asked for and found.
fn enter_found(record: &mut Record, traces: &Traces) {
    let begun = record.summary.begun;
    let made = |snapshot: &DbSnapshot| snapshot.snapshot_create_time.unwrap_or(begun);
    for (n, traced) in &traces.generations {
        let names = record.plan.names(*n);
        let source = record.plan.source.clone();
        if let Some(snapshot) = &traced.snapshot {
            let call = Call::CreateDBSnapshot {
                instance: source.identifier.clone(),
                resource_id: source.resource_id.clone(),
                snapshot: names.snapshot.clone(),
                tags: Tags::new(),
            };
            enter(record, *n, call, made(snapshot), None);
        }
        if let Some(copy) = &traced.copy {
            let call = Call::CopyDBSnapshot {
                source: names.snapshot.clone(),
                target: names.copy.clone(),
                kms_key_id: record.plan.key_arn.clone(),
                tags: Tags::new(),
            };
            enter(record, *n, call, made(copy), None);
        }
        if let Some(target) = &traced.target {
            let call = Call::RestoreDBInstanceFromDBSnapshot {
                snapshot: names.copy.clone(),
                target: names.target.clone(),
                settings: SettingValues::new(),
            };
            enter(record, *n, call, target.instance_create_time.unwrap_or(begun), target.resource_id.clone());
        }
    }
}

fn enter(record: &mut Record, generation: u32, call: Call, at: AwsTime, resource_id: Option<String>) {
    let number = record.enter(generation, call, at);
    record.conclude(number, Outcome::Found { resource_id });
}
