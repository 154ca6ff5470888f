//! How a batch ended: what is done, what failed and why, what waits for what, and what to do next.

use super::{
    super::{Page, text::Text, time},
    hold_in_words,
};
use crate::{engine::batch::Ended, state::with_flags, steps::schedule::Hold};

/// All that is known at the end of a run.
pub struct End<'a> {
    /// How each that came to an end in this run did, by name.
    pub ended: Vec<(&'a str, &'a Ended)>,
    /// How many were done before.
    pub done_before: usize,
    /// What never began or waits for room, by name.
    pub waiting: Vec<&'a str>,
    /// What kept them from it.
    pub held: Option<&'a Hold>,
    /// Whether an end was asked for.
    pub interrupted: bool,
    /// How long the run took, in AWS's time.
    pub took: std::time::Duration,
    /// The command that goes on with all of it.
    pub next: String,
    /// The flags that a command about one of them needs.
    pub flags: String,
    /// How the command ends.
    pub exit_code: u8,
}

/// For people.
#[must_use]
pub fn text(end: &End<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    let done: Vec<&(&str, &Ended)> = end.ended.iter().filter(|(_, it)| matches!(it, Ended::Done { .. })).collect();
    let all = end.ended.len() + end.done_before + end.waiting.len();
    let mark = if end.exit_code == 0 { page.good("✓") } else { page.warning("!") };
    let took = time::words(end.took);
    text.marked_heading(
        &mark,
        &format!("{} of {all} databases are encrypted and verified, after {took}", done.len() + end.done_before),
    );
    for (name, ended) in &done {
        if let Ended::Done { target, afterwards } = ended {
            text.point(&page.good("✓"), &format!("{name} → {target}"));
            if let Some(why) = afterwards {
                text.under(&format!("its plain snapshot is still there: {why}"));
            }
        }
    }
    listed(&mut text, end, page);
    if let Some((name, _)) = end.ended.iter().find(|(_, it)| matches!(it, Ended::Refused { .. })) {
        text.heading("What to do about a refused one");
        text.verbatim(&with_flags(&format!("rds-encrypt plan {name}"), &end.flags));
    }
    if end.exit_code != 0 {
        text.heading("To go on with all of it");
        text.verbatim(&end.next);
    }
    text.finish()
}

/// The same in a line, for whoever is called.
#[must_use]
pub fn in_a_line(end: &End<'_>) -> String {
    let done = end.ended.iter().filter(|(_, it)| matches!(it, Ended::Done { .. })).count();
    let failed: Vec<&str> = end
        .ended
        .iter()
        .filter(|(_, it)| matches!(it, Ended::Refused { .. } | Ended::Stopped(_) | Ended::Broken { .. }))
        .map(|(name, _)| *name)
        .collect();
    let mut parts = vec![format!("{} done", done + end.done_before)];
    parts.extend((!failed.is_empty()).then(|| format!("failed: {}", failed.join(", "))));
    parts.extend((!end.waiting.is_empty()).then(|| {
        let why = end.held.map_or_else(String::new, |hold| format!(" ({})", hold_in_words(hold)));
        format!("waiting: {}{why}", end.waiting.join(", "))
    }));
    format!("rds-encrypt batch: {}. {}", parts.join("; "), end.next)
}

fn listed(text: &mut Text, end: &End<'_>, page: Page) {
    let skipped = end.ended.iter().filter_map(|(name, it)| match it {
        Ended::Skipped { why } => Some((*name, why.clone(), String::new())),
        _ => None,
    });
    let refused = end.ended.iter().filter_map(|(name, it)| match it {
        Ended::Refused { why } => Some((*name, why.clone(), String::new())),
        _ => None,
    });
    let failed = end.ended.iter().filter_map(|(name, it)| match it {
        Ended::Stopped(stop) => Some((*name, stop.reason.clone(), stop.remedy.clone())),
        Ended::Broken { why } => Some((*name, why.clone(), String::new())),
        _ => None,
    });
    let interrupted = end.ended.iter().filter_map(|(name, it)| match it {
        Ended::Interrupted => Some((*name, "what AWS has begun goes on by itself".to_owned(), String::new())),
        _ => None,
    });
    section(text, "Nothing to do", &page.dim("-"), skipped.collect());
    section(text, "Refused by the checks: nothing was made", &page.bad("✗"), refused.collect());
    section(text, "Failed, each of them to be mended and resumed alone or with all", &page.bad("✗"), failed.collect());
    section(text, "Interrupted", &page.warning("‖"), interrupted.collect());
    if !end.waiting.is_empty() {
        let why = end.held.map_or_else(|| "an end was asked for".to_owned(), hold_in_words);
        let heading = if matches!(end.held, Some(Hold::Room(_))) { "Parked" } else { "Not begun" };
        text.heading(&format!("{heading}: {why}"));
        text.inside(&end.waiting.join(", "));
    }
}

fn section(text: &mut Text, heading: &str, mark: &str, rows: Vec<(&str, String, String)>) {
    if rows.is_empty() {
        return;
    }
    text.heading(heading);
    for (name, why, remedy) in rows {
        text.point(mark, &format!("{name}: {why}"));
        if !remedy.is_empty() {
            text.under(&remedy);
        }
    }
}
