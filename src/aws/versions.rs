//! AWS's catalogue: versions, their support, and what can be ordered of them.
//!
//! Nothing stands or falls with these answers, so each question is asked twice at the most, and one that fails costs
//! only itself.

use aws_sdk_rds::types::{
    DbEngineVersion, DbMajorEngineVersion, LifecycleSupportName, OrderableDbInstanceOption, UpgradeTarget,
};

use super::{Aws, CallError, ReadError, checked, read::timestamp};
use crate::{
    model::{self, EngineFamily, EngineVersion, MajorVersion, OrderableOption, Range},
    plan::{Catalogue, Checked, Offer, Order, Wider, sibling},
};

const VERSIONS: &str = "rds:DescribeDBEngineVersions";
const MAJORS: &str = "rds:DescribeDBMajorEngineVersions";
const ORDERABLE: &str = "rds:DescribeOrderableDBInstanceOptions";

/// AWS takes 20 to 100.
const PAGE: i32 = 100;

/// What is asked to be orderable.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    engine: &'a str,
    version: Option<&'a str>,
    class: Option<&'a str>,
    license: Option<&'a str>,
    /// Whether the first page is enough: then something is offered.
    first_only: bool,
}

impl Aws {
    /// Asks the catalogue all that an order's judgement rests on: as little as tells why.
    pub async fn catalogue(&self, order: &Order) -> Result<Catalogue, ReadError> {
        let Order { engine, version, class, .. } = order;
        let exact = Asked {
            engine,
            version: Some(version),
            class: Some(class),
            license: order.license.as_deref(),
            first_only: false,
        };
        let (versions, majors, exact) = tokio::join!(
            self.engine_versions(engine, Some(version)),
            self.majors_where_they_matter(engine),
            self.orderable(exact),
        );
        let of_number = |all: Vec<EngineVersion>| all.into_iter().find(|row| row.number == *version);
        let row = checked(versions.map(of_number))?;
        let (majors, exact) = (majors?, checked(exact)?);
        let is_fine = match &row {
            Checked::Known(row) => row.as_ref().is_some_and(EngineVersion::is_available),
            Checked::NotChecked { .. } => true,
        };
        let all = if is_fine { None } else { Some(checked(self.engine_versions(engine, None).await)?) };
        let wider = match &exact {
            Checked::Known(rows) if rows.is_empty() => Some(self.wider(order, &row, all.as_ref()).await?),
            _ => None,
        };
        let now = self.clock().now();
        Ok(Catalogue { order: order.clone(), now, version: row, engine: all, majors, offer: Offer { exact, wider } })
    }

    /// The questions that tell which member of an order is the cause.
    async fn wider(
        &self,
        order: &Order,
        version: &Checked<Option<EngineVersion>>,
        all: Option<&Checked<Vec<EngineVersion>>>,
    ) -> Result<Wider, ReadError> {
        let any = Asked { engine: &order.engine, ..Asked::default() };
        let (of_version, of_class) = tokio::join!(
            self.orderable(Asked { version: Some(&order.version), ..any }),
            self.orderable(Asked { class: Some(&order.class), ..any }),
        );
        let (of_version, of_class) = (checked(of_version)?, checked(of_class)?);
        let is_empty = |rows: &Checked<Vec<OrderableOption>>| *rows == Checked::Known(Vec::new());
        let mut found = Wider { of_version, of_class, of_sibling: None, of_engine: None };
        if let (true, Checked::Known(version), Some(Checked::Known(all))) = (is_empty(&found.of_version), version, all)
            && let Some(other) = sibling(version.as_ref(), all)
        {
            let rows = self.orderable(Asked { version: Some(&other.number), ..any }).await;
            found.of_sibling = Some(checked(rows)?);
        }
        if is_empty(&found.of_version) && is_empty(&found.of_class) && found.of_sibling.as_ref().is_none_or(is_empty) {
            found.of_engine = Some(checked(self.orderable(Asked { first_only: true, ..any }).await)?);
        }
        Ok(found)
    }

    /// The versions of an engine, deprecated ones among them; with a number, that one alone.
    pub async fn engine_versions(&self, engine: &str, number: Option<&str>) -> Result<Vec<EngineVersion>, ReadError> {
        let mut pages = self
            .rds_twice
            .describe_db_engine_versions()
            .engine(engine)
            .set_engine_version(number.map(str::to_owned))
            .include_all(true)
            .max_records(PAGE)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: VERSIONS, error: CallError::of(&error) })?;
            found.extend(page.db_engine_versions.unwrap_or_default().into_iter().filter_map(version));
        }
        Ok(found)
    }

    /// All that a way from one version to another rests on: two rows where one upgrade leads there, else the engine's.
    pub async fn versions_between(&self, engine: &str, from: &str, to: &str) -> Result<Vec<EngineVersion>, ReadError> {
        let (begin, end) =
            tokio::join!(self.engine_versions(engine, Some(from)), self.engine_versions(engine, Some(to)));
        let (begin, end) = (begin?, end?);
        let leads = |row: &EngineVersion| row.number == from && row.targets.iter().any(|target| target.number == to);
        if from == to || begin.iter().any(leads) {
            return Ok(begin.into_iter().chain(end).collect());
        }
        self.engine_versions(engine, None).await
    }

    /// How long AWS supports the majors of an engine.
    pub async fn major_versions(&self, engine: &str) -> Result<Vec<MajorVersion>, ReadError> {
        let call = self.rds_twice.describe_db_major_engine_versions().engine(engine).max_records(PAGE);
        let mut pages = call.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: MAJORS, error: CallError::of(&error) })?;
            found.extend(page.db_major_engine_versions.unwrap_or_default().into_iter().filter_map(major));
        }
        Ok(found)
    }

    /// Only two engines have Extended Support (R-LIFE-1).
    async fn majors_where_they_matter(&self, engine: &str) -> Result<Option<Checked<Vec<MajorVersion>>>, ReadError> {
        match EngineFamily::of(engine) {
            Some(EngineFamily::MySql | EngineFamily::Postgres) => Ok(Some(checked(self.major_versions(engine).await)?)),
            _ => Ok(None),
        }
    }

    /// What can be ordered. That a version isn't known there means the same as an empty list (R-CAT-10).
    async fn orderable(&self, asked: Asked<'_>) -> Result<Vec<OrderableOption>, ReadError> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let mut pages = self
            .rds_twice
            .describe_orderable_db_instance_options()
            .engine(asked.engine)
            .set_engine_version(own(asked.version))
            .set_db_instance_class(own(asked.class))
            .set_license_model(own(asked.license))
            .vpc(true)
            .max_records(PAGE)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            match page.map_err(|error| CallError::of(&error)) {
                Ok(page) => {
                    found.extend(page.orderable_db_instance_options.unwrap_or_default().into_iter().map(option));
                }
                Err(CallError::Refused { code, .. }) if is_strange(&code) => return Ok(Vec::new()),
                Err(error) => return Err(ReadError { action: ORDERABLE, error }),
            }
            if asked.first_only {
                break;
            }
        }
        Ok(found)
    }
}

fn is_strange(code: &str) -> bool {
    matches!(code, "InvalidParameterCombination" | "InvalidParameterValue")
}

fn version(row: DbEngineVersion) -> Option<EngineVersion> {
    let target = |target: UpgradeTarget| {
        Some(model::UpgradeTarget {
            number: target.engine_version?,
            is_major: target.is_major_version_upgrade.unwrap_or(false),
        })
    };
    Some(EngineVersion {
        number: row.engine_version?,
        major: row.major_engine_version,
        status: row.status,
        family: row.db_parameter_group_family,
        targets: row.valid_upgrade_target.unwrap_or_default().into_iter().filter_map(target).collect(),
    })
}

fn major(row: DbMajorEngineVersion) -> Option<MajorVersion> {
    let lives = row.supported_engine_lifecycles.unwrap_or_default();
    let until = |name: &LifecycleSupportName| {
        let life = lives.iter().find(|life| life.lifecycle_support_name.as_ref() == Some(name))?;
        life.lifecycle_support_end_date.and_then(timestamp)
    };
    Some(MajorVersion {
        number: row.major_engine_version?,
        standard_until: until(&LifecycleSupportName::OpenSourceRdsStandardSupport),
        extended_until: until(&LifecycleSupportName::OpenSourceRdsExtendedSupport),
    })
}

fn option(row: OrderableDbInstanceOption) -> OrderableOption {
    OrderableOption {
        version: row.engine_version,
        class: row.db_instance_class,
        license: row.license_model,
        storage_type: row.storage_type,
        multi_az: row.multi_az_capable,
        encryption: row.supports_storage_encryption,
        storage: Range { least: row.min_storage_size, most: row.max_storage_size },
        iops: Range { least: row.min_iops_per_db_instance, most: row.max_iops_per_db_instance },
    }
}
