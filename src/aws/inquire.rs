//! What is asked beyond the ordinary look: the key by elimination, quotas, events, an instance by its identity.

use aws_sdk_kms::types::GrantOperation;
use aws_sdk_rds::types::{Event, SourceType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError, ReadError, read::timestamp};
use crate::{
    model::{AccountQuota, Answer, DbEvent, EventSource, GrantCheck, Inquiry, KeyAccess},
    plan::KeyLookup,
};

const EVENTS: &str = "rds:DescribeEvents";
const QUOTAS: &str = "rds:DescribeAccountAttributes";

/// AWS keeps events for so many minutes: 14 days (R-EVT-1).
const KEPT: i32 = 14 * 24 * 60;

impl Aws {
    /// Asks; what can't be asked is an answer, too.
    pub async fn inquire(&self, inquiry: &Inquiry, key_arn: &str) -> Answer {
        let answer = match inquiry {
            Inquiry::Key => self.key_access(key_arn).await.map(Answer::Key),
            Inquiry::Quotas => self.quotas().await.map(Answer::Quotas),
            Inquiry::Events(of) => self.events(of).await.map(Answer::Events),
            Inquiry::Instance { resource_id } => {
                self.instance_by_resource_id(resource_id).await.map(|found| Answer::Instance(found.map(Box::new)))
            }
        };
        answer.unwrap_or_else(|error| Answer::NotChecked(error.to_string()))
    }

    /// Looks at a key by its ARN, and whether this caller may grant its use.
    async fn key_access(&self, arn: &str) -> Result<KeyAccess, ReadError> {
        let key = match self.key(arn).await? {
            KeyLookup::Found(key) => Some(key),
            KeyLookup::NotFound(_) => None,
        };
        Ok(KeyAccess { key, grant: self.may_grant(arn).await })
    }

    /// A dry run of `CreateGrant` makes nothing; where it would succeed, AWS answers with an error of its own
    /// (R-KMS-6).
    pub(super) async fn may_grant(&self, arn: &str) -> GrantCheck {
        let Some(account) = arn.split(':').nth(4) else {
            return GrantCheck::NotChecked(format!("{arn} names no account"));
        };
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        let call = self
            .kms
            .create_grant()
            .key_id(arn)
            .grantee_principal(format!("arn:{partition}:iam::{account}:root"))
            .operations(GrantOperation::Decrypt)
            .dry_run(true);
        match call.send().await {
            Ok(_) => GrantCheck::Allowed,
            Err(error) if error.code() == Some("DryRunOperationException") => GrantCheck::Allowed,
            Err(error) => {
                let error = CallError::of(&error);
                if error.is_denied() {
                    GrantCheck::Denied(error.to_string())
                } else {
                    GrantCheck::NotChecked(error.to_string())
                }
            }
        }
    }

    /// The account's quotas in this Region, and how much of each is used.
    pub async fn quotas(&self) -> Result<Vec<AccountQuota>, ReadError> {
        let answer = self
            .rds_twice
            .describe_account_attributes()
            .send()
            .await
            .map_err(|error| ReadError { action: QUOTAS, error: CallError::of(&error) })?;
        let rows = answer.account_quotas.unwrap_or_default();
        Ok(rows
            .into_iter()
            .filter_map(|row| Some(AccountQuota { name: row.account_quota_name?, used: row.used?, max: row.max? }))
            .collect())
    }

    async fn events(&self, of: &EventSource) -> Result<Vec<DbEvent>, ReadError> {
        let (kind, name) = match of {
            EventSource::Instance(name) => (SourceType::DbInstance, name),
            EventSource::Snapshot(name) => (SourceType::DbSnapshot, name),
        };
        let mut pages =
            self.rds.describe_events().source_type(kind).source_identifier(name).duration(KEPT).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: EVENTS, error: CallError::of(&error) })?;
            found.extend(page.events.unwrap_or_default().into_iter().filter_map(event));
        }
        found.sort_by_key(|event| event.at);
        Ok(found)
    }
}

fn event(row: Event) -> Option<DbEvent> {
    Some(DbEvent {
        at: row.date.and_then(timestamp)?,
        message: row.message.unwrap_or_default(),
        categories: row.event_categories.unwrap_or_default(),
    })
}
