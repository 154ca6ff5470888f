//! What the keyboard writes onto the screen while bars are drawn.

use std::io;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Keeps the terminal from writing `^C` among the bars, which would move them by a line, until it is dropped.
///
/// Left behind by a kill it does no harm: only control keys are shown less.
#[derive(Debug)]
pub(super) struct NoControlEcho(Option<Termios>);

impl NoControlEcho {
    /// Begins; where stdin is no terminal there is nothing to do.
    pub(super) fn begin() -> Self {
        let Ok(before) = tcgetattr(io::stdin()) else { return Self(None) };
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHOCTL);
        let begun = tcsetattr(io::stdin(), OptionalActions::Now, &quiet);
        Self(begun.is_ok().then_some(before))
    }
}

impl Drop for NoControlEcho {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // A terminal that went away needs no restoring.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}
