//! Who asks.

use super::{Aws, CallError, ReadError};
use crate::model::CallerIdentity;

const ACTION: &str = "sts:GetCallerIdentity";

impl Aws {
    /// Asks AWS which account the credentials belong to. Any credentials that hold may ask this.
    pub async fn caller_identity(&self) -> Result<CallerIdentity, ReadError> {
        let answer = self
            .sts
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| ReadError { action: ACTION, error: CallError::of(&error) })?;
        match answer.account {
            Some(account) => Ok(CallerIdentity { account, arn: answer.arn.unwrap_or_default() }),
            None => Err(ReadError {
                action: ACTION,
                error: CallError::MaybeActed { why: "the answer names no account".into() },
            }),
        }
    }
}
