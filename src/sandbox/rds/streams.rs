//! `StartActivityStream`, `StopActivityStream`: of Oracle and SQL Server.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{keys, names, rules, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::pace::{self, after};

/// `StartActivityStream`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Start {
    resource_arn: String,
    mode: String,
    kms_key_id: String,
    apply_immediately: Option<bool>,
    engine_native_audit_fields_included: Option<bool>,
}

/// `StopActivityStream`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Stop {
    resource_arn: String,
    apply_immediately: Option<bool>,
}

/// The members of an instance's row that are about its stream.
const MEMBERS: &str = "ActivityStream";
const STATUS: &str = "ActivityStreamStatus";

/// What of a row is about its stream.
pub(crate) fn of(others: &Map<String, Value>) -> Map<String, Value> {
    let about = others.iter().filter(|(member, _)| member.starts_with(MEMBERS));
    about.map(|(member, value)| (member.clone(), value.clone())).collect()
}

/// `StartActivityStream`: starting, then started (`R-STREAM-1`), where the engine has streams (`R-STREAM-2`).
pub(crate) fn start(scene: &mut Scene<'_>, input: &Start) -> Result<Value, Fault> {
    let id = subject(scene, &input.resource_arn, input.apply_immediately, "stopped")?;
    let key = keys::usable(scene, &input.kms_key_id)?;
    let stream = format!("aws-rds-das-{id}");
    let native = input.engine_native_audit_fields_included.unwrap_or(false);
    let word = if scene.enforces("R-STREAM-1") { "starting" } else { "started" };
    if let Some(instance) = scene.region.by_resource_id(&id) {
        instance.row.others.extend(Map::from_iter([
            (STATUS.to_owned(), json!(word)),
            ("ActivityStreamKmsKeyId".to_owned(), json!(key)),
            ("ActivityStreamKinesisStreamName".to_owned(), json!(stream)),
            ("ActivityStreamMode".to_owned(), json!(input.mode)),
            ("ActivityStreamEngineNativeAuditFieldsIncluded".to_owned(), json!(native)),
        ]));
    }
    let started = Effect::Stream(Map::from_iter([(STATUS.to_owned(), json!("started"))]));
    work::plan(scene.region, &id, after(scene.now, pace::STREAM), started);
    Ok(json!({
        "KmsKeyId": key, "KinesisStreamName": stream, "Status": word, "Mode": input.mode, "ApplyImmediately": true,
        "EngineNativeAuditFieldsIncluded": native}))
}

/// `StopActivityStream`: stopping, then stopped, and nothing is left of it (`R-STREAM-1`).
pub(crate) fn stop(scene: &mut Scene<'_>, input: &Stop) -> Result<Value, Fault> {
    let id = subject(scene, &input.resource_arn, input.apply_immediately, "started")?;
    let word = if scene.enforces("R-STREAM-1") { "stopping" } else { "stopped" };
    let mut had = Map::new();
    if let Some(instance) = scene.region.by_resource_id(&id) {
        had = of(&instance.row.others);
        instance.row.others.insert(STATUS.to_owned(), json!(word));
    }
    let mut stopped = had.clone();
    for value in stopped.values_mut() {
        *value = Value::Null;
    }
    stopped.insert(STATUS.to_owned(), json!("stopped"));
    work::plan(scene.region, &id, after(scene.now, pace::STREAM), Effect::Stream(stopped));
    let member = |name: &str| had.get(name).cloned().unwrap_or_default();
    Ok(json!({
        "KmsKeyId": member("ActivityStreamKmsKeyId"), "KinesisStreamName": member("ActivityStreamKinesisStreamName"),
        "Status": word}))
}

/// The instance of a stream, which has to be available and its stream in a state from which there is a way.
fn subject(scene: &Scene<'_>, arn: &str, at_once: Option<bool>, from: &str) -> Result<String, Fault> {
    let name = names::from_arn(arn, "db", scene).filter(|name| name != arn);
    let missing = || Fault::new("ResourceNotFoundFault", format!("The resource {arn} doesn't exist."));
    let instance = rules::find(scene, &name.ok_or_else(missing)?)?;
    let row = &instance.row;
    let has_streams = row.engine.starts_with("oracle") || row.engine.starts_with("sqlserver");
    if !has_streams && scene.enforces("R-STREAM-2") {
        return Err(Fault::combination(format!("Activity streams aren't supported for {}.", row.engine)));
    }
    rules::usable(scene.switches, instance)?;
    let word = row.others.get(STATUS).and_then(Value::as_str).unwrap_or("stopped");
    if word != from {
        return Err(Fault::new("InvalidDBInstanceState", format!("The activity stream of {} is {word}.", row.name)));
    }
    if at_once != Some(true) {
        return Err(Fault::not_imitated("an activity stream that waits for the maintenance window"));
    }
    Ok(row.resource_id.clone())
}
