//! `rds-encrypt status [DB|BATCH]`

use std::path::Path;

use super::{
    Failure, Surroundings,
    arguments::{Global, Status, StatusOf},
    place::Place,
    resume, unless_interrupted,
};
use crate::{
    engine::survey,
    model::{AwsTime, DatabaseReference},
    state::{AccessEntry, BatchEntry, Entry, PageError, Record, write_page},
    steps::Item,
    ui::{
        Page, access, json,
        report::{self, About, Looked, Report, Sources},
        table,
    },
};

pub(super) async fn run(global: &Global, asked: &Status, around: &mut Surroundings) -> Result<u8, Failure> {
    if asked.is_page_on_stdout() && around.json {
        return Err(Failure::Usage("stdout carries either the page or JSON: give --html a file".into()));
    }
    let place = Place::find(global)?;
    let states = &place.states;
    let files = Files {
        entries: states.entries(),
        batches: states.batch_entries(),
        setups: states.access_entries(),
        flags: &place.flags,
    };
    if let Some(waiting) = place.waiting_in_the_sandbox() {
        around.output.say(&waiting);
    }
    match &asked.of {
        None => of_all(&files, &place, asked, around),
        Some(StatusOf::Batch(name)) => of_batch(files, name, &place, asked, around),
        Some(StatusOf::Database(database)) => of_one(files, database, &place, global, asked, around).await,
    }
}

/// What the state directory holds.
struct Files<'a> {
    entries: Vec<Entry>,
    batches: Vec<BatchEntry>,
    setups: Vec<AccessEntry>,
    flags: &'a str,
}

impl Files<'_> {
    fn report(&self, about: About<'_>, looked: Option<Looked<'_>>) -> Report {
        let Self { entries, batches, flags, .. } = self;
        Report::of(&Sources { about, entries, batches, looked, flags, written: AwsTime::now() })
    }
}

fn of_all(files: &Files<'_>, place: &Place, asked: &Status, around: &mut Surroundings) -> Result<u8, Failure> {
    let report = files.report(About::Everything(place.states.root()), None);
    let page = around.output.stdout_page;
    let batches = report::list(&report, page);
    let setups = setups(&files.setups, page);
    let is_all = batches.is_empty() && setups.is_empty();
    let migrations =
        if files.entries.is_empty() && !is_all { String::new() } else { table::list(&files.entries, page) };
    let text = one_below_the_other(&[batches, migrations, setups]);
    tell(&report, asked, around, &text, || json::status(&files.entries, &files.setups, None, &report))?;
    Ok(0)
}

fn setups(setups: &[AccessEntry], page: Page) -> String {
    if setups.is_empty() { String::new() } else { access::list(setups, page) }
}

/// Texts with an empty line between them.
fn one_below_the_other(texts: &[String]) -> String {
    texts.iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn of_batch(
    mut files: Files<'_>,
    name: &str,
    place: &Place,
    asked: &Status,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    if asked.log || asked.refresh {
        return Err(Failure::Usage("--log and --refresh take one database, not a batch".into()));
    }
    let report = files.report(About::Batch(name), None);
    if report.batches.is_empty() {
        let there: Vec<String> = files.batches.iter().map(BatchEntry::name).collect();
        let there = if there.is_empty() { String::new() } else { format!("; there are {}", there.join(", ")) };
        return Err(Failure::Usage(format!("no batch {name} in {}{there}", place.states.root().display())));
    }
    let paths: Vec<&str> = report.databases.iter().filter_map(|it| it.file.as_deref()).collect();
    files.entries.retain(|entry| paths.contains(&&*entry.path.to_string_lossy()));
    let text = report::batches(&report, around.output.stdout_page);
    tell(&report, asked, around, &text, || json::status(&files.entries, &[], None, &report))?;
    Ok(0)
}

async fn of_one(
    mut files: Files<'_>,
    database: &DatabaseReference,
    place: &Place,
    global: &Global,
    asked: &Status,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let name = &database.to_string();
    files.setups.retain(|entry| entry.is_meant_by(database));
    if around.json && !asked.refresh {
        files.entries.retain(|entry| is_meant(entry, database));
        let report = files.report(About::Database(name), None);
        tell(&report, asked, around, "", || json::status(&files.entries, &files.setups, None, &report))?;
        return Ok(0);
    }
    files.entries.retain(|entry| is_named(entry, database));
    let page = around.output.stdout_page;
    let setups = setups(&files.setups, page);
    let Some(entry) = place_of(&files.entries, database).and_then(|place| files.entries.get(place)) else {
        if !setups.is_empty() && !asked.refresh && asked.html.is_none() {
            return around.result(&setups).map(|()| 0);
        }
        return Err(Failure::Usage(format!("no migration of {database} in {}", place.states.root().display())));
    };
    let Ok(record) = &entry.record else {
        write(&files.report(About::Database(name), None), asked, around)?;
        let path = entry.path.clone();
        let broken = files.entries.into_iter().find(|entry| entry.path == path).map(|entry| entry.record);
        return broken.transpose().map(|_| 0).map_err(Failure::State);
    };
    let items = if asked.refresh { Some(refreshed(place, global, record, around).await?) } else { None };
    let looked = items.as_deref().map(|items| Looked { path: &entry.path, items });
    let report = files.report(About::Database(name), looked);
    let details = table::details(record, entry.holder.as_ref(), items.as_deref(), asked.log, page);
    let text = one_below_the_other(&[details, setups]);
    tell(&report, asked, around, &text, || {
        json::status(std::slice::from_ref(entry), &files.setups, items.as_deref(), &report)
    })?;
    Ok(0)
}

/// Writes the page where one is asked for, and tells the rest: all of it as a text, or as JSON.
fn tell(
    report: &Report,
    asked: &Status,
    around: &mut Surroundings,
    text: &str,
    json: impl FnOnce() -> serde_json::Value,
) -> Result<(), Failure> {
    write(report, asked, around)?;
    match around.json {
        _ if asked.is_page_on_stdout() => Ok(()),
        true => around.result(&format!("{:#}\n", json())),
        false => around.result(text),
    }
}

/// Writes the page, if one is asked for.
fn write(report: &Report, asked: &Status, around: &mut Surroundings) -> Result<(), Failure> {
    let Some(path) = &asked.html else { return Ok(()) };
    let html = report::html(report).map_err(|error| Failure::Ours(format!("the page can't be laid out: {error}")))?;
    if asked.is_page_on_stdout() {
        return around.result(&html);
    }
    write_page(path, &html, report::BEGINS).map_err(|error| not_written(&error))?;
    around.output.say(&format!("written: {}\n", path.display()));
    Ok(())
}

fn not_written(error: &PageError) -> Failure {
    let hint = match error {
        PageError::There(_) => "choose another name, or remove it",
        PageError::Io { .. } => "choose another place, or mend that",
    };
    Failure::Refused(format!("{error}: {hint}"))
}

/// Asks AWS what exists of all generations, newest first. Nothing is saved of it: the next run looks by itself.
async fn refreshed(
    place: &Place,
    global: &Global,
    record: &Record,
    around: &mut Surroundings,
) -> Result<Vec<Item>, Failure> {
    let aws = resume::reach(place, global, record, around).await?;
    Ok(unless_interrupted(around, survey(&aws, record)).await??)
}

/// The migration that is meant; one that was abandoned only where there is no other.
pub(super) fn the_one(mut entries: Vec<Entry>, database: &DatabaseReference) -> Option<Entry> {
    place_of(&entries, database).map(|place| entries.swap_remove(place))
}

fn place_of(entries: &[Entry], database: &DatabaseReference) -> Option<usize> {
    let mut meant = entries.iter().enumerate().filter(|(_, entry)| is_named(entry, database));
    let last = meant.clone().next_back();
    meant.find(|(_, entry)| !entry.is_abandoned()).or(last).map(|(place, _)| place)
}

/// Whether it is the one that is meant, by its content, or where that can't be read by its name.
fn is_named(entry: &Entry, database: &DatabaseReference) -> bool {
    match &entry.record {
        Ok(record) => record.is_meant_by(database),
        Err(_) => entry.path.file_stem().is_some_and(|stem| resume::is_named_after(stem, database)),
    }
}

/// A broken file is shown to everybody: it might be the one that is meant.
fn is_meant(entry: &Entry, database: &DatabaseReference) -> bool {
    entry.record.as_ref().map_or(true, |record| record.is_meant_by(database))
}

impl Status {
    /// Whether the page goes to stdout, which then carries nothing else.
    fn is_page_on_stdout(&self) -> bool {
        self.html.as_deref() == Some(Path::new("-"))
    }
}
