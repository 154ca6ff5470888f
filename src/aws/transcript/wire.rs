//! An HTTP client of the SDK that writes down what passes through another one.
//!
//! Below the SDK's own layers, so that each attempt is a call of its own, and what the SDK asks by itself (a role's
//! credentials, say) isn't missed.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        connector_metadata::ConnectorMetadata,
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag, error::display::DisplayErrorContext};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;

use super::{
    Transcript,
    exchange::{Asked, Came, Exchange},
};

/// The same client, overheard.
pub(in crate::aws) fn overheard(client: SharedHttpClient, transcript: &Transcript) -> SharedHttpClient {
    SharedHttpClient::new(Overheard { client, transcript: transcript.clone() })
}

#[derive(Clone, Debug)]
struct Overheard {
    client: SharedHttpClient,
    transcript: Transcript,
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    transcript: Transcript,
}

/// A call whose answer isn't there yet. One that is given up is written down as well.
#[derive(Debug)]
struct UnderWay {
    asked: Option<Asked>,
    transcript: Transcript,
}

impl UnderWay {
    fn came(mut self, came: Came) {
        if let Some(asked) = self.asked.take() {
            self.transcript.write(&Exchange { asked, came });
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.take() {
            let came = Came::Failed("given up before an answer came".to_owned());
            self.transcript.write(&Exchange { asked, came });
        }
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let under_way = UnderWay { asked: Some(Asked::of(&request)), transcript: self.transcript.clone() };
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            match answer.await {
                Ok(response) => Ok(read(response, under_way).await),
                Err(error) => {
                    under_way.came(Came::Failed(DisplayErrorContext(&error).to_string()));
                    Err(error)
                }
            }
        })
    }
}

/// Reads the answer to its end, and gives the SDK the same, broken off where it was.
async fn read(mut response: HttpResponse, under_way: UnderWay) -> HttpResponse {
    let mut body = response.take_body();
    let mut read = BytesMut::new();
    let broken = loop {
        match body.frame().await {
            Some(Ok(frame)) => read.extend_from_slice(frame.data_ref().map_or(&[], Bytes::as_ref)),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    let read = read.freeze();
    match broken {
        None => {
            under_way.came(Came::answer(response.status(), response.headers(), read.clone()));
            *response.body_mut() = SdkBody::from(read);
        }
        Some(error) => {
            let status = response.status().as_u16();
            under_way.came(Came::Failed(format!("HTTP {status}, and the answer broke off: {error}")));
            let rest = stream::iter([Ok(Frame::data(read)), Err(error)]);
            *response.body_mut() = SdkBody::from_body_1_x(StreamBody::new(rest));
        }
    }
    response
}

impl HttpClient for Overheard {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Connector { connector, transcript: self.transcript.clone() })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_base_client_config(components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        self.client.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}
