//! `rds-encrypt batch`, and `resume --all`: every unencrypted database that is meant, of one account and Region.

mod addresses;
mod arguments;
mod carry;
mod cost;
mod notify;
mod prepare;
mod rehearse;
mod select;
mod timeline;

pub(super) use arguments::BatchArguments;

use std::path::PathBuf;

use super::{
    Failure, Surroundings, arguments::Global, choices::ChoiceArguments, keys, place::Place, plan::prices, session,
    unless_interrupted,
};
use crate::{
    aws::{Aws, checked},
    engine::batch::After,
    model::{CallerIdentity, KeyReference},
    plan::{Checked, KeyLookup, can_encrypt, inventory::Selection},
    state::{BatchItem, BatchRecord, FORMAT, LeftOut},
    steps::schedule::{AfterVerify, Room},
    ui::{
        batch::{self, Overview, Row},
        json, time,
    },
};
use select::{Before, Selected};

/// A batch that may run.
pub(super) struct Ready<'a> {
    global: &'a Global,
    place: &'a Place,
    aws: Aws,
    caller: CallerIdentity,
    key: KeyReference,
    choices: ChoiceArguments,
    before: Vec<Before>,
    retry: bool,
}

pub(super) async fn run(global: &Global, asked: &BatchArguments, around: &mut Surroundings) -> Result<u8, Failure> {
    if asked.rehearse {
        return Box::pin(rehearse::run(global, asked, around)).await;
    }
    let (selection, limits, choices) = (asked.selection()?, asked.limits(), asked.choices()?);
    let prices = prices(&asked.prices)?;
    let place = Place::find(global)?;
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    let Some(key) = keys::chosen(asked.kms_key.as_ref(), place.is_sandbox()) else {
        return Err(Failure::Usage("a batch needs one key for all copies: give --kms-key".into()));
    };
    let inventory = unless_interrupted(around, aws.inventory(&caller.account, false)).await?;
    let Selected { survey, items, left_out } = select::select(&inventory, &selection);
    let before = remembered(&place, &aws, &caller, &(&key, &choices, asked.how.after()), &items);
    let done = before.iter().filter(|it| **it == Before::Done).count();
    let (items, before) = select::arrange(items, before, limits.canary);
    let room = unless_interrupted(around, aws.quotas()).await?.ok().map(|quotas| Room::of(&quotas));
    let (begun, new) = rows(&items, &before);
    let beginning: Vec<&BatchItem> = of_new(&items, &before).collect();
    let addresses = unless_interrupted(around, Box::pin(addresses::of(&aws, &inventory, &beginning))).await?;
    let incomplete: Vec<String> =
        survey.incomplete.iter().map(|(_, _, it)| format!("{}: {}", it.what, it.why)).collect();
    let overview = Overview {
        account: &caller.account,
        region: aws.region(),
        key: &key.to_string(),
        counts: survey.counts,
        before: selection.created_before.map(|at| at.strftime("%Y-%m-%d").to_string()),
        new: &new,
        begun: &begun,
        done,
        left_out: &left_out,
        incomplete: &incomplete,
        room: room.as_ref(),
        addresses: &addresses,
        limits: &limits,
        after: asked.how.after(),
        month: cost::month(&survey, &items, &prices),
    };
    show(&overview, around)?;
    if items.is_empty() {
        // What nobody saw isn't done.
        return Ok(if survey.is_complete() { 0 } else { 9 });
    }
    key_encrypts(&aws, &key, around).await?;
    if !consents(global, &place, asked, around).await? {
        return Ok(3);
    }
    let ready = Ready { global, place: &place, aws, caller, key, choices, before, retry: false };
    let record = record(&ready, asked, items, left_out)?;
    let owned = place.states.begin_batch(record)?;
    carry::out(&ready, owned, around).await
}

/// The batch as its file holds it.
fn record(
    ready: &Ready<'_>,
    asked: &BatchArguments,
    items: Vec<BatchItem>,
    left_out: Vec<(String, String)>,
) -> Result<BatchRecord, Failure> {
    let limits = asked.limits();
    Ok(BatchRecord {
        format: FORMAT,
        account: ready.caller.account.clone(),
        region: ready.aws.region().to_owned(),
        endpoint: ready.global.endpoint_url.clone(),
        profile: ready.global.profile.clone(),
        flags: ready.place.flags.clone(),
        owner: session::owner(),
        begun: ready.aws.clock().now().ok_or_else(|| Failure::Ours("AWS's answers carry no Date".into()))?,
        ended: None,
        kms_key: ready.key.to_string(),
        selection: in_words(&asked.selection()?),
        choices: ready.choices.flags(),
        canaries: select::canaries(&items, &ready.before, limits.canary),
        limits,
        drop_plain_snapshots: asked.how.drop_plain_snapshots,
        after_verify: asked.how.after_verify(),
        notify: asked.how.notify.clone(),
        left_out: left_out.into_iter().map(|(name, why)| LeftOut { name, why }).collect(),
        last_run: None,
        items,
    })
}

/// Goes on with the newest batch that isn't at its end, with its limits and its order.
pub(super) async fn resume(global: &Global, retry: bool, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let path = newest(&place)?;
    let owned = place.states.open_batch(&path, &session::owner())?;
    let record = owned.record();
    let unreadable = |what: &str, why: &str| Failure::NeedsPerson(format!("{}: its {what}: {why}", path.display()));
    let choices = ChoiceArguments::of_flags(&record.choices).map_err(|why| unreadable("choices", &why))?;
    let key: KeyReference =
        record.kms_key.parse().map_err(|error| unreadable("key", &format!("{} ({error})", record.kms_key)))?;
    let global = &as_then(global, record);
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    if caller.account != record.account || aws.region() != record.region {
        return Err(Failure::Refused(format!(
            "the batch is of {} in account {}; asked was {} in account {} (--region, --profile)",
            record.region,
            record.account,
            aws.region(),
            caller.account
        )));
    }
    let before = remembered(&place, &aws, &caller, &(&key, &choices, carry::after(record)), &record.items);
    let ready = Ready { global, place: &place, aws, caller, key, choices, before, retry };
    carry::out(&ready, owned, around).await
}

/// The newest batch, if it isn't at its end.
fn newest(place: &Place) -> Result<PathBuf, Failure> {
    let here = place.states.root().display();
    match place.states.batches().pop() {
        None => Err(Failure::Usage(format!("no batch in {here}"))),
        Some((_, Ok(record))) if record.ended.is_some() => Err(Failure::Usage(format!(
            "no unfinished batch in {here}; the last one, of {}, is at its end",
            time::minute(record.begun)
        ))),
        Some((path, Ok(_))) => Ok(path),
        Some((_, Err(error))) => Err(error.into()),
    }
}

/// Profile, Region and endpoint as they were, unless others are given.
fn as_then(global: &Global, record: &BatchRecord) -> Global {
    Global {
        profile: global.profile.clone().or_else(|| record.profile.clone()),
        region: global.region.clone().or_else(|| Some(record.region.clone())),
        endpoint_url: global.endpoint_url.clone().or_else(|| record.endpoint.clone()),
        ..global.clone()
    }
}

/// How each item stands, by the migrations that are remembered here.
fn remembered(
    place: &Place,
    aws: &Aws,
    caller: &CallerIdentity,
    (key, choices, after): &(&KeyReference, &ChoiceArguments, After),
    items: &[BatchItem],
) -> Vec<Before> {
    let here = place.states.root().join(&caller.account).join(aws.region());
    let entries = place.states.entries().into_iter().filter(|entry| entry.path.starts_with(&here));
    let remembered = select::by_source(entries.filter_map(|entry| entry.record.ok()));
    let key = key.to_string();
    let agrees = |record: &crate::state::Record| choices.agree_with(&record.plan.choices);
    items
        .iter()
        .map(|item| {
            select::before(remembered.get(&(item.name.clone(), item.resource_id.clone())), &key, *after, agrees)
        })
        .collect()
}

/// What earlier runs began, and what none has.
fn rows(items: &[BatchItem], before: &[Before]) -> (Vec<Row>, Vec<Row>) {
    let of = |begun: bool| {
        let rows = items.iter().zip(before).filter(move |(_, before)| matches!(before, Before::Begun(_)) == begun);
        rows.map(|(item, _)| Row { name: item.name.clone(), gibibytes: item.gibibytes }).collect()
    };
    (of(true), of(false))
}

/// What none has begun yet.
fn of_new<'a>(items: &'a [BatchItem], before: &'a [Before]) -> impl Iterator<Item = &'a BatchItem> {
    let new = |it: &Before| !matches!(it, Before::Begun(_) | Before::Done);
    items.iter().zip(before).filter(move |(_, before)| new(before)).map(|(item, _)| item)
}

fn show(overview: &Overview<'_>, around: &mut Surroundings) -> Result<(), Failure> {
    if around.json {
        return around.result(&json::line(&batch::overview_in_json(overview)));
    }
    around.output.say(&batch::overview(overview, around.output.stderr_page));
    Ok(())
}

/// A key that can't encrypt would fail each of them: it is looked at once, before anybody is asked.
async fn key_encrypts(aws: &Aws, key: &KeyReference, around: &mut Surroundings) -> Result<(), Failure> {
    keys::announce_if_made(aws, key, around).await;
    let why = match checked(aws.key(&key.to_string()).await).map_err(Failure::NothingBegun)? {
        Checked::Known(KeyLookup::Found(found)) if can_encrypt(&found, aws.region()) => return Ok(()),
        Checked::Known(KeyLookup::Found(_)) => format!("{key} can't encrypt a database in {}", aws.region()),
        Checked::Known(KeyLookup::NotFound(why)) => format!("AWS knows no key {key}: {why}"),
        Checked::NotChecked { why, .. } => format!("{key} couldn't be looked at: {why}"),
    };
    Err(Failure::Refused(format!("{why}. Nothing was made or changed")))
}

/// A person's yes; that to deletions is a word of its own, for which `--yes` doesn't stand.
async fn consents(
    global: &Global,
    place: &Place,
    asked: &BatchArguments,
    around: &mut Surroundings,
) -> Result<bool, Failure> {
    if place.is_sandbox() {
        return Ok(true);
    }
    if asked.how.after_verify() == AfterVerify::Delete {
        return agrees_to_deletions(asked, around).await;
    }
    if global.yes {
        return Ok(true);
    }
    around.may_begin().await
}

async fn agrees_to_deletions(asked: &BatchArguments, around: &mut Surroundings) -> Result<bool, Failure> {
    let given = match &asked.how.confirm {
        Some(given) => Some(given.clone()),
        None => {
            around.answer("Type delete to begin, and to delete each encrypted instance once it is verified: ").await?
        }
    };
    match given.as_deref().map(str::trim) {
        Some("delete") => Ok(true),
        Some(_) => {
            around.output.say("Nothing was begun.\n");
            around.fail_in_json("nothing was begun: the deletions were not confirmed", None, 3)?;
            Ok(false)
        }
        None => Err(Failure::Refused(
            "nothing was begun: without a terminal to ask on, --after-verify delete takes --confirm delete".into(),
        )),
    }
}

fn in_words(selection: &Selection) -> String {
    let mut words: Vec<String> = selection.engines.iter().map(|engine| format!("--engine {engine}")).collect();
    let before = selection.created_before.map_or("any".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
    words.push(format!("--created-before {before}"));
    words.extend(selection.tags.iter().map(|(key, value)| format!("--tag {key}={value}")));
    words.extend(selection.name.iter().map(|name| format!("--name {name}")));
    words.join(" ")
}
