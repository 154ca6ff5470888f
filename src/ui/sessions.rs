//! Sessions of Session Manager: who had which, where and for how long.

use serde_json::{Value, json};

use super::{Page, json::FORMAT, text::Text, time};
use crate::model::{AwsTime, SessionRecord};

/// What is to be shown.
pub struct Shown<'a> {
    /// Those under way, and whether there are more.
    pub active: (Vec<SessionRecord>, bool),
    /// Those that have ended, if they were asked for, and whether there are more.
    pub ended: Option<(Vec<SessionRecord>, bool)>,
    /// Where.
    pub region: &'a str,
    /// For how long something is under way. Shown only.
    pub now: AwsTime,
}

/// Where the rest is.
const REST: &str = "AWS keeps sessions here for 30 days after their end. Longer, and with the address they came from: \
                    StartSession, ResumeSession and TerminateSession in CloudTrail.";

/// All of them for a person: a line a session, and under it where and why.
#[must_use]
pub fn text(shown: &Shown<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading(&format!("Under way in {}", shown.region));
    list(&mut text, &shown.active, shown.now);
    if let Some(ended) = &shown.ended {
        text.heading("Ended in the past 30 days");
        list(&mut text, ended, shown.now);
    }
    text.blank();
    text.sentence(REST);
    text.finish()
}

fn list(text: &mut Text, (sessions, more): &(Vec<SessionRecord>, bool), now: AwsTime) {
    if sessions.is_empty() {
        text.point("-", "none");
    }
    let width = sessions.iter().map(|session| session.id.chars().count()).max().unwrap_or_default();
    for session in sessions {
        // Never broken: ids are there to be copied.
        text.verbatim(&format!("{:width$}  {}", session.id, when(session, now)));
        text.under(&format!("on {} with {}", target(session), document(session)));
        text.under(&format!("by {}", owner(session)));
        if let Some(reason) = &session.reason {
            text.under(&format!("Reason: {}", printable(reason)));
        }
    }
    if *more {
        text.blank();
        text.sentence("There are more: raise --limit, or narrow it with --since, --target or --owner.");
    }
}

/// A stranger's words don't move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

/// Since when, for how long, and a status that isn't the usual one.
fn when(session: &SessionRecord, now: AwsTime) -> String {
    let begun = session.started.map_or_else(|| "?".into(), |at| format!("{} UTC", time::minute(at)));
    let status = session.status.as_deref().filter(|status| !matches!(*status, "Connected" | "Terminated"));
    let status = status.map(|status| format!("  {status}")).unwrap_or_default();
    format!("{begun}  {}{status}", lasted(session, now).unwrap_or_else(|| "?".into()))
}

fn target(session: &SessionRecord) -> &str {
    session.target.as_deref().unwrap_or("an unknown machine")
}

fn document(session: &SessionRecord) -> &str {
    session.document.as_deref().unwrap_or("the account's own document")
}

fn owner(session: &SessionRecord) -> &str {
    session.owner.as_deref().unwrap_or("an unknown caller")
}

fn lasted(session: &SessionRecord, now: AwsTime) -> Option<String> {
    let length = session.ended.unwrap_or(now).duration_since(session.started?);
    Some(time::words(length.unsigned_abs()))
}

/// Before it is ended: whose it is.
#[must_use]
pub fn whose(session: &SessionRecord) -> String {
    let since = session.started.map(|at| format!(", since {}", time::utc(at))).unwrap_or_default();
    let reason = session.reason.as_ref().map(|reason| format!("\n  Reason: {}", printable(reason))).unwrap_or_default();
    format!(
        "{} is a session of {}\n  on {} with {}{since}{reason}\n",
        session.id,
        owner(session),
        target(session),
        document(session),
    )
}

/// The same for machines.
#[must_use]
pub fn as_json(shown: &Shown<'_>) -> Value {
    let rows = |sessions: &[SessionRecord]| sessions.iter().map(row).collect::<Vec<_>>();
    let mut value = json!({
        "format": FORMAT, "event": "sessions", "region": shown.region,
        "active": rows(&shown.active.0), "more_active": shown.active.1,
    });
    if let (Some((ended, more)), Some(members)) = (&shown.ended, value.as_object_mut()) {
        members.insert("ended".into(), rows(ended).into());
        members.insert("more_ended".into(), (*more).into());
    }
    value
}

fn row(session: &SessionRecord) -> Value {
    let seconds = session.started.zip(session.ended).map(|(from, to)| to.duration_since(from).as_secs());
    json!({
        "session": session.id, "owner": session.owner, "target": session.target, "document": session.document,
        "reason": session.reason, "status": session.status, "started": session.started, "ended": session.ended,
        "seconds": seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::ColorChoice;

    fn session(id: &str, ended: bool) -> SessionRecord {
        let at = |text: &str| Some(text.parse().expect("a time"));
        SessionRecord {
            id: id.into(),
            target: Some("i-0a7c3e91d5b2f8460".into()),
            document: Some("AWS-StartPortForwardingSessionToRemoteHost".into()),
            owner: Some(
                "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/alice@example.com"
                    .into(),
            ),
            reason: Some("case 4711\u{1b}[2J".into()),
            status: Some(if ended { "Terminated" } else { "Connected" }.into()),
            started: at("2026-11-25T06:03:44Z"),
            ended: if ended { at("2026-11-25T07:15:44Z") } else { None },
        }
    }

    fn shown() -> Shown<'static> {
        let failed =
            SessionRecord { status: Some("Failed".into()), reason: None, ..session("bob@example.com-1", true) };
        Shown {
            active: (vec![session("alice-1", false)], false),
            ended: Some((vec![session("alice-0", true), failed], true)),
            region: "eu-west-2",
            now: "2026-11-25T06:23:44Z".parse().expect("a time"),
        }
    }

    #[test]
    fn sessions_fit_80_columns() {
        let color = crate::ui::color(ColorChoice::Never, false, None, None);
        let text = text(&shown(), Page::new(Some(80), color));
        assert!(!text.contains('\u{1b}'), "{text:?}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn sessions_for_machines() {
        insta::assert_json_snapshot!(as_json(&shown()));
    }
}
