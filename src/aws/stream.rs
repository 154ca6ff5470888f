//! The web socket of a session: a signed request, over TLS.

use std::{
    net::{IpAddr, ToSocketAddrs},
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use http::{HeaderName, HeaderValue, Request, Uri};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use tokio_tungstenite::tungstenite::{Error, client::IntoClientRequest};

use super::Aws;
use crate::tunnel::{
    service::{Kind, Secret, ServiceFailure},
    socket::{WebSocket, upgrade},
};

/// The official client waits as long for the upgrade.
const PATIENCE: Duration = Duration::from_secs(45);

/// Connects, signs and asks for the web socket. No text of a failure has the address: a part of it is secret.
pub(super) async fn open(aws: &Aws, stream_url: &Secret) -> Result<WebSocket, ServiceFailure> {
    let opened = timeout(PATIENCE, opened(aws, stream_url)).await;
    opened.unwrap_or_else(|_| Err(passing(format!("no answer within {} seconds", PATIENCE.as_secs()))))
}

async fn opened(aws: &Aws, stream_url: &Secret) -> Result<WebSocket, ServiceFailure> {
    let url = stream_url.reveal();
    let place = Place::of(url).ok_or_else(|| lasting("the service names no address that can be used"))?;
    let credentials = aws.credentials().await?;
    let seconds = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let request = signed(url, &place, aws.region(), credentials, now)?;
    let carrier = TcpStream::connect((place.host.as_str(), place.port)).await;
    let carrier = carrier.map_err(|error| passing(error.to_string()))?;
    // Acknowledgements mustn't wait for each other; a socket that can't do it works as well.
    let _ = carrier.set_nodelay(true);
    if !place.tls {
        return upgrade(request, carrier).await.map_err(|error| of_upgrade(&error));
    }
    let carrier = secured(&place.host, carrier).await?;
    upgrade(request, carrier).await.map_err(|error| of_upgrade(&error))
}

impl Aws {
    async fn credentials(&self) -> Result<Credentials, ServiceFailure> {
        let provider = self.credentials_provider().ok_or_else(|| lasting("no credentials are set"))?;
        provider.provide_credentials().await.map_err(|error| passing(format!("no usable credentials: {error}")))
    }
}

/// Where a stream's address leads.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: u16,
    tls: bool,
    /// Host and, where it isn't the usual one, port.
    authority: String,
}

impl Place {
    /// Without TLS only to this machine: what is sent is worth a session.
    fn of(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = match uri.scheme_str()? {
            "wss" => true,
            "ws" if is_loopback(&host) => false,
            _ => return None,
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Self { host, port, tls, authority: uri.authority()?.to_string() })
    }
}

fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.is_loopback();
    }
    host == "localhost"
        && (host, 0).to_socket_addrs().is_ok_and(|mut addresses| addresses.all(|address| address.ip().is_loopback()))
}

/// The request for the upgrade; unsigned where the address is signed already.
fn signed(
    url: &str,
    place: &Place,
    region: &str,
    credentials: Credentials,
    now: SystemTime,
) -> Result<Request<()>, ServiceFailure> {
    let mut request = url.into_client_request().map_err(|_| lasting("the service's address can't be used"))?;
    if url.contains("X-Amz-") {
        return Ok(request);
    }
    let unsigned = |error: &dyn std::error::Error| lasting(format!("the request can't be signed: {error}"));
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("ssmmessages")
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unsigned(&error))?
        .into();
    let headers = [("host", place.authority.as_str())].into_iter();
    let signable = SignableRequest::new("GET", url, headers, SignableBody::Bytes(&[]));
    let signable = signable.map_err(|error| unsigned(&error))?;
    let (instructions, _) = sign(signable, &parameters).map_err(|error| unsigned(&error))?.into_parts();
    for (name, value) in instructions.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unsigned(&error))?;
        let mut value = HeaderValue::from_str(value).map_err(|error| unsigned(&error))?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// The same connection below TLS, to the host that it was made to.
pub(super) async fn secured(host: &str, carrier: TcpStream) -> Result<TlsStream<TcpStream>, ServiceFailure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| lasting(error.to_string()))?;
    tls()?.connect(name, carrier).await.map_err(|error| passing(format!("TLS: {error}")))
}

/// The system's own certificate authorities, as for every other call.
fn tls() -> Result<TlsConnector, ServiceFailure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| lasting(format!("TLS: {error}")))?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

/// The status says enough; a body or an address could hold a secret.
fn of_upgrade(error: &Error) -> ServiceFailure {
    match error {
        Error::Http(answer) => passing(format!("the service answered HTTP {}", answer.status().as_u16())),
        Error::Io(error) => passing(error.to_string()),
        Error::Url(_) => lasting("the service's address can't be used"),
        other => passing(other.to_string()),
    }
}

fn passing(text: impl Into<String>) -> ServiceFailure {
    ServiceFailure { text: text.into(), kind: Kind::Transient }
}

fn lasting(text: impl Into<String>) -> ServiceFailure {
    ServiceFailure { text: text.into(), kind: Kind::Final }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_tls() {
        let place = |url| Place::of(url).map(|place| (place.host, place.port, place.tls));
        assert_eq!(place("wss://a.example/v1?x=1"), Some(("a.example".into(), 443, true)));
        assert_eq!(place("wss://a.example:8443/"), Some(("a.example".into(), 8443, true)));
        assert_eq!(place("ws://127.0.0.1:4566/v1"), Some(("127.0.0.1".into(), 4566, false)));
        assert_eq!(place("ws://[::1]:4566/v1"), Some(("::1".into(), 4566, false)));
        for wrong in ["ws://a.example/v1", "ws://10.0.0.1/", "http://127.0.0.1/", "", "wss://", "no address"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_upgrade_is_signed_as_the_service_expects() {
        let url = "wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/u-0abc?role=publish_subscribe";
        let keys = || Credentials::from_keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let request = |url: &str| signed(url, &Place::of(url).unwrap(), "us-east-1", keys(), time).unwrap();
        let signature =
            |url: &str| request(url).headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let expected = "4149ec90f596bdcf0d3baa6616c54f2fdfc992d7431fb6429a08d9a37d25fc4b";
        assert!(signature(url).unwrap().ends_with(expected));
        assert!(!format!("{:?}", request(url).headers()).contains(expected), "it isn't shown");
        assert_eq!(signature(&format!("{url}&X-Amz-Signature=1")), None);
    }
}
