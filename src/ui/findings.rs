//! What the checks found: all of it at once, each with its way out.

use super::{Page, text::Text};
use crate::plan::{Check, Finding, Judgement, Severity};

/// Why nothing was begun: every blocker, every check that couldn't be made, then the rest.
#[must_use]
pub fn refusal(judgement: &Judgement, database: &str, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading(&format!("{database} can't be migrated as it is: {}", count(judgement)));
    if let Some(owner) = &judgement.owned_elsewhere {
        text.point(&page.bad("✗"), owner);
        text.under(&format!(
            "another run made it, and its state isn't here. Go on where it was begun, or let that one end first; where its \
             state is lost, rds-encrypt resume {database} makes it again"
        ));
    }
    list_of(&mut text, &judgement.findings, Severity::Blocker, page);
    not_checked(&mut text, judgement, page);
    list_of(&mut text, &judgement.findings, Severity::Warning, page);
    list_of(&mut text, &judgement.findings, Severity::Note, page);
    text.blank();
    text.sentence("Nothing was made or changed.");
    text.finish()
}

/// Warnings and notes, where nothing forbids to begin.
#[must_use]
pub fn remarks(findings: &[Finding], page: Page) -> String {
    let mut text = Text::new(page);
    list(&mut text, findings, page);
    text.finish()
}

/// What wasn't looked at, though it forbids nothing; no text where everything was.
#[must_use]
pub fn unchecked(judgement: &Judgement, page: Page) -> String {
    if judgement.is_complete() {
        return String::new();
    }
    let mut text = Text::new(page);
    text.heading("Not checked");
    open(&mut text, judgement, page);
    format!("\n{}", text.finish())
}

/// Every check by name, one a line.
#[must_use]
pub fn checks(judgement: &Judgement, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading("Checks");
    for (name, check) in &judgement.checks {
        match check {
            Check::Ok => text.point(&page.good("✓"), name),
            Check::Found => text.point(&page.warning("!"), name),
            Check::NotChecked(why, permission) | Check::Open(why, permission) => {
                text.point(&page.bad("?"), &format!("{name}: not checked, {why}{}", missing(permission.as_deref())));
            }
        }
    }
    text.finish()
}

/// All findings, the heaviest first.
pub(super) fn list(text: &mut Text, findings: &[Finding], page: Page) {
    for severity in [Severity::Blocker, Severity::Warning, Severity::Note] {
        list_of(text, findings, severity, page);
    }
}

fn list_of(text: &mut Text, findings: &[Finding], severity: Severity, page: Page) {
    let mark = match severity {
        Severity::Blocker => page.bad("✗"),
        Severity::Warning => page.warning("!"),
        Severity::Note => page.dim("i"),
    };
    for finding in findings.iter().filter(|finding| finding.severity == severity) {
        text.point(&mark, &finding.what);
        text.under(&finding.remedy);
    }
}

pub(super) fn not_checked(text: &mut Text, judgement: &Judgement, page: Page) {
    for (name, check) in &judgement.checks {
        if let Check::NotChecked(why, permission) = check {
            text.point(&page.bad("?"), &format!("{name}: not checked, {why}"));
            match permission {
                Some(permission) => text.under(&format!("grant {permission} to whoever runs this, then run it again")),
                None => text.under("what can't be checked isn't taken for fine; run this again"),
            }
        }
    }
}

/// What wasn't looked at and forbids nothing. What has the same reason shares a line.
pub(super) fn open(text: &mut Text, judgement: &Judgement, page: Page) {
    let mark = page.warning("?");
    let all: Vec<Unseen<'_>> = judgement.checks.iter().filter_map(Unseen::of).collect();
    let mut told: Vec<Reason<'_>> = Vec::new();
    for unseen in &all {
        let reason = unseen.reason();
        if told.contains(&reason) {
            continue;
        }
        told.push(reason);
        let same: Vec<&Unseen<'_>> = all.iter().filter(|other| other.reason() == reason).collect();
        let names: Vec<&str> = same.iter().map(|unseen| unseen.name).collect();
        match (same.as_slice(), reason) {
            ([one], _) => {
                text.point(&mark, &format!("{}: not checked, {}", one.name, one.why));
                if let Some(permission) = one.permission {
                    text.under(&format!("to have it checked, grant {permission} to whoever runs this"));
                }
            }
            (_, Reason::Denied) => {
                text.point(&mark, &format!("{}: not checked, AWS denies it to this caller", names.join(", ")));
                let mut wanted: Vec<&str> = same.iter().filter_map(|unseen| unseen.permission).collect();
                wanted.sort_unstable();
                wanted.dedup();
                text.under(&format!("to have them checked, grant {} to whoever runs this", wanted.join(", ")));
            }
            (_, Reason::Said(why)) => text.point(&mark, &format!("{}: not checked, {why}", names.join(", "))),
        }
    }
}

/// A check that wasn't made and forbids nothing.
struct Unseen<'a> {
    name: &'a str,
    why: &'a str,
    permission: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason<'a> {
    /// A permission is missing.
    Denied,
    /// In these words.
    Said(&'a str),
}

impl<'a> Unseen<'a> {
    fn of((name, check): &'a (&'static str, Check)) -> Option<Self> {
        match check {
            Check::Open(why, permission) => Some(Self { name, why, permission: permission.as_deref() }),
            _ => None,
        }
    }

    fn reason(&self) -> Reason<'a> {
        if self.permission.is_some() { Reason::Denied } else { Reason::Said(without_action(self.why)) }
    }
}

/// A reason without the action that met it, as in `rds:DescribeIntegrations: timed out`.
fn without_action(why: &str) -> &str {
    match why.split_once(": ") {
        Some((action, rest)) if action.contains(':') && !action.contains(' ') => rest,
        _ => why,
    }
}

fn missing(permission: Option<&str>) -> String {
    permission.map(|permission| format!(" (missing: {permission})")).unwrap_or_default()
}

pub(super) fn count(judgement: &Judgement) -> String {
    let blockers = judgement.findings.iter().filter(|finding| finding.severity == Severity::Blocker).count()
        + usize::from(judgement.owned_elsewhere.is_some());
    let unmade = judgement.checks.iter().filter(|(_, check)| matches!(check, Check::NotChecked(..))).count();
    let parts = [plural(blockers, "problem", "problems"), plural(unmade, "check not made", "checks not made")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn plural(number: usize, one: &str, many: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {many}")),
    }
}

#[cfg(test)]
mod tests;
