//! What the sandbox's tests share.

use std::time::Duration;

use aws_sdk_rds::types::{DbInstance, DbSnapshot};
use rds_encrypt::sandbox::{Options, Sandbox};

/// SDK clients on one sandbox.
pub(crate) struct Cloud {
    pub(crate) sandbox: Sandbox,
    pub(crate) rds: aws_sdk_rds::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) sts: aws_sdk_sts::Client,
}

/// A sandbox in memory with the usual options.
pub(crate) async fn cloud() -> Cloud {
    with(Options::default()).await
}

/// A sandbox with these options.
pub(crate) async fn with(options: Options) -> Cloud {
    clients(Sandbox::open(options).unwrap()).await
}

/// Clients of a sandbox.
pub(crate) async fn clients(sandbox: Sandbox) -> Cloud {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(sandbox.http_client())
        .region(aws_config::Region::new(sandbox.options().region.clone()))
        .credentials_provider(aws_credential_types::Credentials::from_keys("AKIDSANDBOX", "secret", None))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .load()
        .await;
    Cloud {
        sandbox,
        rds: aws_sdk_rds::Client::new(&config),
        kms: aws_sdk_kms::Client::new(&config),
        sts: aws_sdk_sts::Client::new(&config),
    }
}

impl Cloud {
    pub(crate) async fn instance(&self, name: &str) -> DbInstance {
        let answer = self.rds.describe_db_instances().db_instance_identifier(name).send().await.unwrap();
        answer.db_instances().first().unwrap().clone()
    }

    pub(crate) async fn snapshot(&self, name: &str) -> DbSnapshot {
        let answer = self.rds.describe_db_snapshots().db_snapshot_identifier(name).send().await.unwrap();
        answer.db_snapshots().first().unwrap().clone()
    }

    /// Looks each world minute until the instance shows this status; all statuses seen, without repeats.
    pub(crate) async fn until(&self, name: &str, status: &str) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..5000 {
            let now = self.instance(name).await.db_instance_status().unwrap().to_owned();
            if seen.last() != Some(&now) {
                seen.push(now.clone());
            }
            if now == status {
                return seen;
            }
            self.minutes(1).await;
        }
        panic!("{name} never became {status}: {seen:?}")
    }

    /// Looks each world minute until the snapshot is available; the percentages seen.
    pub(crate) async fn ready(&self, name: &str) -> Vec<i32> {
        let mut seen = Vec::new();
        for _ in 0..5000 {
            let snapshot = self.snapshot(name).await;
            seen.push(snapshot.percent_progress().unwrap());
            if snapshot.status() == Some("available") {
                seen.dedup();
                return seen;
            }
            self.minutes(1).await;
        }
        panic!("{name} never became available")
    }

    /// Lets so much world time pass, on the paused clock.
    pub(crate) async fn minutes(&self, minutes: u32) {
        let real = f64::from(minutes) * 60.0 / self.sandbox.options().speed;
        tokio::time::sleep(Duration::from_secs_f64(real)).await;
    }
}

/// The code of a refusal.
pub(crate) fn code<T, E, R>(result: Result<T, aws_smithy_runtime_api::client::result::SdkError<E, R>>) -> String
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata,
{
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.as_service_error().and_then(|error| error.code()).unwrap_or("no code").to_owned(),
    }
}
