//! What the source's tags tell: who made it, and who may act on whatever bears them.

use super::{Case, listed, note, warn};
use crate::plan::{checks::Judgement, finding::Finding};

/// Tools that make databases from a template.
const TOOLS: [(&str, &str); 7] = [
    ("terraform", "Terraform"),
    ("opentofu", "OpenTofu"),
    ("terragrunt", "Terragrunt"),
    ("pulumi", "Pulumi"),
    ("cloudformation", "CloudFormation"),
    ("cdk", "the CDK"),
    ("crossplane", "Crossplane"),
];

/// Words of tags by which schedulers, backup plans and janitors choose what they act on.
const SELECTING: [&str; 22] = [
    "schedule",
    "scheduler",
    "scheduled",
    "autostop",
    "autostart",
    "stop",
    "start",
    "shutdown",
    "startup",
    "uptime",
    "downtime",
    "officehours",
    "backup",
    "backups",
    "cleanup",
    "janitor",
    "custodian",
    "ttl",
    "expire",
    "expires",
    "expiry",
    "expiration",
];

/// Words that select only together with the one before.
const PAIRS: [(&str, &str); 8] = [
    ("auto", "stop"),
    ("auto", "start"),
    ("office", "hours"),
    ("delete", "after"),
    ("delete", "on"),
    ("keep", "until"),
    ("maid", "status"),
    ("power", "off"),
];

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>) {
    judgement.enter("templates", template(case).into_iter().collect());
    judgement.enter("tags that select", selecting(case).into_iter().collect());
}

/// The words of a key, whatever parts them.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in key.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = letter.is_lowercase();
        if let (true, Some(last)) = (letter.is_alphanumeric(), words.last_mut()) {
            last.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn template(case: Case<'_>) -> Option<Finding> {
    let tags = case.source.tags.as_ref()?;
    let stack = tags.get("aws:cloudformation:stack-name").map(|stack| ("CloudFormation", format!("stack {stack}")));
    let by_tag = || {
        tags.iter().find_map(|(key, value)| {
            let of_key = words(key);
            let says_who = ["managed", "provisioner", "provisioned", "created", "deployed", "iac", "tool"];
            let of_value = if of_key.iter().any(|word| says_who.contains(&word.as_str())) || key.contains("managed") {
                words(value)
            } else {
                Vec::new()
            };
            let (_, tool) = TOOLS.iter().find(|(word, _)| {
                let named = |all: &[String]| all.iter().any(|one| one == word);
                named(&of_value) || (named(&of_key) && !value.eq_ignore_ascii_case("false"))
            })?;
            Some((*tool, format!("tag {key}={value}")))
        })
    };
    let (tool, evidence) = stack.or_else(by_tag)?;
    Some(warn(
        format!("{} seems to be made by {tool} ({evidence})", case.name()),
        "never just flip the encryption flag there: that deletes the database and makes an empty one. After the cutover \
         take the old one out of the template's state and import the copy; an empty plan proves it",
        "R-ENC-5",
    ))
}

fn selecting(case: Case<'_>) -> Option<Finding> {
    let tags = case.source.tags.as_ref().filter(|_| case.copy_tags())?;
    let selects = |key: &str| {
        let words = words(key);
        let pair = |(first, second): &(&str, &str)| {
            words.windows(2).any(|two| matches!(two, [a, b] if a == first && b == second))
                || words.iter().any(|word| *word == format!("{first}{second}"))
        };
        words.iter().any(|word| SELECTING.contains(&word.as_str())) || PAIRS.iter().any(pair)
    };
    let found: Vec<String> = tags
        .iter()
        .filter(|(key, _)| !crate::model::is_reserved(key) && selects(key))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    (!found.is_empty()).then(|| {
        note(
            format!("schedulers, backup plans or janitors may act on the copy by its tags: {}", listed(&found)),
            "to hold the source's tags back: --copy-tags at-cutover, or never",
            "R-TAG-1",
        )
    })
}
