//! Numbers, acknowledgements and what is sent again, for each direction. Pure: time is passed in.
//!
//! One counter a direction, from 0, for all data messages, and never reset: not by a new web socket either.

pub mod receiver;
pub mod sender;
pub mod timing;
pub mod window;

pub use receiver::{Held, Placed, Receiver};
pub use sender::Sender;
pub use timing::Timing;
pub use window::Window;
