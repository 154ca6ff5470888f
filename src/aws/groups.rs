//! Subnet, parameter and option groups, and snapshots to begin from, by name.

use aws_sdk_rds::types::DbSubnetGroup;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError, ReadError};
use crate::{
    model::{DbSnapshot, SnapshotState, SubnetGroup},
    plan::OptionGroup,
};

const SUBNET_GROUPS: &str = "rds:DescribeDBSubnetGroups";
const PARAMETER_GROUPS: &str = "rds:DescribeDBParameterGroups";
const OPTION_GROUPS: &str = "rds:DescribeOptionGroups";

impl Aws {
    /// Reads a DB subnet group.
    pub async fn subnet_group(&self, name: &str) -> Result<Option<SubnetGroup>, ReadError> {
        let answer = self.rds.describe_db_subnet_groups().db_subnet_group_name(name).send().await;
        let rows = unless_absent(SUBNET_GROUPS, answer, |answer| answer.db_subnet_groups)?;
        let group = |row: DbSubnetGroup| SubnetGroup { name: row.db_subnet_group_name, vpc_id: row.vpc_id };
        Ok(rows.into_iter().next().map(group))
    }

    /// Reads which family of engine versions a DB parameter group is for.
    pub async fn parameter_group_family(&self, name: &str) -> Result<Option<String>, ReadError> {
        let answer = self.rds.describe_db_parameter_groups().db_parameter_group_name(name).send().await;
        let rows = unless_absent(PARAMETER_GROUPS, answer, |answer| answer.db_parameter_groups)?;
        Ok(rows.into_iter().next().and_then(|row| row.db_parameter_group_family))
    }

    /// Reads an option group.
    pub async fn option_group(&self, name: &str) -> Result<Option<OptionGroup>, ReadError> {
        let answer = self.rds.describe_option_groups().option_group_name(name).send().await;
        let rows = unless_absent(OPTION_GROUPS, answer, |answer| answer.option_groups_list)?;
        Ok(rows.into_iter().next().map(|row| OptionGroup {
            name: row.option_group_name.unwrap_or_default(),
            engine: row.engine_name,
            major_engine_version: row.major_engine_version,
            vpc_id: row.vpc_id,
        }))
    }

    /// Reads the newest automated snapshot of a database that is available.
    pub async fn latest_automated_snapshot(&self, resource_id: &str) -> Result<Option<DbSnapshot>, ReadError> {
        let mut found = self.automated_snapshots_of(resource_id).await?;
        found.retain(|snapshot| snapshot.state() == SnapshotState::Available);
        found.sort_by_key(|snapshot| snapshot.original_snapshot_create_time.or(snapshot.snapshot_create_time));
        Ok(found.pop())
    }
}

/// The rows of an answer; none where AWS says that there is no such thing.
fn unless_absent<A, E, T>(
    action: &'static str,
    answer: Result<A, aws_sdk_rds::error::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>>,
    rows: impl FnOnce(A) -> Option<Vec<T>>,
) -> Result<Vec<T>, ReadError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer {
        Ok(answer) => Ok(rows(answer).unwrap_or_default()),
        Err(error) if error.code().is_some_and(|code| code.trim_end_matches("Fault").ends_with("NotFound")) => {
            Ok(Vec::new())
        }
        Err(error) => Err(ReadError { action, error: CallError::of(&error) }),
    }
}
