//! A setup and its removal, for people: what will be, what happens, and what is.

use crate::{
    access::recipe::{Part, Planned, Recipe},
    engine::AccessEvent,
    plan::cost::{HOURS_A_MONTH, Prices},
    state::{AccessRecord, with_flags},
    ui::{Page, text::Text, time::minute},
};

/// The size of the machine's volume that the AMI brings, in GiB.
const VOLUME: f64 = 8.0;

/// What would be made, changed and billed.
#[must_use]
pub fn plan(planned: &Planned, account: &str, prices: &Prices, flags: &str, page: Page) -> String {
    let Planned { recipe, notes } = planned;
    let mut text = Text::new(page);
    text.heading(&format!(
        "Set up the way to {} in {} ({} of account {account})",
        recipe.database, recipe.vpc_id, recipe.region
    ));
    section(&mut text, "Made", recipe, |part| {
        !part.changes_theirs() && !part.is_of_iam() && !matches!(part, Part::Agent | Part::NoEgress { .. })
    });
    section(&mut text, "Changed, of what is there", recipe, Part::changes_theirs);
    section(&mut text, "Made in IAM, which is asked for by itself", recipe, Part::is_of_iam);
    billed(&mut text, recipe, prices);
    if !notes.is_empty() {
        text.heading("Good to know");
        for note in notes {
            text.point("-", note);
        }
    }
    text.heading("All of it is removed again, and what was there is as it was, with");
    text.verbatim(&with_flags(&format!("rds-encrypt access teardown {}", recipe.database), flags));
    text.finish()
}

fn section(text: &mut Text, heading: &str, recipe: &Recipe, is_in: impl Fn(&Part) -> bool) {
    let parts: Vec<&Part> = recipe.parts.iter().filter(|part| is_in(part)).collect();
    if parts.is_empty() {
        return;
    }
    text.heading(heading);
    for part in parts {
        text.point("-", &part.to_string());
    }
}

/// In quantities, and in money as far as prices are given.
fn billed(text: &mut Text, recipe: &Recipe, prices: &Prices) {
    let endpoints = recipe.parts.iter().filter(|part| matches!(part, Part::Endpoint { .. })).count();
    let bastion = recipe.parts.iter().find_map(|part| match part {
        Part::Bastion { instance_type, .. } => Some(instance_type.as_str()),
        _ => None,
    });
    let mut lines = Vec::new();
    if endpoints > 0 {
        let count = u32::try_from(endpoints).unwrap_or(u32::MAX);
        let month = prices.endpoint_hour.map(|price| price.amount() * HOURS_A_MONTH * f64::from(count));
        lines.push((format!("{endpoints} interface endpoints in one zone each, and what goes through them"), month));
    }
    if let Some(instance_type) = bastion {
        let month = prices.instance_hour.get(instance_type).map(|price| price.amount() * HOURS_A_MONTH);
        lines.push((format!("the bastion, {instance_type}"), month));
        let month = prices.storage_gib_month.get("gp3").map(|price| price.amount() * VOLUME);
        lines.push((format!("its volume of {VOLUME} GiB (gp3)"), month));
    }
    if lines.is_empty() {
        return;
    }
    text.heading("Billed until it is removed");
    let currency = prices.currency.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    let mut sum = Some(0.0);
    for (what, month) in lines {
        sum = sum.zip(month).map(|(sum, month)| sum + month);
        let money = month.map_or_else(String::new, |month| format!(": {month:.2}{currency} a month"));
        text.point("-", &format!("{what}{money}"));
    }
    match sum {
        Some(sum) => text.point("=", &format!("{sum:.2}{currency} a month")),
        None => text.inside(
            "what has no price here: --price endpoint_hour=…, --price instance_hour.TYPE=…, --price \
             storage_gib_month.gp3=… say what it costs in your Region",
        ),
    }
}

/// A setup that was begun earlier: each part, and whether it stands.
#[must_use]
pub fn begun(record: &AccessRecord, parts: &[(&Part, bool)], page: Page) -> String {
    let mut text = Text::new(page);
    let standing = parts.iter().filter(|(_, stands)| *stands).count();
    text.heading(&format!(
        "The setup for {} that was begun at {}: {standing} of {} parts stand",
        record.recipe.database,
        minute(record.begun),
        parts.len()
    ));
    for (part, stands) in parts {
        text.point(&if *stands { page.good("✓") } else { page.dim("·") }, &part.to_string());
    }
    if standing < parts.len() {
        text.heading("To go on");
        text.verbatim(&record.command(record.phase.next_command()));
    }
    if record.phase.next_command() != "teardown" {
        text.heading("To remove all of it again");
        text.verbatim(&record.command("teardown"));
    }
    text.finish()
}

/// What a removal takes away.
#[must_use]
pub fn removal(record: &AccessRecord, standing: &[String], page: Page) -> String {
    let mut text = Text::new(page);
    let recipe = &record.recipe;
    text.heading(&format!("Remove the way to {} in {}", recipe.database, recipe.vpc_id));
    if standing.is_empty() {
        text.inside("nothing of it is there any more");
    }
    for part in standing {
        text.point("-", part);
    }
    text.finish()
}

/// One thing that happened, as a line; nothing for what only a log tells.
#[must_use]
pub fn line(event: &AccessEvent, removes: bool, page: Page) -> Option<String> {
    Some(match event {
        AccessEvent::Done { part, done, of } => {
            let gone = if removes { "gone: " } else { "" };
            format!("{} [{done}/{of}] {gone}{part}\n", page.good("✓"))
        }
        AccessEvent::Asking { call } => format!("  asking: {call}\n"),
        AccessEvent::NotTaken { call, why } => format!("  not taken: {call}: {why}\n"),
        AccessEvent::Waiting { why } => format!("  waiting: {why}\n"),
        AccessEvent::LookFailed { why } => format!("  AWS can't be looked at for the moment: {why}\n"),
        AccessEvent::Seen { .. } | AccessEvent::Tick { .. } => return None,
    })
}

/// The end of a removal; `kept` is what stays of what was changed.
#[must_use]
pub fn removed(record: &AccessRecord, kept: &[String], page: Page) -> String {
    let mut text = Text::new(page);
    let gone = format!("All that the setup for {} made is gone", record.recipe.database);
    if kept.is_empty() {
        text.marked_heading(&page.good("✓"), &format!("{gone}; what it changed is as it was"));
        return text.finish();
    }
    text.marked_heading(&page.good("✓"), &gone);
    text.heading("What stays: somebody else made it, has changed it since, or rests on it");
    for part in kept {
        text.point("-", part);
    }
    text.finish()
}

/// The end of a setup.
#[must_use]
pub fn done(record: &AccessRecord, page: Page) -> String {
    let mut text = Text::new(page);
    let recipe = &record.recipe;
    text.marked_heading(&page.good("✓"), &format!("{} parts stand around {}", recipe.parts.len(), recipe.database));
    text.heading("To look into the database");
    text.verbatim(&with_flags(&format!("rds-encrypt tunnel {}", recipe.database), &record.flags));
    text.heading("To remove all of it again");
    text.verbatim(&record.command("teardown"));
    text.finish()
}

/// Why a run ended early, and how it goes on.
#[must_use]
pub fn stopped(record: &AccessRecord, reason: &str, remedy: &str, verb: &str, page: Page) -> String {
    let mut text = Text::new(page);
    text.marked_heading(&page.bad("✗"), &format!("Stopped: {reason}"));
    if !remedy.is_empty() {
        text.inside(remedy);
    }
    text.heading("To go on");
    text.verbatim(&record.command(verb));
    if verb == "setup" {
        text.heading("To remove what was made so far");
        text.verbatim(&record.command("teardown"));
    }
    text.finish()
}
