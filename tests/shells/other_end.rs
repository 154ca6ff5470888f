//! What the program is pointed at.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

use super::{agent::Order, relay};

/// A machine that EC2 doesn't know: Session Manager alone is asked about it.
pub(super) const TARGET: &str = "mi-0123456789abcdef0";

/// How this agent is.
#[derive(Clone, Debug, Default)]
pub(super) struct Habits {
    /// Encrypts with a data key.
    pub(super) encrypts: bool,
    /// Sends a challenge for the key's context.
    pub(super) challenges: bool,
    /// The key that the account's preferences name.
    pub(super) preferences: Option<&'static str>,
    /// Tells errors and exit code of commands apart.
    pub(super) separates: bool,
    /// KMS gives no key.
    pub(super) key_denied: bool,
    /// Lost web sockets can't be had back: the session is over, ...
    pub(super) gone_when_lost: bool,
    /// ... or the service refuses for now.
    pub(super) refuses_resume: bool,
    /// `TerminateSession` is never answered.
    pub(super) never_ends: bool,
    /// The target isn't connected.
    pub(super) away: bool,
}

/// What was seen of the program.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) calls: Vec<(String, Value)>,
    pub(super) sizes: Vec<Value>,
    /// Client messages of type 1, as they came.
    pub(super) inputs: Vec<Vec<u8>>,
    pub(super) trouble: Vec<String>,
}

/// Where an other end is.
pub(super) struct Place {
    /// Variables that lead the program to it.
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) target: &'static str,
}

impl Place {
    pub(super) fn new(address: SocketAddr, target: &'static str) -> Self {
        Self { variables: vec![("AWS_ENDPOINT_URL", format!("http://{address}"))], target }
    }
}

/// An other end of our own, and what can be done to it.
pub(super) struct OtherEnd {
    pub(super) place: Place,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) orders: mpsc::UnboundedSender<Order>,
}

impl OtherEnd {
    /// Serves one.
    pub(super) async fn start(habits: Habits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (seen, (orders, received)) = (Arc::<Mutex<Seen>>::default(), mpsc::unbounded_channel());
        tokio::spawn(relay::serve(listener, habits, seen.clone(), received));
        Self { place: Place::new(address, TARGET), seen, orders }
    }

    pub(super) fn calls(&self, name: &str) -> Vec<Value> {
        let seen = self.seen.lock().expect("no panic");
        seen.calls.iter().filter(|(call, _)| call == name).map(|(_, input)| input.clone()).collect()
    }

    pub(super) fn assert_no_trouble(&self) {
        let seen = self.seen.lock().expect("no panic");
        assert!(seen.trouble.is_empty(), "{:?}", seen.trouble);
    }

    pub(super) fn order(&self, order: Order) {
        self.orders.send(order).expect("it serves");
    }
}
