//! What a rehearsal found: how long it would take, where it would get stuck, who would be refused, what it would cost.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    super::{Page, fit, json::FORMAT, text::Text, time},
    Month, Row, hold_in_words, is_worth_a_line,
    json::{of_ended, with},
    named,
};
use crate::{engine::batch::Ended, steps::schedule::Hold};

/// So many bars of a timeline are drawn; the rest is in the JSON.
const BARS: usize = 30;

/// When one database was worked on, from the beginning of the batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub begins: Duration,
    /// When its copy began and ended.
    pub copying: (Option<Duration>, Option<Duration>),
    /// When it came to its end.
    pub ends: Duration,
}

impl Span {
    /// From its beginning to its end.
    fn length(&self) -> Duration {
        self.ends.saturating_sub(self.begins)
    }

    /// For how long it held a slot.
    fn slot(&self) -> Duration {
        self.copying.1.unwrap_or(self.ends).saturating_sub(self.begins)
    }

    /// For how long its copy was under way.
    fn copy(&self) -> Duration {
        match self.copying {
            (Some(began), Some(ended)) => ended.saturating_sub(began),
            _ => Duration::ZERO,
        }
    }
}

/// What kept new ones from beginning, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What.
    pub hold: Hold,
    /// From when.
    pub from: Duration,
    /// Until when.
    pub until: Duration,
}

/// All that a rehearsal found.
pub struct Rehearsed<'a> {
    /// The Region.
    pub region: &'a str,
    /// The batch's databases.
    pub rows: &'a [Row],
    /// When each was worked on, by its place.
    pub spans: &'a BTreeMap<usize, Span>,
    /// What kept new ones from beginning.
    pub held: &'a [Held],
    /// To how many copies at a time AWS's refusals brought it, if there were any.
    pub fewest_slots: Option<usize>,
    /// How each ended, by name.
    pub ended: Vec<(&'a str, &'a Ended)>,
    /// What never began, by name.
    pub waiting: Vec<&'a str>,
    /// What is meant and can't be taken, with why.
    pub left_out: &'a [(String, String)],
    /// How long it took, in AWS's time.
    pub took: Duration,
    /// How many copies at a time were allowed.
    pub slots: usize,
    /// How often each operation was called.
    pub calls: &'a [(String, u64)],
    /// How many times state was written, and how many bytes.
    pub written: (u64, u64),
    /// Whether the account's quotas were read; AWS's defaults otherwise.
    pub quotas_known: bool,
    /// What the copies cost, where prices are given.
    pub month: Option<Month>,
}

impl Rehearsed<'_> {
    fn done(&self) -> usize {
        self.ended.iter().filter(|(_, ended)| matches!(ended, Ended::Done { .. })).count()
    }

    /// No order is faster: the longest alone, and all slot work by the number of slots.
    #[must_use]
    pub fn lower_bound(&self) -> Duration {
        let longest = self.spans.values().map(Span::length).max().unwrap_or_default();
        let work: Duration = self.spans.values().map(Span::copy).sum();
        longest.max(work / u32::try_from(self.slots.max(1)).unwrap_or(u32::MAX))
    }

    /// For how long each thing kept new ones from beginning, the longest first.
    fn pinched(&self) -> Vec<(&Hold, Duration, Duration)> {
        let mut sums: Vec<(&Hold, Duration, Duration)> = Vec::new();
        for held in self.held.iter().filter(|held| is_worth_a_line(&held.hold)) {
            let time = held.until.saturating_sub(held.from);
            match sums.iter_mut().find(|(hold, ..)| same(hold, &held.hold)) {
                Some((_, _, sum)) => *sum += time,
                None => sums.push((&held.hold, held.from, time)),
            }
        }
        sums.retain(|(_, _, time)| !time.is_zero());
        sums.sort_by_key(|(_, _, time)| std::cmp::Reverse(*time));
        sums
    }
}

/// Of a quota only the name tells two apart.
fn same(one: &Hold, other: &Hold) -> bool {
    match (one, other) {
        (Hold::Room(one), Hold::Room(other)) => one.quota == other.quota,
        _ => one == other,
    }
}

/// For people.
#[must_use]
pub fn text(rehearsed: &Rehearsed<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    let mark = if rehearsed.done() == rehearsed.rows.len() { page.good("✓") } else { page.warning("!") };
    text.marked_heading(
        &mark,
        &format!(
            "Rehearsed in {}: {} of {} would be encrypted and verified after {}",
            rehearsed.region,
            rehearsed.done(),
            rehearsed.rows.len(),
            time::words(rehearsed.took)
        ),
    );
    text.blank();
    text.sentence(
        "The sandbox goes by sizes alone and has no load: AWS publishes no speed of copies. Take the order, the pinch points \
         and the refusals from it, not the minutes.",
    );
    timeline(&mut text, rehearsed, page);
    pinched(&mut text, rehearsed, page);
    refused(&mut text, rehearsed, page);
    costs(&mut text, rehearsed);
    text.blank();
    text.sentence("Nothing was made or changed in the account.");
    text.finish()
}

fn timeline(text: &mut Text, rehearsed: &Rehearsed<'_>, page: Page) {
    let name = |index: usize| rehearsed.rows.get(index).map_or("?", |row| row.name.as_str());
    let mut spans: Vec<(usize, &Span)> = rehearsed.spans.iter().map(|(index, span)| (*index, span)).collect();
    spans.sort_by_key(|(index, span)| (span.begins, *index));
    let names =
        spans.iter().take(BARS).map(|(index, _)| name(*index).chars().count()).max().unwrap_or_default().min(28);
    let room = page.columns().saturating_sub(names + 14).clamp(10, 60);
    text.heading("Timeline: snapshot ░, copy ▓, restore and settings ▒");
    for (index, span) in spans.iter().take(BARS) {
        let bar = bar(span, rehearsed.took, room);
        text.verbatim(
            format!("{:names$}  {bar}  {}", fit::middle(name(*index), names), time::words(span.length())).trim_end(),
        );
    }
    if spans.len() > BARS {
        text.inside(&format!("… and {} more; all of them with --output json", spans.len() - BARS));
    }
}

/// A line of the timeline, as long as the whole batch.
fn bar(span: &Span, whole: Duration, room: usize) -> String {
    let cells = u32::try_from(room).unwrap_or(60);
    let part = |place: u32| whole.mul_f64(f64::from(place) / f64::from(cells));
    let sign = |place: u32| {
        // A cell shows what is under way in its middle.
        let at = (part(place) + part(place + 1)) / 2;
        match span.copying {
            _ if at < span.begins || at > span.ends => '·',
            (Some(began), _) if at < began => '░',
            (Some(_), Some(ended)) if at < ended => '▓',
            (None, _) => '░',
            (Some(_), None) => '▓',
            _ => '▒',
        }
    };
    (0..cells).map(sign).collect()
}

fn pinched(text: &mut Text, rehearsed: &Rehearsed<'_>, page: Page) {
    text.heading("Where it would get stuck");
    let pinched = rehearsed.pinched();
    for (hold, from, sum) in &pinched {
        let (from, sum) = (time::words(*from), time::words(*sum));
        text.point(&page.warning("!"), &format!("{}, from {from} on, for {sum} in all", hold_in_words(hold)));
    }
    if let Some(fewest) = rehearsed.fewest_slots {
        text.point(&page.warning("!"), &format!("AWS refused copies: {fewest} at a time at the fewest"));
    }
    if pinched.is_empty() && rehearsed.fewest_slots.is_none() {
        text.inside("Nowhere.");
    }
    if !rehearsed.quotas_known {
        text.inside("The account's quotas weren't read: AWS's defaults were taken.");
    }
    if !rehearsed.waiting.is_empty() {
        text.inside(&format!("{} would never begin: {}", rehearsed.waiting.len(), some(&rehearsed.waiting)));
    }
}

fn some(names: &[&str]) -> String {
    match names.len().saturating_sub(12) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.get(..12).unwrap_or_default().join(", ")),
    }
}

fn refused(text: &mut Text, rehearsed: &Rehearsed<'_>, page: Page) {
    let rows: Vec<(&str, &str, &str)> = rehearsed
        .ended
        .iter()
        .filter_map(|(name, ended)| match ended {
            Ended::Refused { why } => Some((*name, "refused", why.as_str())),
            Ended::Stopped(stop) => Some((*name, "would stop", stop.reason.as_str())),
            Ended::Broken { why } => Some((*name, "would fail", why.as_str())),
            _ => None,
        })
        .collect();
    if !rows.is_empty() {
        text.heading("Who would be refused, or fail");
    }
    for (name, how, why) in rows {
        text.point(&page.bad("✗"), &format!("{name} ({how}): {why}"));
    }
    left_out(text, rehearsed.left_out, page);
}

fn left_out(text: &mut Text, left_out: &[(String, String)], page: Page) {
    if !left_out.is_empty() {
        text.heading("Left out from the beginning");
    }
    for (name, why) in left_out {
        text.point(&page.warning("-"), &named(name, why));
    }
}

/// For people, where no database is to be migrated.
#[must_use]
pub fn nothing(left_out: &[(String, String)], page: Page) -> String {
    let mut text = Text::new(page);
    text.sentence("Nothing to rehearse: no database of these is to be migrated.");
    self::left_out(&mut text, left_out, page);
    text.finish()
}

/// The same for machines.
#[must_use]
pub fn nothing_in_json(region: &str, left_out: &[(String, String)]) -> Value {
    json!({
        "format": FORMAT, "event": "batch_rehearsed", "region": region, "databases": 0, "done": 0, "results": [],
        "not_begun": [], "left_out": of_left_out(left_out),
    })
}

fn of_left_out(left_out: &[(String, String)]) -> Vec<Value> {
    left_out.iter().map(|(name, why)| json!({"name": name, "why": why})).collect()
}

fn costs(text: &mut Text, rehearsed: &Rehearsed<'_>) {
    let Some(month) = &rehearsed.month else { return };
    text.heading("What the copies would cost");
    text.inside(&month.in_words());
}

/// For machines.
#[must_use]
pub fn json(rehearsed: &Rehearsed<'_>) -> Value {
    let row = |index: &usize| rehearsed.rows.get(*index);
    let timeline = rehearsed.spans.iter().map(|(index, span)| {
        json!({
            "database": row(index).map(|row| &row.name), "gibibytes": row(index).map(|row| row.gibibytes),
            "begins": span.begins.as_secs(), "copy_begins": span.copying.0.map(|at| at.as_secs()),
            "copy_ends": span.copying.1.map(|at| at.as_secs()), "ends": span.ends.as_secs(),
        })
    });
    let pinched = rehearsed
        .pinched()
        .into_iter()
        .map(|(hold, from, sum)| json!({"by": hold, "first_at": from.as_secs(), "seconds": sum.as_secs()}));
    let ended = rehearsed.ended.iter().map(|(name, ended)| with(of_ended(ended), &[("database", (*name).into())]));
    let slots: Duration = rehearsed.spans.values().map(Span::slot).sum();
    json!({
        "format": FORMAT, "event": "batch_rehearsed", "region": rehearsed.region, "databases": rehearsed.rows.len(),
        "done": rehearsed.done(), "seconds": rehearsed.took.as_secs(),
        "lower_bound_seconds": rehearsed.lower_bound().as_secs(), "slot_seconds": slots.as_secs(),
        "fewest_slots": rehearsed.fewest_slots, "pinch_points": pinched.collect::<Vec<_>>(),
        "results": ended.collect::<Vec<_>>(), "not_begun": rehearsed.waiting,
        "left_out": of_left_out(rehearsed.left_out),
        "timeline": timeline.collect::<Vec<_>>(), "quotas_known": rehearsed.quotas_known,
        "calls": rehearsed.calls.iter().map(|(operation, count)| (operation.clone(), json!(count))).collect::<serde_json::Map<_, _>>(),
        "state_writes": rehearsed.written.0, "state_bytes": rehearsed.written.1,
        "month": rehearsed.month.as_ref().map(Month::as_json),
    })
}
