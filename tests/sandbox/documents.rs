//! Session documents as those see them who save them and start sessions with them.

use std::time::Duration;

use rds_encrypt::sandbox::{Habits, How, Options, Store, Switches};
use serde_json::{Value, json};

use crate::help::{Cloud, cloud, with};
use crate::sessions::client::{BASTION, Client, DATA, ERRORS, Heard, ORDERS, REQUEST, ask, code};
use crate::sessions::encrypted::{self, Ways, agree, prove, types};
use crate::sessions::players::{Stage, parrot, play, shell};

/// The document that has the account's preferences.
pub(crate) const PREFERENCES: &str = "SSM-SessionManagerRunShell";
/// A document of AWS's.
pub(crate) const FORWARDS: &str = "AWS-StartPortForwardingSession";
const KEY: &str = "alias/sandbox";

/// A document for shells with these inputs.
pub(crate) fn saying(inputs: &Value) -> String {
    json!({"schemaVersion": "1.0", "description": "Mine", "sessionType": "Standard_Stream", "inputs": inputs})
        .to_string()
}

/// `CreateDocument` of a session document.
pub(crate) async fn create(cloud: &Cloud, name: &str, content: &str) -> Result<Value, String> {
    let input = json!({"Name": name, "Content": content, "DocumentType": "Session", "DocumentFormat": "JSON"});
    ask(&cloud.sandbox, "CreateDocument", &input).await
}

/// `UpdateDocument` of the newest version.
pub(crate) async fn update(cloud: &Cloud, name: &str, content: &str) -> Result<Value, String> {
    let input = json!({"Name": name, "Content": content, "DocumentVersion": "$LATEST"});
    ask(&cloud.sandbox, "UpdateDocument", &input).await
}

async fn make_default(cloud: &Cloud, name: &str, version: &str) -> Result<Value, String> {
    let input = json!({"Name": name, "DocumentVersion": version});
    ask(&cloud.sandbox, "UpdateDocumentDefaultVersion", &input).await
}

async fn got(cloud: &Cloud, input: &Value) -> Value {
    ask(&cloud.sandbox, "GetDocument", input).await.unwrap()
}

async fn switched(switches: Switches) -> Cloud {
    with(Options { switches, ..Options::default() }).await
}

/// The key that a session's handshake asks for, if it asks.
async fn asks_for(cloud: &Cloud, input: &Value) -> Option<String> {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, input).await;
    let Some(Heard::Output { content: REQUEST, payload, .. }) = client.hear().await else { return None };
    let asked: Value = serde_json::from_slice(&payload).unwrap();
    Some(asked["RequestedClientActions"][1]["ActionParameters"]["KMSKeyId"].as_str()?.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_document_is_saved_changed_and_deleted() {
    let cloud = cloud().await;
    let (one, two) = (saying(&json!({"kmsKeyId": ""})), saying(&json!({"kmsKeyId": KEY})));
    let input = json!({
        "Name": "Mine", "Content": one, "DocumentType": "Session", "Tags": [{"Key": "team", "Value": "shop"}]});
    let made = ask(&cloud.sandbox, "CreateDocument", &input).await.unwrap()["DocumentDescription"].clone();
    let shown = |row: &Value| {
        [
            "Name",
            "Owner",
            "Status",
            "DocumentVersion",
            "LatestVersion",
            "DefaultVersion",
            "DocumentType",
            "SchemaVersion",
        ]
        .map(|member| row[member].as_str().unwrap_or_default().to_owned())
        .join(" ")
    };
    assert_eq!(shown(&made), "Mine 000000000000 Creating 1 1 1 Session 1.0");
    assert_eq!((&made["Description"], &made["Tags"]), (&json!("Mine"), &json!([{"Key": "team", "Value": "shop"}])));
    let made = update(&cloud, "Mine", &two).await.unwrap()["DocumentDescription"].clone();
    assert_eq!(shown(&made), "Mine 000000000000 Updating 2 2 1 Session 1.0");
    for (version, content) in [("$DEFAULT", &one), ("1", &one), ("2", &two), ("$LATEST", &two)] {
        let found = got(&cloud, &json!({"Name": "Mine", "DocumentVersion": version})).await;
        assert_eq!(
            (found["Content"].as_str(), &found["Status"]),
            (Some(content.as_str()), &json!("Active")),
            "{version}"
        );
    }
    let chosen = make_default(&cloud, "Mine", "2").await.unwrap();
    assert_eq!(chosen, json!({"Description": {"Name": "Mine", "DefaultVersion": "2"}}));
    assert_eq!(got(&cloud, &json!({"Name": "Mine"})).await["Content"], two.as_str());
    let arn = "arn:aws:ssm:eu-west-2:000000000000:document/Mine";
    let found = ask(&cloud.sandbox, "DescribeDocument", &json!({"Name": arn})).await.unwrap()["Document"].clone();
    assert_eq!(shown(&found), "Mine 000000000000 Active 2 2 2 Session 1.0");
    assert_eq!(make_default(&cloud, "Mine", "3").await.unwrap_err(), "InvalidDocumentVersion");
    ask(&cloud.sandbox, "DeleteDocument", &json!({"Name": "Mine"})).await.unwrap();
    for operation in ["GetDocument", "DescribeDocument", "DeleteDocument"] {
        assert_eq!(code(&cloud.sandbox, operation, &json!({"Name": "Mine"})).await, "InvalidDocument", "{operation}");
    }
    assert_eq!(update(&cloud, "Mine", &two).await.unwrap_err(), "InvalidDocument");
    assert_eq!(make_default(&cloud, "Mine", "1").await.unwrap_err(), "InvalidDocument");
    create(&cloud, "Mine", &two).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_version_has_a_name_of_its_own() {
    let cloud = cloud().await;
    let input = |content: &str, name: &str| json!({"Name": "Mine", "Content": content, "DocumentType": "Session", "VersionName": name});
    let (one, two) = (saying(&json!({"kmsKeyId": ""})), saying(&json!({"kmsKeyId": KEY})));
    ask(&cloud.sandbox, "CreateDocument", &input(&one, "first")).await.unwrap();
    let mut second = input(&two, "first");
    second.as_object_mut().unwrap().remove("DocumentType");
    assert_eq!(code(&cloud.sandbox, "UpdateDocument", &second).await, "DuplicateDocumentVersionName");
    second["VersionName"] = json!("second");
    ask(&cloud.sandbox, "UpdateDocument", &second).await.unwrap();
    let found = got(&cloud, &json!({"Name": "Mine", "VersionName": "second"})).await;
    assert_eq!((found["Content"].as_str(), &found["VersionName"]), (Some(two.as_str()), &json!("second")));
    let gone = json!({"Name": "Mine", "VersionName": "second"});
    ask(&cloud.sandbox, "DeleteDocument", &gone).await.unwrap();
    assert_eq!(code(&cloud.sandbox, "GetDocument", &gone).await, "InvalidDocumentVersion");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_session_document_is_refused() {
    let cloud = cloud().await;
    let port = json!({"schemaVersion": "1.0", "sessionType": "Harbour"}).to_string();
    for (name, content, code) in [
        ("Mine", "{", "InvalidDocumentContent"),
        ("Mine", "[]", "InvalidDocumentContent"),
        ("Mine", port.as_str(), "InvalidDocumentContent"),
        ("Mine", r#"{"schemaVersion": "2.2", "sessionType": "Port"}"#, "InvalidDocumentSchemaVersion"),
        ("aws-mine", r#"{"schemaVersion": "1.0", "sessionType": "Port"}"#, "ValidationException"),
    ] {
        assert_eq!(create(&cloud, name, content).await.unwrap_err(), code, "{content}");
    }
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    assert_eq!(update(&cloud, "Mine", "{").await.unwrap_err(), "InvalidDocumentContent");
    assert_eq!(update(&cloud, FORWARDS, "{}").await.unwrap_err(), "InvalidDocument");
    for more in [json!({"DocumentType": "Command"}), json!({"DocumentType": "Session", "DocumentFormat": "YAML"})] {
        let mut input = json!({"Name": "Other", "Content": saying(&json!({}))});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(code(&cloud.sandbox, "CreateDocument", &input).await, "NotImplemented");
    }
}

#[tokio::test(start_paused = true)]
async fn documents_have_tags_and_are_found_by_them() {
    let cloud = cloud().await;
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    let named = |more: Value| {
        let mut input = json!({"ResourceType": "Document", "ResourceId": "Mine"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let tags = json!({"Tags": [{"Key": "team", "Value": "shop"}, {"Key": "stage", "Value": "test"}]});
    ask(&cloud.sandbox, "AddTagsToResource", &named(tags)).await.unwrap();
    let again = json!({"Tags": [{"Key": "stage", "Value": "live"}]});
    ask(&cloud.sandbox, "AddTagsToResource", &named(again)).await.unwrap();
    ask(&cloud.sandbox, "RemoveTagsFromResource", &named(json!({"TagKeys": ["team", "none"]}))).await.unwrap();
    let found = ask(&cloud.sandbox, "ListTagsForResource", &named(json!({}))).await.unwrap();
    assert_eq!(found["TagList"], json!([{"Key": "stage", "Value": "live"}]));
    for (value, count) in [("live", 1), ("test", 0)] {
        let asked = json!({"Filters": [{"Key": "tag:stage", "Values": [value]}, {"Key": "Owner", "Values": ["Self"]}]});
        let found = ask(&cloud.sandbox, "ListDocuments", &asked).await.unwrap();
        assert_eq!(found["DocumentIdentifiers"].as_array().unwrap().len(), count, "{value}");
    }
    let unknown = json!({"Filters": [{"Key": "Colour", "Values": ["red"]}]});
    assert_eq!(code(&cloud.sandbox, "ListDocuments", &unknown).await, "InvalidFilterKey");
    let other = json!({"ResourceType": "Parameter", "ResourceId": "Mine"});
    assert_eq!(code(&cloud.sandbox, "ListTagsForResource", &other).await, "NotImplemented");
}

#[tokio::test(start_paused = true)]
async fn preferences_hold_from_when_they_are_the_default() {
    let cloud = cloud().await;
    assert_eq!(asks_for(&cloud, &shell()).await, None);
    create(&cloud, PREFERENCES, &saying(&json!({"kmsKeyId": ""}))).await.unwrap();
    assert_eq!(asks_for(&cloud, &shell()).await, None);
    update(&cloud, PREFERENCES, &saying(&json!({"kmsKeyId": KEY}))).await.unwrap();
    assert_eq!(asks_for(&cloud, &shell()).await, None, "not the default yet");
    make_default(&cloud, PREFERENCES, "2").await.unwrap();
    assert_eq!(asks_for(&cloud, &shell()).await.as_deref(), Some(KEY));
    let command = crate::sessions::players::command("NonInteractive", "true");
    assert_eq!(asks_for(&cloud, &command).await.as_deref(), Some(KEY));
    assert_eq!(asks_for(&cloud, &crate::sessions::client::to(BASTION, ORDERS, 5432)).await, None, "ports never are");
    ask(&cloud.sandbox, "DeleteDocument", &json!({"Name": PREFERENCES})).await.unwrap();
    assert_eq!(asks_for(&cloud, &shell()).await, None);
}

#[tokio::test(start_paused = true)]
async fn saved_preferences_encrypt_a_whole_shell() {
    let cloud = cloud().await;
    create(&cloud, PREFERENCES, &saying(&json!({"kmsKeyId": KEY}))).await.unwrap();
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    let (mut keys, _) = agree(&cloud.sandbox, &mut client, Ways::Right).await;
    prove(&mut client, &mut keys, Ways::Right).await;
    client.gather(Duration::from_secs(5)).await;
    types(&mut client, &mut keys, b"ping").await;
    let heard = client.gather(Duration::from_secs(5)).await;
    let echo = heard.iter().find_map(|one| match one {
        Heard::Output { content: DATA, payload, .. } => keys.open(payload),
        _ => None,
    });
    assert_eq!(echo.as_deref(), Some(&b"ping"[..]));
}

#[tokio::test(start_paused = true)]
async fn the_habit_wins_over_saved_preferences() {
    let sessions = Habits { idle: Duration::from_mins(3), ..encrypted::habits() };
    let cloud = switched(Switches { sessions, ..Switches::default() }).await;
    let usual = got(&cloud, &json!({"Name": PREFERENCES})).await;
    let usual: Value = serde_json::from_str(usual["Content"].as_str().unwrap()).unwrap();
    assert_eq!(usual["inputs"]["kmsKeyId"], encrypted::KEY);
    let own = json!({"Filters": [{"Key": "Owner", "Values": ["Self"]}]});
    let found = ask(&cloud.sandbox, "ListDocuments", &own).await.unwrap();
    assert_eq!(found["DocumentIdentifiers"][0]["Name"], PREFERENCES);
    assert_eq!(create(&cloud, PREFERENCES, &saying(&json!({}))).await.unwrap_err(), "DocumentAlreadyExists");
    let other = saying(&json!({"kmsKeyId": "alias/other", "idleSessionTimeout": "10"}));
    let made = update(&cloud, PREFERENCES, &other).await.unwrap();
    assert_eq!(made["DocumentDescription"]["DocumentVersion"], "2");
    make_default(&cloud, PREFERENCES, "2").await.unwrap();
    assert_eq!(got(&cloud, &json!({"Name": PREFERENCES})).await["Content"], other.as_str(), "what was saved is shown");
    assert_eq!(asks_for(&cloud, &shell()).await.as_deref(), Some(encrypted::KEY));
    let client = Client::start(&cloud.sandbox, &crate::sessions::client::to(BASTION, ORDERS, 5432)).await;
    tokio::time::sleep(Duration::from_mins(4)).await;
    assert!(cloud.sandbox.sessions().standing(&client.id).is_none_or(|standing| standing.ended));
}

/// A program that says what it was started as.
async fn says_hello(mut stage: Stage) -> i32 {
    use tokio::io::AsyncWriteExt;
    let _ = stage.screen.write_all(b"out\n").await;
    if let Some(errors) = &mut stage.errors {
        let _ = errors.write_all(b"err\n").await;
    }
    0
}

#[tokio::test(start_paused = true)]
async fn sessions_are_started_with_documents_of_ones_own() {
    let cloud = cloud().await;
    let content = json!({
        "schemaVersion": "1.0", "sessionType": "NonInteractiveCommands",
        "parameters": {"what": {"type": "String", "default": "ls"}, "where": {"type": "String"}},
        "properties": {"linux": {
            "commands": "{{what}} {{ where }}", "separateOutputStream": true, "stdErrSeparatorPrefix": "{{what}}! "}}});
    create(&cloud, "List", &content.to_string()).await.unwrap();
    let (told, started) = std::sync::mpsc::channel();
    let told = std::sync::Mutex::new(told);
    play(&cloud.sandbox, says_hello);
    let start = |parameters: Value| json!({"Target": BASTION, "DocumentName": "List", "Parameters": parameters});
    assert_eq!(code(&cloud.sandbox, "StartSession", &start(json!({}))).await, "InvalidParameters");
    assert_eq!(code(&cloud.sandbox, "StartSession", &start(json!({"how": ["a"]}))).await, "InvalidParameters");
    let mut client = Client::start(&cloud.sandbox, &start(json!({"where": ["/srv"]}))).await;
    let heard = client.gather(Duration::from_secs(5)).await;
    let errors = heard.iter().find_map(|one| match one {
        Heard::Output { content: ERRORS, payload, .. } => Some(String::from_utf8_lossy(payload).into_owned()),
        _ => None,
    });
    assert_eq!(errors.as_deref(), Some("ls! err\n"));
    cloud.sandbox.sessions().shells_by(move |wanted| {
        told.lock().unwrap().send(wanted.command.map(str::to_owned)).unwrap();
        Err("enough".to_owned())
    });
    let mut client = Client::start(&cloud.sandbox, &start(json!({"where": ["/srv"], "what": ["du"]}))).await;
    client.gather(Duration::from_secs(5)).await;
    assert_eq!(started.recv().unwrap().as_deref(), Some("du /srv"));

    let port = json!({
        "schemaVersion": "1.0", "sessionType": "Port",
        "parameters": {"portNumber": {"type": "String", "default": "5432", "allowedPattern": "^[0-9]+$"}},
        "properties": {"host": ORDERS, "portNumber": "{{ portNumber }}", "type": "LocalPortForwarding"}});
    create(&cloud, "Orders", &port.to_string()).await.unwrap();
    let bad = json!({"Target": BASTION, "DocumentName": "Orders", "Parameters": {"portNumber": ["http"]}});
    assert_eq!(code(&cloud.sandbox, "StartSession", &bad).await, "InvalidParameters");
    let mut client = Client::begin(&cloud.sandbox, &json!({"Target": BASTION, "DocumentName": "Orders"})).await;
    let Some(Heard::Output { content: REQUEST, payload, .. }) = client.hear().await else { panic!() };
    let asked: Value = serde_json::from_slice(&payload).unwrap();
    let properties = &asked["RequestedClientActions"][0]["ActionParameters"]["Properties"];
    assert_eq!(*properties, json!({"host": ORDERS, "portNumber": "5432", "type": "LocalPortForwarding"}));
}

#[tokio::test(start_paused = true)]
async fn each_switch_makes_the_other_world() {
    let one = saying(&json!({"kmsKeyId": ""}));
    let two = saying(&json!({"kmsKeyId": KEY}));
    for newest_session_documents_hold in [false, true] {
        let cloud = switched(Switches { newest_session_documents_hold, ..Switches::default() }).await;
        create(&cloud, PREFERENCES, &one).await.unwrap();
        update(&cloud, PREFERENCES, &two).await.unwrap();
        assert_eq!(asks_for(&cloud, &shell()).await.is_some(), newest_session_documents_hold);
    }
    for (old_contents_are_duplicates, wanted) in [(false, None), (true, Some("DuplicateDocumentContent"))] {
        let cloud = switched(Switches { old_contents_are_duplicates, ..Switches::default() }).await;
        create(&cloud, "Mine", &one).await.unwrap();
        update(&cloud, "Mine", &two).await.unwrap();
        assert_eq!(update(&cloud, "Mine", &one).await.err().as_deref(), wanted);
    }
    for (updates_without_version_refused, wanted) in [(false, "accepted"), (true, "InvalidDocumentVersion")] {
        let cloud = switched(Switches { updates_without_version_refused, ..Switches::default() }).await;
        create(&cloud, "Mine", &one).await.unwrap();
        let input = json!({"Name": "Mine", "Content": two});
        assert_eq!(code(&cloud.sandbox, "UpdateDocument", &input).await, wanted);
    }
    for (aws_documents_are_denied, wanted) in [(false, "InvalidDocument"), (true, "AccessDeniedException")] {
        let cloud = switched(Switches { aws_documents_are_denied, ..Switches::default() }).await;
        assert_eq!(code(&cloud.sandbox, "DeleteDocument", &json!({"Name": FORWARDS})).await, wanted);
        assert_eq!(update(&cloud, FORWARDS, &one).await.unwrap_err(), wanted);
        assert_eq!(code(&cloud.sandbox, "DeleteDocument", &json!({"Name": "Nobodys"})).await, "InvalidDocument");
    }
    let cloud = switched(Switches { documents_active_after: 90, ..Switches::default() }).await;
    create(&cloud, "Mine", &one).await.unwrap();
    for (minutes, wanted) in [(0, "Creating"), (1, "Creating"), (1, "Active")] {
        cloud.minutes(minutes).await;
        assert_eq!(got(&cloud, &json!({"Name": "Mine"})).await["Status"], wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn documents_outlive_the_process_and_older_worlds_have_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    let open = || with(Options { store: Store::File(path.clone()), ..Options::default() });
    let content = saying(&json!({"kmsKeyId": KEY}));
    create(&open().await, PREFERENCES, &content).await.unwrap();
    assert_eq!(got(&open().await, &json!({"Name": PREFERENCES})).await["Content"], content.as_str());
    let mut world: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let region = world["world"]["regions"]["eu-west-2"].as_object_mut().unwrap();
    assert_eq!(region.remove("documents").unwrap()[0]["name"], PREFERENCES);
    std::fs::write(&path, world.to_string()).unwrap();
    let older = open().await;
    assert_eq!(code(&older.sandbox, "GetDocument", &json!({"Name": PREFERENCES})).await, "InvalidDocument");
    create(&older, PREFERENCES, &content).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn documents_go_wrong_on_order() {
    let cloud = cloud().await;
    cloud.order("CreateDocument", How::InVain { event: String::new() });
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    assert_eq!(code(&cloud.sandbox, "GetDocument", &json!({"Name": "Mine"})).await, "InvalidDocument");
    cloud.sandbox.behave();
    create(&cloud, "Mine", &saying(&json!({}))).await.unwrap();
    cloud.order("DescribeDocument", How::Hides { name: "Mine".to_owned() });
    assert_eq!(code(&cloud.sandbox, "DescribeDocument", &json!({"Name": "Mine"})).await, "InvalidDocument");
    cloud.order("UpdateDocument", How::Deny);
    assert_eq!(update(&cloud, "Mine", &saying(&json!({"kmsKeyId": KEY}))).await.unwrap_err(), "AccessDeniedException");
}
