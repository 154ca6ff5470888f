//! What is shown before the first mutating call: what will be made, what it costs in things, what it means.
//! The question itself is the command's.

use super::{Page, explained, findings, text::Text, time};
use crate::{
    model::{EngineFamily, Setting, Value, name::GenerationNames},
    plan::{Finding, Plan},
};

/// Where a migration takes place.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// AWS's name of the Region.
    pub region: &'a str,
    /// Where AWS is reached, if not at its own address.
    pub endpoint: Option<&'a str>,
}

/// The text before the question `Begin? [y/N]`.
#[must_use]
pub fn text(plan: &Plan, names: &GenerationNames, place: Place<'_>, found: &[Finding], page: Page) -> String {
    let mut text = Text::new(page);
    title(&mut text, plan, place);
    made(&mut text, plan, names);
    under_key(&mut text, plan);
    effects(&mut text, plan, names);
    explained::section(&mut text, plan, &[]);
    if !found.is_empty() {
        text.heading("Found by the checks");
        findings::list(&mut text, found, page);
    }
    text.finish()
}

fn title(text: &mut Text, plan: &Plan, place: Place<'_>) {
    let source = &plan.source;
    let version = source.engine_version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let Place { account, region, .. } = place;
    text.heading(&format!(
        "Encrypt {} ({}{version}) in {region} of account {account}",
        source.identifier, source.engine
    ));
    if let Some(endpoint) = place.endpoint {
        text.sentence(&format!("AWS is reached at {endpoint}"));
    }
}

fn made(text: &mut Text, plan: &Plan, names: &GenerationNames) {
    text.heading("Made, and billed until you remove it");
    let size = gib(plan);
    let row = |kind: &str, name: &str, rest: String| [kind.to_owned(), name.to_owned(), rest];
    let taken = row("snapshot", &names.snapshot, format!("{}not encrypted", up_to(size.as_deref())));
    let group = plan.choices.network.is_quarantine();
    let rows = [
        plan.choices.from.is_none().then_some(taken),
        Some(row("snapshot", &names.copy, format!("{}encrypted", up_to(size.as_deref())))),
        Some(row("instance", &names.target, instance(plan, size.as_deref()))),
        group.then(|| row("security group", &names.security_group, "lets nothing out; free of charge".into())),
    ];
    text.rows(&rows.into_iter().flatten().collect::<Vec<_>>());
}

fn gib(plan: &Plan) -> Option<String> {
    let size = match wanted(plan, Setting::AllocatedStorage) {
        Some(Value::Number(size)) => Some(*size),
        _ => plan.source.allocated_storage.map(i64::from),
    };
    size.map(|size| format!("{size} GiB"))
}

/// A snapshot is billed for what it holds, which is at most what is allocated.
fn up_to(size: Option<&str>) -> String {
    size.map(|size| format!("up to {size}, ")).unwrap_or_default()
}

fn instance(plan: &Plan, size: Option<&str>) -> String {
    let storage_type = match wanted(plan, Setting::StorageType) {
        Some(Value::Text(word)) => format!(" {word}"),
        _ => String::new(),
    };
    let storage = size.map(|size| format!("{size}{storage_type}"));
    let class = match wanted(plan, Setting::DBInstanceClass) {
        Some(Value::Text(class)) => Some(class.clone()),
        _ => plan.source.class.clone(),
    };
    let multi_az = wanted(plan, Setting::MultiAZ).map_or(plan.source.multi_az, |on| *on == Value::Flag(true));
    let standby = multi_az.then(|| "Multi-AZ (billed twice)".to_owned());
    let parts: Vec<String> = [class, storage, standby].into_iter().flatten().collect();
    parts.join(", ")
}

fn wanted(plan: &Plan, setting: Setting) -> Option<&Value> {
    plan.settings.iter().find(|planned| planned.setting == setting).map(|planned| &planned.wanted)
}

fn under_key(text: &mut Text, plan: &Plan) {
    text.heading("Encrypted under this key, for good: a database's key can't be changed later");
    if plan.key_asked != plan.key_arn {
        text.verbatim(&plan.key_asked);
    }
    text.verbatim(&plan.key_arn);
}

pub(super) fn effects(text: &mut Text, plan: &Plan, names: &GenerationNames) {
    text.heading("What it means");
    for effect in what_it_means(plan, names) {
        text.point("-", &effect);
    }
}

/// What a migration means for source and copy, a sentence or two each.
pub(super) fn what_it_means(plan: &Plan, names: &GenerationNames) -> Vec<String> {
    let source = &plan.source.identifier;
    let target = &names.target;
    let moment = match &plan.choices.from {
        Some(from) => format!("{} ({})", time::utc(from.taken), from.identifier),
        None => "the moment of the snapshot".to_owned(),
    };
    let mut effects = vec![
        format!("{source} keeps serving and is never changed. Applications go on using it."),
        format!("{target} will hold the data as of {moment}. What {source} writes after that is not in it."),
    ];
    effects.extend(plan.choices.from.is_none().then(|| pause(plan)));
    effects.extend([
        format!("No automated backup of {source} runs while the snapshot is copied."),
        explained::reach(plan, target),
        explained::jobs(plan, target),
    ]);
    effects
}

/// What the snapshot's start does to the source's I/O (by engine and standby).
fn pause(plan: &Plan) -> String {
    let source = &plan.source.identifier;
    match (plan.source.multi_az, EngineFamily::of(&plan.source.engine)) {
        (false, _) => {
            format!("{source} has no standby: its I/O stops when the snapshot starts, for seconds up to minutes.")
        }
        (true, Some(EngineFamily::SqlServer)) => {
            format!("I/O of {source} stops briefly when the snapshot starts: SQL Server does so even with a standby.")
        }
        (true, _) => format!("I/O of {source} goes on: the snapshot is taken from its standby."),
    }
}

#[cfg(test)]
mod tests;
