//! The audit for people.

use crate::{
    access::{Check, Report, Verdict},
    ui::{Page, text::Text},
};

/// All checks, one a line; below, each that failed with what decided, why it matters and how it is mended; then what
/// wasn't checked.
#[must_use]
pub fn text(report: &Report, page: Page) -> String {
    let mut text = Text::new(page);
    let place = report.vpc.as_ref().map(|vpc| format!(" in {vpc}")).unwrap_or_default();
    text.heading(&format!("{}{place}: {}", report.database, counts(report)));
    if let Some(bastion) = &report.bastion {
        text.inside(&format!("bastion: {bastion}"));
    }
    text.blank();
    for check in &report.checks {
        text.point(&mark(check, page), check.title);
    }
    let failed: Vec<&Check> = report.checks.iter().filter(|check| matches!(check.verdict, Verdict::Fail(_))).collect();
    if !failed.is_empty() {
        text.heading("What failed");
    }
    for check in failed {
        failure(&mut text, check, page);
    }
    not_checked(&mut text, report, page);
    text.finish()
}

fn mark(check: &Check, page: Page) -> String {
    match check.verdict {
        Verdict::Pass => page.good("✓"),
        Verdict::Fail(_) => page.bad("✗"),
        Verdict::NotChecked(_) => page.warning("?"),
    }
}

fn counts(report: &Report) -> String {
    let (passed, failed, open) = report.counts();
    let parts = [(passed, "passed"), (failed, "failed"), (open, "not checked")];
    let said: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    said.join(", ")
}

fn failure(text: &mut Text, check: &Check, page: Page) {
    let Verdict::Fail(remedy) = &check.verdict else { return };
    let answers = if check.answers.is_empty() { String::new() } else { format!(" ({})", check.answers.join(", ")) };
    text.blank();
    text.point(&mark(check, page), &format!("not so: {}{answers}", check.title));
    for seen in &check.seen {
        text.hanging("    ", seen);
    }
    text.under(&format!("why: {}", check.why));
    text.under(&format!("to mend it: {}", remedy.words));
    for command in &remedy.commands {
        // To be pasted, so never broken.
        text.verbatim(&format!("    {command}"));
    }
}

/// What has one reason shares a point.
fn not_checked(text: &mut Text, report: &Report, page: Page) {
    let open = |check: &Check| match &check.verdict {
        Verdict::NotChecked(why) => Some(why.clone()),
        Verdict::Pass | Verdict::Fail(_) => None,
    };
    let mut reasons: Vec<String> = report.checks.iter().filter_map(open).collect();
    if reasons.is_empty() {
        return;
    }
    let mut told = std::collections::BTreeSet::new();
    reasons.retain(|why| told.insert(why.clone()));
    text.heading("Not checked");
    for why in reasons {
        let same = report.checks.iter().filter(|check| open(check).as_ref() == Some(&why));
        let ids: Vec<&str> = same.map(|check| check.id).collect();
        text.point(&page.warning("?"), &ids.join(", "));
        text.under(&why);
    }
}
