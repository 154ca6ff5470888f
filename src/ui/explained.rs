//! Where the copy is another than its source on purpose, and why: the same words in the plan, at the end and at any
//! later check.

use super::{Page, text::Text};
use crate::{
    model::{Setting, Value},
    plan::{Network, Plan, PlannedSetting, Reason},
    steps::Difference,
};

/// Each setting in which the copy is to differ from its source: its name, both values, and why.
#[must_use]
pub fn differences(plan: &Plan) -> Vec<[String; 3]> {
    plan.settings
        .iter()
        .filter(|planned| differs(planned))
        .map(|planned| [planned.setting.to_string(), both(planned), reason(planned).to_owned()])
        .collect()
}

pub(super) fn differs(planned: &PlannedSetting) -> bool {
    planned.reason.is_some() && planned.source.as_ref() != Some(&planned.wanted)
}

/// The two values: `a → b`; one, where both are the same.
pub(super) fn both(planned: &PlannedSetting) -> String {
    let wanted = match planned.reason {
        Some(Reason::Quarantined) => "a group of its own".to_owned(),
        _ => word(&planned.wanted),
    };
    match &planned.source {
        Some(source) if *source == planned.wanted && planned.reason != Some(Reason::Quarantined) => wanted,
        Some(source) => format!("{} → {wanted}", word(source)),
        None => format!("(none) → {wanted}"),
    }
}

pub(super) fn word(value: &Value) -> String {
    match value.to_string() {
        empty if empty.is_empty() => "(empty)".to_owned(),
        text => text,
    }
}

/// Why a copy gets something else than its source has.
pub(super) fn reason(planned: &PlannedSetting) -> &'static str {
    match planned.reason {
        Some(Reason::Asked) if planned.setting == Setting::Tags => "--tag asked for more",
        Some(Reason::Asked) => "asked for",
        Some(Reason::Follows) => "follows from what was asked for",
        Some(Reason::Private) => "no second public address, unless --public asks for it",
        Some(Reason::Enrolled) => "a copy outside Extended Support may be upgraded by AWS",
        Some(Reason::HeldBack) if planned.setting == Setting::Tags => "--copy-tags holds them back",
        Some(Reason::HeldBack) => "held back while it is in quarantine",
        Some(Reason::Quarantined) => "--network quarantine",
        Some(Reason::OfTheSnapshot) => "as it was when the snapshot was taken",
        None => "",
    }
}

/// The same as a section of a text, and what AWS raised by itself as another; nothing where there are none.
pub(super) fn section(text: &mut Text, plan: &Plan, raised: &[Difference]) {
    if !raised.is_empty() {
        text.heading("Raised by AWS, as the plan said it may");
        text.rows(&raised.iter().map(risen).collect::<Vec<_>>());
    }
    let rows = differences(plan);
    if !rows.is_empty() {
        text.heading("Other than the source, on purpose");
        text.rows(&rows);
    }
}

/// A setting with both values, and why.
fn risen(difference: &Difference) -> [String; 3] {
    let Difference { setting, wanted, shown } = difference;
    let shown = shown.as_ref().map_or_else(|| "nothing".to_owned(), word);
    let why = match setting {
        Setting::EngineVersion => "AWS takes no new instances of the old one",
        _ => "goes with the version",
    };
    [setting.to_string(), format!("{} → {shown}", word(wanted)), why.to_owned()]
}

/// The same as a text of its own; empty where there are none.
#[must_use]
pub fn text(plan: &Plan, raised: &[Difference], page: Page) -> String {
    let mut text = Text::new(page);
    section(&mut text, plan, raised);
    text.finish()
}

/// Who reaches the copy, and what it reaches: a sentence.
pub(super) fn reach(plan: &Plan, target: &str) -> String {
    let source = &plan.source.identifier;
    let of = |setting: Setting| plan.settings.iter().find(|planned| planned.setting == setting);
    let public = of(Setting::PubliclyAccessible).is_some_and(|it| it.source == Some(Value::Flag(true)));
    let address = match (plan.choices.public, public) {
        (true, true) => format!("{target} has a public address, as {source} has."),
        (_, true) => format!("{target} has no public address, though {source} has one."),
        _ => format!("{target} has no public address."),
    };
    let groups = match (&plan.choices.network, of(Setting::VpcSecurityGroupIds)) {
        (Network::Quarantine { bastion_group, egress, .. }, _) => {
            let reaches = match bastion_group {
                Some(group) => format!("only members of {group} reach it"),
                None => "nobody reaches it".to_owned(),
            };
            let out = if egress.is_empty() { "it reaches nothing" } else { "it reaches what its directory needs" };
            format!(" It gets a security group of its own: {reaches}, and {out}.")
        }
        (Network::Source, Some(PlannedSetting { wanted, reason: Some(_), .. })) => {
            format!(" It gets the security groups that were asked for ({wanted}).")
        }
        (Network::Source, Some(PlannedSetting { wanted, .. })) => {
            format!(" It gets the security groups of {source} ({wanted}).")
        }
        (Network::Source, None) => format!(" It gets the security groups of {source}."),
    };
    address + &groups
}

/// What becomes of jobs inside the database: a sentence.
pub(super) fn jobs(plan: &Plan, target: &str) -> String {
    match &plan.choices.network {
        Network::Quarantine { egress, .. } if egress.is_empty() => format!(
            "Jobs and schedulers inside the database will run in {target}, too; in their quarantine they reach nothing \
             outside of it."
        ),
        _ => format!(
            "Jobs and schedulers inside the database will run in {target}, too: a second time, on real data. Whatever they \
             reach, they reach twice."
        ),
    }
}
