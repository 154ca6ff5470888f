//! The one service function: a request comes in, an answer goes out.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use jiff::Timestamp;

use super::options::Options;
use super::switches::Switches;
use super::wire::fault::Fault;
use super::wire::model::{Model, Service};
use super::wire::query::Strictness;
use super::wire::{json, query, xml};
use super::{ACCOUNT, account, host};

/// What a request turned out to be.
pub(crate) struct Call {
    pub(crate) service: Service,
    /// The account whose credentials it has.
    pub(crate) account: String,
    /// The session token, of an assumed role.
    pub(crate) token: Option<String>,
    pub(crate) region: String,
    pub(crate) operation: String,
    content: Content,
}

enum Content {
    Form(Vec<(String, String)>),
    Json(Bytes),
}

/// Reads service, Region and operation out of a request (`R-WIRE-1`, `R-WIRE-7`, `R-WIRE-9`), and whose world it is meant
/// for (`R-ACCT-1`).
///
/// # Errors
/// With the service that refuses, as far as it is known: each has its own form of refusals.
pub(crate) fn read(request: Request<Bytes>, options: &Options) -> Result<Call, (Option<Service>, Fault)> {
    let mut service = None;
    call(request, options, &mut service).map_err(|fault| (service, fault))
}

fn call(request: Request<Bytes>, options: &Options, asked: &mut Option<Service>) -> Result<Call, Fault> {
    let (parts, body) = request.into_parts();
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut form: Vec<(String, String)> = Vec::new();
    if let Some(query) = parts.uri.query() {
        form.extend(form_urlencoded::parse(query.as_bytes()).into_owned());
    }
    if target.is_none() {
        form.extend(form_urlencoded::parse(&body).into_owned());
    }
    let nobody = || {
        let scope = ["", "", options.region.as_str(), "rds", ""].map(str::to_owned);
        (!options.switches.enforces("R-WIRE-7")).then(|| scope.to_vec())
    };
    let scope = scope(&parts.headers, &form)
        .or_else(nobody)
        .ok_or_else(|| Fault::new("MissingAuthenticationToken", "Request is missing Authentication Token"))?;
    let [key, _, region, service, _] = scope.as_slice() else {
        return Err(Fault::new("MissingAuthenticationToken", "The credential's scope has no Region and service"));
    };
    let service = Service::named(service)
        .filter(|service| *service != Service::Ec2 || options.switches.enforces("R-WIRE-9"))
        .ok_or_else(|| Fault::new("UnknownService", format!("the sandbox does not imitate the service {service}")))?;
    *asked = Some(service);
    let model = service.model().map_err(Fault::internal)?;
    let account = if options.switches.enforces("R-ACCT-1") { account::of_key(key) } else { ACCOUNT };
    if account != ACCOUNT {
        for (_, value) in &mut form {
            *value = account::swapped(std::mem::take(value), account);
        }
    }
    let (operation, content) = if let Some(target) = target {
        let text = String::from_utf8_lossy(&body).into_owned();
        let body = if account == ACCOUNT { body } else { Bytes::from(account::swapped(text, account)) };
        (operation_of(model, &target)?, Content::Json(body))
    } else {
        let action = form.iter().find(|(name, _)| name == "Action").map(|(_, action)| action.clone());
        (action.ok_or_else(|| Fault::new("MissingParameter", "Action is missing"))?, Content::Form(form))
    };
    if model.others.contains(&operation) {
        let service = format!("{service:?}").to_uppercase();
        return Err(Fault::not_imitated(&format!("the operation {operation} of {service}")));
    }
    if !model.operations.contains_key(&operation) {
        return Err(Fault::new("InvalidAction", format!("Could not find operation {operation}")));
    }
    let token = parts.headers.get("x-amz-security-token").and_then(|token| token.to_str().ok()).map(str::to_owned);
    Ok(Call { service, account: account.to_owned(), token, region: region.clone(), operation, content })
}

fn operation_of(model: &Model, target: &str) -> Result<String, Fault> {
    let prefix = model.metadata.target_prefix.as_deref().unwrap_or_default();
    let tail = target.strip_prefix(prefix).and_then(|tail| tail.strip_prefix('.'));
    let is_known = |name: &str| model.operations.contains_key(name) || model.others.iter().any(|other| other == name);
    let known = tail.filter(|tail| is_known(tail));
    known.map(str::to_owned).ok_or_else(|| Fault::new("UnknownOperationException", format!("no operation {target}")))
}

/// The credential's scope: key, date, Region, service, `aws4_request`. Any signature will do.
fn scope(headers: &HeaderMap, form: &[(String, String)]) -> Option<Vec<String>> {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let credential = match header {
        Some(header) => header.split([' ', ',']).find_map(|part| part.strip_prefix("Credential="))?.to_owned(),
        None => form.iter().find(|(name, _)| name == "X-Amz-Credential").map(|(_, value)| value.clone())?,
    };
    Some(credential.split('/').map(str::to_owned).collect())
}

impl Call {
    /// Whether the operation only looks.
    pub(crate) fn only_reads(&self) -> bool {
        ["Describe", "List", "Get", "Simulate"].iter().any(|verb| self.operation.starts_with(verb))
    }

    /// Whether its answer says where a web socket is taken.
    pub(crate) fn opens_a_socket(&self) -> bool {
        matches!(self.operation.as_str(), "StartSession" | "ResumeSession")
    }

    /// One parameter as the request has it, whatever the operation knows of it.
    pub(crate) fn text(&self, parameter: &str) -> Option<String> {
        match &self.content {
            Content::Form(form) => form.iter().find(|(name, _)| name == parameter).map(|(_, text)| text.clone()),
            Content::Json(body) => {
                let body: serde_json::Value = serde_json::from_slice(body).ok()?;
                body.get(parameter)?.as_str().map(str::to_owned)
            }
        }
    }

    /// The input, typed by AWS's shape.
    pub(crate) fn input(&self, terms: Strictness) -> Result<serde_json::Value, Fault> {
        let model = self.service.model().map_err(Fault::internal)?;
        match &self.content {
            Content::Form(form) => query::decode(model, &self.operation, form, terms),
            Content::Json(body) => json::decode(model, &self.operation, body, terms.unknown),
        }
    }

    /// The answer, checked by AWS's shape, as the body of the reply.
    pub(crate) fn encode(
        &self,
        answer: &serde_json::Value,
        request_id: &str,
        switches: &Switches,
    ) -> Result<String, Fault> {
        let model = self.service.model().map_err(Fault::internal)?;
        match self.content {
            Content::Form(_) => {
                let wrapped = switches.enforces("R-WIRE-1");
                xml::encode(model, &self.operation, answer, Some(request_id).filter(|_| wrapped))
            }
            Content::Json(_) => json::encode(model, &self.operation, answer),
        }
    }
}

/// How an answer is to be written: the service's protocol, as far as it is known.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) service: Option<Service>,
    pub(crate) json: bool,
}

/// What the world's clock says, for the headers.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) now: Timestamp,
    pub(crate) speed: f64,
    /// Whether the headers say it.
    pub(crate) shown: bool,
}

/// The reply: body or refusal, request id, real date, and the sandbox's own time (`R-TIME-4`).
pub(crate) fn reply(form: Form, result: Result<String, Fault>, request_id: &str, clock: Clock) -> Response<Bytes> {
    let model = form.service.and_then(|service| service.model().ok());
    let (status, body) = match result {
        Ok(body) => (200, body),
        Err(fault) => {
            let status = fault.status(model);
            let namespace = model.and_then(|model| model.metadata.xml_namespace.as_deref()).unwrap_or_default();
            let body = if form.json {
                json::encode_fault(&fault)
            } else if model.is_some_and(Model::is_ec2) {
                xml::encode_ec2_fault(&fault, request_id)
            } else {
                xml::encode_fault(namespace, &fault, status, request_id)
            };
            (status, body)
        }
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let kind = if form.json { "application/x-amz-json-1.1" } else { "text/xml" };
    headers.insert("content-type", HeaderValue::from_static(kind));
    let date = host::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (name, value) in [
        ("date", date),
        ("x-amzn-requestid", request_id.to_owned()),
        ("x-sandbox-time", format!("{:.3}", clock.now)),
        ("x-sandbox-speed", format!("{}", clock.speed)),
    ] {
        if !clock.shown && name.starts_with("x-sandbox") {
            continue;
        }
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}
