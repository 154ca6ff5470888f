//! STS: who is asking.

use serde_json::{Value, json};

use super::scene::Scene;
use super::wire::fault::Fault;

/// Answers one operation of STS (`R-STS-1`).
pub(crate) fn answer(scene: &Scene<'_>, operation: &str) -> Result<Value, Fault> {
    match operation {
        "GetCallerIdentity" if !scene.enforces("R-STS-1") => {
            Err(Fault::new("InvalidClientTokenId", "The security token included in the request is invalid."))
        }
        "GetCallerIdentity" => Ok(json!({
            "UserId": "AIDASANDBOX0OPERATOR0",
            "Account": super::ACCOUNT,
            "Arn": format!("arn:aws:iam::{}:user/sandbox-operator", super::ACCOUNT),
        })),
        other => Err(Fault::not_imitated(&format!("the operation {other} of STS"))),
    }
}
