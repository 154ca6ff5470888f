//! Any bytes as AWS's answer to any of our calls: status, headers and body.
//!
//! A seed is a text: `<number of the call> <status>`, lines of headers, an empty line, the body.
#![no_main]

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use libfuzzer_sys::fuzz_target;
use rds_encrypt::{
    aws::{Aws, Connection},
    model::Call,
};

#[derive(Clone, Debug, Default)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Answers every request in the same way.
#[derive(Clone, Debug, Default)]
struct Stub(Arc<Mutex<Answer>>);

impl HttpConnector for Stub {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let Answer { status, headers, body } = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        HttpConnectorFuture::ready(respond(status, &headers, body))
    }
}

fn respond(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let response = response.body(SdkBody::from(body)).map_err(|error| ConnectorError::io(error.into()))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::io(error.into()))
}

impl HttpClient for Stub {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let number = first.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or_default();
    let status = first.next().and_then(|word| word.parse().ok()).unwrap_or(200);
    let headers = lines.filter_map(|line| line.split_once(": "));
    let answer = Answer {
        status,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: rest.get(2..).unwrap_or_default().to_vec(),
    };
    // Made before the first run: a runtime can't be entered within another.
    LazyLock::force(&AWS);
    runtime().block_on(ask(number, answer));
});

/// One connection for all runs: making it reads AWS's configuration.
static AWS: LazyLock<(Stub, Aws)> = LazyLock::new(|| {
    let stub = Stub::default();
    let connection = Connection {
        region: Some("eu-west-2".to_owned()),
        in_process: Some(SharedHttpClient::new(stub.clone())),
        ..Connection::default()
    };
    (stub, runtime().block_on(Aws::connect(&connection)).expect("a client"))
});

/// Waits between attempts pass at once.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

async fn ask(number: usize, answer: Answer) {
    let (stub, aws) = &*AWS;
    *stub.0.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    let names = ["orders", "orders-abcdefgh-g1"];
    match number % 12 {
        0 => shown(&aws.instances(&names).await),
        1 => shown(&aws.instance_by_resource_id("db-ORDERS").await),
        2 => shown(&aws.snapshots(&names).await),
        3 => shown(&aws.caller_identity().await),
        4 => shown(&aws.key("alias/orders").await),
        5 => shown(&aws.aliases().await),
        6 => shown(&aws.certificates().await),
        call => {
            let outcome = aws.act(&call_of(call - 7)).await;
            let text = serde_json::to_string(&outcome).expect("an outcome can be saved");
            assert_eq!(serde_json::from_str::<rds_encrypt::model::Outcome>(&text).expect("and read"), outcome);
        }
    }
    let _ = (aws.clock().now(), aws.clock().sandbox_speed());
}

/// What came of it can be shown, whatever it is.
fn shown(result: &impl std::fmt::Debug) {
    assert!(!format!("{result:?}").is_empty());
}

fn call_of(number: usize) -> Call {
    let (instance, resource_id) = ("orders".to_owned(), "db-ORDERS".to_owned());
    match number {
        0 => Call::CreateDBSnapshot { instance, resource_id, snapshot: "s".into(), tags: [].into() },
        1 => Call::CopyDBSnapshot {
            source: "s".into(),
            target: "c".into(),
            kms_key_id: "arn:aws:kms:eu-west-2:000000000000:key/1".into(),
            tags: [].into(),
        },
        2 => Call::RestoreDBInstanceFromDBSnapshot { snapshot: "c".into(), target: instance, settings: [].into() },
        3 => Call::ModifyDBInstance { instance, resource_id, settings: [].into() },
        _ => Call::RebootDBInstance { instance, resource_id },
    }
}
