//! The arguments of `access`.

use std::path::PathBuf;

use clap::Args;

use crate::model::DatabaseReference;

/// What is read, as a person would save it.
const SAVED: &str = "\
Saved answers for --from, each into a file:
  aws rds  describe-db-instances, describe-db-subnet-groups
  aws ec2  describe-subnets, describe-route-tables, describe-network-acls,
           describe-security-groups, describe-prefix-lists, describe-instances,
           describe-vpcs, describe-vpc-endpoints, and describe-vpc-attribute
           for enableDnsSupport and for enableDnsHostnames
  aws ssm  describe-instance-information, and get-document --name
           SSM-SessionManagerRunShell, or where there is none list-documents
  aws iam  list-instance-profiles, and get-account-authorization-details; or in
           its place list-attached-role-policies and list-role-policies, in
           files whose names end with the role's, and get-role-policy

Examples: rds-encrypt access audit orders
          rds-encrypt access audit orders --from answers";

#[derive(Debug, Args)]
#[command(after_help = SAVED)]
pub(crate) struct Audit {
    /// The database: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
    /// Judge what is in this folder instead of what AWS shows now: files ending with .json, of any name, each with what an
    /// `aws … --output json` printed. It needs no account. What no file holds isn't checked
    #[arg(long, value_name = "DIR", conflicts_with_all = ["sandbox", "endpoint_url", "profile", "region"])]
    pub(super) from: Option<PathBuf>,
    /// The EC2 instance that is the bastion, instead of the likeliest one of the VPC
    #[arg(long, value_name = "ID")]
    pub(super) bastion: Option<String>,
    /// A security group that may reach the database beside the bastion's; may be given several times. Without it, every
    /// group that the database's own lets in is taken for meant
    #[arg(long, value_name = "ID")]
    pub(super) group: Vec<String>,
}
