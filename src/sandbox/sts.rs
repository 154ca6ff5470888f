//! STS: who is asking.

use serde_json::{Value, json};

use super::respond::Call;
use super::scene::Scene;
use super::wire::fault::Fault;
use super::{ACCOUNT, account, host};

/// The user that everybody is who has no role.
pub(crate) const OPERATOR: &str = "sandbox-operator";
/// The id of any role.
const ROLE_ID: &str = "AROASANDBOX0ASSUMED00";

/// Answers one operation of STS (`R-STS-1`).
pub(crate) fn answer(scene: &Scene<'_>, call: &Call, input: &Value) -> Result<Value, Fault> {
    match call.operation.as_str() {
        "GetCallerIdentity" if !scene.enforces("R-STS-1") => {
            Err(Fault::new("InvalidClientTokenId", "The security token included in the request is invalid."))
        }
        "GetCallerIdentity" => {
            let id = match call.token.as_deref().and_then(account::bearer) {
                Some((_, session)) => format!("{ROLE_ID}:{session}"),
                None => "AIDASANDBOX0OPERATOR0".to_owned(),
            };
            Ok(json!({"UserId": id, "Account": ACCOUNT, "Arn": caller(call).1}))
        }
        "AssumeRole" if scene.enforces("R-STS-2") => assume(input),
        other => Err(Fault::not_imitated(&format!("the operation {other} of STS"))),
    }
}

/// The name of whoever asks, and the ARN.
pub(crate) fn caller(call: &Call) -> (String, String) {
    match call.token.as_deref().and_then(account::bearer) {
        Some((role, session)) => (session.to_owned(), assumed(ACCOUNT, role, session)),
        None => (OPERATOR.to_owned(), format!("arn:aws:iam::{ACCOUNT}:user/{OPERATOR}")),
    }
}

/// `AssumeRole`: whoever asks may be any role of any account; the credentials lead to that account's world (`R-STS-2`,
/// `R-ACCT-1`). They say until when they hold by the host's clock, as the date of each answer does, and nobody is refused
/// for it.
fn assume(input: &Value) -> Result<Value, Fault> {
    let text = |member: &str| input.get(member).and_then(Value::as_str).unwrap_or_default();
    let (arn, session) = (text("RoleArn"), text("RoleSessionName"));
    let (account, role) = role_of(arn)
        .ok_or_else(|| Fault::new("ValidationError", format!("{arn} is invalid")))
        .map(|(account, role)| (account.to_owned(), role.to_owned()))?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if !(2..=64).contains(&session.len()) || !session.chars().all(fits) {
        return Err(Fault::new(
            "ValidationError",
            "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\w+=,.@-]*",
        ));
    }
    let seconds = input.get("DurationSeconds").and_then(Value::as_i64).unwrap_or(3600);
    if !(900..=43_200).contains(&seconds) {
        return Err(Fault::new("ValidationError", "DurationSeconds must be between 900 and 43200"));
    }
    let until = super::world::pace::after(host::now(), seconds);
    Ok(json!({
        "Credentials": {
            "AccessKeyId": account::key_of(&account),
            "SecretAccessKey": "secret-of-the-sandbox",
            "SessionToken": account::token_of(&role, session),
            "Expiration": until,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{ROLE_ID}:{session}"),
            "Arn": assumed(&account, &role, session),
        },
    }))
}

/// Account and name of a role; its path is no part of the name.
fn role_of(arn: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, resource] = parts.as_slice() else { return None };
    let name = resource.strip_prefix("role/")?.rsplit('/').next().filter(|name| !name.is_empty())?;
    account::is_account(account).then_some((account, name))
}

fn assumed(account: &str, role: &str, session: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{role}/{session}")
}
