//! The wire over a socket: what no SDK would send, and what headers say.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use rds_encrypt::sandbox::{Options, Sandbox, serve};
use tokio::net::{TcpListener, TcpStream};

const SCOPE: &str =
    "AWS4-HMAC-SHA256 Credential=AKID/20260914/eu-west-2/rds/aws4_request, SignedHeaders=host, Signature=00";

async fn post(sandbox: &Sandbox, authorization: Option<&str>, body: &str) -> (u16, String, http::HeaderMap) {
    let mut request = Request::post("http://localhost/");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    let (parts, body) = sandbox.respond(request).await.into_parts();
    (parts.status.as_u16(), String::from_utf8(body.to_vec()).unwrap(), parts.headers)
}

#[tokio::test(start_paused = true)]
async fn refusals_are_aws_refusals() {
    let sandbox = Sandbox::open(Options::default()).unwrap();
    let version = "&Version=2014-10-31";
    let table = [
        (None, "Action=DescribeDBInstances", 403, "MissingAuthenticationToken"),
        (Some(SCOPE), "Action=MakeTea", 400, "InvalidAction"),
        (Some(SCOPE), "Action=DescribeDBInstances&Colour=red", 400, "InvalidParameterValue"),
        (Some(SCOPE), "Action=DescribeDBInstances&MaxRecords=many", 400, "MalformedInput"),
        (Some(SCOPE), "Action=DescribeDBInstances&MaxRecords=19", 400, "InvalidParameterValue"),
        (Some(SCOPE), "Action=CreateDBSnapshot&DBSnapshotIdentifier=a", 400, "MissingParameter"),
        (Some(SCOPE), "Action=DescribeDBInstances&DBInstanceIdentifier=nobody", 404, "DBInstanceNotFound"),
        (Some(SCOPE), "Action=DescribeSourceRegions", 501, "NotImplemented"),
    ];
    for (authorization, body, status, code) in table {
        let (found, text, _) = post(&sandbox, authorization, &format!("{body}{version}")).await;
        assert_eq!(found, status, "{body}: {text}");
        assert!(text.contains(&format!("<Code>{code}</Code>")), "{body}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_say_what_time_it_is() {
    let sandbox = Sandbox::open(Options::default()).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let (status, _, headers) = post(&sandbox, Some(SCOPE), "Action=DescribeDBInstances").await;
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(status, 200);
    assert_eq!(header("x-sandbox-time"), "2026-09-14T10:12:00.000Z");
    assert_eq!(header("x-sandbox-speed"), "600");
    // Date is the host's, so that the SDK doesn't think that its clock is wrong.
    assert!(header("date").ends_with("GMT") && !header("date").contains("14 Sep 2026 10:12"));
    assert!(!header("x-amzn-requestid").is_empty());
}

#[tokio::test]
async fn it_serves_on_a_socket() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let sandbox = Sandbox::open(Options::default()).unwrap();
    let served = tokio::spawn(serve(sandbox, listener, async {
        let _ = stopped.await;
    }));
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post("/").header("host", "localhost").header("authorization", SCOPE);
    let request = request.body(Full::new(Bytes::from_static(b"Action=DescribeDBInstances"))).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("<DBInstanceIdentifier>orders</DBInstanceIdentifier>"));
    drop(sender);
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}
