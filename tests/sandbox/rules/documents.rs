//! Session documents: how they come, change and go, and what they say of sessions.

use std::time::Duration;

use rds_encrypt::sandbox::{Options, Switches};
use serde_json::{Value, json};

use super::{Scenario, scenarios};
use crate::documents::{FORWARDS, PREFERENCES, create, saying, update};
use crate::help::Cloud;
use crate::sessions::client::{BASTION, Client, Heard, ORDERS, REQUEST, ask, code, to};
use crate::sessions::players::{parrot, play, shell};

async fn a_document_is_there_once(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    create(&cloud, "Mine", &saying(&json!({}))).await.err().unwrap_or_default()
}

async fn a_document_has_a_schema_and_a_type(cloud: Cloud) -> String {
    let mut codes = Vec::new();
    for content in ["schemaVersion: '1.0'", r#"{"schemaVersion": "1.0"}"#, r#"{"sessionType": "Port"}"#] {
        codes.push(create(&cloud, "Mine", content).await.err());
    }
    format!("{codes:?}")
}

async fn session_documents_have_one_schema(cloud: Cloud) -> String {
    let content = json!({"schemaVersion": "2.0", "sessionType": "Standard_Stream"}).to_string();
    format!("{:?}", create(&cloud, "Mine", &content).await.err())
}

async fn a_document_is_not_too_long(cloud: Cloud) -> String {
    let long = |letters: usize| {
        let content = saying(&json!({"kmsKeyId": ""}));
        format!("{content}{}", " ".repeat(letters - content.len()))
    };
    create(&cloud, "Long", &long(65_536)).await.unwrap();
    format!("{:?}", create(&cloud, "Longer", &long(65_537)).await.err())
}

async fn some_names_are_reserved(cloud: Cloud) -> String {
    format!("{:?}", create(&cloud, "Amazon-Mine", &saying(&json!({}))).await.err())
}

async fn a_new_version_is_not_the_default(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({"kmsKeyId": "a"}))).await.unwrap();
    update(&cloud, "Mine", &saying(&json!({"kmsKeyId": "b"}))).await.unwrap();
    let found = ask(&cloud.sandbox, "GetDocument", &json!({"Name": "Mine"})).await.unwrap();
    found["DocumentVersion"].to_string()
}

async fn only_the_newest_version_is_updated(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({"kmsKeyId": "a"}))).await.unwrap();
    update(&cloud, "Mine", &saying(&json!({"kmsKeyId": "b"}))).await.unwrap();
    let old = json!({"Name": "Mine", "Content": saying(&json!({"kmsKeyId": "c"})), "DocumentVersion": "1"});
    code(&cloud.sandbox, "UpdateDocument", &old).await
}

async fn an_update_changes_something(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    format!("{:?}", update(&cloud, "Mine", &saying(&json!({}))).await.err())
}

async fn the_default_version_stays(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({"kmsKeyId": "a"}))).await.unwrap();
    update(&cloud, "Mine", &saying(&json!({"kmsKeyId": "b"}))).await.unwrap();
    let one = |version: &str| json!({"Name": "Mine", "DocumentVersion": version});
    let default = code(&cloud.sandbox, "DeleteDocument", &one("1")).await;
    format!("{default} {}", code(&cloud.sandbox, "DeleteDocument", &one("2")).await)
}

fn denying() -> Options {
    Options { switches: Switches { aws_documents_are_denied: true, ..Switches::default() }, ..Options::default() }
}

async fn documents_of_aws_stay(cloud: Cloud) -> String {
    code(&cloud.sandbox, "DeleteDocument", &json!({"Name": FORWARDS})).await
}

async fn documents_are_filtered(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    let mut counts = Vec::new();
    for (key, values) in [
        ("Owner", json!(["Self"])),
        ("Owner", json!(["Amazon"])),
        ("Name", json!(["Mi", "AWS-StartSSH"])),
        ("Name", json!(["ine"])),
        ("DocumentType", json!(["Session"])),
        ("DocumentType", json!(["Command", "Automation"])),
    ] {
        let found = ask(&cloud.sandbox, "ListDocuments", &json!({"Filters": [{"Key": key, "Values": values}]})).await;
        counts.push(found.unwrap()["DocumentIdentifiers"].as_array().unwrap().len());
    }
    format!("{counts:?}")
}

async fn documents_come_in_pages(cloud: Cloud) -> String {
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    let mut asked = json!({"MaxResults": 3});
    let mut counts = Vec::new();
    loop {
        let found = ask(&cloud.sandbox, "ListDocuments", &asked).await.unwrap();
        counts.push(found["DocumentIdentifiers"].as_array().unwrap().len());
        match found.get("NextToken") {
            Some(next) => asked["NextToken"] = next.clone(),
            None => return format!("{counts:?}"),
        }
    }
}

async fn tags_are_of_a_document(cloud: Cloud) -> String {
    let tags = json!({"ResourceType": "Document", "ResourceId": "Mine", "Tags": [{"Key": "a", "Value": "b"}]});
    let added = code(&cloud.sandbox, "AddTagsToResource", &tags).await;
    let asked = json!({"ResourceType": "Document", "ResourceId": "Mine"});
    format!("{added} {}", code(&cloud.sandbox, "ListTagsForResource", &asked).await)
}

fn slow() -> Options {
    Options { switches: Switches { documents_active_after: 10, ..Switches::default() }, ..Options::default() }
}

async fn a_version_is_not_active_at_once(cloud: Cloud) -> String {
    let made = create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    let status = |answer: &Value| answer["Status"].as_str().unwrap().to_owned();
    let mut seen = vec![status(&made["DocumentDescription"])];
    for minutes in [0, 1] {
        cloud.minutes(minutes).await;
        let found = ask(&cloud.sandbox, "DescribeDocument", &json!({"Name": "Mine"})).await.unwrap();
        seen.push(status(&found["Document"]));
    }
    seen.join(" ")
}

/// What a shell begins with: a handshake where it is to be encrypted.
async fn first(cloud: &Cloud, input: &Value) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, input).await;
    let Some(Heard::Output { content, payload, .. }) = client.hear().await else { panic!() };
    if content != REQUEST {
        return "plain".to_owned();
    }
    let asked: Value = serde_json::from_slice(&payload).unwrap();
    asked["RequestedClientActions"][1]["ActionParameters"]["KMSKeyId"].to_string()
}

async fn saved_preferences_encrypt_shells(cloud: Cloud) -> String {
    create(&cloud, PREFERENCES, &saying(&json!({"kmsKeyId": "alias/sandbox"}))).await.unwrap();
    first(&cloud, &shell()).await
}

async fn saved_preferences_end_sessions(cloud: Cloud) -> String {
    let limits = saying(&json!({"idleSessionTimeout": "5", "maxSessionDuration": "7"}));
    create(&cloud, PREFERENCES, &limits).await.unwrap();
    let idle = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let mut busy = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        busy.frame(3, 0, b"").await;
        tokio::time::sleep(Duration::from_mins(2)).await;
        seen.push([&idle, &busy].map(|client| cloud.sandbox.sessions().standing(&client.id).unwrap().ended));
    }
    format!("{seen:?}")
}

async fn a_version_has_a_hash(cloud: Cloud) -> String {
    let content = r#"{"schemaVersion": "1.0", "sessionType": "Port"}"#;
    let made = create(&cloud, "Mine", content).await.unwrap();
    made["DocumentDescription"]["Hash"].to_string()
}

async fn a_document_overrides_preferences(cloud: Cloud) -> String {
    create(&cloud, PREFERENCES, &saying(&json!({"kmsKeyId": "alias/sandbox"}))).await.unwrap();
    create(&cloud, "Plain", &saying(&json!({"kmsKeyId": ""}))).await.unwrap();
    first(&cloud, &json!({"Target": BASTION, "DocumentName": "Plain"})).await
}

/// Scenarios of documents.
pub(super) const ALL: &[Scenario] = scenarios![
    "R-DOC-1" a_document_is_there_once,
    "R-DOC-2" a_document_has_a_schema_and_a_type,
    "R-DOC-3" session_documents_have_one_schema,
    "R-DOC-4" a_document_is_not_too_long,
    "R-DOC-5" some_names_are_reserved,
    "R-DOC-6" a_new_version_is_not_the_default,
    "R-DOC-7" only_the_newest_version_is_updated,
    "R-DOC-8" an_update_changes_something,
    "R-DOC-9" the_default_version_stays,
    "R-DOC-10" documents_of_aws_stay in denying,
    "R-DOC-11" documents_are_filtered,
    "R-DOC-12" documents_come_in_pages,
    "R-DOC-13" tags_are_of_a_document,
    "R-DOC-14" a_version_is_not_active_at_once in slow,
    "R-DOC-15" saved_preferences_encrypt_shells,
    "R-DOC-16" saved_preferences_end_sessions,
    "R-DOC-17" a_version_has_a_hash,
    "R-DOC-18" a_document_overrides_preferences,
];
