//! This terminal: given to the other end as it is, and taken back on every way out.

use std::{
    io::{self, IsTerminal},
    panic,
    sync::{Mutex, Once, PoisonError},
};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use crate::tunnel::shell::Size;

/// How the terminal was. Shared, since a signal and a panic have to find it.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);
static ON_PANIC: Once = Once::new();

/// As long as it lives, keys come one by one and unchanged, and nothing is made of what is written.
#[derive(Debug)]
pub(super) struct Raw(());

impl Raw {
    /// Begins. Nothing where stdin is no terminal.
    pub(super) fn begin() -> Option<Self> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        // A message of a panic is for a terminal that works.
        ON_PANIC.call_once(|| {
            let usual = panic::take_hook();
            panic::set_hook(Box::new(move |about| {
                restore_terminal();
                usual(about);
            }));
        });
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        let guard = Self(());
        tcsetattr(io::stdin(), OptionalActions::Now, &raw).is_ok().then_some(guard)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore_terminal();
    }
}

/// Gives the terminal back as it was before a shell took it; harmless where none has.
pub fn restore_terminal() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // One that went away needs no restoring.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
    }
}

/// How large the terminal is; a pipe has no size.
pub(super) fn size() -> Size {
    let of_terminal = tcgetwinsize(io::stdout()).or_else(|_| tcgetwinsize(io::stdin())).ok();
    let size = of_terminal.map(|size| Size { cols: size.ws_col, rows: size.ws_row });
    size.filter(|size| size.cols > 0 && size.rows > 0).unwrap_or(Size::WITHOUT_TERMINAL)
}
