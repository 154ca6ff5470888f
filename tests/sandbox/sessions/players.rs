//! Programs in memory, for shells on a paused clock.

use rds_encrypt::sandbox::{Played, Sandbox, Told};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{mpsc, oneshot};

use super::client::BASTION;

/// Where a program plays.
pub(crate) struct Stage {
    pub(crate) screen: DuplexStream,
    pub(crate) errors: Option<DuplexStream>,
    pub(crate) told: mpsc::UnboundedReceiver<Told>,
}

/// All that sessions run from now on is this; it returns its exit code.
pub(crate) fn play<F>(sandbox: &Sandbox, program: impl Fn(Stage) -> F + Send + Sync + 'static)
where
    F: Future<Output = i32> + Send + 'static,
{
    sandbox.sessions().shells_by(move |wanted| {
        let (screen, near) = tokio::io::duplex(1 << 16);
        let (errors, second) = wanted.apart.then(|| tokio::io::duplex(1 << 16)).unzip();
        let (told, hears) = mpsc::unbounded_channel();
        let (exits, exit) = oneshot::channel();
        let playing = program(Stage { screen: near, errors: second, told: hears });
        tokio::spawn(async move { exits.send(playing.await) });
        Ok(Played { screen, errors, told, exit })
    });
}

/// Says hello, then back what it hears and what happens to it, and ends at a `q`.
pub(crate) async fn parrot(mut stage: Stage) -> i32 {
    let _ = stage.screen.write_all(b"hello\n").await;
    if let Some(errors) = &mut stage.errors {
        let _ = errors.write_all(b"oh\n").await;
    }
    let mut buffer = [0; 1 << 12];
    loop {
        tokio::select! {
            read = stage.screen.read(&mut buffer) => match read {
                Ok(read) if read > 0 && !buffer[..read].contains(&b'q') => {
                    let _ = stage.screen.write_all(&buffer[..read]).await;
                }
                _ => return 7,
            },
            Some(told) = stage.told.recv() => {
                let _ = stage.screen.write_all(format!("{told:?}\n").as_bytes()).await;
                if told == Told::Signal(0x1c) {
                    return 7;
                }
            }
        }
    }
}

/// `StartSession`'s input for a shell.
pub(crate) fn shell() -> Value {
    json!({"Target": BASTION})
}

/// The same for a command, in a terminal or without one.
pub(crate) fn command(kind: &str, command: &str) -> Value {
    let document = format!("AWS-Start{kind}Command");
    json!({"Target": BASTION, "DocumentName": document, "Parameters": {"command": [command]}})
}
