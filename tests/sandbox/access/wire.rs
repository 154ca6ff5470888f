//! Calls as they are on the wire: a form goes in, and the texts of an answer's elements come out.

use bytes::Bytes;
use http::Request;
use rds_encrypt::sandbox::Sandbox;
use serde_json::Value;

/// An answer, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Answer(String);

impl Answer {
    /// The texts of all elements of this name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.0.split(&open).skip(1);
        parts.filter_map(|part| part.split(&close).next()).map(plain).collect()
    }

    /// The text of the first element of this name.
    pub(crate) fn one(&self, name: &str) -> String {
        self.all(name).into_iter().next().unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    /// The first element of a name in which another has this text.
    pub(crate) fn part(&self, name: &str, member: &str, text: &str) -> Answer {
        let parts = self.all(name).into_iter().map(Answer);
        let found = parts.into_iter().find(|part| part.all(member).iter().any(|own| own == text));
        found.unwrap_or_else(|| panic!("no {name} with {member} {text} in {}", self.0))
    }
}

/// A text without XML's escapes.
fn plain(text: &str) -> String {
    text.replace("&apos;", "'").replace("&quot;", "\"").replace("&amp;", "&")
}

/// One call of EC2 or IAM: its answer, or the refusal's code.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    service: &str,
    operation: &str,
    form: &[(&str, &str)],
) -> Result<Answer, String> {
    told(sandbox, service, operation, form).await.map_err(|refusal| refusal.one("Code"))
}

/// One call: its answer, or the refusal.
pub(crate) async fn told(
    sandbox: &Sandbox,
    service: &str,
    operation: &str,
    form: &[(&str, &str)],
) -> Result<Answer, Answer> {
    let region = if service == "iam" { "us-east-1" } else { "eu-west-2" };
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKID/20260914/{region}/{service}/aws4_request, Signature=00");
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("Action", operation).extend_pairs(form);
    let request = Request::post("http://localhost/").header("authorization", scope);
    let request = request.body(Bytes::from(body.finish())).unwrap();
    let (parts, body) = sandbox.respond(request).await.into_parts();
    let answer = Answer(String::from_utf8(body.to_vec()).unwrap());
    if parts.status.is_success() { Ok(answer) } else { Err(answer) }
}

/// A call of EC2 that has to be taken.
pub(crate) async fn ec2(sandbox: &Sandbox, operation: &str, form: &[(&str, &str)]) -> Answer {
    ask(sandbox, "ec2", operation, form).await.unwrap_or_else(|code| panic!("{operation}: {code}"))
}

/// A call of IAM that has to be taken.
pub(crate) async fn iam(sandbox: &Sandbox, operation: &str, form: &[(&str, &str)]) -> Answer {
    ask(sandbox, "iam", operation, form).await.unwrap_or_else(|code| panic!("{operation}: {code}"))
}

/// `accepted`, or the code of the refusal.
pub(crate) async fn code(sandbox: &Sandbox, service: &str, operation: &str, form: &[(&str, &str)]) -> String {
    ask(sandbox, service, operation, form).await.err().unwrap_or_else(|| "accepted".to_owned())
}

/// One call of Systems Manager.
pub(crate) async fn ssm(sandbox: &Sandbox, operation: &str, input: &Value) -> Result<Value, String> {
    crate::sessions::client::ask(sandbox, operation, input).await
}
