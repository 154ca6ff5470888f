//! What AWS tells beyond the ordinary look, in sentences. Where it wasn't asked yet, the inquiry comes back
//! instead: the engine asks, and decides again.

use super::{Decision, Situation};
use crate::model::{AccountQuota, Answer, AwsTime, DbEvent, DbInstance, EventSource, Inquiry, KeyAccess};

/// Something that rests on an answer, or the question that must be asked first.
pub(super) type Told<T> = Result<T, Inquiry>;

/// A decision, or the question that it waits for.
pub(super) fn decided(told: Told<Decision>) -> Decision {
    told.unwrap_or_else(Decision::Inquire)
}

fn answer<'a>(situation: &Situation<'a>, inquiry: Inquiry) -> Told<&'a Answer> {
    situation.answers.get(&inquiry).ok_or(inquiry)
}

/// The key, by elimination; or why nobody could look.
pub(super) fn key<'a>(situation: &Situation<'a>) -> Told<Result<&'a KeyAccess, &'a str>> {
    Ok(match answer(situation, Inquiry::Key)? {
        Answer::Key(access) => Ok(access),
        other => Err(why_not(other)),
    })
}

/// One of the account's quotas; or why nobody could look.
pub(super) fn quota<'a>(situation: &Situation<'a>, name: &str) -> Told<Result<&'a AccountQuota, &'a str>> {
    Ok(match answer(situation, Inquiry::Quotas)? {
        Answer::Quotas(quotas) => quotas.iter().find(|quota| quota.name == name).ok_or("AWS doesn't show this quota"),
        other => Err(why_not(other)),
    })
}

/// The instance of this identity, whatever its name is now; or why nobody could look.
pub(super) fn instance<'a>(
    situation: &Situation<'a>,
    resource_id: &str,
) -> Told<Result<Option<&'a DbInstance>, &'a str>> {
    Ok(match answer(situation, Inquiry::Instance { resource_id: resource_id.to_owned() })? {
        Answer::Instance(instance) => Ok(instance.as_deref()),
        other => Err(why_not(other)),
    })
}

/// The events about a resource since a moment, oldest first; or why nobody could look.
pub(super) fn events<'a>(
    situation: &Situation<'a>,
    of: impl Into<Option<EventSource>>,
    since: AwsTime,
) -> Told<Result<Vec<&'a DbEvent>, &'a str>> {
    let Some(of) = of.into() else { return Ok(Ok(vec![])) };
    Ok(match answer(situation, Inquiry::Events(of))? {
        Answer::Events(events) => Ok(events.iter().filter(|event| event.at >= since).collect()),
        other => Err(why_not(other)),
    })
}

/// What AWS tells of a resource, as half a sentence to be added: its reason if it gives one, else the newest event.
pub(super) fn in_its_events(
    situation: &Situation<'_>,
    of: impl Into<Option<EventSource>>,
    since: AwsTime,
) -> Told<String> {
    let Some(of) = of.into() else { return Ok(String::new()) };
    Ok(match events(situation, of, since)? {
        Ok(events) => {
            let quoted = |event: &DbEvent| format!("“{}” ({})", event.message, event.at.strftime("%H:%M:%S UTC"));
            match (events.iter().rev().find(|event| event.is_failure()), events.last()) {
                (Some(failure), _) => format!("; AWS's reason: {}", quoted(failure)),
                (None, Some(newest)) => format!("; AWS gives no reason, its last event of it is {}", quoted(newest)),
                (None, None) => "; AWS tells no event of it".into(),
            }
        }
        Err(why) => format!("; its events couldn't be read ({why})"),
    })
}

fn why_not(answer: &Answer) -> &str {
    match answer {
        Answer::NotChecked(why) => why,
        _ => "AWS answered something else",
    }
}
