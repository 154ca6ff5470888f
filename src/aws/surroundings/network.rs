//! Subnets and security groups of the copy's place, as EC2 shows them.

use aws_sdk_ec2::types::Filter;

use super::{Aws, CallError, ReadError};
use crate::aws::vpc::subnet;
use crate::model::{GroupSubnet, SecurityGroup, Subnet};

const SUBNETS: &str = "ec2:DescribeSubnets";

impl Aws {
    /// These subnets, with what is free in each; those that don't exist are left out.
    pub(super) async fn subnets(&self, group: &[GroupSubnet]) -> Result<Vec<Subnet>, ReadError> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let ids = group.iter().map(|subnet| subnet.id.clone()).collect();
        let filter = Filter::builder().name("subnet-id").set_values(Some(ids)).build();
        let mut pages = self.ec2.describe_subnets().filters(filter).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: SUBNETS, error: CallError::of(&error) })?;
            found.extend(page.subnets.unwrap_or_default().into_iter().filter_map(subnet));
        }
        Ok(found)
    }

    pub(super) async fn named_groups(&self, ids: Vec<String>) -> Result<Vec<SecurityGroup>, ReadError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.security_groups_by_id(&ids).await }
    }
}
