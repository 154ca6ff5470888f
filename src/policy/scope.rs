//! Which ARNs are meant.

use serde_json::{Map, Value, json};

use super::permission::{Given, Permission, Resource};
use crate::model::{
    KeyReference, PREFERENCES,
    name::{copy_pattern, own_pattern},
    partition,
};

/// What is known of the account and the names in it. What isn't is `*`.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// AWS's name of the Region.
    pub region: Option<String>,
    /// Twelve digits.
    pub account: Option<String>,
    /// Name of the database.
    pub database: Option<String>,
    /// The copy's name, where another was asked for than the usual one.
    pub target: Option<String>,
    /// The key.
    pub key: Option<KeyReference>,
    /// Id of the machine that sessions go through.
    pub bastion: Option<String>,
    /// Name of the document that shells are started with.
    pub document: Option<String>,
}

/// Whether it is an account: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

const ANY: &str = "*";
/// What stands in our names for the short id of a database.
const SHORT_ID: &str = "????????";

impl Scope {
    fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(ANY)
    }

    fn account(&self) -> &str {
        self.account.as_deref().unwrap_or(ANY)
    }

    fn partition(&self) -> &'static str {
        partition(self.region.as_deref().unwrap_or_default())
    }

    /// An ARN of this account and Region.
    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.region(), self.account())
    }

    fn iam(&self, rest: &str) -> String {
        format!("arn:{}:iam::{}:{rest}", self.partition(), self.account())
    }

    /// The ARNs of a kind of resource.
    pub(super) fn arns(&self, resource: Resource) -> Vec<String> {
        let own = |kind: &str| format!("rds-encrypt-{SHORT_ID}-{kind}");
        match resource {
            Resource::Everything => vec![ANY.to_owned()],
            Resource::Source => vec![self.arn("rds", &format!("db:{}", self.database()))],
            Resource::Copy => {
                let names = match &self.target {
                    None => vec![own_pattern(&self.database())],
                    Some(target) => copy_pattern(target).into(),
                };
                names.iter().map(|name| self.arn("rds", &format!("db:{name}"))).collect()
            }
            Resource::OwnSnapshots => {
                vec![self.arn("rds", &format!("snapshot:{}", own_pattern(&self.database())))]
            }
            Resource::Rds(kind) => vec![self.arn("rds", &format!("{kind}:*"))],
            Resource::OwnSubnetGroup => vec![self.arn("rds", &format!("subgrp:{}", own("private")))],
            Resource::Key => vec![self.key()],
            Resource::AnyKey => vec![self.arn("kms", "key/*")],
            Resource::AnyRole => vec![self.iam("role/*")],
            Resource::AnyProfile => vec![self.iam("instance-profile/*")],
            Resource::AnyUser => vec![self.iam("user/*")],
            // AWS's own policies belong to the account `aws`.
            Resource::AnyPolicy => vec![format!("arn:{}:iam::*:policy/*", self.partition())],
            Resource::OwnRole => vec![self.iam(&format!("role/{}", own("bastion")))],
            Resource::OwnProfile => vec![self.iam(&format!("instance-profile/{}", own("bastion")))],
            Resource::Ec2(kind) => vec![self.arn("ec2", &format!("{kind}/*"))],
            Resource::Images => vec![format!("arn:{}:ec2:{}::image/*", self.partition(), self.region())],
            Resource::Bastion => {
                vec![self.arn("ec2", &format!("instance/{}", self.bastion.as_deref().unwrap_or(ANY)))]
            }
            // AWS's own documents: its pages show the account empty and as `*`, which matches both.
            Resource::Document(name) => {
                vec![format!("arn:{}:ssm:{}:*:document/{name}", self.partition(), self.region())]
            }
            Resource::ShellDocument => {
                let name = self.document.as_deref().unwrap_or(PREFERENCES);
                let account = if name.starts_with("AWS-") { ANY } else { self.account() };
                vec![format!("arn:{}:ssm:{}:{account}:document/{name}", self.partition(), self.region())]
            }
            Resource::Sessions => vec![self.arn("ssm", "session/*")],
            Resource::PublicParameters => {
                vec![format!("arn:{}:ssm:{}:*:parameter/aws/service/*", self.partition(), self.region())]
            }
            Resource::DatabaseUsers => vec![self.arn("rds-db", "dbuser:*/*")],
            Resource::Secrets => vec![self.arn("secretsmanager", "secret:*")],
            // RDS names the secrets that it keeps `rds!db-…`.
            Resource::RdsSecrets => vec![self.arn("secretsmanager", "secret:rds!*")],
            Resource::HostedZones => vec![format!("arn:{}:route53:::hostedzone/*", self.partition())],
        }
    }

    fn database(&self) -> String {
        self.database.as_deref().unwrap_or(ANY).to_ascii_lowercase()
    }

    fn key(&self) -> String {
        match &self.key {
            Some(KeyReference::Id(id)) => self.arn("kms", &format!("key/{id}")),
            Some(KeyReference::Arn { arn, .. }) if arn.contains(":key/") => arn.clone(),
            // An alias is no resource of a key's actions: the key is found by the condition.
            Some(KeyReference::Arn { region, account, .. }) => {
                format!("arn:{}:kms:{region}:{account}:key/*", self.partition())
            }
            Some(KeyReference::Alias(_)) | None => self.arn("kms", "key/*"),
        }
    }

    /// `alias/…`, where the key is named so.
    fn alias(&self) -> Option<&str> {
        match self.key.as_ref()? {
            KeyReference::Alias(alias) => Some(alias),
            KeyReference::Arn { arn, .. } => arn.rsplit(':').next().filter(|last| last.starts_with("alias/")),
            KeyReference::Id(_) => None,
        }
    }

    /// IAM's condition for a row, empty where there is none.
    pub(super) fn condition(&self, row: &Permission) -> Map<String, Value> {
        let mut all = Map::new();
        let mut add = |operator: &str, key: String, value: Value| {
            let of_operator = all.entry(operator).or_insert_with(|| json!({}));
            if let Some(of_operator) = of_operator.as_object_mut() {
                of_operator.insert(key, value);
            }
        };
        match row.given {
            Given::Nothing => {}
            Given::SetsTag(tag) => add("Null", format!("aws:RequestTag/{tag}"), json!("false")),
            Given::HasTag(tag) => add("Null", format!("aws:ResourceTag/{tag}"), json!("false")),
            Given::MadeBy(actions) => add("StringEquals", "ec2:CreateAction".into(), json!(actions)),
            Given::ForAws => add("Bool", "kms:GrantIsForAWSResource".into(), json!("true")),
            Given::ToOwnAccount => add("StringLike", "kms:GranteePrincipal".into(), json!(self.iam("root"))),
            // BoolIfExists, as AWS writes it: other actions in the statement don't know the key.
            Given::DocumentIsChecked => {
                add("BoolIfExists", "ssm:SessionDocumentAccessCheck".into(), json!("true"));
            }
            // Names of sessions begin with the name of the user or of the role's session, not with ${aws:userid}; the tag
            // that Session Manager sets holds exactly that ("Allow a user to end only sessions they started", method 2).
            Given::OwnSession => {
                add("StringEquals", "ssm:resourceTag/aws:ssmmessages:session-id".into(), json!("${aws:userid}"));
            }
            Given::AgentsPolicy => {
                let policy = format!("arn:{}:iam::aws:policy/AmazonSSMManagedInstanceCore", self.partition());
                add("ArnEquals", "iam:PolicyARN".into(), json!(policy));
            }
        }
        if row.on.contains(&Resource::Key)
            && let Some(alias) = self.alias()
        {
            add("ForAnyValue:StringEquals", "kms:ResourceAliases".into(), json!(alias));
        }
        all
    }
}
