//! The table for people: a line a database, and under it what is to be known of it.

use std::collections::BTreeMap;

use super::{Scanned, grid, words};
use crate::{
    model::{AwsTime, Verdict},
    plan::{
        cost::{Cost, Money},
        inventory::{Found, FoundSnapshot, Kind, Selection, Standing, Survey},
    },
    ui::{Page, fit, text::Text, words as common},
};

/// From this width on there is room for the day.
const WITH_DAY: usize = 96;

/// A version's parts behind these characters tell patches of patches.
const VERSION: usize = 12;

/// All of it, with its summary.
#[must_use]
pub fn text(scanned: &Scanned<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    let (own, others): (Vec<&Found>, Vec<&Found>) =
        shown(scanned.survey).partition(|found| found.other_service.is_none());
    for group in own.chunk_by(|one, other| place(one) == place(other)) {
        text.heading(&group.first().map(|found| heading(&found.account, &found.region)).unwrap_or_default());
        text.block(&table(scanned, group, page));
    }
    if own.is_empty() && scanned.survey.counts.databases > 0 {
        text.sentence("None of them is to be shown.");
    }
    if !others.is_empty() {
        text.heading("Of other services, never migrated by this program");
        text.block(&table(scanned, &others, page));
    }
    if scanned.snapshots {
        snapshots(&mut text, &scanned.survey.snapshots);
    }
    if !text.is_empty() {
        text.blank();
    }
    text.block(&summary(scanned, page));
    text.finish()
}

/// A member is told by its cluster, where that is shown.
fn shown(survey: &Survey) -> impl Iterator<Item = &Found> {
    survey.found.iter().filter(|found| {
        let is_cluster = |other: &Found| {
            other.kind == Kind::Cluster
                && place(other) == place(found)
                && Some(&other.identifier) == found.relations.cluster.as_ref()
        };
        found.kind != Kind::Member || !survey.found.iter().any(is_cluster)
    })
}

fn place(found: &Found) -> (&str, &str) {
    (&found.account, &found.region)
}

fn heading(account: &str, region: &str) -> String {
    match (account, region) {
        ("", "") => "of an unknown account and Region".to_owned(),
        ("", region) => region.to_owned(),
        (account, "") => format!("account {account}"),
        (account, region) => format!("{region} of account {account}"),
    }
}

fn table(scanned: &Scanned<'_>, group: &[&Found], page: Page) -> String {
    let rows: Vec<grid::Row> = group.iter().map(|found| database(scanned, found, page)).collect();
    let mut others = vec!["ENCRYPTED", "ENGINE", "AGE", "SIZE", "CLASS"];
    if page.columns() >= WITH_DAY {
        others.insert(2, "MADE (UTC)");
    }
    grid::laid_out(&grid::Header { name: "DATABASE", others, elastic: 1 }, &rows, page)
}

fn database(scanned: &Scanned<'_>, found: &Found, page: Page) -> grid::Row {
    let mut cells = vec![
        words::encryption(&found.encryption).to_owned(),
        engine(found.engine.as_deref(), found.engine_version.as_deref()),
        scanned.age(found.created).map(words::age).unwrap_or_default(),
        found.storage.map(|size| format!("{size} GiB")).unwrap_or_default(),
        found.class.clone().unwrap_or_default(),
    ];
    if page.columns() >= WITH_DAY {
        cells.insert(2, found.created.map(day).unwrap_or_default());
    }
    let alarming = matches!(found.encryption.verdict(), Verdict::NotEncrypted | Verdict::Unknown);
    grid::Row { name: found.identifier.clone(), cells, alarming, notes: notes(scanned, found) }
}

fn day(time: AwsTime) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn engine(name: Option<&str>, version: Option<&str>) -> String {
    let parts = [name.map(str::to_owned), version.map(|version| fit::end(version, VERSION))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What is to be known of one beside its cells; the most important first.
fn notes(scanned: &Scanned<'_>, found: &Found) -> String {
    let relations = &found.relations;
    let mut notes = vec![match &found.standing {
        Standing::Eligible => "can be migrated".to_owned(),
        Standing::Encrypted => words::key(&found.encryption).map_or_else(
            || "a key that AWS owns or doesn't name".to_owned(),
            |key| format!("key {}", common::key(&key)),
        ),
        Standing::NotYet { why } | Standing::Not { why } => why.clone(),
    }];
    let list = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")));
    notes.extend(list("members", &relations.members));
    let is_told = found.standing.why().is_some();
    notes.extend(relations.replica_of.as_ref().filter(|_| !is_told).map(|of| format!("a replica of {of}")));
    notes.extend(list("replicas", &relations.replicas));
    notes.extend(relations.global_cluster.as_ref().map(|global| format!("in the global database {global}")));
    notes.extend((found.publicly_accessible == Some(true)).then(|| "public".to_owned()));
    let status = found.status.as_ref().filter(|status| *status != "available" && !is_told);
    notes.extend(status.cloned());
    notes.extend(scanned.cost(found).map(|cost| costs(&cost)));
    notes.join("; ")
}

fn costs(cost: &Cost) -> String {
    let Some(month) = cost.month() else { return "a copy's cost has no price".to_owned() };
    format!("a copy costs {}{}", money(month, cost.currency.as_deref()), in_part(cost.is_partial()))
}

fn money(month: Money, currency: Option<&str>) -> String {
    let currency = currency.map(|currency| format!(" {currency}")).unwrap_or_default();
    format!("{month}{currency} a month")
}

fn in_part(partial: bool) -> &'static str {
    if partial { ", beside what has no price" } else { "" }
}

/// Those that a person made by name; of those that AWS makes and removes by itself how many each database has.
fn snapshots(text: &mut Text, all: &[FoundSnapshot]) {
    for group in all.chunk_by(|one, other| (&one.account, &one.region) == (&other.account, &other.region)) {
        let place = group.first().map(|found| heading(&found.account, &found.region)).unwrap_or_default();
        text.heading(&format!("Unencrypted snapshots in {place}"));
        let (by_aws, others): (Vec<&FoundSnapshot>, Vec<&FoundSnapshot>) =
            group.iter().partition(|found| found.kind.as_deref() == Some("automated"));
        let mut rows: Vec<[String; 3]> = others.into_iter().map(by_name).collect();
        let mut databases: BTreeMap<(&str, bool), Vec<&FoundSnapshot>> = BTreeMap::new();
        for found in by_aws {
            databases.entry((of(found), found.of_cluster)).or_default().push(found);
        }
        rows.extend(databases.values().filter_map(|of_one| automated(of_one)));
        text.rows(&rows);
    }
    if all.is_empty() {
        text.heading("Unencrypted snapshots");
        text.inside("none");
    }
}

fn of(found: &FoundSnapshot) -> &str {
    found.of.as_deref().unwrap_or("(not named)")
}

fn by_name(found: &FoundSnapshot) -> [String; 3] {
    let about = [
        found.kind.clone(),
        found.created.map(day),
        found.storage.filter(|_| !found.of_cluster).map(|size| format!("{size} GiB")),
        Some(engine(found.engine.as_deref(), found.engine_version.as_deref())),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    [of(found).to_owned(), found.identifier.clone(), about.join(", ")]
}

fn automated(of_one: &[&FoundSnapshot]) -> Option<[String; 3]> {
    let days: Vec<AwsTime> = of_one.iter().filter_map(|found| found.created).collect();
    let span = match (days.iter().min(), days.iter().max()) {
        (Some(first), Some(last)) => format!("{} to {}", day(*first), day(*last)),
        _ => String::new(),
    };
    Some([of(of_one.first()?).to_owned(), format!("{} automated", of_one.len()), span])
}

/// How many there are, and what isn't shown.
#[must_use]
pub fn summary(scanned: &Scanned<'_>, page: Page) -> String {
    let counts = scanned.survey.counts;
    let fits = match (restricts(scanned.selection), counts.databases) {
        (false, _) => "",
        (true, 1) => " fits",
        (true, _) => " fit",
    };
    let of_which = match (counts.unencrypted, counts.eligible) {
        (0, _) => String::new(),
        (_, eligible) => format!(", of which {eligible} can be migrated now"),
    };
    let mut sentences = vec![match (counts.databases, scanned.survey.is_complete()) {
        (0, true) => format!("No database{}.", if fits.is_empty() { "" } else { " fits" }),
        (0, false) => "No database in what could be read.".to_owned(),
        (all, _) => {
            format!("{}{fits}: {} not encrypted{of_which}.", words::many(all, "database"), counts.unencrypted)
        }
    }];
    sentences.extend(total(scanned));
    if counts.unknown > 0 {
        sentences.push(format!("AWS doesn't say whether encrypted: {}.", counts.unknown));
    }
    if let Some(bound) = scanned.selection.created_before {
        let day = bound.strftime("%Y-%m-%d");
        sentences.push(format!("Not encrypted, but left out as made on {day} or later: {}.", counts.left_out_by_date));
    }
    if counts.undated > 0 {
        sentences.push(format!("Not encrypted, but left out as AWS shows no date: {}.", counts.undated));
    }
    if counts.other_services > 0 {
        let many = words::many(counts.other_services, "database");
        sentences.push(format!("{many} of DocumentDB or Neptune not counted."));
    }
    if scanned.snapshots {
        sentences.push(format!("{}.", words::many(counts.unencrypted_snapshots, "unencrypted snapshot")));
    }
    if !scanned.survey.is_complete() {
        sentences.push("The list is incomplete.".to_owned());
    }
    let lines: Vec<String> = sentences.iter().flat_map(|sentence| fit::wrap(sentence, page.columns())).collect();
    lines.join("\n") + "\n"
}

fn restricts(selection: &Selection) -> bool {
    !selection.engines.is_empty() || !selection.tags.is_empty() || selection.name.is_some()
}

/// What all copies together cost.
fn total(scanned: &Scanned<'_>) -> Option<String> {
    let costs: Vec<Cost> = scanned.survey.found.iter().filter_map(|found| scanned.cost(found)).collect();
    let months = costs.iter().filter_map(Cost::month);
    let sum = months.reduce(|sum, month| Money { least: sum.least + month.least, most: sum.most + month.most })?;
    let partial = costs.iter().any(Cost::is_partial);
    Some(format!("Their copies cost {}{}.", money(sum, scanned.prices.currency.as_deref()), in_part(partial)))
}

/// What couldn't be looked at, each with what it needs.
#[must_use]
pub fn incomplete(survey: &Survey, page: Page) -> String {
    let mut text = Text::new(page);
    text.marked_heading(&page.warning("!"), "The list is incomplete");
    for (account, region, missing) in &survey.incomplete {
        text.point("-", &format!("{}: {}: {}", heading(account, region), missing.what, missing.why));
        if let Some(permission) = &missing.permission {
            text.under(&format!("it needs the permission {permission}"));
        }
    }
    text.finish()
}
