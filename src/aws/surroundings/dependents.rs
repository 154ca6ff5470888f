//! What depends on a database in RDS: proxies, deployments, subscriptions, integrations, shares; what AWS plans for it.

use aws_sdk_rds::types::PendingMaintenanceAction;

use super::{
    super::read::{filter, timestamp},
    Aws, CallError, ReadError,
};
use crate::model::{
    Bounded, DbInstance, Deployment, EngineFamily, GroupSubnet, Parameter, PendingMaintenance, SharedSnapshot,
};

/// So many proxies and so many snapshots are looked into, each with a question of its own.
const MOST: usize = 20;

fn failed<E>(
    action: &'static str,
) -> impl Fn(aws_sdk_rds::error::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>) -> ReadError
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata + std::error::Error + 'static,
{
    move |error| ReadError { action, error: CallError::of(&error) }
}

impl Aws {
    /// The proxies that have this instance as a target; only those of its kind of engine are looked into.
    pub(super) async fn proxies(&self, source: &DbInstance) -> Result<Bounded<String>, ReadError> {
        let Some(own) = proxied(source) else { return Ok(Bounded { found: vec![], only: None }) };
        let fits = |family: Option<&str>| family.is_none_or(|family| family == own);
        let mut names = Vec::new();
        let mut pages = self.rds_twice.describe_db_proxies().into_paginator().send();
        while let Some(page) = pages.next().await {
            let proxies = page.map_err(failed("rds:DescribeDBProxies"))?.db_proxies.unwrap_or_default();
            names.extend(
                proxies.into_iter().filter(|row| fits(row.engine_family())).filter_map(|row| row.db_proxy_name),
            );
        }
        let only = (names.len() > MOST).then_some(MOST);
        let mut found = Vec::new();
        for name in names.into_iter().take(MOST) {
            let call = self.rds_twice.describe_db_proxy_targets().db_proxy_name(&name);
            let page = call.send().await.map_err(failed("rds:DescribeDBProxyTargets"))?;
            let is_ours = |id: Option<&str>| id == Some(source.identifier.as_str());
            if page.targets().iter().any(|target| is_ours(target.rds_resource_id())) {
                found.push(name);
            }
        }
        Ok(Bounded { found, only })
    }

    /// The blue/green deployments that begin at this instance.
    pub(super) async fn deployments(&self, source: &DbInstance) -> Result<Vec<Deployment>, ReadError> {
        let Some(arn) = &source.arn else { return Ok(Vec::new()) };
        let call = self.rds_twice.describe_blue_green_deployments().filters(filter("source", &[arn]));
        let page = call.send().await.map_err(failed("rds:DescribeBlueGreenDeployments"))?;
        let rows = page.blue_green_deployments.unwrap_or_default().into_iter();
        Ok(rows
            .filter(|row| row.source() == Some(arn))
            .map(|row| Deployment {
                name: row.blue_green_deployment_name.or(row.blue_green_deployment_identifier).unwrap_or_default(),
                status: row.status,
            })
            .collect())
    }

    /// The event subscriptions that name this instance.
    pub(super) async fn subscriptions(&self, name: &str) -> Result<Vec<String>, ReadError> {
        let mut found = Vec::new();
        let mut pages = self.rds_twice.describe_event_subscriptions().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("rds:DescribeEventSubscriptions"))?;
            let rows = page.event_subscriptions_list.unwrap_or_default().into_iter();
            let of_instances = rows.filter(|row| row.source_type().is_none_or(|kind| kind == "db-instance"));
            let named = of_instances.filter(|row| row.source_ids_list().iter().any(|id| id == name));
            found.extend(named.filter_map(|row| row.cust_subscription_id));
        }
        Ok(found)
    }

    /// The zero-ETL integrations that this instance feeds.
    pub(super) async fn integrations(&self, source: &DbInstance) -> Result<Vec<String>, ReadError> {
        let Some(arn) = &source.arn else { return Ok(Vec::new()) };
        let call = self.rds_twice.describe_integrations().filters(filter("source-arn", &[arn]));
        let page = call.send().await.map_err(failed("rds:DescribeIntegrations"))?;
        let rows = page.integrations.unwrap_or_default().into_iter().filter(|row| row.source_arn() == Some(arn));
        Ok(rows.filter_map(|row| row.integration_name.or(row.integration_arn)).collect())
    }

    /// The manual snapshots of this instance that others may restore; the newest are looked into.
    pub(super) async fn shared_snapshots(&self, source: &DbInstance) -> Result<Bounded<SharedSnapshot>, ReadError> {
        let Some(id) = &source.resource_id else { return Ok(Bounded { found: vec![], only: None }) };
        let manual = self.rds_twice.describe_db_snapshots().snapshot_type("manual");
        let mut pages = manual.filters(filter("dbi-resource-id", &[id])).into_paginator().send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            rows.extend(page.map_err(failed("rds:DescribeDBSnapshots"))?.db_snapshots.unwrap_or_default());
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.snapshot_create_time.and_then(timestamp)));
        let only = (rows.len() > MOST).then_some(MOST);
        let mut found = Vec::new();
        for name in rows.into_iter().filter_map(|row| row.db_snapshot_identifier).take(MOST) {
            let call = self.rds_twice.describe_db_snapshot_attributes().db_snapshot_identifier(&name);
            let answer = call.send().await;
            let answer = answer.map_err(failed("rds:DescribeDBSnapshotAttributes"))?;
            let all = answer.db_snapshot_attributes_result.and_then(|result| result.db_snapshot_attributes);
            let restore = all.unwrap_or_default().into_iter().find(|one| one.attribute_name() == Some("restore"));
            let with = restore.and_then(|one| one.attribute_values).unwrap_or_default();
            if !with.is_empty() {
                found.push(SharedSnapshot { name, with });
            }
        }
        Ok(Bounded { found, only })
    }

    /// What AWS plans to do to this instance.
    pub(super) async fn pending_maintenance(&self, source: &DbInstance) -> Result<Vec<PendingMaintenance>, ReadError> {
        let Some(arn) = &source.arn else { return Ok(Vec::new()) };
        let call = self.rds_twice.describe_pending_maintenance_actions().resource_identifier(arn);
        let page = call.send().await.map_err(failed("rds:DescribePendingMaintenanceActions"))?;
        let rows = page.pending_maintenance_actions.unwrap_or_default().into_iter();
        let ours = rows.filter(|row| row.resource_identifier() == Some(arn));
        Ok(ours.filter_map(|row| row.pending_maintenance_action_details).flatten().filter_map(maintenance).collect())
    }

    /// The parameters of a group that somebody set.
    pub(super) async fn own_parameters(&self, group: Option<&str>) -> Result<Vec<Parameter>, ReadError> {
        let Some(group) = group else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let call = self.rds_twice.describe_db_parameters().db_parameter_group_name(group).source("user");
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let rows = page.map_err(failed("rds:DescribeDBParameters"))?.parameters.unwrap_or_default().into_iter();
            found.extend(
                rows.filter_map(|row| Some(Parameter { name: row.parameter_name?, value: row.parameter_value? })),
            );
        }
        Ok(found)
    }

    /// The subnets of a DB subnet group.
    pub async fn subnets_of_group(&self, group: Option<&str>) -> Result<Vec<GroupSubnet>, ReadError> {
        let Some(group) = group else { return Ok(Vec::new()) };
        let call = self.rds_twice.describe_db_subnet_groups().db_subnet_group_name(group);
        let page = call.send().await.map_err(failed("rds:DescribeDBSubnetGroups"))?;
        let group = page.db_subnet_groups.unwrap_or_default().into_iter().next();
        let subnets = group.and_then(|group| group.subnets).unwrap_or_default().into_iter();
        Ok(subnets
            .filter_map(|row| {
                Some(GroupSubnet {
                    id: row.subnet_identifier?,
                    zone: row.subnet_availability_zone.and_then(|zone| zone.name),
                    status: row.subnet_status,
                })
            })
            .collect())
    }
}

/// The word of proxies for an engine; nothing where they don't serve it.
fn proxied(source: &DbInstance) -> Option<&'static str> {
    match source.family()? {
        EngineFamily::MySql | EngineFamily::MariaDb => Some("MYSQL"),
        EngineFamily::Postgres => Some("POSTGRESQL"),
        EngineFamily::SqlServer => Some("SQLSERVER"),
        EngineFamily::Oracle | EngineFamily::Db2 => None,
    }
}

fn maintenance(row: PendingMaintenanceAction) -> Option<PendingMaintenance> {
    let dates = [row.forced_apply_date, row.auto_applied_after_date, row.current_apply_date];
    let due = dates.into_iter().flatten().filter_map(timestamp).min();
    Some(PendingMaintenance { action: row.action?, description: row.description, due })
}
