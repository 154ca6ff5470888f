//! Turns to be copied: a migration of a batch asks for one before its copy, so that no more copies are under way than the
//! batch has slots, however well their beginnings were foreseen.

use tokio::sync::{mpsc, oneshot};

/// Who asks for a turn, by its place in the batch, and where it is given.
pub(super) type Asking = (usize, oneshot::Sender<()>);

/// A migration's way to ask for its turn.
#[derive(Debug)]
pub struct Turn {
    /// Its place in the batch.
    pub(super) index: usize,
    /// To whoever gives turns.
    pub(super) ask: mpsc::UnboundedSender<Asking>,
}

impl Turn {
    /// Waits for it. Where nobody gives turns any more, none is needed.
    pub(super) async fn given(&self) {
        let (give, given) = oneshot::channel();
        if self.ask.send((self.index, give)).is_ok() {
            drop(given.await);
        }
    }
}
