//! The tunnel's client side as a whole, against two agents that don't share its thoughts: a small one in memory, whose
//! time is virtual and which misbehaves by rule, and the independent peer, a program in Python.
//!
//! The numbers of checks are those of the conformance list that the protocol's description ends with.

#[cfg(test)]
mod tunnel {
    mod endings;
    mod fake;
    mod fake_agent;
    mod forwarding;
    mod handshakes;
    mod losses;
    mod peer;
    mod peer_faults;
    mod peer_process;
    mod peer_service;
    mod program;
    mod resuming;
    mod shells;
    mod streams;
    mod traffic;
    mod waits;
}
