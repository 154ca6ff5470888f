//! One port at several addresses.

use std::{
    io::{Error, ErrorKind},
    net::{IpAddr, SocketAddr},
};

use tokio::net::TcpListener;

use crate::tunnel::failure::Failure;

/// A port that is free at one address may be taken at another.
const ATTEMPTS: usize = 32;

/// Listens at all addresses, at the same port. Addresses of a kind that this machine doesn't have are left out, as long as
/// one remains.
pub(super) async fn bind(addresses: &[IpAddr], port: u16) -> Result<Vec<TcpListener>, Failure> {
    let mut attempt = 1;
    loop {
        match bind_once(addresses, port).await {
            Ok(listeners) => return Ok(listeners),
            Err((_, error)) if port == 0 && attempt < ATTEMPTS && error.kind() == ErrorKind::AddrInUse => attempt += 1,
            Err((address, error)) => {
                let why = match error.kind() {
                    ErrorKind::AddrInUse => "another program uses it".into(),
                    ErrorKind::PermissionDenied => "ports below 1024 need special rights".into(),
                    _ => error.to_string(),
                };
                return Err(Failure::Port { address: address.ip().to_string(), port, why });
            }
        }
    }
}

async fn bind_once(addresses: &[IpAddr], port: u16) -> Result<Vec<TcpListener>, (SocketAddr, Error)> {
    let mut listeners = Vec::new();
    let (mut chosen, mut absent) = (port, None);
    for address in addresses {
        let address = SocketAddr::new(*address, chosen);
        match TcpListener::bind(address).await {
            Ok(listener) => {
                chosen = listener.local_addr().map_err(|error| (address, error))?.port();
                listeners.push(listener);
            }
            Err(error) if is_absent(&error) => absent = Some((address, error)),
            Err(error) => return Err((address, error)),
        }
    }
    match (listeners.is_empty(), absent) {
        (true, Some(absent)) => Err(absent),
        _ => Ok(listeners),
    }
}

/// Whether the machine has no such address: IPv6 is switched off on some.
fn is_absent(error: &Error) -> bool {
    // EAFNOSUPPORT has no kind of its own that is stable.
    const UNSUPPORTED_FAMILIES: [i32; 3] = [97, 47, 10047];
    error.kind() == ErrorKind::AddrNotAvailable
        || error.raw_os_error().is_some_and(|code| UNSUPPORTED_FAMILIES.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const BOTH: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

    /// Check 32.
    #[tokio::test]
    async fn the_same_port_answers_at_both_addresses() {
        let listeners = bind(&BOTH, 0).await.expect("a free port");
        let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().expect("an address").port()).collect();
        assert!(ports.iter().all(|port| *port == ports[0] && *port != 0), "{ports:?}");
        for listener in &listeners {
            tokio::net::TcpStream::connect(listener.local_addr().expect("an address")).await.expect("an answer");
        }
    }

    #[tokio::test]
    async fn a_port_in_use_is_named() {
        let taken = bind(&BOTH, 0).await.expect("a free port");
        let port = taken[0].local_addr().expect("an address").port();
        let failure = bind(&BOTH, port).await.expect_err("taken").to_string();
        assert!(failure.starts_with(&format!("port {port} on 127.0.0.1 can't be opened: another program uses it")));
    }
}
