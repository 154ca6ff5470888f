//! From files to a report. No clock, no disk: what it rests on is given.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    Looked,
    batch::{self, Items},
    database,
    model::{Counts, Database, FORMAT, Need, Place, Report},
    remains::Remains,
    standing::{self, Group, Standing},
    summary,
};
use crate::{
    model::AwsTime,
    state::{BatchEntry, BatchRecord, Entry, with_flags},
};

/// What a report is made from.
pub struct Sources<'a> {
    /// What it is about.
    pub about: About<'a>,
    /// The migrations' files; where it is about one database, that one's.
    pub entries: &'a [Entry],
    /// The batches' files.
    pub batches: &'a [BatchEntry],
    /// What AWS shows of the one that it is about, where it was asked.
    pub looked: Option<Looked<'a>>,
    /// The flags that a command needs to find these files.
    pub flags: &'a str,
    /// Now, by this machine's clock.
    pub written: AwsTime,
}

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// All that this state directory has.
    Everything(&'a Path),
    /// One database.
    Database(&'a str),
    /// The batches of this name.
    Batch(&'a str),
}

impl Report {
    /// Makes a report.
    #[must_use]
    pub fn of(sources: &Sources<'_>) -> Self {
        let batches: Vec<&BatchEntry> = match sources.about {
            About::Everything(_) => sources.batches.iter().collect(),
            About::Batch(name) => sources.batches.iter().filter(|batch| batch.name() == name).collect(),
            About::Database(_) => Vec::new(),
        };
        let items = Items::of(sources.entries, &batches);
        let mut databases: Vec<Database> = batches.iter().flat_map(|batch| of_batch(&items, batch, sources)).collect();
        if !matches!(sources.about, About::Batch(_)) {
            let others = sources.entries.iter().filter(|entry| !items.contain(entry));
            databases
                .extend(others.map(|entry| database::of_entry(entry, standing::of_entry(entry, None), sources.looked)));
            databases.sort_by(|one, other| {
                let key = |it: &Database| (it.account.clone(), it.region.clone(), it.name.clone(), it.file.clone());
                key(one).cmp(&key(other))
            });
        }
        let counts = Counts::of(&databases);
        let mut report = Self {
            format: FORMAT,
            title: title(sources, &batches),
            program: concat!("rds-encrypt ", env!("CARGO_PKG_VERSION")),
            written: sources.written,
            as_of: as_of(&databases, &batches),
            refreshed: sources.looked.is_some(),
            places: places(sources.entries, &batches, &databases),
            owners: owners(&databases, &batches),
            counts,
            summary: Vec::new(),
            needs: needs(&databases),
            batches: batches.iter().map(|entry| batch::part(entry, &databases)).collect(),
            databases,
        };
        report.summary = summary::sentences(&report);
        report
    }
}

/// The databases of a batch, in its order; those that a later one has again are that one's.
fn of_batch(items: &Items<'_>, batch: &BatchEntry, sources: &Sources<'_>) -> Vec<Database> {
    let Ok(record) = &batch.record else { return Vec::new() };
    let name = batch.name();
    let is_running = batch.holder.is_some();
    let of_item = |item: &crate::state::BatchItem| {
        if !items.belongs(item, record, &name) {
            return None;
        }
        let run = record.last_run.as_ref();
        let left = run.and_then(|run| run.left.get(&item.resource_id));
        let database = if let Some(entry) = items.entry(item, record) {
            let judged = standing::of_entry(entry, run.filter(|_| !is_running).map(|run| (run, left)));
            database::of_entry(entry, judged, sources.looked)
        } else {
            let judged = standing::of_none(left, is_running);
            without_a_file(database::of_item(item, &record.account, &record.region, judged), record, is_running)
        };
        Some(Database { batch: Some(name.clone()), ..database })
    };
    record.items.iter().filter_map(of_item).collect()
}

/// What is left to do with one of which nothing was made.
fn without_a_file(mut database: Database, record: &BatchRecord, is_running: bool) -> Database {
    let command = |words: &str| Some(with_flags(words, &record.flags));
    let all = || command("rds-encrypt resume --all");
    database.remains = match database.standing {
        Standing::Refused => {
            let plan = command(&format!("rds-encrypt plan {}", database.name));
            vec![Remains::new("mend, then go on", "mend what the checks found, then go on with the batch", plan)]
        }
        Standing::Parked => {
            vec![Remains::new("make room, then go on", "make room in the account, then go on with the batch", all())]
        }
        Standing::Failed => {
            vec![Remains::new("mend, then go on", "mend what was in the way, then go on with the batch", all())]
        }
        Standing::Waiting if is_running => Vec::new(),
        Standing::Waiting => vec![Remains::new("go on", "go on with the batch", all())],
        _ => Vec::new(),
    };
    database.next = database.remains.iter().find_map(|it| it.command.clone());
    database
}

/// What needs a person, the same of several said once.
fn needs(databases: &[Database]) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for (place, database) in databases.iter().enumerate() {
        if !matches!(database.counts_as, Group::Failed | Group::Parked) {
            continue;
        }
        let remedy = database.remedy.clone().or_else(|| database.remains.first().map(|it| it.what.clone()));
        let seen = (database.standing, &database.why, &remedy);
        let commands = database.remains.iter().filter_map(|it| it.command.clone());
        match needs.iter_mut().find(|need| (need.standing, &need.why, &need.remedy) == seen) {
            Some(need) => {
                need.places.push(place);
                need.databases.push(database.name.clone());
                need.commands.extend(commands);
            }
            None => needs.push(Need {
                places: vec![place],
                databases: vec![database.name.clone()],
                standing: database.standing,
                why: database.why.clone(),
                remedy,
                commands: commands.collect(),
            }),
        }
    }
    for need in &mut needs {
        let mut told = BTreeSet::new();
        need.commands.retain(|command| told.insert(command.clone()));
    }
    needs.sort_by_key(|need| need.standing);
    needs
}

fn title(sources: &Sources<'_>, batches: &[&BatchEntry]) -> String {
    match sources.about {
        About::Everything(_) => "Databases taken to encryption".to_owned(),
        About::Database(name) => format!("Encryption of {name}"),
        About::Batch(name) => match batches.first().and_then(|batch| batch.record.as_ref().ok()) {
            Some(record) => format!("Encryption of {}, batch {name}", super::databases(record.items.len())),
            None => format!("Batch {name}"),
        },
    }
}

/// The newest change that is known of.
fn as_of(databases: &[Database], batches: &[&BatchEntry]) -> Option<AwsTime> {
    let migrations = databases.iter().filter_map(|it| it.migration.as_ref()).map(|it| it.updated);
    let records = batches.iter().filter_map(|batch| batch.record.as_ref().ok());
    let runs = records.flat_map(|record| [Some(record.begun), record.last_run.as_ref().map(|run| run.ended)]);
    migrations.chain(runs.flatten()).max()
}

fn places(entries: &[Entry], batches: &[&BatchEntry], databases: &[Database]) -> Vec<Place> {
    let is_sandbox = |flags: &str| flags.split_whitespace().any(|flag| flag == "--sandbox");
    let mut places = BTreeMap::new();
    let mut enter = |account: &str, region: &str, endpoint: Option<&String>, flags: &str| {
        let place = Place {
            account: account.to_owned(),
            region: region.to_owned(),
            endpoint: endpoint.map(|endpoint| without_user(endpoint)),
            sandbox: is_sandbox(flags),
        };
        places.insert((account.to_owned(), region.to_owned(), place.endpoint.clone()), place);
    };
    let shown: BTreeSet<&str> = databases.iter().filter_map(|it| it.resource_id.as_deref()).collect();
    let of_these = |record: &crate::state::Record| shown.contains(record.migration.resource_id.as_str());
    for record in entries.iter().filter_map(|entry| entry.record.as_ref().ok()).filter(|record| of_these(record)) {
        enter(&record.account, &record.region, record.endpoint.as_ref(), &record.flags);
    }
    for record in batches.iter().filter_map(|batch| batch.record.as_ref().ok()) {
        enter(&record.account, &record.region, record.endpoint.as_ref(), &record.flags);
    }
    places.into_values().collect()
}

/// An address without what may be secret in it.
fn without_user(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) =
                rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
            format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default())
        }
        None => address.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

fn owners(databases: &[Database], batches: &[&BatchEntry]) -> Vec<String> {
    let begun = databases.iter().filter_map(|it| it.migration.as_ref()).map(|it| it.owner.clone());
    let records = batches.iter().filter_map(|batch| batch.record.as_ref().ok());
    let runs = records.flat_map(|it| [Some(it.owner.clone()), it.last_run.as_ref().map(|run| run.owner.clone())]);
    let mut all: Vec<String> = begun.chain(runs.flatten()).collect();
    all.sort();
    all.dedup();
    all
}
