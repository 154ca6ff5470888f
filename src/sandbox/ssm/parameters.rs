//! Public parameters: where AWS says which image is the newest (`R-PARAM-1`).

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::ec2::images::{LINUX, linux};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// How the names of Amazon Linux 2023's parameters begin; the architecture follows.
const LINUX_2023: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/// `GetParameter`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct One {
    name: String,
    #[serde(rename = "WithDecryption")]
    _decrypted: Option<bool>,
}

/// `GetParameters`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Many {
    names: Vec<String>,
    #[serde(rename = "WithDecryption")]
    _decrypted: Option<bool>,
}

fn parameter(scene: &Scene<'_>, name: &str) -> Option<Value> {
    let architecture =
        name.strip_prefix(LINUX_2023).filter(|end| LINUX.contains(end) && scene.enforces("R-PARAM-1"))?;
    Some(json!({
        "Name": name, "Type": "String", "Value": linux(scene.name, architecture), "Version": 117,
        "LastModifiedDate": "2026-09-02T19:04:31Z", "ARN": format!("arn:aws:ssm:{}::parameter{name}", scene.name),
        "DataType": "text"}))
}

/// `GetParameter`.
pub(super) fn one(scene: &Scene<'_>, input: &One) -> Result<Value, Fault> {
    let found = parameter(scene, &input.name).ok_or_else(|| Fault::new("ParameterNotFound", ""))?;
    Ok(json!({"Parameter": found}))
}

/// `GetParameters`: those that aren't there are listed by their names.
pub(super) fn many(scene: &Scene<'_>, input: &Many) -> Value {
    let found: Vec<Value> = input.names.iter().filter_map(|name| parameter(scene, name)).collect();
    let missing: Vec<&String> = input.names.iter().filter(|name| parameter(scene, name).is_none()).collect();
    json!({"Parameters": found, "InvalidParameters": missing})
}
