//! A request to end: from a person's Ctrl-C, or SIGTERM.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

/// Asks for an end. Clones ask the same.
#[derive(Clone, Debug)]
pub struct Interrupter {
    asked: watch::Sender<bool>,
    keyboard_is_anothers: Arc<AtomicBool>,
}

/// Hears whether an end was asked for. Clones hear the same.
#[derive(Clone, Debug)]
pub struct Interrupt {
    asked: watch::Receiver<bool>,
    keyboard_is_anothers: Arc<AtomicBool>,
}

/// As long as it lives, Ctrl-C is meant for another program in the same terminal.
#[derive(Debug)]
pub struct KeyboardLeft(Arc<AtomicBool>);

impl Interrupter {
    /// A pair of the two.
    #[must_use]
    pub fn new() -> (Self, Interrupt) {
        let ((sender, receiver), anothers) = (watch::channel(false), Arc::new(AtomicBool::new(false)));
        let interrupt = Interrupt { asked: receiver, keyboard_is_anothers: anothers.clone() };
        (Self { asked: sender, keyboard_is_anothers: anothers }, interrupt)
    }

    /// Asks for an end: no further call to AWS and no further wait begins.
    pub fn interrupt(&self) {
        self.asked.send_replace(true);
    }

    /// Whether Ctrl-C is meant for a program that runs inside ours, which hears it by itself.
    #[must_use]
    pub fn keyboard_is_anothers(&self) -> bool {
        self.keyboard_is_anothers.load(Ordering::Relaxed)
    }
}

impl Interrupt {
    /// Whether an end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until an end is asked for.
    pub async fn asked(&mut self) {
        if self.asked.wait_for(|asked| *asked).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }

    /// Leaves the keyboard to a program that is about to run in the same terminal.
    #[must_use]
    pub fn leave_keyboard(&self) -> KeyboardLeft {
        self.keyboard_is_anothers.store(true, Ordering::Relaxed);
        KeyboardLeft(self.keyboard_is_anothers.clone())
    }
}

impl Drop for KeyboardLeft {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
