//! After a call that didn't act: refused, throttled, or never sent. What may be asked again, what passes by itself,
//! and what a person must mend, by the class of AWS's code.

use std::time::Duration;

use super::{
    Asked, Decision, Situation, Stop, StopKind, Wait, ask,
    told::{self, Told, decided},
};
use crate::model::{Call, DbInstance, DbSnapshot, Denial, GrantCheck, InstanceState, KeyAccess, Outcome, Refusal};

/// Between two tries of a call that didn't act.
const PAUSE: Duration = Duration::from_secs(15);

/// Between two tries while all slots for copies are taken.
const FOR_A_SLOT: Duration = Duration::from_mins(1);

/// Between two tries while AWS has no machine to give.
const FOR_CAPACITY: Duration = Duration::from_mins(5);

/// A refusal that contradicts what AWS shows is met so often in one run before a person is asked.
const PATIENCE: usize = 10;

/// KMS takes a moment until all of it knows of a change.
const KEY_PATIENCE: usize = 3;

/// A refusal, as a sentence can quote it.
struct Quote<'a> {
    code: &'a str,
    message: &'a str,
    request_id: Option<&'a str>,
}

/// Decides by the last refusal of a call.
pub(super) fn next(situation: &Situation<'_>, call: Call, asked: &[Asked<'_>], last: Asked<'_>) -> Decision {
    let Outcome::Refused { code, message, request_id } = &last.intent.outcome else {
        return pause(situation, call, last, PAUSE);
    };
    // What an earlier process was told may have been mended since: ask again.
    if !last.this_run {
        return Decision::Act(call);
    }
    let quote = Quote { code, message, request_id: request_id.as_deref() };
    match Refusal::of(code) {
        // A network interface lingers for some minutes; a group that is used by others does for ever.
        Refusal::Busy if matches!(call, Call::DeleteSecurityGroup { .. }) => {
            patiently(situation, call, asked, last, (FOR_A_SLOT, PATIENCE), &quote)
        }
        Refusal::Busy if !passes(situation, &call) => {
            patiently(situation, call, asked, last, (PAUSE, PATIENCE), &quote)
        }
        Refusal::Busy => pause(situation, call, last, PAUSE),
        Refusal::NotFound | Refusal::Credentials => patiently(situation, call, asked, last, (PAUSE, PATIENCE), &quote),
        Refusal::Capacity => patiently(situation, call, asked, last, (FOR_CAPACITY, PATIENCE), &quote),
        Refusal::Quota(name) => decided(quota(situation, call, last, name, &quote)),
        // Of another key than the storage's, such as a secret's or Performance Insights', AWS's sentence is all there is.
        Refusal::KeyNotAccessible if matches!(call, Call::ModifyDBInstance { .. }) => Stop::for_person(
            quote.of(&call),
            format!("{}. Make that key usable, or see who disabled it, then resume", situation.what_is_safe()),
        ),
        Refusal::KeyNotAccessible => decided(key(situation, call, asked, last, &quote)),
        Refusal::Denied => denied(situation, &call, &quote),
        Refusal::AlreadyExists | Refusal::Other => Stop::for_person(
            quote.of(&call),
            format!("nothing was changed by it; {}. Mend what AWS names, then resume", situation.what_is_safe()),
        ),
    }
}

/// Asks again once so much time has passed, and shows meanwhile in what status the resource is.
fn pause(situation: &Situation<'_>, call: Call, last: Asked<'_>, time: Duration) -> Decision {
    if last.age >= time {
        return Decision::Act(call);
    }
    let why = format!("{} will be asked again: {}", call.action(), ask::in_words(&last.intent.outcome));
    match status_of_what_it_needs(situation, &call) {
        Some(status) => Wait::in_status(status, why),
        None => Wait::because(why),
    }
}

/// Whether the status of what a call is made on passes by itself.
fn passes(situation: &Situation<'_>, call: &Call) -> bool {
    let status = status_of_what_it_needs(situation, call);
    !matches!(InstanceState::of(status), InstanceState::Stopped | InstanceState::NeedsPerson | InstanceState::Deleting)
}

/// The status of what a call is made on.
fn status_of_what_it_needs<'a>(situation: &Situation<'a>, call: &Call) -> Option<&'a str> {
    let seen = situation.seen;
    match call {
        Call::CreateDBSnapshot { .. } => seen.source.as_ref().map(DbInstance::status_word),
        Call::CopyDBSnapshot { .. } => seen.snapshot.as_ref().map(DbSnapshot::status_word),
        Call::RestoreDBInstanceFromDBSnapshot { .. } => seen.copy.as_ref().map(DbSnapshot::status_word),
        Call::ModifyDBInstance { .. }
        | Call::RebootDBInstance { .. }
        | Call::AddRoleToDBInstance { .. }
        | Call::DeleteDBInstance { .. } => seen.target.as_ref().map(DbInstance::status_word),
        Call::CreateSecurityGroup { .. }
        | Call::AuthorizeSecurityGroupIngress { .. }
        | Call::AuthorizeSecurityGroupEgress { .. }
        | Call::RevokeSecurityGroupEgress { .. }
        | Call::DeleteSecurityGroup { .. } => None,
        Call::ModifyDBSnapshot { snapshot, .. } | Call::DeleteDBSnapshot { snapshot, .. } => {
            let snapshots = [&seen.snapshot, &seen.copy].into_iter().flatten();
            snapshots.filter(|it| it.identifier == *snapshot).map(DbSnapshot::status_word).next()
        }
    }
}

/// Asks again a bounded number of times.
fn patiently(
    situation: &Situation<'_>,
    call: Call,
    asked: &[Asked<'_>],
    last: Asked<'_>,
    (time, limit): (Duration, usize),
    quote: &Quote<'_>,
) -> Decision {
    let tries = in_a_row(asked, quote.code);
    if tries < limit {
        return pause(situation, call, last, time);
    }
    let kind = if Refusal::of(quote.code) == Refusal::Credentials { StopKind::Denied } else { StopKind::NeedsPerson };
    let advice = match Refusal::of(quote.code) {
        Refusal::Capacity => {
            "AWS has no capacity for this class there just now. Resume later: it often comes back within hours"
        }
        Refusal::Credentials => "renew the credentials (aws sso login), then resume",
        _ => "AWS shows what the call says is missing. Resume later",
    };
    let reason = format!("{}, {tries} times in a row", quote.of(&call));
    Stop::of(kind, reason, format!("{}; {advice}", situation.what_is_safe()))
}

/// How often this process was given the same code in a row.
fn in_a_row(asked: &[Asked<'_>], code: &str) -> usize {
    let same = |it: &&Asked<'_>| {
        it.this_run && matches!(&it.intent.outcome, Outcome::Refused { code: given, .. } if given == code)
    };
    asked.iter().rev().take_while(same).count()
}

/// A quota is used up; of snapshots, AWS says the same when too many copies are under way (R-COPY-7).
fn quota(situation: &Situation<'_>, call: Call, last: Asked<'_>, name: &str, quote: &Quote<'_>) -> Told<Decision> {
    let snapshots = name == "ManualSnapshots";
    let safe = situation.what_is_safe();
    Ok(match told::quota(situation, name)? {
        Ok(limit) if snapshots && limit.used < limit.max && last.age >= FOR_A_SLOT => Decision::Act(call),
        Ok(limit) if snapshots && limit.used < limit.max => Wait::for_a_slot(format!(
            "for a slot: too many copies are under way in this Region ({}; {} of {} manual snapshots are used)",
            quote.code, limit.used, limit.max
        )),
        Ok(limit) => Stop::of(
            StopKind::Quota { name: name.to_owned() },
            format!("{}. Of {name} {} of {} are used in this Region", quote.of(&call), limit.used, limit.max),
            format!(
                "{safe}. Remove what nobody needs, or have the quota raised ({}), then resume",
                code_of_quota(name)
            ),
        ),
        Err(why) if snapshots => Stop::for_person(
            quote.of(&call),
            format!(
                "either the account's manual snapshots are used up or too many copies are under way: which, couldn't be \
                 told ({why}). {safe}. Make room or wait, then resume"
            ),
        ),
        Err(_) => Stop::of(
            StopKind::Quota { name: name.to_owned() },
            quote.of(&call),
            format!(
                "{safe}. Remove what nobody needs, or have the quota raised ({}), then resume",
                code_of_quota(name)
            ),
        ),
    })
}

/// A quota as Service Quotas names it (R-QUOTA-1).
fn code_of_quota(name: &str) -> &'static str {
    match name {
        "ManualSnapshots" => "Service Quotas, rds L-272F1212",
        "DBInstances" => "Service Quotas, rds L-7B6409FD",
        _ => "Service Quotas, rds L-7ADDB58A",
    }
}

/// RDS says only that it can't use the key. What it is comes out by elimination: does it exist, is it enabled, may
/// this caller grant its use?
fn key(
    situation: &Situation<'_>,
    call: Call,
    asked: &[Asked<'_>],
    last: Asked<'_>,
    quote: &Quote<'_>,
) -> Told<Decision> {
    let arn = &situation.plan.key_arn;
    let (found, remedy) = match told::key(situation)? {
        Err(why) => (
            format!("the key couldn't be looked at ({why})"),
            "check that it exists, is enabled, and that this caller has kms:DescribeKey and kms:CreateGrant on it"
                .into(),
        ),
        Ok(KeyAccess { key: None, .. }) => (
            "AWS knows no such key any more".into(),
            "a database can't be encrypted under it. Abandon this migration and begin one under another key".into(),
        ),
        Ok(KeyAccess { key: Some(key), .. }) if key.state.as_deref() != Some("Enabled") => {
            let state = key.state.as_deref().unwrap_or("in a state that AWS doesn't show");
            let remedy = if state == "PendingDeletion" {
                format!("aws kms cancel-key-deletion --key-id {arn}, then enable-key")
            } else {
                format!("aws kms enable-key --key-id {arn}")
            };
            (format!("the key exists, and is {state}"), remedy)
        }
        Ok(KeyAccess { grant: GrantCheck::Denied(why), .. }) => (
            format!("the key exists and is enabled; a grant is denied to this caller ({why})"),
            "allow kms:CreateGrant on it for this caller, for example with kms:ViaService of rds".into(),
        ),
        // All is well now: KMS may have been changed a moment ago.
        Ok(_) if in_a_row(asked, quote.code) < KEY_PATIENCE => {
            return Ok(pause(situation, call, last, FOR_A_SLOT));
        }
        Ok(KeyAccess { grant, .. }) => {
            let grant = match grant {
                GrantCheck::NotChecked(why) => format!("whether a grant is allowed couldn't be told ({why})"),
                _ => "a grant is allowed to this caller".into(),
            };
            (
                format!("the key exists and is enabled, and {grant}"),
                "look at the conditions of its key policy (kms:ViaService, encryption context aws:rds:db-id), and at the \
                 policies of the organization"
                    .into(),
            )
        }
    };
    Ok(Stop::for_person(
        format!("{}. Key {arn}: {found}", quote.of(&call)),
        format!("{}; {remedy}; then resume", situation.what_is_safe()),
    ))
}

/// The sentence names the action, and who denies it.
fn denied(situation: &Situation<'_>, call: &Call, quote: &Quote<'_>) -> Decision {
    let denial = Denial::of(quote.message);
    let asked = format!("{}:{}", call.service(), call.action());
    let remedy = match denial.explicitly_by {
        Some(by) if denial.is_by_the_organization() => format!(
            "{} is denied by an organization's policy ({by}): nobody in this account can allow it. Ask whoever runs the \
             organization, then resume",
            denial.action.unwrap_or(&asked)
        ),
        _ => format!("{}, then resume", denial.how_to_allow(&asked)),
    };
    Stop::of(
        StopKind::Denied,
        quote.of(call),
        format!("nothing was changed by it; {}; {remedy}", situation.what_is_safe()),
    )
}

impl Quote<'_> {
    /// What AWS said to which call, so that its support can find it.
    fn of(&self, call: &Call) -> String {
        let request = self.request_id.map(|id| format!(", request {id}")).unwrap_or_default();
        format!("AWS refused {call}: {}: {}{request}", self.code, self.message.trim_end_matches('.'))
    }
}
