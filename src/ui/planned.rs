//! What a migration would do, before anybody begins one: for people, and as one JSON document.

use serde_json::{Value as Json, json};

use super::{
    Page,
    confirm::{self, Place},
    explained, findings, forecast,
    json::{FORMAT, of_check, of_finding},
    text::Text,
};
use crate::{
    model::{DbInstance, DbSnapshot, KeyReference, Setting, Value, name::GenerationNames},
    plan::{
        Catalogue, Checked, Choices, Facts, Judgement, KeyLookup, Order, Plan, PlannedSetting, SettleGroup,
        carry::{self, Way},
        cost::{Beside, Cost, Prices},
        estimate::Basis,
    },
    steps::Step,
};

/// All that is known of a migration that wasn't begun.
pub struct Planned<'a> {
    /// What was read.
    pub facts: &'a Facts,
    /// What it means.
    pub judgement: &'a Judgement,
    /// Where.
    pub place: Place<'a>,
    /// The command that begins it.
    pub begin: String,
    /// How the command ends that planned it.
    pub exit_code: u8,
    /// The snapshots that there are of it already: one may tell its size. None where they couldn't be read.
    pub snapshots: &'a [DbSnapshot],
    /// What things cost.
    pub prices: &'a Prices,
}

/// The steps, what each makes, and by which call.
const STEPS: [(Step, &str, &str); 7] = [
    (Step::Isolate, "security group", "CreateSecurityGroup, and its rules"),
    (Step::TakeSnapshot, "snapshot", "CreateDBSnapshot"),
    (Step::EncryptCopy, "encrypted copy", "CopyDBSnapshot"),
    (Step::Upgrade, "upgrade", "ModifyDBSnapshot"),
    (Step::Restore, "restore", "RestoreDBInstanceFromDBSnapshot"),
    (Step::Settle, "settle", "ModifyDBInstance"),
    (Step::Verify, "verify", "only reads"),
];

impl Planned<'_> {
    /// The source and the names, where there is something to carry and to make.
    fn work(&self) -> Option<(&DbInstance, &GenerationNames)> {
        let Checked::Known(Some(source)) = &self.facts.source else { return None };
        Some((source, self.facts.names.as_ref()?)).filter(|_| source.can_be_encrypted())
    }

    /// The plan as it would be, under whichever key.
    fn plan(&self, source: &DbInstance) -> Option<Plan> {
        let arn = self.key_arn().unwrap_or_default().to_owned();
        let key = self.facts.key_asked.clone().unwrap_or(KeyReference::Id(arn.clone()));
        Plan::new(&self.facts.origin(source), &key, arn, None)
    }

    fn basis(&self, source: &DbInstance, settings: &[PlannedSetting]) -> Option<Basis> {
        Basis::of(source, self.snapshots, settings, &self.facts.choices)
    }

    fn cost(&self, source: &DbInstance) -> Option<Cost> {
        let facts = self.facts;
        let own_key = match &facts.key {
            Some(Checked::Known(KeyLookup::Found(key))) => key.manager.as_deref() != Some("AWS"),
            _ => facts.key_asked.as_ref().is_none_or(|asked| !asked.to_string().starts_with("alias/aws/")),
        };
        let supported = facts.catalogue.as_deref().and_then(Catalogue::major_in_standard_support);
        let beside =
            Beside { own_key, extended_support: supported == Some(false), begun: facts.choices.from.is_some() };
        Some(Cost::of(&Order::of(&facts.origin(source))?, beside, self.prices))
    }

    fn key_arn(&self) -> Option<&str> {
        match &self.facts.key {
            Some(Checked::Known(KeyLookup::Found(key))) => key.arn.as_deref(),
            _ => None,
        }
    }
}

/// For people.
#[must_use]
pub fn text(planned: &Planned<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    title(&mut text, planned);
    found(&mut text, planned, page);
    work(&mut text, planned, true);
    if planned.judgement.nothing_to_do.is_none() && !planned.judgement.forbids() {
        text.heading("To begin");
        text.verbatim(&planned.begin);
    }
    text.blank();
    text.sentence("Nothing was made or changed.");
    text.finish()
}

/// The part of it that a question before the first call doesn't say anyway: steps, times, costs and every setting.
#[must_use]
pub fn details(planned: &Planned<'_>, page: Page) -> String {
    let mut text = Text::new(page);
    work(&mut text, planned, false);
    text.finish()
}

fn work(text: &mut Text, planned: &Planned<'_>, with_key: bool) {
    if let Some((source, names)) = planned.work() {
        let settings = carry::plan_settings(&planned.facts.origin(source));
        steps(text, planned.facts, names, &settings);
        if let Some(basis) = planned.basis(source, &settings) {
            forecast::times(text, &source.identifier, &basis);
        }
        if let Some(cost) = planned.cost(source) {
            forecast::costs(text, &cost);
        }
        if with_key {
            key(text, planned);
            if let Some(plan) = planned.plan(source) {
                confirm::effects(text, &plan, names);
            }
        }
        at_restore(text, &settings);
        afterwards(text, &settings);
        with_the_data(text, &settings);
        left_out(text, &carry::left_out(&planned.facts.origin(source)));
        text.blank();
        text.sentence(&format!(
            "One value: the copy gets what the source has. a → b: the source has a, the copy gets b. Verify compares \
             each of these {}, and encryption and key.",
            settings.len()
        ));
    }
}

fn title(text: &mut Text, planned: &Planned<'_>) {
    let Place { account, region, endpoint } = planned.place;
    let engine = match &planned.facts.source {
        Checked::Known(Some(source)) => {
            let words = [source.engine.as_deref(), source.engine_version.as_deref()];
            format!(" ({})", words.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        _ => String::new(),
    };
    text.heading(&format!("{}{engine} in {region} of account {account}", planned.facts.asked));
    if let Some(endpoint) = endpoint {
        text.sentence(&format!("AWS is reached at {endpoint}"));
    }
    text.sentence(&match &planned.judgement.nothing_to_do {
        Some(why) => format!("{why}: nothing to do"),
        None if planned.judgement.forbids() => {
            format!("It can't be migrated as it is: {}.", findings::count(planned.judgement))
        }
        None => "It can be migrated.".to_owned(),
    });
}

/// Findings, and what wasn't looked at.
fn found(text: &mut Text, planned: &Planned<'_>, page: Page) {
    let judgement = planned.judgement;
    if let Some(owner) = &judgement.owned_elsewhere {
        text.heading("Owned by another run");
        text.point(&page.bad("✗"), owner);
    }
    // Of what is encrypted already nothing is carried.
    if judgement.nothing_to_do.is_none() && !judgement.findings.is_empty() {
        text.heading("Found by the checks");
        findings::list(text, &judgement.findings, page);
    }
    if !judgement.is_complete() {
        text.heading("Not checked");
        findings::not_checked(text, judgement, page);
        findings::open(text, judgement, page);
    }
}

/// The steps that these choices need.
fn needed(choices: &Choices) -> impl Iterator<Item = &'static (Step, &'static str, &'static str)> {
    let (isolated, upgraded) = (choices.network.is_quarantine(), choices.upgrade.is_some());
    STEPS.iter().filter(move |(step, ..)| match step {
        Step::Isolate => isolated,
        Step::Upgrade => upgraded,
        _ => true,
    })
}

/// What a step makes or works on.
fn name_in(step: Step, names: &GenerationNames) -> &str {
    match step {
        Step::Isolate => &names.security_group,
        Step::TakeSnapshot => &names.snapshot,
        Step::EncryptCopy | Step::Upgrade => &names.copy,
        _ => &names.target,
    }
}

fn steps(text: &mut Text, facts: &Facts, names: &GenerationNames, settings: &[PlannedSetting]) {
    text.heading("Steps");
    let row = |(step, word, call): &(Step, &str, &str)| {
        let what = match step {
            Step::TakeSnapshot if facts.from.is_some() => "there already; stays as it is".to_owned(),
            Step::Settle => settle_in_words(call, settings),
            _ => (*call).to_owned(),
        };
        [(*word).to_owned(), name_in(*step, names).to_owned(), what]
    };
    text.rows(&needed(&facts.choices).map(row).collect::<Vec<_>>());
}

/// How many calls at the most: a value that is right already isn't asked for.
fn settle_in_words(call: &str, settings: &[PlannedSetting]) -> String {
    match groups(settings).count() {
        0 => "nothing to change".to_owned(),
        count if groups(settings).any(|group| group == SettleGroup::Roles) => {
            format!("up to {} {call}, and AddRoleToDBInstance", count - 1)
        }
        count => format!("up to {count} {call}"),
    }
}

fn groups(settings: &[PlannedSetting]) -> impl Iterator<Item = SettleGroup> {
    let has = |group: &SettleGroup| settings.iter().any(|planned| planned.way() == Way::Afterwards(*group));
    SettleGroup::ORDER.into_iter().filter(has)
}

fn key(text: &mut Text, planned: &Planned<'_>) {
    text.heading("Encrypted under this key, for good: a database's key can't be changed later");
    match (&planned.facts.key_asked, planned.key_arn()) {
        (None, _) => text.inside("no key chosen yet: rds-encrypt migrate without --kms-key lists those that will do"),
        (Some(asked), arn) => {
            text.verbatim(&asked.to_string());
            if let Some(arn) = arn.filter(|arn| *arn != asked.to_string()) {
                text.verbatim(arn);
            }
        }
    }
}

fn at_restore(text: &mut Text, settings: &[PlannedSetting]) {
    section(text, "Passed to the restore call", settings.iter().filter(|planned| planned.way() == Way::AtRestore));
}

fn with_the_data(text: &mut Text, settings: &[PlannedSetting]) {
    let come = settings.iter().filter(|planned| planned.way() == Way::WithTheData);
    section(text, "Comes with the data, or is AWS's default", come);
}

fn section<'a>(text: &mut Text, heading: &str, settings: impl Iterator<Item = &'a PlannedSetting>) {
    rows(text, heading, &settings.map(|planned| (name(planned), explained::both(planned))).collect::<Vec<_>>());
}

fn afterwards(text: &mut Text, settings: &[PlannedSetting]) {
    let mut lines = Vec::new();
    for (number, group) in groups(settings).enumerate() {
        let members = settings.iter().filter(|planned| planned.way() == Way::Afterwards(group));
        lines.extend(members.map(|planned| (format!("{:2} {}", number + 1, name(planned)), explained::both(planned))));
    }
    rows(text, "Set afterwards in this order, where it isn't so yet; one number is one call", &lines);
    let own_parameters =
        |planned: &PlannedSetting| planned.setting == Setting::DBParameterGroupName && planned.at_restore.is_some();
    if settings.iter().any(own_parameters) {
        text.hanging("   ", "a reboot, where AWS waits for one to apply the parameter group");
    }
}

fn left_out(text: &mut Text, left: &[(Setting, Value)]) {
    let lines: Vec<_> = left
        .iter()
        .map(|(setting, value)| (setting.to_string(), format!("{value} → AWS's own choice, not compared")))
        .collect();
    rows(text, "Left out", &lines);
}

/// Names, and values beside them that go on below themselves.
fn rows(text: &mut Text, heading: &str, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    text.heading(heading);
    let widest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, value) in rows {
        text.hanging(&format!("{name:widest$}  "), value);
    }
}

fn name(planned: &PlannedSetting) -> String {
    planned.setting.to_string()
}

/// For machines: one document. What you don't know, skip.
#[must_use]
pub fn json(planned: &Planned<'_>) -> Json {
    let Planned { facts, judgement, .. } = planned;
    let work = planned.work();
    let settings = work.map(|(source, _)| carry::plan_settings(&facts.origin(source))).unwrap_or_default();
    let times = work.and_then(|(source, _)| planned.basis(source, &settings)).map(|basis| forecast::json_times(&basis));
    let cost = work.and_then(|(source, _)| planned.cost(source)).map(|cost| forecast::json_costs(&cost));
    let effects = work.and_then(|(source, names)| Some(confirm::what_it_means(&planned.plan(source)?, names)));
    let left = work.map(|(source, _)| carry::left_out(&facts.origin(source))).unwrap_or_default();
    let left = left.into_iter().map(|(setting, source)| {
        json!({
            "setting": setting, "member": carry::member_of(setting), "source": source, "wanted": null,
            "how": "left-out", "compared": false,
        })
    });
    let steps = work.map(|(_, names)| {
        needed(&facts.choices).map(|(step, _, call)| {
            let call = match step {
                Step::Verify => None,
                Step::TakeSnapshot if facts.from.is_some() => None,
                Step::Isolate => Some("CreateSecurityGroup"),
                _ => Some(*call),
            };
            json!({"step": step, "call": call, "name": name_in(*step, names)})
        })
    });
    json!({
        "format": FORMAT, "database": facts.asked, "region": facts.region, "account": facts.account,
        "exit_code": planned.exit_code, "can_begin": judgement.nothing_to_do.is_none() && !judgement.forbids(),
        "nothing_to_do": judgement.nothing_to_do, "owned_elsewhere": judgement.owned_elsewhere,
        "choices": facts.choices, "kms_key": facts.key_asked.as_ref().map(ToString::to_string), "kms_key_arn": planned.key_arn(),
        "steps": steps.into_iter().flatten().collect::<Vec<_>>(), "time": times, "cost": cost,
        "settings": settings.iter().map(of_setting).chain(left).collect::<Vec<_>>(),
        "what_it_means": effects, "findings": judgement.findings.iter().map(of_finding).collect::<Vec<_>>(),
        "checks": judgement.checks.iter().map(of_check).collect::<Vec<_>>(),
    })
}

fn of_setting(planned: &PlannedSetting) -> Json {
    let (how, group) = match planned.way() {
        Way::AtRestore => ("at-restore", None),
        Way::Afterwards(group) => ("afterwards", Some(group)),
        _ => ("with-the-data", None),
    };
    json!({
        "setting": planned.setting, "member": carry::member_of(planned.setting), "source": planned.source,
        "wanted": planned.wanted, "how": how, "group": group, "compared": true, "reason": planned.reason,
    })
}

#[cfg(test)]
mod tests;
