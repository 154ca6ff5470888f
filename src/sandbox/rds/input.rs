//! Typed input: what an operation takes of the members that AWS's shape has.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;

/// Reads typed input. A member that AWS has and the sandbox lacks is refused, not passed over (`R-WIRE-6`).
pub(crate) fn read<T: DeserializeOwned>(input: Value) -> Result<T, Fault> {
    serde_json::from_value(input).map_err(|error| {
        let text = error.to_string();
        match text.split('`').nth(1) {
            Some(member) if text.starts_with("unknown field") => {
                Fault::not_imitated(&format!("the parameter {member}"))
            }
            _ => Fault::internal(text),
        }
    })
}

/// A filter: a name and the values of which one must match.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Filter {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// Tags as creating calls take them, for the resource itself.
pub(crate) type Tags = Option<Vec<Tag>>;

/// Tags for something that belongs to what is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct TagSpecification {
    pub(crate) resource_type: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

/// An operation that takes an instance's name and nothing else that matters here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstanceName {
    #[serde(rename = "DBInstanceIdentifier")]
    pub(crate) name: String,
}
