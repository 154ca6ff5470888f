//! The service's calls as plain signed HTTP, for the peer.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use rds_encrypt::tunnel::{
    Service,
    service::{Entrance, Kind, Secret, ServiceFailure, Started},
    socket::{WebSocket, upgrade},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// What the peer knows of us.
pub(super) const CREDENTIALS: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

/// Session Manager at an address of this machine.
pub(super) struct PeerService {
    pub(super) address: String,
    pub(super) document: &'static str,
    pub(super) host: &'static str,
    pub(super) port: u16,
}

/// Sends one request and reads the answer.
pub(super) async fn http(address: &str, method: &str, path: &str, headers: &str, body: &str) -> (u16, Value) {
    let mut socket = TcpStream::connect(address).await.expect("the peer listens");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.expect("the peer reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("the peer answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
    (status, serde_json::from_str(body).expect("JSON"))
}

impl PeerService {
    async fn call(&self, name: &str, input: &Value) -> Result<Value, ServiceFailure> {
        let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AmazonSSM.{name}\r\n");
        let (status, answer) = http(&self.address, "POST", "/", &headers, &input.to_string()).await;
        if status == 200 {
            return Ok(answer);
        }
        let kind = match answer["__type"].as_str() {
            Some("InternalServerError") => Kind::Transient,
            Some("DoesNotExistException") => Kind::Gone,
            _ => Kind::Final,
        };
        Err(ServiceFailure { text: answer.to_string(), kind })
    }
}

fn entrance(answer: &Value) -> Option<Entrance> {
    let member = |name: &str| answer[name].as_str().map(Secret::new);
    Some(Entrance { token: member("TokenValue")?, stream_url: member("StreamUrl")? })
}

impl Service for PeerService {
    async fn start(&self) -> Result<Started, ServiceFailure> {
        let mut parameters = json!({"portNumber": [self.port.to_string()], "localPortNumber": ["0"]});
        if self.document.ends_with("ToRemoteHost") {
            parameters["host"] = json!([self.host]);
        }
        let input = json!({"Target": "i-0123456789abcdef0", "DocumentName": self.document, "Parameters": parameters});
        let answer = self.call("StartSession", &input).await?;
        let session_id = answer["SessionId"].as_str().expect("a name").to_owned();
        Ok(Started { session_id, entrance: entrance(&answer).expect("a token") })
    }

    async fn resume(&self, session_id: &str) -> Result<Option<Entrance>, ServiceFailure> {
        Ok(entrance(&self.call("ResumeSession", &json!({"SessionId": session_id})).await?))
    }

    async fn terminate(&self, session_id: &str) -> Result<(), ServiceFailure> {
        self.call("TerminateSession", &json!({"SessionId": session_id})).await.map(drop)
    }

    async fn connect(&self, stream_url: &Secret) -> Result<WebSocket, ServiceFailure> {
        let failed = |text: String| ServiceFailure { text, kind: Kind::Transient };
        let host = Entrance { token: Secret::new(""), stream_url: stream_url.clone() }.host();
        let mut request = stream_url.reveal().into_client_request().expect("a URL");
        #[expect(clippy::disallowed_methods, reason = "the peer compares nothing with AWS's time")]
        let now = SystemTime::now();
        for (name, value) in signature(stream_url.reveal(), &host, now) {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        let carrier = TcpStream::connect(&host).await.map_err(|error| failed(error.to_string()))?;
        carrier.set_nodelay(true).expect("a socket");
        upgrade(request, carrier).await.map_err(|error| failed(error.to_string()))
    }
}

/// The headers that sign an upgrade; none where the URL is signed already.
fn signature(url: &str, host: &str, time: SystemTime) -> Vec<(&'static str, String)> {
    if url.contains("X-Amz-") {
        return Vec::new();
    }
    let identity = Credentials::from_keys(CREDENTIALS.0, CREDENTIALS.1, None).into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("ssmmessages")
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .expect("all parameters")
        .into();
    let headers = [("host", host)].into_iter();
    let signable = SignableRequest::new("GET", url, headers, SignableBody::Bytes(&[])).expect("a request");
    let (instructions, _) = sign(signable, &parameters).expect("a signature").into_parts();
    let headers = instructions.headers().map(|(name, value)| match name.to_lowercase().as_str() {
        "authorization" => ("authorization", value.to_owned()),
        "x-amz-date" => ("x-amz-date", value.to_owned()),
        other => panic!("an unexpected header {other}"),
    });
    headers.collect()
}

/// Check 1 and 2: the vector of the upgrade's signature, and nothing added to a URL that is signed.
#[test]
fn an_upgrade_is_signed_as_the_service_expects() {
    let host = "ssmmessages.us-east-1.amazonaws.com";
    let url = format!("wss://{host}/v1/data-channel/u-0abc?role=publish_subscribe");
    let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let headers = signature(&url, host, time);
    let authorization = &headers.iter().find(|(name, _)| *name == "authorization").expect("a signature").1;
    let expected = "4149ec90f596bdcf0d3baa6616c54f2fdfc992d7431fb6429a08d9a37d25fc4b";
    assert!(authorization.ends_with(expected), "{authorization}");
    assert!(authorization.contains("SignedHeaders=host;x-amz-date,"), "{authorization}");
    assert!(signature(&format!("{url}&X-Amz-Signature=1"), host, time).is_empty());
}
