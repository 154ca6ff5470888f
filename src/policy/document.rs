//! Rows as IAM's JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Command, Scope, With};

/// A policy, as IAM takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Document {
    /// The version of IAM's language.
    pub version: &'static str,
    /// One for each purpose.
    pub statement: Vec<Statement>,
}

/// Actions that are allowed on some resources, on one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// What it is for.
    pub sid: String,
    /// `Allow`
    pub effect: &'static str,
    /// `service:Action`, sorted.
    pub action: Vec<String>,
    /// ARNs, or `*`.
    pub resource: Vec<String>,
    /// On which condition.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub condition: Map<String, Value>,
}

/// The least policy with which a command runs, in its plain form and with these besides.
#[must_use]
pub fn policy(command: Command, with: &[With], scope: &Scope) -> Document {
    let mut statement: Vec<Statement> = Vec::new();
    for row in command.permissions().filter(|row| row.when.is_none_or(|when| with.contains(&when))) {
        let mut resource: Vec<String> = row.on.iter().flat_map(|resource| scope.arns(*resource)).collect();
        resource.dedup();
        let condition = scope.condition(row);
        let actions = row.actions.iter().map(|action| (*action).to_owned());
        let same = |other: &&mut Statement| other.sid == row.sid;
        match statement.iter_mut().find(same) {
            Some(other) => other.action.extend(actions),
            None => statement.push(Statement {
                sid: row.sid.to_owned(),
                effect: "Allow",
                action: actions.collect(),
                resource,
                condition,
            }),
        }
    }
    for one in &mut statement {
        one.action.sort();
        one.action.dedup();
    }
    Document { version: "2012-10-17", statement }
}

impl Document {
    /// All of its actions, sorted, each once.
    #[must_use]
    pub fn actions(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.statement.iter().flat_map(|one| one.action.iter().map(String::as_str)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same without an action, and without what holds no other.
    #[must_use]
    pub fn without(&self, action: &str) -> Self {
        let mut rest = self.clone();
        for statement in &mut rest.statement {
            statement.action.retain(|each| each != action);
        }
        rest.statement.retain(|statement| !statement.action.is_empty());
        rest
    }

    /// How many characters it has, as IAM counts: white space aside.
    #[must_use]
    pub fn size(&self) -> usize {
        serde_json::to_string(self).unwrap_or_default().chars().filter(|letter| !letter.is_whitespace()).count()
    }

    /// As IAM's console shows it: indented.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
