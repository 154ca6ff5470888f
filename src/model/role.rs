//! Roles of IAM, as far as a machine carries one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Tags;

/// An instance profile, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceProfile {
    /// `InstanceProfileName`
    pub name: String,
    /// `Arn`, which a machine names.
    pub arn: Option<String>,
    /// The name of its role; a profile can have none.
    pub role: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// What a role may do, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolePolicies {
    /// The ARNs of the managed policies that are attached to it; nothing where they weren't read.
    pub attached: Option<BTreeSet<String>>,
    /// The actions that its own and its attached policies allow on every resource, as written: `ssm:*` stays `ssm:*`.
    pub allowed: BTreeSet<String>,
    /// Those that they deny, on whatever resource.
    pub denied: BTreeSet<String>,
    /// The exceptions (`NotAction`) of each statement that allows everything else.
    pub allowed_but: BTreeSet<BTreeSet<String>>,
    /// The exceptions of each statement that denies everything else.
    pub denied_but: BTreeSet<BTreeSet<String>>,
    /// Its policies whose text wasn't read, by name or ARN: what they allow isn't known.
    pub unread: BTreeSet<String>,
}

impl RolePolicies {
    /// Adds what a policy's text says, or that it wasn't read. What holds on conditions or on some resources only is
    /// taken for no permission, and what is denied so for no denial.
    pub fn add_policy(&mut self, name: &str, document: Option<&Value>) {
        let parsed = match document {
            Some(Value::String(text)) => serde_json::from_str(&decoded(text)).ok(),
            other => other.cloned(),
        };
        let Some(document) = parsed else {
            self.unread.insert(name.to_owned());
            return;
        };
        for statement in one_or_many(document.get("Statement")) {
            let is_for_all = one_or_many(statement.get("Resource")).any(|resource| resource.as_str() == Some("*"));
            if !is_for_all || statement.get("Condition").is_some() {
                continue;
            }
            let (actions, all_but) = match statement.get("Effect").and_then(Value::as_str) {
                Some("Allow") => (&mut self.allowed, &mut self.allowed_but),
                Some("Deny") => (&mut self.denied, &mut self.denied_but),
                _ => continue,
            };
            actions.extend(texts(statement.get("Action")));
            if let Some(exceptions) = statement.get("NotAction") {
                all_but.insert(texts(Some(exceptions)).collect());
            }
        }
    }
}

/// IAM writes one element without its list.
fn one_or_many(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (one, many) = match value {
        Some(Value::Array(many)) => (None, many.as_slice()),
        one => (one, [].as_slice()),
    };
    one.into_iter().chain(many)
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = String> {
    one_or_many(value).filter_map(|text| text.as_str().map(str::to_owned))
}

/// IAM's API gives texts of policies percent-encoded; the `aws` command decodes them.
fn decoded(text: &str) -> String {
    if !text.starts_with('%') {
        return text.to_owned();
    }
    // A plus stays a plus here, unlike in a form.
    let pairs = text.replace('+', "%2B");
    form_urlencoded::parse(pairs.as_bytes()).next().map(|(key, _)| key.into_owned()).unwrap_or_default()
}
