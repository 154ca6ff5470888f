//! RDS: where clients reach a cluster.

use super::{Aws, CallError, ReadError};
use crate::model::DatabaseEndpoint;

const CLUSTERS: &str = "rds:DescribeDBClusters";

impl Aws {
    /// Reads where the cluster with this name is written to, if there is such a cluster; its status where it has no
    /// endpoint yet.
    pub async fn cluster_endpoint(&self, name: &str) -> Result<Option<Result<DatabaseEndpoint, String>>, ReadError> {
        let answer = self.rds.describe_db_clusters().db_cluster_identifier(name).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                return match CallError::of(&error) {
                    CallError::Refused { code, .. } if code == "DBClusterNotFoundFault" => Ok(None),
                    error => Err(ReadError { action: CLUSTERS, error }),
                };
            }
        };
        let mut rows = answer.db_clusters.unwrap_or_default().into_iter();
        let Some(row) = rows.find(|row| row.db_cluster_identifier() == Some(name)) else { return Ok(None) };
        let port = row.port.and_then(|port| u16::try_from(port).ok());
        let (Some(host), Some(port)) = (row.endpoint.clone(), port) else {
            return Ok(Some(Err(row.status.unwrap_or_else(|| "in an unknown state".into()))));
        };
        let groups = row.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id.clone());
        Ok(Some(Ok(DatabaseEndpoint {
            name: name.to_owned(),
            host,
            port,
            groups: groups.collect(),
            engine: row.engine,
            master_username: row.master_username,
            database_name: row.database_name,
            iam_authentication: row.iam_database_authentication_enabled,
            // A cluster's answer names its subnet group, and no VPC; its security groups know it.
            vpc_id: None,
        })))
    }
}
