//! What a way to a private database needs of EC2, IAM and Systems Manager.

pub(crate) mod recipe;
mod whole;
pub(crate) mod wire;
