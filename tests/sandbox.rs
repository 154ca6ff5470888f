//! The sandbox seen from outside: through the official SDK in process, and over HTTP.

#[cfg(test)]
#[path = "sandbox/access/mod.rs"]
mod access;
#[cfg(test)]
#[path = "sandbox/accounts.rs"]
mod accounts;
#[cfg(test)]
#[path = "sandbox/documents.rs"]
mod documents;
#[cfg(test)]
#[path = "sandbox/faults.rs"]
mod faults;
#[cfg(test)]
#[path = "sandbox/flow.rs"]
mod flow;
#[cfg(test)]
#[path = "sandbox/help.rs"]
mod help;
#[cfg(test)]
#[path = "sandbox/large.rs"]
mod large;
#[cfg(test)]
#[path = "sandbox/networks.rs"]
mod networks;
#[cfg(test)]
#[path = "sandbox/orders.rs"]
mod orders;
#[cfg(test)]
#[path = "sandbox/others.rs"]
mod others;
#[cfg(test)]
#[path = "sandbox/rules/mod.rs"]
mod rules;
#[cfg(test)]
#[path = "sandbox/seeds.rs"]
mod seeds;
#[cfg(test)]
#[path = "sandbox/sessions/mod.rs"]
mod sessions;
#[cfg(test)]
#[path = "sandbox/settings.rs"]
mod settings;
#[cfg(test)]
#[path = "sandbox/shapes.rs"]
mod shapes;
#[cfg(test)]
#[path = "sandbox/simulations.rs"]
mod simulations;
#[cfg(test)]
#[path = "sandbox/wire.rs"]
mod wire;
#[cfg(test)]
#[path = "sandbox/worlds.rs"]
mod worlds;
