//! One connection to one account and Region.

use std::{sync::Arc, time::Duration};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, retry::RetryConfig, sts::AssumeRoleProvider, timeout::TimeoutConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_rds::config::AppName;
use aws_smithy_http_client::{Builder as HttpBuilder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::{AwsClock, Transcript, transcript::overheard};

/// How AWS is reached.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// A profile of AWS's configuration files.
    pub profile: Option<String>,
    /// A Region, if not the one that AWS's configuration names.
    pub region: Option<String>,
    /// Another address than AWS's own.
    pub endpoint_url: Option<String>,
    /// Answers in process, instead of over the network, to any credentials.
    pub in_process: Option<SharedHttpClient>,
    /// The ARN of a role to take on, by the caller's own credentials.
    pub role: Option<String>,
    /// Where each call and its answer are written down, if anywhere.
    pub transcript: Option<Transcript>,
}

/// Why AWS can't be reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither a flag nor AWS's configuration names a Region.
    #[error("no Region is set")]
    NoRegion,
    /// This program's name is refused by the SDK.
    #[error("the SDK refuses this program's name: {0}")]
    Name(String),
}

/// AWS, in one account and Region. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(super) rds: aws_sdk_rds::Client,
    /// For what changes something: one attempt, since whether to ask again is the engine's to decide, after a look.
    pub(super) rds_once: aws_sdk_rds::Client,
    /// For questions with whose answers nothing stands or falls: two attempts.
    pub(super) rds_twice: aws_sdk_rds::Client,
    pub(super) iam: aws_sdk_iam::Client,
    /// As [`rds_once`](Self::rds_once).
    pub(super) iam_once: aws_sdk_iam::Client,
    pub(super) kms: aws_sdk_kms::Client,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) ec2: aws_sdk_ec2::Client,
    /// As [`rds_once`](Self::rds_once).
    pub(super) ec2_once: aws_sdk_ec2::Client,
    /// As [`rds_twice`](Self::rds_twice): nothing else is asked of it.
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) ssm: aws_sdk_ssm::Client,
    /// As [`rds_once`](Self::rds_once).
    pub(super) ssm_once: aws_sdk_ssm::Client,
    region: String,
    clock: AwsClock,
    connection: Connection,
    /// For other Regions; shared, since it is large.
    config: Arc<SdkConfig>,
}

/// What a role's sessions are called, in the account's own records.
const SESSION: &str = "rds-encrypt-scan";

/// Polls are up to a minute apart; a pooled connection that the path dropped meanwhile would hang a call.
const IDLE: Duration = Duration::from_secs(20);

/// So often a question is asked where many others are asked as well.
const PATIENT: u32 = 12;

impl Aws {
    /// Reads AWS's configuration and prepares the clients. Nothing is sent yet.
    pub async fn connect(connection: &Connection) -> Result<Self, ConnectError> {
        Self::with_clock(connection, AwsClock::default()).await
    }

    /// The same connection with AWS's configuration and credentials read afresh: the SDK itself reads its files once.
    pub async fn renewed(&self) -> Result<Self, ConnectError> {
        let connection = Connection { region: Some(self.region.clone()), ..self.connection.clone() };
        Self::with_clock(&connection, self.clock.clone()).await
    }

    async fn with_clock(connection: &Connection, clock: AwsClock) -> Result<Self, ConnectError> {
        let config = load(connection).await?;
        // Boxed: it is rare, and large.
        let config = Box::pin(taking_on(connection.role.as_deref(), config)).await?;
        Self::of(config, connection, clock)
    }

    /// The same account in another Region, with the same credentials.
    pub fn in_region(&self, region: &str) -> Result<Self, ConnectError> {
        let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
        let connection = Connection { region: Some(region.to_owned()), ..self.connection.clone() };
        Self::of(config, &connection, self.clock.clone())
    }

    /// The same connection for many questions in a row: AWS's wish for patience isn't what one of them ends with.
    #[must_use]
    pub fn patient(&self) -> Self {
        let attempts = RetryConfig::standard().with_max_attempts(PATIENT);
        let rds = self.rds.config().to_builder().retry_config(attempts).build();
        Self { rds: aws_sdk_rds::Client::from_conf(rds), ..self.clone() }
    }

    fn of(config: SdkConfig, connection: &Connection, clock: AwsClock) -> Result<Self, ConnectError> {
        let region = config.region().ok_or(ConnectError::NoRegion)?.to_string();
        let patient = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let (once, twice) = (RetryConfig::disabled(), RetryConfig::standard().with_max_attempts(2));
        let rds = |attempts: &RetryConfig| {
            let builder = aws_sdk_rds::config::Builder::from(&config).interceptor(clock.clone());
            aws_sdk_rds::Client::from_conf(builder.retry_config(attempts.clone()).build())
        };
        let ec2 = |attempts: &RetryConfig| {
            let builder = aws_sdk_ec2::config::Builder::from(&config).interceptor(clock.clone());
            aws_sdk_ec2::Client::from_conf(builder.retry_config(attempts.clone()).build())
        };
        let ssm = |attempts: &RetryConfig| {
            let builder = aws_sdk_ssm::config::Builder::from(&config).interceptor(clock.clone());
            aws_sdk_ssm::Client::from_conf(builder.retry_config(attempts.clone()).build())
        };
        let (rds, rds_once, rds_twice) = (rds(&patient), rds(&once), rds(&twice));
        let (ec2, ec2_once) = (ec2(&patient), ec2(&once));
        let (ssm, ssm_once) = (ssm(&patient), ssm(&once));
        let secrets = aws_sdk_secretsmanager::config::Builder::from(&config).interceptor(clock.clone()).build();
        let iam = |attempts: &RetryConfig| {
            let builder = aws_sdk_iam::config::Builder::from(&config).interceptor(clock.clone());
            aws_sdk_iam::Client::from_conf(builder.retry_config(attempts.clone()).build())
        };
        let (iam, iam_once) = (iam(&patient), iam(&once));
        let kms = aws_sdk_kms::config::Builder::from(&config).interceptor(clock.clone()).build();
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(clock.clone()).build();
        let cloudwatch = aws_sdk_cloudwatch::config::Builder::from(&config).interceptor(clock.clone());
        let cloudwatch = cloudwatch.retry_config(twice).build();
        Ok(Self {
            rds,
            rds_once,
            rds_twice,
            iam,
            iam_once,
            kms: aws_sdk_kms::Client::from_conf(kms),
            sts: aws_sdk_sts::Client::from_conf(sts),
            ec2,
            ec2_once,
            cloudwatch: aws_sdk_cloudwatch::Client::from_conf(cloudwatch),
            secrets: aws_sdk_secretsmanager::Client::from_conf(secrets),
            ssm,
            ssm_once,
            region,
            clock,
            connection: connection.clone(),
            config: Arc::new(config),
        })
    }

    /// The Region, in AWS's word.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// AWS's configuration, as it was read.
    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Where credentials come from, if from anywhere.
    pub(super) fn credentials_provider(&self) -> Option<SharedCredentialsProvider> {
        self.config.credentials_provider()
    }

    /// AWS's time and pace.
    #[must_use]
    pub fn clock(&self) -> &AwsClock {
        &self.clock
    }
}

async fn load(connection: &Connection) -> Result<SdkConfig, ConnectError> {
    let name = AppName::new("rds-encrypt").map_err(|error| ConnectError::Name(error.to_string()))?;
    let client = connection.in_process.clone().unwrap_or_else(over_the_network);
    let client = match &connection.transcript {
        Some(transcript) => overheard(client, transcript),
        None => client,
    };
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .app_name(name)
        .http_client(client)
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts());
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &connection.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    if connection.in_process.is_some() {
        loader = loader.credentials_provider(Credentials::new("sandbox", "sandbox", None, None, "sandbox"));
    }
    Ok(loader.load().await)
}

/// The same with a role's credentials, if there is one to take on. STS's own Region is the connection's: what it gives
/// holds in all.
async fn taking_on(role: Option<&str>, config: SdkConfig) -> Result<SdkConfig, ConnectError> {
    let Some(role) = role else { return Ok(config) };
    if config.region().is_none() {
        return Err(ConnectError::NoRegion);
    }
    let provider = AssumeRoleProvider::builder(role).session_name(SESSION).configure(&config).build().await;
    Ok(config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build())
}

fn over_the_network() -> SharedHttpClient {
    HttpBuilder::new()
        .pool_idle_timeout(IDLE)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https()
}

/// The SDK sets no read and no attempt timeout of its own.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(30))
        .operation_attempt_timeout(Duration::from_mins(1))
        .build()
}
