//! The sandbox on a socket, and the web sockets of its sessions.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Sandbox;
use super::misbehaviour::NeverArrives;
use super::ssm::channel::{self, Act};

/// Serves the sandbox over HTTP/1.1 until `shutdown` ends; requests under way are answered first. Web sockets of sessions
/// end with it.
///
/// # Errors
/// When the listener fails.
pub async fn serve(sandbox: Sandbox, listener: TcpListener, shutdown: impl Future<Output = ()>) -> std::io::Result<()> {
    let (ending, ended) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    sandbox.sessions().listens(listener.local_addr()?, None);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            () = &mut shutdown => break,
        };
        // Small answers shouldn't wait for each other.
        stream.set_nodelay(true)?;
        while connections.try_join_next().is_some() {}
        connections.spawn(until(sandbox.clone(), stream, ended.clone()));
    }
    drop(ending);
    sandbox.sessions().act(&Act::Cut, None);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Serves the sandbox on one connection, which needn't be a socket: over a pipe in memory a client of a session's web
/// socket can be tested on a paused clock.
pub async fn serve_connection(sandbox: Sandbox, connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let (_ending, ended) = watch::channel(());
    until(sandbox, connection, ended).await;
}

/// Serves one connection; once nobody holds the other end of `ended`, it ends after the request that it is at.
async fn until(
    sandbox: Sandbox,
    connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    mut ended: watch::Receiver<()>,
) {
    let service = service_fn(move |request| answer(sandbox.clone(), request));
    let http = hyper::server::conn::http1::Builder::new();
    let mut serving = std::pin::pin!(http.serve_connection(TokioIo::new(connection), service).with_upgrades());
    let result = tokio::select! {
        result = serving.as_mut() => result,
        _ = ended.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection to the sandbox ended early");
    }
}

/// The same with a name for its type: answering a request may lead to listening for others.
fn served(sandbox: Sandbox, stream: TcpStream) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(serve_connection(sandbox, stream))
}

impl Sandbox {
    /// Sees to it that somebody takes the web sockets that sessions are offered: whoever serves the sandbox, or else, where
    /// it only answers in process, a listener on a free port of loopback that lives as long as the sandbox and the runtime.
    pub(crate) async fn take_sockets(&self) {
        if self.sessions().address().is_some() {
            return;
        }
        let listener = match TcpListener::bind(("127.0.0.1", 0)).await {
            Ok(listener) => listener,
            Err(error) => return tracing::warn!(%error, "the sandbox can't take the web sockets of sessions"),
        };
        let Ok(address) = listener.local_addr() else { return };
        let weak = self.weak();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await
                && let Some(sandbox) = weak.upgrade()
            {
                // A socket that has gone already ends by itself.
                let _ = stream.set_nodelay(true);
                tokio::spawn(served(sandbox, stream));
            }
        });
        self.sessions().listens(address, Some(task));
    }
}

async fn answer(sandbox: Sandbox, mut request: Request<Incoming>) -> std::io::Result<Response<Full<Bytes>>> {
    if channel::is_channel(&request) {
        return Ok(channel::upgrade(sandbox.sessions(), &mut request));
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let response = sandbox.respond(Request::from_parts(parts, body)).await;
    if response.extensions().get::<NeverArrives>().is_some() {
        // An error here makes hyper end the connection, as a broken network would.
        return Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "on order"));
    }
    Ok(response.map(Full::new))
}
