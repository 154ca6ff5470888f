//! What goes by the source's name, ARN or identity, and so doesn't know of the copy.

use super::{Case, Surroundings, block, enter, enter_bounded, listed, note, warn};
use crate::{
    model::{Deployment, SharedSnapshot, quoted},
    plan::{checks::Judgement, finding::Finding},
};

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>, surroundings: &Surroundings) {
    enter_bounded(judgement, "proxies", "proxies", &surroundings.proxies, |names| {
        names.iter().map(|name| proxy(case, name)).collect()
    });
    enter(judgement, "blue/green deployments", &surroundings.deployments, |all| {
        all.iter().filter_map(|one| deployment(case, one)).collect()
    });
    enter(judgement, "event subscriptions", &surroundings.subscriptions, |names| subscriptions(case, names));
    enter(judgement, "integrations", &surroundings.integrations, |names| integrations(case, names));
    enter_bounded(judgement, "shared snapshots", "snapshots", &surroundings.shared, |all| shared(case, all));
    enter_bounded(judgement, "alarms", "alarms", &surroundings.alarms, |names| alarms(case, names));
    judgement.enter("log-in by IAM", iam(case).into_iter().collect());
}

fn proxy(case: Case<'_>, proxy: &str) -> Finding {
    let name = case.name();
    let flags =
        |instance: &str| format!("--db-proxy-name {} --db-instance-identifiers {}", quoted(proxy), quoted(instance));
    warn(
        format!("the proxy {proxy} leads to {name}, and goes on doing so"),
        &format!(
            "at the cutover: `aws rds deregister-db-proxy-targets {}`, then `aws rds register-db-proxy-targets {}`",
            flags(name),
            flags(case.target)
        ),
        "R-DEP-2",
    )
}

fn deployment(case: Case<'_>, deployment: &Deployment) -> Option<Finding> {
    let name = case.name();
    let Deployment { name: called, status } = deployment;
    match status.as_deref().unwrap_or("(no status)") {
        "DELETING" => None,
        status @ "SWITCHOVER_IN_PROGRESS" => Some(block(
            format!(
                "the blue/green deployment {called} is about to put another database in place of {name} ({status})"
            ),
            "wait until it has ended, then look which database has the name (`aws rds describe-blue-green-deployments`)",
            "R-DEP-3",
        )),
        status @ "SWITCHOVER_COMPLETED" => Some(note(
            format!("the blue/green deployment {called} of {name} is over, and still there ({status})"),
            "make sure that this is the database you mean: after a switchover the old one is called …-old1",
            "R-DEP-3",
        )),
        status => Some(warn(
            format!("{name} is the blue one of the blue/green deployment {called} ({status})"),
            "its switchover would put another database in its place, of which the copy knows nothing: delete the \
             deployment, or migrate after its switchover",
            "R-DEP-3",
        )),
    }
}

fn subscriptions(case: Case<'_>, names: &[String]) -> Vec<Finding> {
    let Some(first) = names.first() else { return vec![] };
    let each = if names.len() > 1 { ", and so for each" } else { "" };
    vec![note(
        format!("event subscriptions name {}, not its copy: {}", case.name(), listed(names)),
        &format!(
            "once the copy is there: `aws rds add-source-identifier-to-subscription --subscription-name {} \
             --source-identifier {}`{each}",
            quoted(first),
            quoted(case.target)
        ),
        "R-DEP-1",
    )]
}

fn integrations(case: Case<'_>, names: &[String]) -> Vec<Finding> {
    if names.is_empty() {
        return vec![];
    }
    vec![warn(
        format!("zero-ETL integrations take the data of {}: {}", case.name(), listed(names)),
        "they stay with it; make each anew from the copy (`aws rds create-integration --source-arn …`), which loads all \
         data again, and plan the time for that",
        "R-REST-1",
    )]
}

fn shared(case: Case<'_>, all: &[SharedSnapshot]) -> Vec<Finding> {
    let mut found: Vec<Finding> = all
        .iter()
        .filter(|snapshot| snapshot.is_public())
        .map(|snapshot| {
            warn(
                format!("the snapshot {} of {} is public: anybody can restore its data", snapshot.name, case.name()),
                &format!(
                    "unless that is meant: `aws rds modify-db-snapshot-attribute --db-snapshot-identifier {} \
                     --attribute-name restore --values-to-remove all`",
                    quoted(&snapshot.name)
                ),
                "R-SNAP-7",
            )
        })
        .collect();
    let others = all.iter().filter(|snapshot| !snapshot.is_public());
    let others: Vec<String> =
        others.map(|snapshot| format!("{} (with {})", snapshot.name, snapshot.with.join(", "))).collect();
    if !others.is_empty() {
        found.push(note(
            format!("snapshots of {} are shared, and stay unencrypted: {}", case.name(), listed(&others)),
            "encrypted ones can be shared, too, where the key's policy lets those accounts use it; with alias/aws/rds never",
            "R-SNAP-7",
        ));
    }
    found
}

fn alarms(case: Case<'_>, names: &[String]) -> Vec<Finding> {
    if names.is_empty() {
        return vec![];
    }
    vec![note(
        format!("alarms watch {} by its name, not its copy: {}", case.name(), listed(names)),
        &format!(
            "they follow the name; while the copy is called {}, make some for that (`aws cloudwatch \
                  put-metric-alarm`) if it is used",
            case.target
        ),
        "R-REST-1",
    )]
}

/// Policies name a database by its identity, which the copy doesn't share.
fn iam(case: Case<'_>) -> Option<Finding> {
    let id = case.source.resource_id.as_ref()?;
    let mut parts = case.source.arn.as_deref().unwrap_or_default().split(':');
    let partition = parts.nth(1).unwrap_or("aws");
    let (region, account) = (&case.facts.region, &case.facts.account);
    (case.source.iam_database_authentication_enabled == Some(true)).then(|| {
        warn(
            format!("policies that allow rds-db:connect on {id} don't reach the copy, which has another id"),
            &format!(
                "before applications use it, allow arn:{partition}:rds-db:{region}:{account}:dbuser:ID/USER, with the \
                 copy's DbiResourceId; policies aren't read here"
            ),
            "R-INST-2",
        )
    })
}
