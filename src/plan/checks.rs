//! The checks that come before the first mutating call: complete, all at once.

mod choices;
mod names;
mod source;

pub use choices::{ChosenGroups, OptionGroup};
pub(in crate::plan) use source::blockers;

use super::{
    carry::{self, Loss},
    facts::{Checked, Facts, KeyLookup},
    finding::{Finding, Severity},
    key, surroundings, versions,
};
use crate::model::{DbInstance, KeyReference, Verdict};

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Looked at and fine.
    Ok,
    /// Looked at, and something was found.
    Found,
    /// Not looked at, which forbids to begin: why, and the permission that is missing.
    NotChecked(String, Option<String>),
    /// Not looked at, which forbids nothing: why, and the permission that is missing.
    Open(String, Option<String>),
}

/// What follows from the facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Each check by name, in order, and how it ended.
    pub checks: Vec<(&'static str, Check)>,
    /// All that was found.
    pub findings: Vec<Finding>,
    /// The database is what was asked for already; why.
    pub nothing_to_do: Option<String>,
    /// Another run of this program owns what has our names; its tags.
    pub owned_elsewhere: Option<String>,
}

impl Judgement {
    /// Whether something forbids to begin: a blocker, or a check that couldn't be made.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.owned_elsewhere.is_some()
            || self.findings.iter().any(|finding| finding.severity == Severity::Blocker)
            || self.checks.iter().any(|(_, check)| matches!(check, Check::NotChecked(..)))
    }

    /// Whether everything was looked at.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.checks.iter().any(|(_, check)| matches!(check, Check::NotChecked(..) | Check::Open(..)))
    }

    pub(super) fn enter(&mut self, name: &'static str, found: Vec<Finding>) {
        self.checks.push((name, if found.is_empty() { Check::Ok } else { Check::Found }));
        self.findings.extend(found);
    }
}

/// Says what the facts mean for a migration.
#[must_use]
pub fn judge(facts: &Facts) -> Judgement {
    let mut judgement = Judgement::default();
    match &facts.source {
        Checked::NotChecked { why, permission } => {
            judgement.checks.push(("source", Check::NotChecked(why.clone(), permission.clone())));
        }
        Checked::Known(None) => judgement.enter("source", vec![not_found(facts)]),
        Checked::Known(Some(source)) => judge_source(&mut judgement, facts, source),
    }
    judge_choice(&mut judgement, facts);
    if facts.names.is_some() {
        match &facts.taken {
            Checked::NotChecked { why, permission } => {
                judgement.checks.push(("names", Check::NotChecked(why.clone(), permission.clone())));
            }
            Checked::Known(taken) => names::judge(&mut judgement, facts, taken),
        }
    }
    judgement
}

fn judge_choice(judgement: &mut Judgement, facts: &Facts) {
    match (&facts.key, &facts.key_asked) {
        (Some(Checked::NotChecked { why, permission }), _) => {
            judgement.checks.push(("key", Check::NotChecked(why.clone(), permission.clone())));
        }
        (Some(Checked::Known(lookup)), Some(asked)) => judgement.enter("key", judge_key(facts, asked, lookup)),
        (None, Some(asked)) => {
            judgement.enter("key", key::not_made(asked));
            let why = format!("looking at {asked} would make it");
            judgement.checks.push(("key's state", Check::Open(why, None)));
        }
        (_, None) => {
            let why = "none is chosen yet (--kms-key): it must be of this Region, enabled, symmetric and for encryption, \
                       which kms:DescribeKey shows";
            judgement.checks.push(("key", Check::Open(why.into(), None)));
        }
    }
}

fn judge_source(judgement: &mut Judgement, facts: &Facts, source: &DbInstance) {
    judgement.enter("source", source::identity(source));
    judgement.enter("status", source::status(source));
    let encryption = encryption(facts, source);
    match encryption {
        Encryption::Plain => judgement.enter("encryption", vec![]),
        Encryption::Blocked(finding) => judgement.enter("encryption", vec![finding]),
        Encryption::AsAsked(why) => {
            judgement.enter("encryption", vec![]);
            judgement.nothing_to_do = Some(why);
        }
    }
    judgement.enter("engine", source::engine(source));
    let class = source::class(source);
    let class_fails = !class.is_empty();
    judgement.enter("class", class);
    if let Some(catalogue) = &facts.catalogue {
        versions::judge(judgement, source, catalogue, class_fails);
    }
    judgement.enter("relations", source::relations(source));
    judgement.enter("pending changes", pending(source));
    judgement.enter("tags", tags(source));
    judge_choices(judgement, facts, source);
    judge_certificate(judgement, facts, source);
    judgement.enter("attachments", attachments(facts, source));
    if let Some(surroundings) = &facts.surroundings {
        surroundings::judge(judgement, facts, source, surroundings);
    }
}

/// What was chosen for the copy, and the snapshot to begin from. What was asked for and couldn't be looked at forbids to
/// begin.
fn judge_choices(judgement: &mut Judgement, facts: &Facts, source: &DbInstance) {
    let found = choices::judge(facts, source);
    let way = match &facts.route {
        Some(Checked::NotChecked { why, permission }) => Some((why.clone(), permission.clone())),
        _ => None,
    };
    match facts.groups.unseen().or(way) {
        Some((why, permission)) => {
            judgement.checks.push(("choices", Check::NotChecked(why, permission)));
            judgement.findings.extend(found);
        }
        None if facts.choices.is_default() && found.is_empty() => {}
        None => judgement.enter("choices", found),
    }
    match &facts.from {
        None => {}
        Some(Checked::NotChecked { why, permission }) => {
            judgement.checks.push(("snapshot to begin from", Check::NotChecked(why.clone(), permission.clone())));
        }
        Some(Checked::Known(_)) => {
            judgement.enter("snapshot to begin from", choices::judge_snapshot(facts, source, facts.now));
        }
    }
}

fn note(what: String, remedy: &str, rule: &'static str) -> Finding {
    Finding::new(Severity::Note, what, remedy, rule)
}

fn block(what: String, remedy: &str, rule: &'static str) -> Finding {
    Finding::new(Severity::Blocker, what, remedy, rule)
}

fn not_found(facts: &Facts) -> Finding {
    block(
        format!("no DB instance {} in {} of account {}", facts.asked, facts.region, facts.account),
        "check the name, --region and --profile (aws rds describe-db-instances lists what is there)",
        "R-INST-3",
    )
}

enum Encryption {
    Plain,
    AsAsked(String),
    Blocked(Finding),
}

fn encryption(facts: &Facts, source: &DbInstance) -> Encryption {
    let name = &source.identifier;
    let asked = match &facts.key {
        Some(Checked::Known(KeyLookup::Found(key))) => key.arn.clone(),
        _ => None,
    };
    match source.encryption.verdict() {
        Verdict::NotEncrypted => Encryption::Plain,
        Verdict::UnderKey(arn) if asked.as_ref() == Some(&arn) => {
            Encryption::AsAsked(format!("{name} is encrypted already, under the key that you asked for ({arn})"))
        }
        Verdict::UnderKey(arn) => Encryption::Blocked(block(
            match asked {
                Some(_) => format!("{name} is encrypted already, under another key ({arn})"),
                None => format!("{name} is encrypted already, under {arn}"),
            },
            "there is nothing to encrypt; a change of key is another operation, which this command doesn't do",
            "R-ENC-5",
        )),
        Verdict::WithoutNamedKey => Encryption::Blocked(block(
            format!("{name} is encrypted already, by a key that AWS owns"),
            "there is nothing to encrypt; a change of key is another operation, which this command doesn't do",
            "R-ENC-5",
        )),
        Verdict::Unknown => Encryption::Blocked(block(
            format!("AWS doesn't say whether {name} is encrypted"),
            "nothing said is not taken for no; try again later",
            "R-ENC-4",
        )),
    }
}

fn pending(source: &DbInstance) -> Vec<Finding> {
    if source.pending_modified_values.is_empty() {
        return vec![];
    }
    vec![Finding::new(
        Severity::Warning,
        format!(
            "changes of {} wait for its maintenance window: {}",
            source.identifier,
            source.pending_modified_values.join(", ")
        ),
        "they are not carried: the copy gets what the source has now",
        "R-MOD-3",
    )]
}

fn tags(source: &DbInstance) -> Vec<Finding> {
    let mut found = Vec::new();
    let all = source.tags.clone().unwrap_or_default();
    let reserved: Vec<&str> = all.keys().filter(|key| crate::model::is_reserved(key)).map(String::as_str).collect();
    if !reserved.is_empty() {
        found.push(Finding::new(
            Severity::Note,
            format!("tags that only AWS may set are not carried: {}", reserved.join(", ")),
            "nothing to do",
            "R-TAG-1",
        ));
    }
    found
}

/// What isn't carried. Of what is no single instance nothing is.
fn attachments(facts: &Facts, source: &DbInstance) -> Vec<Finding> {
    if source.family().is_none() || source.cluster_identifier.is_some() || source.replica_source.is_some() {
        return vec![];
    }
    let target = facts.names.as_ref().map_or("COPY", |names| &names.target);
    carry::lost(&Loss { source, target })
}

fn judge_certificate(judgement: &mut Judgement, facts: &Facts, source: &DbInstance) {
    let found = certificate(facts, source);
    match &facts.certificates {
        Checked::NotChecked { why, permission } if !found.is_empty() => {
            judgement.checks.push(("certificate", Check::Open(why.clone(), permission.clone())));
            judgement.findings.extend(found);
        }
        _ => judgement.enter("certificate", found),
    }
}

/// A copy can't be given a certificate authority that the Region has retired.
fn certificate(facts: &Facts, source: &DbInstance) -> Vec<Finding> {
    let Some(authority) = &source.ca_certificate_identifier else { return vec![] };
    match &facts.certificates {
        Checked::Known(offered) if offered.contains(authority) => vec![],
        Checked::Known(offered) => vec![Finding::new(
            Severity::Warning,
            format!("the certificate authority {authority} is retired: the copy gets the Region's own"),
            &format!(
                "make sure that clients which verify the server trust one of {} (the newest bundle of RDS has them)",
                offered.join(", ")
            ),
            "R-CAT-6",
        )],
        Checked::NotChecked { why, .. } => vec![Finding::new(
            Severity::Note,
            format!("not checked whether {authority} is still offered ({why})"),
            "the copy gets the Region's own certificate authority; a difference is named at the end",
            "R-CAT-6",
        )],
    }
}

fn judge_key(facts: &Facts, asked: &KeyReference, lookup: &KeyLookup) -> Vec<Finding> {
    // AWS says "not found" of a key elsewhere; the reason is in the ARN already.
    if let KeyReference::Arn { arn, region, .. } = asked
        && *region != facts.region
    {
        return vec![key::elsewhere(arn, region, &facts.region)];
    }
    match lookup {
        KeyLookup::Found(key) => key::judge(key, asked, &facts.region),
        KeyLookup::NotFound(message) => vec![block(
            format!("no key {asked} in {} of account {} (AWS: {message})", facts.region, facts.account),
            "check its name and Region; `aws kms list-aliases` lists what is there",
            "R-ENC-3",
        )],
    }
}

#[cfg(test)]
mod tests;
