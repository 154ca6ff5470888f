//! Every call is in the policy that `policy` prints for its command, and nothing else is.
//!
//! Each command runs in its main forms on the sandbox, which counts what it is asked for. What it is asked for has to be
//! allowed by the policy with what that run was given; and what a policy allows has to be asked for by one of these runs, or
//! to stand in [`UNCOUNTED`] with a reason. moto shows the same with a policy enforced (tests/strangers/policies.rs).

mod migrations;
mod others;

use std::collections::{BTreeMap, BTreeSet};

use rds_encrypt::policy::{Command, Scope, With, policy};

use crate::stage::{Heard, Stage};

/// Any credentials that hold may ask the first, and no policy takes it away. The others are for the key that the sandbox gives
/// by itself where none is named: no other account is asked for them.
const FREE: [&str; 4] = ["GetCallerIdentity", "ListAliases", "CreateKey", "CreateAlias"];

/// What is allowed and isn't counted: AWS asks for it while it carries out another call, or the sandbox doesn't know it.
const UNCOUNTED: [(&str, &str); 21] = [
    ("iam:GetRole", "asked of a caller who is a role's session; the sandbox's is a user"),
    ("kms:ListAliases", "asked where no key is named; the sandbox's own is taken then"),
    ("cloudwatch:DescribeAlarms", "of a service that the sandbox hasn't; moto has it"),
    ("rds:AddTagsToResource", "creates carry tags"),
    ("ssm:AddTagsToResource", "creates carry tags"),
    ("rds:CreateTenantDatabase", "a restore brings tenant databases along"),
    ("rds:DeleteTenantDatabase", "a deletion takes them along"),
    ("kms:CreateGrant", "RDS grants itself the key's use"),
    ("kms:Decrypt", "RDS and Secrets Manager use a key in the caller's name"),
    ("kms:GenerateDataKey", "the same"),
    ("kms:DescribeKey", "the same"),
    ("iam:PassRole", "a role is given to a service"),
    ("iam:TagRole", "creates carry tags"),
    ("iam:TagInstanceProfile", "creates carry tags"),
    ("ec2:CreateTags", "creates carry tags"),
    ("route53:AssociateVPCWithHostedZone", "private DNS of an endpoint"),
    ("secretsmanager:CreateSecret", "RDS keeps a password"),
    ("secretsmanager:TagResource", "the same"),
    ("secretsmanager:GetSecretValue", "of a service that the sandbox hasn't"),
    ("rds-db:connect", "the database asks"),
    ("ssmmessages:OpenDataChannel", "the session's web socket, which is no call of the SDK's"),
];

/// What was asked for so far.
#[derive(Default)]
struct Runs {
    asked: BTreeMap<&'static str, BTreeSet<String>>,
    faults: Vec<String>,
}

/// An action without its service: what the sandbox counts.
fn operation(action: &str) -> &str {
    action.split_once(':').map_or(action, |(_, operation)| operation)
}

impl Runs {
    /// Runs a command, and holds what it asks for against its policy.
    async fn run(&mut self, stage: &Stage, command: Command, with: &[With], words: &str) -> Heard {
        stage.sandbox.forget_calls();
        let heard = stage.run(words).await;
        self.count(stage, command, with, words);
        heard
    }

    /// Holds what was asked for since the last count against a policy.
    fn count(&mut self, stage: &Stage, command: Command, with: &[With], words: &str) {
        let policy = policy(command, with, &Scope::default());
        let allowed: BTreeSet<&str> = policy.actions().into_iter().map(operation).collect();
        for (name, _) in stage.sandbox.calls() {
            if !FREE.contains(&name.as_str()) && !allowed.contains(name.as_str()) {
                self.faults.push(format!("`{words}` asks for {name}, which `policy {command}` doesn't allow"));
            }
            self.asked.entry(command.words()).or_default().insert(name);
        }
        stage.sandbox.forget_calls();
    }

    /// That everything that these commands' policies allow was asked for, and nothing else.
    fn assert(mut self, commands: &[Command]) {
        for command in commands {
            let asked = self.asked.remove(command.words()).unwrap_or_default();
            for action in policy(*command, &command.options(), &Scope::default()).actions() {
                let uncounted = UNCOUNTED.iter().any(|(other, _)| *other == action);
                if !asked.contains(operation(action)) && !uncounted {
                    self.faults.push(format!("`policy {command}` allows {action}, which no run of it asks for"));
                }
            }
        }
        self.faults.sort();
        self.faults.dedup();
        assert!(self.faults.is_empty(), "\n{}", self.faults.join("\n"));
    }
}
