//! IAM's roles and instance profiles: the account's, whatever the Region.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::Ids;
use super::shared::Shared;
use super::{Region, Tag, World};

/// What IAM knows of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Iam {
    #[serde(default)]
    pub(crate) roles: Vec<Role>,
    #[serde(default)]
    pub(crate) profiles: Vec<Profile>,
}

/// A role.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// Who may assume it.
    pub(crate) trust: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) longest_session: i64,
    pub(crate) created: Timestamp,
    /// ARNs of managed policies.
    #[serde(default)]
    pub(crate) attached: Vec<String>,
    /// Names and documents of its own policies.
    #[serde(default)]
    pub(crate) inline: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

/// An instance profile.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

/// The policy that lets a machine speak with Systems Manager.
pub(crate) const CORE: &str = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
/// What it allows.
pub(crate) const CORE_ACTIONS: [&str; 25] = [
    "ssm:DescribeAssociation",
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:GetDocument",
    "ssm:DescribeDocument",
    "ssm:GetManifest",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutInventory",
    "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
];

/// Who assumes the roles of machines.
const MACHINES: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

impl Iam {
    pub(crate) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn role_mut(&mut self, name: &str) -> Option<&mut Role> {
        self.roles.iter_mut().find(|role| role.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn profile_mut(&mut self, name: &str) -> Option<&mut Profile> {
        self.profiles.iter_mut().find(|profile| profile.name.eq_ignore_ascii_case(name))
    }

    /// Whether a role's policies allow an action on everything. Conditions and resources are passed over.
    pub(crate) fn allows(&self, role: &str, action: &str) -> bool {
        let Some(role) = self.role(role) else { return false };
        let managed = role.attached.iter().any(|arn| match arn.rsplit('/').next() {
            Some("AmazonSSMManagedInstanceCore") => CORE_ACTIONS.contains(&action),
            Some("AdministratorAccess") => true,
            _ => false,
        });
        let documents: Vec<Value> =
            role.inline.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
        let says = |effect: &str| documents.iter().any(|document| speaks_of(document, effect, action));
        (managed || says("Allow")) && !says("Deny")
    }

    /// The profiles that machines of a Region name, with roles that let them speak with Systems Manager.
    pub(crate) fn of_machines(region: &Region, ids: &mut Ids, now: Timestamp) -> Self {
        let mut iam = Self::default();
        for machine in &region.network.machines {
            let Some(name) = machine.profile.as_ref().filter(|name| iam.profile(name).is_none()) else { continue };
            let created = machine.launched.min(now);
            iam.roles.push(Role {
                name: name.clone(),
                path: "/".to_owned(),
                id: ids.principal("AROA"),
                trust: MACHINES.to_owned(),
                description: None,
                longest_session: 3600,
                created,
                attached: vec![CORE.to_owned()],
                inline: Vec::new(),
                tags: Vec::new(),
            });
            iam.profiles.push(Profile {
                name: name.clone(),
                path: "/".to_owned(),
                id: ids.principal("AIPA"),
                created,
                role: Some(name.clone()),
                tags: Vec::new(),
            });
        }
        iam
    }
}

impl World {
    /// The account's roles and profiles, of all Regions (`R-IAM-1`): at first those that machines have.
    pub(crate) fn iam(&mut self) -> Shared<Iam> {
        if self.iam.is_none() {
            let mut ids = Ids::new(self.ids.seed.wrapping_add(1));
            let mut iam = Iam::default();
            for region in self.regions.values() {
                let more = Iam::of_machines(region, &mut ids, self.time);
                iam.roles.extend(more.roles);
                iam.profiles.extend(more.profiles);
            }
            self.iam = Some(iam.into());
        }
        self.iam.clone().unwrap_or_default()
    }
}

/// Whether a statement of this effect names an action.
fn speaks_of(document: &Value, effect: &str, action: &str) -> bool {
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    statements.into_iter().filter(|statement| statement.get("Effect").and_then(Value::as_str) == Some(effect)).any(
        |statement| {
            let actions = match statement.get("Action") {
                Some(Value::Array(actions)) => actions.iter().filter_map(Value::as_str).collect(),
                Some(Value::String(one)) => vec![one.as_str()],
                _ => Vec::new(),
            };
            actions.into_iter().any(|pattern| {
                wildmatch::WildMatch::new(&pattern.to_ascii_lowercase()).matches(&action.to_ascii_lowercase())
            })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_allow_and_deny() {
        let mut iam = Iam::default();
        let role = |inline: &[&str], attached: &[&str]| Role {
            name: "a".to_owned(),
            path: "/".to_owned(),
            id: String::new(),
            trust: String::new(),
            description: None,
            longest_session: 3600,
            created: Timestamp::UNIX_EPOCH,
            attached: attached.iter().map(|arn| (*arn).to_owned()).collect(),
            inline: inline.iter().map(|text| (String::new(), (*text).to_owned())).collect(),
            tags: Vec::new(),
        };
        let allow = r#"{"Statement": {"Effect": "Allow", "Action": ["SSM:Update*"], "Resource": "*"}}"#;
        let deny = r#"{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;
        for (role, wanted) in [
            (role(&[], &[]), false),
            (role(&[], &[CORE]), true),
            (role(&[allow], &[]), true),
            (role(&[deny], &[CORE]), false),
        ] {
            iam.roles = vec![role];
            assert_eq!(iam.allows("A", "ssm:UpdateInstanceInformation"), wanted);
        }
    }
}
