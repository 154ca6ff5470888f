//! `--log-file`: what happened, for those who look afterwards.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, sync::Mutex};

use tracing::{Level, Subscriber, subscriber::DefaultGuard};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, registry};

use super::Failure;

/// Logs to a file, 0600, for as long as the guard lives.
pub(super) fn to_file(path: &Path) -> Result<DefaultGuard, Failure> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Failure::Usage(format!("can't write the log {}: {error}", path.display())))?;
    Ok(tracing::subscriber::set_default(subscriber(Mutex::new(file))))
}

/// Our own words in detail, everybody else's from `info` on: below that the SDK logs the bodies of requests and
/// answers, secrets among them, so no variable can ask for it.
fn subscriber(to: impl for<'a> fmt::MakeWriter<'a> + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    let ours = Targets::new().with_default(Level::INFO).with_target(env!("CARGO_CRATE_NAME"), Level::DEBUG);
    registry().with(ours).with(fmt::layer().with_ansi(false).with_writer(to))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, PoisonError},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn bodies_that_the_sdk_logs_stay_out() {
        let memory = Memory::default();
        let writer = memory.clone();
        tracing::subscriber::with_default(subscriber(move || writer.clone()), || {
            tracing::debug!("ours");
            tracing::debug!(target: "aws_smithy_runtime::client", "SECRET");
            tracing::trace!(target: "hyper::proto", "SECRET");
            tracing::info!(target: "aws_config", "theirs");
        });
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("ours") && text.contains("theirs"), "{text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
}
