//! The sandbox on a socket.

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;

use super::Sandbox;
use super::misbehaviour::NeverArrives;

/// Serves the sandbox over HTTP/1.1 until `shutdown` ends; requests under way are answered first.
///
/// # Errors
/// When the listener fails.
pub async fn serve(sandbox: Sandbox, listener: TcpListener, shutdown: impl Future<Output = ()>) -> std::io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            () = &mut shutdown => break,
        };
        // Small answers shouldn't wait for each other.
        stream.set_nodelay(true)?;
        let sandbox = sandbox.clone();
        let service = service_fn(move |request| answer(sandbox.clone(), request));
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection to the sandbox ended early");
            }
        });
    }
    graceful.shutdown().await;
    Ok(())
}

async fn answer(sandbox: Sandbox, request: Request<Incoming>) -> std::io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let response = sandbox.respond(Request::from_parts(parts, body)).await;
    if response.extensions().get::<NeverArrives>().is_some() {
        // An error here makes hyper end the connection, as a broken network would.
        return Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "on order"));
    }
    Ok(response.map(Full::new))
}
