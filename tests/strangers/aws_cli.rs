//! The `aws` CLI, pointed at somebody who isn't AWS.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::{
    executables,
    process::{REGION, command},
};

/// The `aws` CLI against one endpoint.
pub(super) struct AwsCli {
    executable: PathBuf,
    endpoint: String,
    region: String,
    /// Other credentials than the usual ones.
    environment: Vec<(&'static str, String)>,
    home: TempDir,
}

impl AwsCli {
    /// Finds the CLI, or says loudly that it is missing.
    pub(super) fn find() -> Option<Self> {
        let executable = executables::aws_cli()?;
        Some(Self {
            executable,
            endpoint: String::new(),
            region: REGION.to_owned(),
            environment: Vec::new(),
            home: TempDir::new().expect("a temporary folder"),
        })
    }

    /// Another one at the same endpoint, for another Region.
    pub(super) fn in_region(&self, region: &str) -> Self {
        Self {
            executable: self.executable.clone(),
            endpoint: self.endpoint.clone(),
            region: region.to_owned(),
            environment: self.environment.clone(),
            home: TempDir::new().expect("a temporary folder"),
        }
    }

    /// Another one with a role's credentials.
    pub(super) fn with_role(&self, arn: &str) -> Self {
        let answer = self.ask(&["sts", "assume-role", "--role-arn", arn, "--role-session-name", "test"]);
        let credential = |member: &str| text(&answer["Credentials"][member]);
        let environment = vec![
            ("AWS_ACCESS_KEY_ID", credential("AccessKeyId")),
            ("AWS_SECRET_ACCESS_KEY", credential("SecretAccessKey")),
            ("AWS_SESSION_TOKEN", credential("SessionToken")),
        ];
        Self { environment, ..self.in_region(&self.region) }
    }

    /// Points it at somebody.
    pub(super) fn at(self, endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), ..self }
    }

    /// Runs a command that must succeed, and gives its answer.
    pub(super) fn ask(&self, arguments: &[&str]) -> Value {
        self.run(arguments).unwrap_or_else(|error| panic!("aws {arguments:?}: {error}"))
    }

    /// Runs a command that must fail, and gives what it said.
    pub(super) fn refusal(&self, arguments: &[&str]) -> String {
        match self.run(arguments) {
            Ok(answer) => panic!("aws {arguments:?} should have been refused, and answered {answer}"),
            Err(error) => error,
        }
    }

    /// Runs a command: its answer, or what it said instead.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Value, String> {
        // Version 1 of the CLI ignores AWS_ENDPOINT_URL for RDS and would go to AWS itself.
        let output = command(&self.executable, self.home.path())
            .args(arguments)
            .args(["--endpoint-url", &self.endpoint, "--region", &self.region, "--output", "json"])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the aws CLI starts");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        if output.stdout.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
    }

    /// Every instance, whole but for the one member that follows the clock.
    pub(super) fn instances(&self) -> Vec<Value> {
        self.described(&[])
    }

    /// One instance, likewise.
    pub(super) fn instance(&self, name: &str) -> Value {
        self.described(&["--db-instance-identifier", name]).pop().expect("one instance")
    }

    fn described(&self, which: &[&str]) -> Vec<Value> {
        let answer = self.ask(&[&["rds", "describe-db-instances"], which].concat());
        let mut rows = list(&answer["DBInstances"]);
        for row in &mut rows {
            row.as_object_mut().expect("an object").remove("LatestRestorableTime");
        }
        rows
    }

    /// Every snapshot that a person or a program took; moto takes automated ones at each create and restore.
    pub(super) fn manual_snapshots(&self) -> Vec<Value> {
        list(&self.ask(&["rds", "describe-db-snapshots", "--snapshot-type", "manual"])["DBSnapshots"])
    }

    /// The tags of a resource, sorted.
    pub(super) fn tags(&self, arn: &str) -> Vec<(String, String)> {
        tag_pairs(&self.ask(&["rds", "list-tags-for-resource", "--resource-name", arn])["TagList"])
    }

    /// Makes a key that RDS can use and gives its ARN. moto leaves the usage of a key null unless told.
    pub(super) fn make_key(&self, alias: &str) -> String {
        let answer = self.ask(&["kms", "create-key", "--key-usage", "ENCRYPT_DECRYPT"]);
        let arn = text(&answer["KeyMetadata"]["Arn"]);
        self.ask(&["kms", "create-alias", "--alias-name", alias, "--target-key-id", &arn]);
        arn
    }
}

/// A JSON list's elements; none where there is no list.
pub(super) fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// A JSON string's text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} should be text")).to_owned()
}

/// A list of AWS's tags, sorted.
pub(super) fn tag_pairs(tags: &Value) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = list(tags).iter().map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect();
    pairs.sort();
    pairs
}
