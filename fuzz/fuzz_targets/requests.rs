//! Any bytes as a request to the sandbox: it answers, and its world stays readable.
//!
//! A seed is a text: `<path> <service> [<x-amz-target>]`, an empty line, the body.
#![no_main]

use std::cell::RefCell;

use bytes::Bytes;
use http::Request;
use libfuzzer_sys::fuzz_target;
use rds_encrypt::sandbox::{Options, Sandbox};

fuzz_target!(|bytes: &[u8]| {
    let (head, body) = halves(bytes);
    let mut words = head.split(' ');
    let (path, service) = (words.next().unwrap_or_default(), words.next().unwrap_or("rds"));
    let scope = format!("AKIDSANDBOX/20261125/eu-west-2/{service}/aws4_request");
    let mut request = Request::post(format!("http://sandbox/{path}"))
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"));
    if let Some(target) = words.next() {
        request = request.header("x-amz-target", target);
    }
    let Ok(request) = request.body(Bytes::copy_from_slice(body)) else { return };
    // Orders to be late are kept at once.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let work = WORLD.with_borrow_mut(|world| respond(world, request));
    runtime.block_on(work);
});

thread_local! {
    /// A world that nothing has changed yet: making one takes longer than asking it.
    static WORLD: RefCell<Option<Sandbox>> = const { RefCell::new(None) };
}

fn respond(world: &mut Option<Sandbox>, request: Request<Bytes>) -> impl Future<Output = ()> + use<> {
    let sandbox = world.take().unwrap_or_else(|| Sandbox::open(Options::default()).expect("a world in memory"));
    *world = Some(sandbox.clone());
    async move {
        let answer = sandbox.respond(request).await;
        assert!((200..600).contains(&answer.status().as_u16()), "{answer:?}");
        if !answer.status().is_success() {
            return;
        }
        // It may have changed the world: that must still be readable, and the next run gets a new one.
        sandbox.behave();
        let look = Request::post("http://sandbox/")
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={RDS}, Signature=0"))
            .body(Bytes::from_static(b"Action=DescribeDBInstances"))
            .expect("a request");
        assert_eq!(sandbox.respond(look).await.status(), 200);
        WORLD.take();
    }
}

const RDS: &str = "AKIDSANDBOX/20261125/eu-west-2/rds/aws4_request";

/// What stands before the first empty line, and what comes after it.
fn halves(bytes: &[u8]) -> (&str, &[u8]) {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(end);
    (std::str::from_utf8(head).unwrap_or_default(), rest.get(2..).unwrap_or_default())
}
