//! The mutating calls: one function each, one attempt each, nothing added that the call doesn't hold.

use aws_sdk_rds::{error::SdkError, operation::RequestId, types::DbInstance};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{
    Aws, CallError,
    parameters::{modify_with, restore_with, tag_list},
};
use crate::model::{Call, Outcome, SettingValues, Tags};

impl Aws {
    /// Carries out one call, once, and says what became of it.
    pub async fn act(&self, call: &Call) -> Outcome {
        let result = match call {
            Call::CreateDBSnapshot { instance, snapshot, tags, .. } => {
                self.create_snapshot(instance, snapshot, tags).await
            }
            Call::CopyDBSnapshot { source, target, kms_key_id, tags } => {
                self.copy_snapshot(source, target, kms_key_id, tags).await
            }
            Call::RestoreDBInstanceFromDBSnapshot { snapshot, target, settings } => {
                self.restore_instance(snapshot, target, settings).await
            }
            Call::ModifyDBInstance { instance, settings, .. } => self.modify_instance(instance, settings).await,
            Call::RebootDBInstance { instance, .. } => self.reboot_instance(instance).await,
            Call::StopDBInstance { instance, .. } => self.stop_instance(instance).await,
            Call::DeleteDBInstance { instance, .. } => self.delete_instance(instance).await,
            Call::DeleteDBSnapshot { snapshot, .. } => self.delete_snapshot(snapshot).await,
            Call::AddRoleToDBInstance { instance, role_arn, feature, .. } => {
                self.add_role(instance, role_arn, feature).await
            }
            Call::ModifyDBSnapshot { snapshot, engine_version } => {
                self.upgrade_snapshot(snapshot, engine_version).await
            }
            Call::CreateSecurityGroup { .. }
            | Call::AuthorizeSecurityGroupIngress { .. }
            | Call::AuthorizeSecurityGroupEgress { .. }
            | Call::RevokeSecurityGroupEgress { .. }
            | Call::DeleteSecurityGroup { .. } => self.act_on_network(call).await,
        };
        result.unwrap_or_else(CallError::into_outcome)
    }

    async fn create_snapshot(&self, instance: &str, snapshot: &str, tags: &Tags) -> Result<Outcome, CallError> {
        let call = self
            .rds_once
            .create_db_snapshot()
            .db_instance_identifier(instance)
            .db_snapshot_identifier(snapshot)
            .set_tags(Some(tag_list(tags)));
        let answer = call.send().await;
        accepted(answer, |_| None)
    }

    async fn copy_snapshot(&self, source: &str, target: &str, key: &str, tags: &Tags) -> Result<Outcome, CallError> {
        let call = self
            .rds_once
            .copy_db_snapshot()
            .source_db_snapshot_identifier(source)
            .target_db_snapshot_identifier(target)
            .kms_key_id(key)
            .set_tags(Some(tag_list(tags)));
        let answer = call.send().await;
        accepted(answer, |_| None)
    }

    async fn restore_instance(
        &self,
        snapshot: &str,
        target: &str,
        settings: &SettingValues,
    ) -> Result<Outcome, CallError> {
        let mut call = self
            .rds_once
            .restore_db_instance_from_db_snapshot()
            .db_snapshot_identifier(snapshot)
            .db_instance_identifier(target);
        for (setting, value) in settings {
            call = restore_with(call, *setting, value)?;
        }
        let answer = call.send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn modify_instance(&self, instance: &str, settings: &SettingValues) -> Result<Outcome, CallError> {
        let mut call = self.rds_once.modify_db_instance().db_instance_identifier(instance).apply_immediately(true);
        for (setting, value) in settings {
            call = modify_with(call, *setting, value)?;
        }
        let answer = call.send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn reboot_instance(&self, instance: &str) -> Result<Outcome, CallError> {
        let call = self.rds_once.reboot_db_instance().db_instance_identifier(instance);
        let answer = call.send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn stop_instance(&self, instance: &str) -> Result<Outcome, CallError> {
        let call = self.rds_once.stop_db_instance().db_instance_identifier(instance);
        let answer = call.send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn add_role(&self, instance: &str, role: &str, feature: &str) -> Result<Outcome, CallError> {
        let call = self
            .rds_once
            .add_role_to_db_instance()
            .db_instance_identifier(instance)
            .role_arn(role)
            .feature_name(feature);
        accepted(call.send().await, |_| None)
    }

    async fn upgrade_snapshot(&self, snapshot: &str, engine_version: &str) -> Result<Outcome, CallError> {
        let call = self.rds_once.modify_db_snapshot().db_snapshot_identifier(snapshot).engine_version(engine_version);
        accepted(call.send().await, |_| None)
    }

    async fn delete_instance(&self, instance: &str) -> Result<Outcome, CallError> {
        let call = self
            .rds_once
            .delete_db_instance()
            .db_instance_identifier(instance)
            .skip_final_snapshot(true)
            .delete_automated_backups(true);
        let answer = call.send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn delete_snapshot(&self, snapshot: &str) -> Result<Outcome, CallError> {
        let call = self.rds_once.delete_db_snapshot().db_snapshot_identifier(snapshot);
        let answer = call.send().await;
        accepted(answer, |_| None)
    }
}

/// What became of a call: every service's answers go through here.
pub(super) fn accepted<T: RequestId, E>(
    answer: Result<T, SdkError<E, HttpResponse>>,
    resource_id: impl FnOnce(&T) -> Option<String>,
) -> Result<Outcome, CallError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let answer = answer.map_err(|error| CallError::of(&error))?;
    Ok(Outcome::Accepted { request_id: answer.request_id().map(str::to_owned), resource_id: resource_id(&answer) })
}

fn resource_id(instance: Option<&DbInstance>) -> Option<String> {
    instance.and_then(|instance| instance.dbi_resource_id.clone())
}
