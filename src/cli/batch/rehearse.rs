//! `batch --rehearse`: the same batch on a sandbox in memory that is filled with the account's inventory, in a time that
//! jumps from one thing that is waited for to the next. The account is only read, or not even that.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{
    BatchArguments, Ready, carry, cost, record,
    select::{self, Before, Selected},
    timeline::Timeline,
};
use crate::{
    aws::{Aws, Connection},
    cli::{
        Failure, Surroundings, arguments::Global, keys, place::Place, plan::prices, scan::gather, unless_interrupted,
    },
    engine::{Clock, Foresight, Interrupt},
    model::AccountQuota,
    plan::inventory::{Inventory, written},
    sandbox::{Options, Sandbox, Switches},
    state::BatchItem,
    ui::{
        batch::{self, Rehearsed, Row},
        json,
    },
};

/// World seconds in one of the runtime's, which cost nothing: its clock jumps. It knows milliseconds, so that this is a
/// second of AWS's.
const SPEED: f64 = 1000.0;

/// What is rehearsed.
struct Play {
    global: Global,
    inventory: Inventory,
    quotas: Option<Vec<AccountQuota>>,
    items: Vec<BatchItem>,
    folder: PathBuf,
    interrupt: Interrupt,
}

/// What came of it.
struct Played {
    timeline: Timeline,
    outcome: crate::engine::batch::Outcome,
    items: Vec<BatchItem>,
    calls: Vec<(String, u64)>,
    /// How many times state was written, and how many bytes.
    written: (u64, u64),
}

pub(super) async fn run(global: &Global, asked: &BatchArguments, around: &mut Surroundings) -> Result<u8, Failure> {
    let (selection, limits, prices) = (asked.selection()?, asked.limits(), prices(&asked.prices)?);
    let (inventory, quotas) = looked_at(global, asked, around).await?;
    let Selected { survey, items, left_out } = select::select(&inventory, &selection);
    let before = vec![Before::New; items.len()];
    let (items, _) = select::arrange(items, before, limits.canary);
    if items.is_empty() {
        let text = if around.json {
            json::line(&batch::nothing_rehearsed_in_json(&inventory.region, &left_out))
        } else {
            batch::nothing_rehearsed(&left_out, around.output.stdout_page)
        };
        return around.result(&text).map(|()| 0);
    }
    around.output.say(&format!("rehearsing a batch of {} on a sandbox; the account is left alone\n", items.len()));
    let month = cost::month(&survey, &items, &prices);
    let (folder, region, quotas_known) = (folder()?, inventory.region.clone(), quotas.is_some());
    let play = Play {
        global: Global { sandbox: true, region: None, profile: None, endpoint_url: None, ..global.clone() },
        inventory,
        quotas,
        items,
        folder: folder.path().to_owned(),
        interrupt: around.interrupt.clone(),
    };
    let arguments = asked.clone();
    // A thread of its own: its runtime's clock is paused, and jumps.
    let played = tokio::task::spawn_blocking(move || in_virtual_time(play, &arguments)).await;
    let Played { timeline, outcome, items, calls, written } =
        played.map_err(|error| Failure::Ours(format!("the rehearsal broke off: {error}")))??;
    if outcome.interrupted {
        return Err(Failure::Interrupted);
    }
    let rows: Vec<Row> = items.iter().map(|item| Row { name: item.name.clone(), gibibytes: item.gibibytes }).collect();
    let name = |index: &usize| items.get(*index).map_or("?", |item| item.name.as_str());
    let rehearsed = Rehearsed {
        region: &region,
        rows: &rows,
        spans: &timeline.spans,
        held: &timeline.held,
        fewest_slots: timeline.fewest_slots,
        ended: outcome.ended.iter().map(|(index, ended)| (name(index), ended)).collect(),
        waiting: outcome.waiting.iter().map(|candidate| candidate.name.as_str()).collect(),
        left_out: &left_out,
        took: timeline.spans.values().map(|span| span.ends).max().unwrap_or_default(),
        slots: limits.concurrency,
        calls: &calls,
        written,
        quotas_known,
        month,
    };
    let text = if around.json {
        json::line(&batch::rehearsed_in_json(&rehearsed))
    } else {
        batch::rehearsed(&rehearsed, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}

/// The inventory of one account and Region, and the account's quotas where it is asked.
async fn looked_at(
    global: &Global,
    asked: &BatchArguments,
    around: &Surroundings,
) -> Result<(Inventory, Option<Vec<AccountQuota>>), Failure> {
    if asked.from.is_empty() {
        let place = Place::find(global)?;
        let aws = Aws::connect(&place.connection(global, None, around)?).await?;
        let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
        let inventory = unless_interrupted(around, aws.inventory(&caller.account, false)).await?;
        let quotas = unless_interrupted(around, aws.quotas()).await?.ok();
        return Ok((inventory, quotas));
    }
    let mut found = gather::from_files(&asked.from)?.inventories;
    if let Some(region) = &global.region {
        found.retain(|inventory| inventory.region == *region);
    }
    let names: Vec<String> = found.iter().map(|it| format!("{} of {}", it.region, it.account)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok((only, None)),
        (None, _) => Err(Failure::Usage("the file holds nothing of this Region".into())),
        (Some(_), false) => Err(Failure::Usage(format!(
            "a batch is of one account and Region; the file holds {}: choose one with --region",
            names.join(", ")
        ))),
    }
}

/// A sandbox with the same instances, and as much room as the account has.
fn filled(inventory: &Inventory, quotas: Option<&[AccountQuota]>, given: &[(String, i64)]) -> Result<Sandbox, Failure> {
    let usual = Switches::default();
    let quota = |name: &str| quotas.and_then(|all| all.iter().find(|quota| quota.name == name));
    let number = |value: i64| usize::try_from(value).unwrap_or_default();
    // What isn't in the inventory uses up quota as well: the sandbox is made without it, and with so much less.
    let here = i64::try_from(inventory.instances.len()).unwrap_or(i64::MAX);
    let mut switches = Switches {
        most_manual_snapshots: quota("ManualSnapshots")
            .map_or(usual.most_manual_snapshots, |it| number(it.max - it.used)),
        most_instances: quota("DBInstances").map_or_else(
            || usual.most_instances.max(2 * inventory.instances.len()),
            |it| number(it.max - it.used + here),
        ),
        most_storage: quota("AllocatedStorage").map_or(usual.most_storage, |it| it.max),
        daily_backups: false,
        // No inventory tells how many addresses a subnet has left.
        without: ["R-NET-4", "R-NET-7"].map(str::to_owned).into(),
        ..usual
    };
    for (name, value) in given {
        match name.as_str() {
            "ManualSnapshots" => switches.most_manual_snapshots = number(*value),
            "DBInstances" => switches.most_instances = number(*value),
            _ => switches.most_storage = *value,
        }
    }
    let region = if inventory.region.is_empty() { Options::default().region } else { inventory.region.clone() };
    let rows = written(std::slice::from_ref(inventory));
    Sandbox::open(Options { speed: SPEED, region, rows: Some(rows), switches, ..Options::default() })
        .map_err(|error| Failure::Ours(format!("the sandbox can't be filled with this inventory: {error}")))
}

/// Memory where there is a folder of it: nobody comes back to these files.
fn folder() -> Result<TempDir, Failure> {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .map_err(|error| Failure::Refused(format!("no temporary folder can be made: {error}")))
}

fn in_virtual_time(play: Play, asked: &BatchArguments) -> Result<Played, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| Failure::Ours(format!("no runtime can be made: {error}")))?;
    runtime.block_on(played(play, asked))
}

async fn played(play: Play, asked: &BatchArguments) -> Result<Played, Failure> {
    let Play { global, inventory, quotas, items, folder, interrupt } = play;
    let sandbox = filled(&inventory, quotas.as_deref(), &asked.quota)?;
    let place = Place::for_a_rehearsal(folder);
    let region = sandbox.options().region.clone();
    let connection =
        Connection { region: Some(region), in_process: Some(sandbox.http_client()), ..Connection::default() };
    let aws = Aws::connect(&connection).await?;
    let caller = aws.caller_identity().await.map_err(Failure::NothingBegun)?;
    let key = keys::chosen(None, true).ok_or_else(|| Failure::Ours("the sandbox has no key".into()))?;
    let before = vec![Before::New; items.len()];
    let choices = asked.choices()?;
    let ready = Ready { global: &global, place: &place, aws, caller, key, choices, before, retry: false };
    let record = record(&ready, asked, items, Vec::new())?;
    let mut timeline = Timeline::default();
    let time = (Clock::new(SPEED), Some(foresight(sandbox.clone())));
    let outcome = Box::pin(carry::with(&ready, &record, time, interrupt, false, &mut timeline)).await?;
    let written = place.states.written();
    Ok(Played { timeline, outcome, items: record.items, calls: calls(&sandbox), written })
}

/// When something happens next to what a migration makes. The world's clock jumps there.
fn foresight(sandbox: Sandbox) -> Foresight {
    Foresight::new(move |names| {
        let next = sandbox.next_change_of(&[&names.snapshot, &names.copy, &names.target]);
        next.ok().flatten()
    })
}

fn calls(sandbox: &Sandbox) -> Vec<(String, u64)> {
    sandbox
        .calls()
        .into_iter()
        .map(|(operation, calls)| (operation, calls.answered + calls.refused + calls.throttled))
        .collect()
}
