//! Destinations in memory, for sessions on a paused clock.

use rds_encrypt::sandbox::{Dial, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// Every destination that a session may reach says back what it hears.
pub(crate) fn echoes(sandbox: &Sandbox) {
    sandbox.sessions().served_by(|_| Some(spoken_with(echo)));
}

/// A destination that does this.
pub(crate) fn spoken_with<F: Future<Output = ()> + Send + 'static>(server: impl FnOnce(DuplexStream) -> F) -> Dial {
    let (near, far) = tokio::io::duplex(1 << 16);
    tokio::spawn(server(far));
    Dial::Pipe(near)
}

/// Says back what it hears.
pub(crate) async fn echo(mut stream: DuplexStream) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = stream.read(&mut buffer).await
        && read > 0
        && stream.write_all(&buffer[..read]).await.is_ok()
    {}
}

/// Hears all, and only then says something.
pub(crate) async fn answers_at_the_end(mut stream: DuplexStream) {
    let mut heard = Vec::new();
    if stream.read_to_end(&mut heard).await.is_ok() {
        let _ = stream.write_all(b"late").await;
    }
}

/// Never reads.
pub(crate) async fn deaf(stream: DuplexStream) {
    std::future::pending::<()>().await;
    drop(stream);
}
