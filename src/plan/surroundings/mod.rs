//! What hangs on a database beside its settings, and what its copy needs around itself.
//!
//! Read once before anything is begun. What couldn't be looked at is an open check and forbids nothing: most of these
//! questions are about what comes after the copy, and AWS refuses the rest in time.

mod acting;
mod dependents;
mod keys;
mod place;
mod room;
mod standing;
mod tagged;

use super::{
    Facts,
    carry::is_default_group,
    checks::{Check, Judgement},
    choices::Network,
    facts::{Checked, KeyLookup},
    finding::{Finding, Severity},
};
use crate::model::{
    AccountQuota, Bounded, DbInstance, Deployment, GrantCheck, GroupSubnet, KeyMetadata, Parameter, PendingMaintenance,
    SecurityGroup, Setting, SharedSnapshot, Subnet,
};

/// What the questions about the surroundings rest on.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The source.
    pub source: &'a DbInstance,
    /// The source as the copy is to be.
    pub desired: &'a DbInstance,
    /// The key, where one was found.
    pub key: Option<&'a KeyMetadata>,
    /// Who may reach the copy.
    pub network: &'a Network,
}

impl Around<'_> {
    /// The key's ARN, unless AWS manages it.
    #[must_use]
    pub fn own_key(&self) -> Option<&str> {
        self.key.filter(|key| key.manager.as_deref() != Some("AWS"))?.arn.as_deref()
    }

    /// Keys that settings of the copy need beside its own. Aliases aren't looked at: that could make a key (R-KMS-3).
    #[must_use]
    pub fn setting_keys(&self) -> Vec<(Setting, String)> {
        let insights = self.source.performance_insights_kms_key_id.as_ref();
        let insights = insights.filter(|_| self.source.performance_insights_enabled == Some(true));
        let secret = self.source.attached.master_user_secret.as_ref().and_then(|secret| secret.kms_key_id.as_ref());
        let all = [(Setting::PerformanceInsightsKMSKeyId, insights), (Setting::MasterUserSecretKmsKeyId, secret)];
        let own = self.key.and_then(|key| key.arn.as_ref());
        all.into_iter()
            .filter_map(|(setting, key)| Some((setting, key?.clone())))
            .filter(|(_, key)| !key.contains("alias/") && own != Some(key))
            .collect()
    }

    /// The copy's parameter group, where it is a person's own.
    #[must_use]
    pub fn parameter_group(&self) -> Option<&str> {
        let group = self.desired.parameter_groups.as_ref()?.first()?;
        Some(group.name.as_str()).filter(|name| !is_default_group(name))
    }

    /// The subnet group that the copy will be in.
    #[must_use]
    pub fn subnet_group(&self) -> Option<&str> {
        self.desired.subnet_group.as_ref()?.name.as_deref()
    }

    /// The security groups that the copy is given, or that are let in.
    #[must_use]
    pub fn security_groups(&self) -> Vec<String> {
        match self.network {
            Network::Quarantine { bastion_group, .. } => bastion_group.iter().cloned().collect(),
            Network::Source => self.desired.security_groups.iter().flatten().map(|group| group.name.clone()).collect(),
        }
    }
}

/// A key that a setting of the copy needs.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingKey {
    /// The setting.
    pub setting: Setting,
    /// The key as the source shows it.
    pub key: String,
    /// What KMS knows of it.
    pub lookup: Checked<KeyLookup>,
}

/// What stands around a database and its copy, each part read or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// The account's quotas in the Region.
    pub quotas: Checked<Vec<AccountQuota>>,
    /// Whether RDS would be granted the key; nothing where that isn't asked.
    pub grant: Option<GrantCheck>,
    /// The keys that settings need.
    pub keys: Vec<SettingKey>,
    /// What AWS plans to do to the source.
    pub maintenance: Checked<Vec<PendingMaintenance>>,
    /// The proxies that have it as a target.
    pub proxies: Checked<Bounded<String>>,
    /// Blue/green deployments that begin at it.
    pub deployments: Checked<Vec<Deployment>>,
    /// Event subscriptions that name it.
    pub subscriptions: Checked<Vec<String>>,
    /// Zero-ETL integrations that it feeds.
    pub integrations: Checked<Vec<String>>,
    /// Its manual snapshots that others may restore.
    pub shared: Checked<Bounded<SharedSnapshot>>,
    /// Alarms that watch it by its name.
    pub alarms: Checked<Bounded<String>>,
    /// What somebody set in the copy's parameter group; none where it is a default one.
    pub parameters: Checked<Vec<Parameter>>,
    /// The subnets of the copy's subnet group, as RDS shows them.
    pub subnets: Checked<Vec<GroupSubnet>>,
    /// The same as EC2 shows them.
    pub room: Checked<Vec<Subnet>>,
    /// Those of the copy's security groups that exist.
    pub groups: Checked<Vec<SecurityGroup>>,
}

/// Judges all of it.
pub(super) fn judge(judgement: &mut Judgement, facts: &Facts, source: &DbInstance, surroundings: &Surroundings) {
    let desired = facts.choices.desired(source, facts.snapshot());
    let target = facts.names.as_ref().map_or("COPY", |names| &names.target);
    let case = Case { facts, source, desired: &desired, target };
    room::judge(judgement, case, &surroundings.quotas);
    keys::judge(judgement, case, surroundings);
    standing::judge(judgement, case, &surroundings.maintenance);
    place::judge(judgement, case, surroundings);
    dependents::judge(judgement, case, surroundings);
    acting::judge(judgement, case, &surroundings.parameters);
    tagged::judge(judgement, case);
}

/// What is judged.
#[derive(Clone, Copy)]
struct Case<'a> {
    facts: &'a Facts,
    source: &'a DbInstance,
    desired: &'a DbInstance,
    /// The copy's name.
    target: &'a str,
}

impl Case<'_> {
    fn name(&self) -> &str {
        &self.source.identifier
    }

    fn copy_tags(&self) -> bool {
        self.facts.choices.copy_tags == super::CopyTags::Now
    }
}

fn block(what: String, remedy: &str, rule: &'static str) -> Finding {
    Finding::new(Severity::Blocker, what, remedy, rule)
}

fn warn(what: String, remedy: &str, rule: &'static str) -> Finding {
    Finding::new(Severity::Warning, what, remedy, rule)
}

fn note(what: String, remedy: &str, rule: &'static str) -> Finding {
    Finding::new(Severity::Note, what, remedy, rule)
}

/// Enters a check that rests on one look.
fn enter<T>(
    judgement: &mut Judgement,
    name: &'static str,
    looked_at: &Checked<T>,
    judged: impl FnOnce(&T) -> Vec<Finding>,
) {
    match looked_at {
        Checked::Known(seen) => judgement.enter(name, judged(seen)),
        Checked::NotChecked { why, permission } => {
            judgement.checks.push((name, Check::Open(why.clone(), permission.clone())));
        }
    }
}

/// The same of a look that may not have reached everything.
fn enter_bounded<T>(
    judgement: &mut Judgement,
    name: &'static str,
    kind: &str,
    looked_at: &Checked<Bounded<T>>,
    judged: impl FnOnce(&[T]) -> Vec<Finding>,
) {
    match looked_at {
        Checked::Known(Bounded { found, only: Some(only) }) => {
            judgement.findings.extend(judged(found));
            judgement.checks.push((name, Check::Open(format!("only {only} {kind} were looked at"), None)));
        }
        _ => enter(judgement, name, looked_at, |seen| judged(&seen.found)),
    }
}

/// So many names in one line; the rest is counted.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names.get(..SHOWN).unwrap_or_default().join(", ")),
    }
}

#[cfg(test)]
mod tests;
