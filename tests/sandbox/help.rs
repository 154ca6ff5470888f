//! What the sandbox's tests share.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder;
use aws_sdk_rds::operation::restore_db_instance_from_db_snapshot::builders::RestoreDBInstanceFromDBSnapshotFluentBuilder;
use aws_sdk_rds::types::{DbInstance, DbSnapshot, Event};
use rds_encrypt::sandbox::{How, Misbehaviour, Options, Sandbox};

/// SDK clients on one sandbox.
pub(crate) struct Cloud {
    pub(crate) sandbox: Sandbox,
    pub(crate) rds: aws_sdk_rds::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) iam: aws_sdk_iam::Client,
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
    let region = sandbox.options().region.clone();
    as_somebody(sandbox, region, Credentials::from_keys("AKIDSANDBOX", "secret", None)).await
}

/// Clients of the same sandbox in another Region.
pub(crate) async fn in_region(cloud: &Cloud, region: &str) -> Cloud {
    as_somebody(cloud.sandbox.clone(), region.to_owned(), Credentials::from_keys("AKIDSANDBOX", "secret", None)).await
}

/// Clients of the same sandbox with the credentials of a role.
pub(crate) async fn assumed(cloud: &Cloud, role: &str) -> Cloud {
    let given = cloud.sts.assume_role().role_arn(role).role_session_name("batch").send().await.unwrap();
    let given = given.credentials.unwrap();
    let credentials = Credentials::from_keys(given.access_key_id, given.secret_access_key, Some(given.session_token));
    as_somebody(cloud.sandbox.clone(), cloud.sandbox.options().region.clone(), credentials).await
}

async fn as_somebody(sandbox: Sandbox, region: String, credentials: Credentials) -> Cloud {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(sandbox.http_client())
        .region(aws_config::Region::new(region))
        .credentials_provider(credentials)
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .load()
        .await;
    Cloud {
        sandbox,
        rds: aws_sdk_rds::Client::new(&config),
        ec2: aws_sdk_ec2::Client::new(&config),
        iam: aws_sdk_iam::Client::new(&config),
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

    /// Orders an operation's next calls to go wrong.
    pub(crate) fn order(&self, operation: &str, how: How) {
        self.sandbox.misbehave(Misbehaviour { operation: Some(operation.to_owned()), after: 0, times: 9, how });
    }

    /// Takes a snapshot; the code.
    pub(crate) async fn take(&self, instance: &str, name: &str) -> String {
        let taken = self.rds.create_db_snapshot().db_instance_identifier(instance).db_snapshot_identifier(name);
        code(taken.send().await)
    }

    /// Takes a snapshot and waits for it.
    pub(crate) async fn taken(&self, instance: &str, name: &str) {
        assert_eq!(self.take(instance, name).await, "accepted");
        self.finished(name).await;
    }

    /// Copies a snapshot under the usual key; the code.
    pub(crate) async fn copy(&self, from: &str, to: &str) -> String {
        let copy = self.rds.copy_db_snapshot().source_db_snapshot_identifier(from).target_db_snapshot_identifier(to);
        code(copy.kms_key_id("alias/sandbox").send().await)
    }

    /// Copies a snapshot and waits for it.
    pub(crate) async fn copied(&self, from: &str, to: &str) {
        assert_eq!(self.copy(from, to).await, "accepted");
        self.finished(to).await;
    }

    /// Looks now and then until the snapshot is available.
    async fn finished(&self, name: &str) {
        for _ in 0..500 {
            self.minutes(20).await;
            if self.snapshot(name).await.status() == Some("available") {
                return;
            }
        }
        panic!("{name} never became available")
    }

    /// A restore of a class that can be ordered.
    pub(crate) fn restore(&self, from: &str, to: &str) -> RestoreDBInstanceFromDBSnapshotFluentBuilder {
        let restore = self.rds.restore_db_instance_from_db_snapshot().db_instance_identifier(to);
        restore.db_snapshot_identifier(from).db_instance_class("db.m5.large")
    }

    /// A change to be made at once.
    pub(crate) fn modify(&self, name: &str) -> ModifyDBInstanceFluentBuilder {
        self.rds.modify_db_instance().db_instance_identifier(name).apply_immediately(true)
    }

    /// The events of the last hour, oldest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.rds.describe_events().send().await.unwrap().events.unwrap_or_default()
    }

    /// A request that no SDK would send, signed somehow: status, text, headers.
    pub(crate) async fn raw(&self, body: &str) -> (u16, String, http::HeaderMap) {
        let scope = "AWS4-HMAC-SHA256 Credential=AKID/20260914/eu-west-2/rds/aws4_request, Signature=00";
        let request = http::Request::post("http://localhost/").header("authorization", scope);
        let request = request.body(bytes::Bytes::from(format!("{body}&Version=2014-10-31"))).unwrap();
        let (parts, body) = self.sandbox.respond(request).await.into_parts();
        (parts.status.as_u16(), String::from_utf8(body.to_vec()).unwrap(), parts.headers)
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

/// The sentence of a refusal; nothing where there is none.
pub(crate) fn message<T, E, R>(result: Result<T, aws_smithy_runtime_api::client::result::SdkError<E, R>>) -> String
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata,
{
    let error = result.err().and_then(|error| error.as_service_error()?.message().map(str::to_owned));
    error.unwrap_or_default()
}
