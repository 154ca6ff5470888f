//! `bridge TARGET HOST PORT`: a tunnel by the independent library. Says where it listens, and goes on until it is killed
//! or the session ends.

use std::{error::Error, sync::Arc};

use aws_ssm_bridge::{
    EndpointPolicy, PortForwardConfig, PortForwarder, SessionBuilder, ShutdownSignal, documents::PortForwardingToRemoteHost,
    install_signal_handlers,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [target, host, port] = words.as_slice() else { return Err("bridge TARGET HOST PORT".into()) };
    let shutdown = ShutdownSignal::new();
    install_signal_handlers(shutdown.clone());
    let session = SessionBuilder::new(target)
        .document(PortForwardingToRemoteHost::new(host, port.parse()?))
        // The other end is on this machine.
        .endpoint_policy(EndpointPolicy::AllowAny)
        .start()
        .await?;
    let session = Arc::new(session);
    let forwarder = PortForwarder::bind(PortForwardConfig {
        local_addr: "127.0.0.1:0".parse()?,
        max_connections: 100,
        ..Default::default()
    })
    .await?;
    println!("{} {}", forwarder.local_addr(), session.id());
    forwarder.forward(session.clone(), shutdown).await?;
    eprintln!("agent {:?}, closed {:?}", session.agent_version(), session.close_reason());
    session.terminate().await?;
    Ok(())
}
