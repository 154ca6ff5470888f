//! The web socket below a session: any reliable carrier, with buffers that fit thousands of small frames.

use std::pin::Pin;

use http::Request;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Error, protocol::WebSocketConfig},
};

/// TLS over TCP, or a pipe in a test.
pub trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// An open web socket.
pub type WebSocket = WebSocketStream<Pin<Box<dyn Carrier>>>;

/// Frames of one kilobyte are read and written by the hundred. The service sends small ones; what is larger than the bound
/// isn't ours.
#[must_use]
pub fn configuration() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(256 << 10)
        .write_buffer_size(128 << 10)
        .max_write_buffer_size(1 << 20)
        .max_frame_size(Some(4 << 20))
        .max_message_size(Some(4 << 20))
}

/// Asks for the web socket on an open connection. The library writes frames, the opening message with its token among
/// them, to the `log` crate at its most verbose level: nothing may listen to that.
///
/// `request` carries the signature; what makes it an upgrade is added here.
pub async fn upgrade(request: Request<()>, carrier: impl Carrier + 'static) -> Result<WebSocket, Error> {
    let carrier: Pin<Box<dyn Carrier>> = Box::pin(carrier);
    let (socket, _) = client_async_with_config(request, carrier, Some(configuration())).await?;
    Ok(socket)
}
