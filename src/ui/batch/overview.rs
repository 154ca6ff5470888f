//! What a batch would do, before it is begun.

use super::{
    super::{Page, text::Text},
    Month, Row, named,
};
use crate::{
    engine::batch::After,
    plan::inventory::Counts,
    steps::schedule::{Addresses, AfterVerify, Limits, Need, Quota, Room},
};

/// So many names are shown of a list; the rest is a number.
const NAMES: usize = 12;

/// All that is known of a batch before it is begun.
pub struct Overview<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The key's ARN, or the person's word for it.
    pub key: &'a str,
    /// What there is.
    pub counts: Counts,
    /// The day before which a database must be made, in words; nothing for any.
    pub before: Option<String>,
    /// What it begins, in order.
    pub new: &'a [Row],
    /// What earlier runs began, and it goes on with.
    pub begun: &'a [Row],
    /// How many of those that are meant are done already.
    pub done: usize,
    /// What is meant and can't be taken, with why.
    pub left_out: &'a [(String, String)],
    /// What couldn't be looked at.
    pub incomplete: &'a [String],
    /// The account's room; nothing where AWS doesn't tell.
    pub room: Option<&'a Room>,
    /// The addresses that the new ones take.
    pub addresses: &'a [Addresses],
    /// The limits.
    pub limits: &'a Limits,
    /// What follows for each once it is verified.
    pub after: After,
    /// What the copies cost, where prices are given.
    pub month: Option<Month>,
}

impl Overview<'_> {
    /// What those that aren't begun yet take of the account's quotas, all of them together.
    #[must_use]
    pub fn need(&self) -> Need {
        let mut need: Need = self.new.iter().map(|row| Need::from(None, row.gibibytes)).sum();
        if self.after.drop_plain_snapshots {
            need.snapshots /= 2;
        }
        need
    }
}

/// For people.
#[must_use]
pub fn text(overview: &Overview<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    counted(&mut text, overview);
    incomplete(&mut text, overview, page);
    left_out(&mut text, overview, page);
    if overview.new.is_empty() && overview.begun.is_empty() {
        text.blank();
        text.sentence(&match overview.done {
            0 if overview.incomplete.is_empty() => "Nothing to do.".to_owned(),
            0 => "Nothing to do among what was looked at.".to_owned(),
            done => format!("Nothing to do: {} done already.", databases(done)),
        });
        return text.finish();
    }
    text.heading(&format!(
        "Batch of {} in {} of account {}, under {}",
        databases(overview.new.len() + overview.begun.len()),
        overview.region,
        overview.account,
        overview.key
    ));
    if overview.done > 0 {
        text.inside(&format!("{} done already", databases(overview.done)));
    }
    if !overview.begun.is_empty() {
        text.inside(&format!("begun by earlier runs, and gone on with at once: {}", listed(overview.begun)));
    }
    order(&mut text, overview);
    room(&mut text, overview, page);
    if let Some(month) = &overview.month {
        text.heading("What the copies cost");
        text.inside(&month.in_words());
    }
    limits(&mut text, overview.limits);
    afterwards(&mut text, overview.after, page);
    text.blank();
    text.sentence(
        "Each source serves on and is never changed. A copy of a serving database proves settings and time; nothing takes a \
         source's place, and nothing that a batch makes is removed by it unless it was asked for above.",
    );
    text.finish()
}

/// Said first: a date leaves out what only looks new.
fn counted(text: &mut Text, overview: &Overview<'_>) {
    let counts = overview.counts;
    let sentence =
        format!("{} in {}, {} not encrypted", databases(counts.databases), overview.region, counts.unencrypted);
    let count = counts.left_out_by_date + counts.undated;
    let left_out = match &overview.before {
        Some(before) if count > 0 => {
            let (is, was) = if count == 1 { ("is", "it was") } else { ("are", "they were") };
            format!(
                "; {count} of those {is} left out, since {was} made on or after {before}. A restore or a promotion makes an \
                 old database look new: --created-before any takes such, too"
            )
        }
        _ => String::new(),
    };
    text.sentence(&format!("{sentence}{left_out}."));
}

fn incomplete(text: &mut Text, overview: &Overview<'_>, page: Page) {
    for what in overview.incomplete {
        text.point(&page.warning("!"), &format!("not all was looked at: {what}"));
    }
}

fn left_out(text: &mut Text, overview: &Overview<'_>, page: Page) {
    if overview.left_out.is_empty() {
        return;
    }
    text.heading(&format!("Left out: {}", databases(overview.left_out.len())));
    for (name, why) in overview.left_out.iter().take(NAMES) {
        text.point(&page.warning("-"), &named(name, why));
    }
    more(text, overview.left_out.len());
}

fn more(text: &mut Text, count: usize) {
    if count > NAMES {
        text.inside(&format!("… and {} more", count - NAMES));
    }
}

fn order(text: &mut Text, overview: &Overview<'_>) {
    let (canaries, rest) = overview.new.split_at(overview.limits.canary.min(overview.new.len()));
    if !canaries.is_empty() {
        text.inside(&format!("first and alone: {}", listed(canaries)));
    }
    if !rest.is_empty() {
        text.inside(&format!("then, the longest first: {}", listed(rest)));
    }
}

fn listed(rows: &[Row]) -> String {
    let shown: Vec<String> =
        rows.iter().take(NAMES).map(|row| format!("{} ({} GiB)", row.name, row.gibibytes)).collect();
    match rows.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn room(text: &mut Text, overview: &Overview<'_>, page: Page) {
    let need = overview.need();
    text.heading("What it needs of the account, all of it together");
    let room = overview.room.copied().unwrap_or_default();
    let rows = [
        ("manual snapshots", need.snapshots, room.snapshots),
        ("instances", need.instances, room.instances),
        ("storage, GiB", need.gibibytes, room.gibibytes),
    ];
    let cells: Vec<[String; 3]> =
        rows.iter().map(|(what, need, quota)| [(*what).to_owned(), need.to_string(), left(*need, *quota)]).collect();
    let addresses = overview.addresses.iter().map(|it| {
        let short = if it.are_short() { ": too few" } else { "" };
        let free = it.free.map_or("AWS doesn't say how many are free".into(), |free| format!("{free} free{short}"));
        [format!("addresses in {}", it.group), it.need.to_string(), free]
    });
    text.rows(&cells.into_iter().chain(addresses).collect::<Vec<_>>());
    if overview.addresses.iter().any(Addresses::are_short) {
        text.point(
            &page.warning("!"),
            "the subnets haven't enough addresses for all: those that find none are refused before anything of them is made. \
             Add subnets to the group, or migrate some alone with --subnet-group",
        );
    }
    let short = rows.iter().any(|(_, need, quota)| quota.is_some_and(|quota| quota.used + need > quota.max));
    if short {
        text.point(
            &page.warning("!"),
            "there isn't room for all of it at once: those that find none wait for it, and are listed at the end",
        );
    }
}

fn left(need: i64, quota: Option<Quota>) -> String {
    match quota {
        Some(Quota { used, max }) => {
            let short = if used + need > max { ": too few" } else { "" };
            format!("{} left ({used} of {max} used){short}", max - used)
        }
        None => "AWS doesn't say how many are left".into(),
    }
}

fn limits(text: &mut Text, limits: &Limits) {
    text.heading("Limits");
    text.inside(&format!("{}.", limits_in_words(limits)));
}

/// What a person allows, in words.
pub(in crate::ui) fn limits_in_words(limits: &Limits) -> String {
    let mut said = vec![
        format!("at most {} copies at a time, fewer where AWS refuses", limits.concurrency),
        format!("nothing new after {} failures", limits.max_failures),
    ];
    said.extend(limits.max_open.map(|most| format!("at most {most} encrypted copies at a time")));
    said.extend(limits.hours.as_ref().map(|hours| format!("new ones begin {hours} UTC only")));
    said.join("; ")
}

fn afterwards(text: &mut Text, after: After, page: Page) {
    text.heading("Once one is verified");
    for what in afterwards_in_words(after) {
        let mark = if what.contains("DELETED") { page.warning("!") } else { "-".to_owned() };
        text.point(&mark, what);
    }
}

/// What follows for each once it is verified, in words.
pub(in crate::ui) fn afterwards_in_words(after: After) -> Vec<&'static str> {
    let mut said = Vec::new();
    if after.drop_plain_snapshots {
        said.push("the plain snapshot is removed: it is itself not encrypted");
    }
    match after.then {
        AfterVerify::Keep => said.push("the encrypted instance runs on, and is billed"),
        AfterVerify::Stop => said.push("the encrypted instance is stopped; AWS starts it again after 7 days"),
        AfterVerify::Delete => {
            said.push("the encrypted instance is DELETED, without a last snapshot; its encrypted copy stays");
        }
    }
    said
}

fn databases(count: usize) -> String {
    if count == 1 { "1 database".into() } else { format!("{count} databases") }
}
