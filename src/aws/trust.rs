//! RDS's bundle of certificates: what proves that the other end of a tunnel is the database.
//!
//! AWS publishes it, and adds to it as it makes new certificate authorities; so it is fetched, not built in.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, Uri, body::Bytes, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::stream::secured;

/// Where AWS publishes it for the Region's partition
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html>).
#[must_use]
pub fn bundle_address(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/global/global-bundle.pem"
    } else if region.starts_with("us-gov-") {
        "https://truststore.pki.us-gov-west-1.rds.amazonaws.com/global/global-bundle.pem"
    } else {
        "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
/// It has some 170 KB; whatever is much larger isn't it.
const LARGEST: usize = 4 << 20;

/// Fetches the bundle. Whether it is one is judged here; what is in it, by the clients.
///
/// # Errors
/// Half a sentence for people.
pub async fn fetch_bundle(region: &str) -> Result<String, String> {
    let fetched = timeout(PATIENCE, fetch(bundle_address(region))).await;
    let bytes = fetched.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))??;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| "the answer is no text".to_owned())?;
    if is_bundle(&text) { Ok(text) } else { Err("the answer holds no certificates".into()) }
}

async fn fetch(address: &str) -> Result<Bytes, String> {
    let uri: Uri = address.parse().map_err(in_words)?;
    let host = uri.host().ok_or("the address names no host")?.to_owned();
    let carrier = TcpStream::connect((host.as_str(), 443)).await.map_err(in_words)?;
    let carrier = secured(&host, carrier).await.map_err(|failure| failure.text)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(carrier)).await.map_err(in_words)?;
    let request = Request::get(uri.path()).header(HOST, host).body(Empty::<Bytes>::new()).map_err(in_words)?;
    let ask = async {
        let answer = sender.send_request(request).await.map_err(in_words)?;
        if answer.status() != StatusCode::OK {
            return Err(format!("HTTP {}", answer.status().as_u16()));
        }
        Ok(Limited::new(answer.into_body(), LARGEST).collect().await.map_err(in_words)?.to_bytes())
    };
    // The connection is moved along until the answer is there; how it ends then is nobody's business.
    tokio::select! {
        answer = ask => answer,
        broken = connection => Err(broken.err().map_or_else(|| "the connection was closed".into(), in_words)),
    }
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Whether a text holds certificates, as far as its form tells.
#[must_use]
pub fn is_bundle(text: &str) -> bool {
    let (begins, ends) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let count = text.matches(begins).count();
    count > 0 && count == text.matches(ends).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_own_bundle() {
        for (region, host) in [
            ("eu-west-2", "//truststore.pki.rds.amazonaws.com/"),
            ("us-gov-east-1", "//truststore.pki.us-gov-west-1.rds.amazonaws.com/"),
            ("cn-northwest-1", "//rds-truststore.s3.cn-north-1.amazonaws.com.cn/"),
        ] {
            assert!(bundle_address(region).contains(host), "{region}");
        }
    }

    #[test]
    fn a_page_or_half_a_bundle_is_none() {
        let one = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        assert!(is_bundle(one) && is_bundle(&one.repeat(3)));
        for wrong in ["", "<html>sign in to this network</html>", "-----BEGIN CERTIFICATE-----\nMIIB\n"] {
            assert!(!is_bundle(wrong), "{wrong}");
        }
    }
}
