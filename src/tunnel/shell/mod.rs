//! Shells and commands over a session: plain bytes both ways, the terminal's size, and encryption with a data key of KMS
//! where the account asks for it. Pure.
//!
//! | file | question it answers |
//! |---|---|
//! | `handshake` | what does the agent ask for, and what is answered? |
//! | `cipher` | how are bytes encrypted, in each direction? |
//! | `stage` | how far is the session, and may anything be said yet? |
//! | `conversation` | how does the terminal's side use it? |

pub mod cipher;
pub mod conversation;
pub mod handshake;
mod stage;

use serde::Serialize;

pub use cipher::{Ciphers, DATA_KEY_BYTES, DataKey};
pub use conversation::{Conversation, Said};
pub use handshake::KeyWanted;
pub use stage::Shell;
pub(super) use stage::Step;

/// What a program prints, and the keyboard, go by this number.
pub(super) const MAIN: u32 = 1;
/// What a command prints as errors, where it is told apart.
pub(super) const ERRORS: u32 = 2;
/// The payload that tells the exit code.
pub(super) const EXIT: u32 = 3;

/// How many characters a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Size {
    /// In a row.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// Where there is no terminal; the official client says the same.
    pub const WITHOUT_TERMINAL: Self = Self { cols: 300, rows: 100 };
}

/// What is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellKind {
    /// A terminal, with a shell or another program in it.
    Terminal,
    /// A command without a terminal: it hears Ctrl-C and Ctrl-\, and no other key.
    Command,
}

/// What a session for a shell is begun with.
#[derive(Clone, Debug)]
pub struct ShellSettings {
    /// The terminal's size.
    pub size: Size,
    /// Where the session has to be encrypted: who says so.
    pub must_encrypt: Option<String>,
}
