//! The data channel of Session Manager: the service's relay and the machines' agents, behind one web-socket server.
//!
//! It keeps the habits of AWS's agent (amazon-ssm-agent 3.3), its faults included: it rests a millisecond after each
//! KiB, resends only the oldest message, dials one destination after another, and knows no window for a stream. The
//! service between client and agent is closed source: what is known of it is known from its two ends.
//!
//! | file | question it answers |
//! |---|---|
//! | `message`, `payload`, `smux` | how do bytes look? |
//! | `version` | what can which version do? |
//! | `sequence` | which number comes next, and what is sent again? |
//! | `facts`, `session`, `state`, `receive`, `handshake` | what does the agent do when something happens? |
//! | `carrier`, `many`, `one`, `shell` | how do bytes get to their destination and back? |
//! | `dial`, `program`, `local` | where is that, and what runs there? |
//! | `cipher`, `encryption` | how is a shell encrypted? |
//! | `sessions`, `socket`, `line` | who has come, over which socket, and may they? |
//! | `habits`, `trouble` | how is it to be, and how is it to go wrong? |

mod carrier;
mod cipher;
mod dial;
mod encryption;
mod facts;
mod habits;
mod handshake;
mod line;
mod local;
mod many;
mod message;
mod one;
mod payload;
mod program;
mod receive;
mod sequence;
mod session;
mod sessions;
mod shell;
mod smux;
mod socket;
mod state;
mod trouble;
mod version;

pub use dial::{Dial, Reach, Wanted};
pub(crate) use dial::{Network, Resolved, Road};
pub use facts::SessionType;
pub(crate) use facts::{Facts, Preferences, Runs};
pub use habits::{Document, Habits};
pub use program::{Played, Told, WantedShell};
pub use sessions::{Act, Sessions, Standing};
pub(crate) use sessions::{Given, Resumed};
pub(crate) use socket::{is_channel, upgrade};
pub use trouble::{Mischief, Trouble, Way};

/// The date of messages.
fn now_in_milliseconds() -> u64 {
    u64::try_from(crate::sandbox::host::now().as_millisecond()).unwrap_or(1)
}
