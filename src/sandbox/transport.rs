//! The sandbox inside the process: what the SDK takes for its HTTP client. No socket is involved.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use super::Sandbox;
use super::misbehaviour::NeverArrives;

/// Hands the SDK's requests to the sandbox.
#[derive(Clone, Debug)]
struct Transport(Sandbox);

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sandbox = self.0.clone();
        HttpConnectorFuture::new(async move {
            let other = |error: &dyn std::fmt::Display| ConnectorError::other(error.to_string().into(), None);
            let request = request.try_into_http1x().map_err(|error| other(&error))?;
            let (parts, body) = request.into_parts();
            let body = Bytes::copy_from_slice(body.bytes().unwrap_or_default());
            let response = sandbox.respond(http::Request::from_parts(parts, body)).await;
            if response.extensions().get::<NeverArrives>().is_some() {
                return Err(ConnectorError::io("the connection ended without an answer".into()));
            }
            HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| other(&error))
        })
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl Sandbox {
    /// The sandbox as the SDK's HTTP client: `aws_config::defaults(..).http_client(sandbox.http_client())`.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(Transport(self.clone()))
    }
}
