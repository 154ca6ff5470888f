//! Rows of Systems Manager.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{answers::Answers, row::text};
use crate::{
    access::Read,
    model::{Agent, PREFERENCES as DOCUMENT, SessionPreferences},
};

pub(super) fn agents(answers: &Answers) -> Read<BTreeMap<String, Agent>> {
    let agent = |row: &Value| {
        let agent = Agent {
            version: text(row, "AgentVersion").unwrap_or_default(),
            ping: text(row, "PingStatus").unwrap_or_default(),
            last_ping: text(row, "LastPingDateTime").and_then(|time| time.parse().ok()),
        };
        Some((text(row, "InstanceId")?, agent))
    };
    match answers.list("InstanceInformationList", "ssm describe-instance-information") {
        Ok(rows) => Read::Known(rows.into_iter().filter_map(agent).collect()),
        Err(why) => Read::NotRead(why),
    }
}

/// What `get-document` shows; that there is none is shown by `list-documents`.
pub(super) fn preferences(answers: &Answers) -> Read<Option<SessionPreferences>> {
    let documents = answers.with("Content").filter(|answer| text(answer, "Name").as_deref() == Some(DOCUMENT));
    if let Some(found) = documents.last() {
        return match text(found, "Content").and_then(|content| SessionPreferences::of(&content)) {
            Some(preferences) => Read::Known(Some(preferences)),
            None => Read::NotRead(format!("the content of {DOCUMENT} isn't JSON")),
        };
    }
    match answers.list("DocumentIdentifiers", &format!("ssm get-document --name {DOCUMENT}")) {
        Ok(rows) if rows.iter().any(|row| text(row, "Name").as_deref() == Some(DOCUMENT)) => {
            Read::NotRead(format!("no file holds the content of {DOCUMENT}: aws ssm get-document --name {DOCUMENT}"))
        }
        Ok(_) => Read::Known(None),
        Err(_) => Read::NotRead(format!(
            "no file holds Session Manager's preferences: aws ssm get-document --name {DOCUMENT}, or where there is none \
             aws ssm list-documents --filters Key=Owner,Values=Self"
        )),
    }
}
