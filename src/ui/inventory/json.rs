//! One document: what was found, and AWS's rows under `inventories`, which `--from` reads again.

use serde_json::{Value, json};

use super::{Scanned, words};
use crate::{
    plan::{
        cost::Money,
        inventory::{Found, FoundSnapshot, Missing, written},
    },
    ui::json::FORMAT,
};

/// The document.
#[must_use]
pub fn json(scanned: &Scanned<'_>) -> Value {
    let survey = scanned.survey;
    let missing = |(account, region, missing): &(String, String, Missing)| {
        let Missing { what, why, permission } = missing;
        json!({"account": account, "region": region, "what": what, "why": why, "permission": permission})
    };
    json!({
        "format": FORMAT, "event": "scanned", "exit_code": scanned.exit_code, "time": scanned.now,
        "complete": survey.is_complete(), "incomplete": survey.incomplete.iter().map(missing).collect::<Vec<_>>(),
        "counts": survey.counts, "created_before": scanned.selection.created_before,
        "databases": survey.found.iter().map(|found| database(scanned, found)).collect::<Vec<_>>(),
        "snapshots": scanned.snapshots
            .then(|| survey.snapshots.iter().map(|found| snapshot(scanned, found)).collect::<Vec<_>>()),
        "inventories": written(scanned.inventories),
    })
}

fn database(scanned: &Scanned<'_>, found: &Found) -> Value {
    let money = |Money { least, most }: Money| json!({"least": cents(least), "most": cents(most)});
    let cost = scanned.cost(found);
    let cost = cost
        .map(|cost| json!({"month": cost.month().map(money), "currency": cost.currency, "partial": cost.is_partial()}));
    json!({
        "account": found.account, "region": found.region, "kind": found.kind, "name": found.identifier,
        "arn": found.arn, "resource_id": found.resource_id, "engine": found.engine,
        "engine_version": found.engine_version, "status": found.status, "created": found.created,
        "age_days": scanned.age(found.created), "size_gib": found.storage, "storage_type": found.storage_type,
        "class": found.class, "multi_az": found.multi_az, "encryption": words::encryption(&found.encryption),
        "kms_key": words::key(&found.encryption), "publicly_accessible": found.publicly_accessible,
        "relations": found.relations, "tags": found.tags, "other_service": found.other_service,
        "standing": found.standing, "remedy": found.remedy, "cost": cost,
    })
}

fn snapshot(scanned: &Scanned<'_>, found: &FoundSnapshot) -> Value {
    json!({
        "account": found.account, "region": found.region, "name": found.identifier, "arn": found.arn,
        "of": found.of, "of_cluster": found.of_cluster, "kind": found.kind, "engine": found.engine,
        "engine_version": found.engine_version, "status": found.status, "created": found.created,
        "age_days": scanned.age(found.created), "size_gib": found.storage, "encryption": "none",
    })
}

/// Whole cents: sums of floats have tails.
fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
