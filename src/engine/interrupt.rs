//! A request to end: from a person's Ctrl-C, or SIGTERM.

use tokio::sync::watch;

/// Asks for an end. Clones ask the same.
#[derive(Clone, Debug)]
pub struct Interrupter(watch::Sender<bool>);

/// Hears whether an end was asked for. Clones hear the same.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupter {
    /// A pair of the two.
    #[must_use]
    pub fn new() -> (Self, Interrupt) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Interrupt(receiver))
    }

    /// Asks for an end: no further call to AWS and no further wait begins.
    pub fn interrupt(&self) {
        self.0.send_replace(true);
    }
}

impl Interrupt {
    /// Whether an end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until an end is asked for.
    pub async fn asked(&mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }
}
