//! The texts of a clean-up: what will go, what is gone, what is left and still billed.

use super::{Page, existing, text::Text, words};
use crate::{
    model::ResourceKind,
    state::Record,
    steps::{Evidence, Goal, Item, Stop},
};

/// A clean-up that reached its end.
#[derive(Clone, Copy, Debug)]
pub struct Removed<'a> {
    /// The migration's state.
    pub record: &'a Record,
    /// What was to go.
    pub goal: Goal,
    /// What came of each thing.
    pub evidence: &'a [Evidence],
}

/// Whether a clean-up would remove such a thing.
#[must_use]
pub fn concerns(goal: Goal, item: &Item) -> bool {
    match goal {
        Goal::Migrate | Goal::StopInstance => false,
        Goal::DropInstance => item.kind == ResourceKind::Instance,
        Goal::Abandon => true,
        Goal::DropSnapshots => item.kind == ResourceKind::Snapshot,
    }
}

/// Before the question: what will be removed, and what it means.
#[must_use]
pub fn list(record: &Record, goal: Goal, items: &[Item], page: Page) -> String {
    let mut text = Text::new(page);
    let name = &record.migration.name;
    let (ours, others): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.not_ours.is_none());
    if ours.is_empty() {
        text.heading(&format!("AWS shows nothing that the migration of {name} made and that would be removed"));
    } else {
        let what = match goal {
            Goal::DropSnapshots => "To be removed, since it is itself not encrypted",
            _ => "To be removed for good, in this order",
        };
        text.heading(&format!("{what} (account {}, {})", record.account, record.region));
        text.rows(&ours.iter().map(|item| existing::by_look(item)).collect::<Vec<_>>());
        text.heading("What it means");
        for point in meaning(goal, &ours, name) {
            text.point("-", &point);
        }
    }
    if !others.is_empty() {
        text.heading("Left as it is: under the migration's names, and not proven to be its own");
        existing::not_ours(&mut text, others, page);
    }
    text.finish()
}

fn meaning(goal: Goal, ours: &[&Item], name: &str) -> Vec<String> {
    let mut points = Vec::new();
    if let Some(instance) = ours.iter().find(|item| item.kind == ResourceKind::Instance) {
        let protection = if instance.protected { "Its deletion protection is switched off for it. " } else { "" };
        points.push(format!(
            "{} goes without a last snapshot and with its automated backups. {protection}Whatever was written into it is \
             lost.",
            instance.name
        ));
    }
    points.push(match goal {
        Goal::DropSnapshots => "The encrypted copy and the encrypted instance stay.".to_owned(),
        _ => format!("{name} itself is not touched, and stays not encrypted."),
    });
    points
}

/// What came of it.
#[must_use]
pub fn done(removed: &Removed<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    let Removed { record, goal, evidence } = removed;
    let name = &record.migration.name;
    text.marked_heading(
        &page.good("✓"),
        &match goal {
            Goal::DropSnapshots => format!("No plain snapshot of the migration of {name} is left"),
            _ => format!("The migration of {name} is abandoned"),
        },
    );
    for gone in evidence.iter().filter(|evidence| matches!(evidence, Evidence::Gone { .. })) {
        text.point("-", &words::evidence(gone));
    }
    let left: Vec<&Evidence> = evidence.iter().filter(|it| matches!(it, Evidence::Left { .. })).collect();
    if !left.is_empty() {
        text.heading("Not proven to be this migration's, so left as it is; it is billed on");
        for left in left {
            text.point(&page.warning("!"), &words::evidence(left));
        }
    }
    text.heading("Billed on");
    match (goal, record.generation()) {
        (Goal::DropSnapshots, Some(generation)) => {
            text.point("-", &format!("the instance {}", generation.names.target));
            text.point("-", &format!("the encrypted snapshot {}", generation.names.copy));
        }
        _ => text.point("-", &format!("{name} itself, as before; nothing of this migration")),
    }
    text.finish()
}

/// It didn't reach its end.
#[must_use]
pub fn cut_short(record: &Record, stop: Option<&Stop>, next: &str, page: Page) -> String {
    let mut text = Text::new(page);
    match stop {
        Some(stop) => {
            text.marked_heading(&page.bad("✗"), "Stopped before everything was removed");
            text.heading("What was seen");
            text.inside(&stop.reason);
            text.heading("What it means, and what to do");
            text.inside(&stop.remedy);
        }
        None => text.marked_heading(&page.warning("‖"), "Interrupted before everything was removed"),
    }
    text.heading("Made by this migration; what exists of it is billed");
    text.rows(&record.resources().iter().map(existing::by_journal).collect::<Vec<_>>());
    text.heading("To go on");
    text.verbatim(next);
    text.finish()
}
