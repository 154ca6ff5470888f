//! One call and its answer, and the line that tells of it.

use aws_smithy_runtime_api::{
    client::orchestrator::HttpRequest,
    http::{Headers, StatusCode},
};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{Masker, tree};

/// Services whose calls are shown. Of all others, which give credentials, nothing but that they were asked.
const SHOWN: [&str; 7] = ["rds", "ec2", "kms", "sts", "monitoring", "secretsmanager", "ssm"];

/// How parameters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Pairs,
    /// CloudWatch's way, in bytes that nothing here reads.
    Binary,
}

/// What was asked of AWS. None of its headers is kept but what is named here.
#[derive(Debug)]
pub(super) struct Asked {
    service: String,
    region: Option<String>,
    operation: Option<String>,
    attempt: u32,
    form: Form,
    body: Bytes,
    /// The credentials' token: it is in no body, and in none it should be.
    token: Option<String>,
    began: Instant,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Came {
    /// An answer.
    Answer { status: StatusCode, time: Option<String>, request_id: Option<String>, body: Bytes },
    /// None, for this reason.
    Failed(String),
}

/// A call and what came of it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) asked: Asked,
    pub(super) came: Came,
}

impl Asked {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name);
        let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
        let target = header("x-amz-target");
        let is_pairs = header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let form = match (target, is_pairs) {
            (Some(_), _) => Form::Json,
            (None, true) => Form::Pairs,
            (None, false) => Form::Binary,
        };
        let in_address = || request.uri().rsplit_once("/operation/").map(|(_, operation)| operation.to_owned());
        let in_form = || {
            let pairs = form_urlencoded::parse(&body);
            pairs.into_iter().find(|(name, _)| name == "Action").map(|(_, action)| action.into_owned())
        };
        let operation =
            target.and_then(|target| target.rsplit('.').next()).map(str::to_owned).or_else(in_address).or_else(in_form);
        let (region, service) = header("authorization").and_then(scope).unzip();
        Self {
            service: service.unwrap_or_else(|| first_label(request.uri())),
            region,
            operation,
            attempt: header("amz-sdk-request").and_then(attempt).unwrap_or(1),
            form,
            token: header("x-amz-security-token").map(str::to_owned),
            body,
            began: Instant::now(),
        }
    }
}

impl Came {
    pub(super) fn answer(status: StatusCode, headers: &Headers, body: Bytes) -> Self {
        let header = |name: &str| headers.get(name).map(str::to_owned);
        Self::Answer {
            status,
            time: header("x-sandbox-time").or_else(|| header("date")),
            request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            body,
        }
    }
}

impl Exchange {
    /// The line, masked.
    pub(super) fn line(&self, masker: &mut Masker, sequence: u64, began: Instant) -> Value {
        let Asked { service, region, operation, attempt, .. } = &self.asked;
        if let Some(token) = &self.asked.token {
            masker.learn(token);
        }
        let is_shown = SHOWN.contains(&service.as_str());
        let (time, status, request_id) = match &self.came {
            Came::Answer { time, status, request_id, .. } => (time.clone(), Some(status.as_u16()), request_id.clone()),
            Came::Failed(_) => (None, None, None),
        };
        // The answer first: what it shows to be secret can stand in the request.
        let (came, what) = match &self.came {
            Came::Answer { body, .. } if is_shown => ("answer", answer(masker, body)),
            Came::Answer { .. } => ("withheld", json!("it is about credentials")),
            Came::Failed(why) => ("error", Value::String(masker.text(why))),
        };
        let parameters = if is_shown { self.parameters(masker) } else { Value::Null };
        let mut line = json!({
            "sequence": sequence, "time": time, "elapsed_ms": milliseconds(self.asked.began, began),
            "service": service, "region": region, "operation": operation, "attempt": attempt, "parameters": parameters,
            "status": status, "request_id": request_id, "duration_ms": milliseconds(Instant::now(), self.asked.began),
        });
        if let Some(members) = line.as_object_mut() {
            members.insert(came.to_owned(), what);
        }
        line
    }

    fn parameters(&self, masker: &mut Masker) -> Value {
        match self.asked.form {
            Form::Pairs => Value::Object(tree::form(masker, &self.asked.body)),
            Form::Binary => unreadable(&self.asked.body),
            Form::Json => {
                let parsed: Option<Map<String, Value>> = serde_json::from_slice(&self.asked.body).ok();
                parsed.map_or_else(
                    || unreadable(&self.asked.body),
                    |members| tree::json(masker, "", &Value::Object(members)),
                )
            }
        }
    }
}

/// JSON as a tree; XML as a text, since only AWS's models say what in it is a list.
fn answer(masker: &mut Masker, body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if let Ok(tree) = serde_json::from_slice::<Value>(body) {
        return tree::json(masker, "", &tree);
    }
    let text = std::str::from_utf8(body).ok().and_then(|text| tree::xml(masker, text));
    text.map_or_else(|| unreadable(body), Value::String)
}

/// What can't be read can't be masked either.
fn unreadable(body: &[u8]) -> Value {
    json!({"unreadable_bytes": body.len()})
}

fn milliseconds(later: Instant, earlier: Instant) -> u64 {
    u64::try_from(later.duration_since(earlier).as_millis()).unwrap_or(u64::MAX)
}

/// Region and service, out of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn scope(authorization: &str) -> Option<(String, String)> {
    let credential = authorization.split([' ', ',']).find_map(|part| part.strip_prefix("Credential="))?;
    let mut parts = credential.split('/').skip(2).map(str::to_owned);
    Some((parts.next()?, parts.next()?))
}

/// `attempt=2; max=5`
fn attempt(text: &str) -> Option<u32> {
    text.split(';').find_map(|part| part.trim().strip_prefix("attempt="))?.parse().ok()
}

/// What an unsigned call is asked of, by its address.
fn first_label(uri: &str) -> String {
    let host = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    host.split(['/', ':', '?', '.']).next().unwrap_or_default().to_owned()
}
