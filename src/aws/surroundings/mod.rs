//! What stands around a database: all of it asked for at once, before anything is begun.
//!
//! Nothing stands or falls with these answers, so each question is asked twice at the most, and one that fails costs
//! only itself.

mod alarms;
mod dependents;
mod network;

use super::{Aws, CallError, ReadError, checked};
use crate::plan::{Around, Checked, KeyLookup, SettingKey, Surroundings};

impl Aws {
    /// How many addresses the subnets of a DB subnet group have left, all together.
    pub async fn free_addresses(&self, group: &str) -> Result<i64, ReadError> {
        let subnets = self.subnets_of_group(Some(group)).await?;
        let subnets = self.subnets(&subnets).await?;
        Ok(subnets.iter().filter_map(|subnet| subnet.free).map(i64::from).sum())
    }

    /// Reads what stands around a database and the copy that is to be made of it.
    pub async fn surroundings(&self, around: &Around<'_>) -> Result<Surroundings, ReadError> {
        let source = around.source;
        // Futures on the heap: together they are larger than a stack should hold.
        let account = Box::pin(async {
            tokio::join!(self.quotas(), self.grant(around), self.setting_keys(around), self.pending_maintenance(source),)
        });
        let dependents = Box::pin(async {
            tokio::join!(
                self.proxies(source),
                self.deployments(source),
                self.subscriptions(&source.identifier),
                self.integrations(source),
                self.shared_snapshots(source),
                self.alarms(&source.identifier),
            )
        });
        let place = Box::pin(async {
            tokio::join!(
                self.own_parameters(around.parameter_group()),
                self.subnets_of_group(around.subnet_group()),
                self.named_groups(around.security_groups()),
            )
        });
        let (account, dependents, (parameters, subnets, groups)) = tokio::join!(account, dependents, place);
        let (quotas, grant, keys, maintenance) = account;
        let (proxies, deployments, subscriptions, integrations, shared, alarms) = dependents;
        let subnets = known(subnets)?;
        let room = match &subnets {
            Checked::Known(subnets) => known(self.subnets(subnets).await)?,
            Checked::NotChecked { .. } => Checked::Known(Vec::new()),
        };
        Ok(Surroundings {
            quotas: known(quotas)?,
            grant,
            keys: keys?,
            maintenance: known(maintenance)?,
            proxies: known(proxies)?,
            deployments: known(deployments)?,
            subscriptions: known(subscriptions)?,
            integrations: known(integrations)?,
            shared: known(shared)?,
            alarms: known(alarms)?,
            parameters: known(parameters)?,
            subnets,
            room,
            groups: known(groups)?,
        })
    }

    /// Asked only of a key of one's own: AWS's allows it by way of RDS alone, which a dry run isn't.
    async fn grant(&self, around: &Around<'_>) -> Option<crate::model::GrantCheck> {
        Some(self.may_grant(around.own_key()?).await)
    }

    async fn setting_keys(&self, around: &Around<'_>) -> Result<Vec<SettingKey>, ReadError> {
        let mut found = Vec::new();
        for (setting, key) in around.setting_keys() {
            let lookup: Checked<KeyLookup> = known(self.key(&key).await)?;
            found.push(SettingKey { setting, key, lookup });
        }
        Ok(found)
    }
}

/// As [`checked`]; where an endpoint doesn't know the question at all, the reason is one for all such questions.
fn known<T>(result: Result<T, ReadError>) -> Result<Checked<T>, ReadError> {
    match result {
        Err(ReadError { error, .. }) if is_unknown(&error) => {
            Ok(Checked::NotChecked { why: "this endpoint doesn't know the question".into(), permission: None })
        }
        other => checked(other),
    }
}

/// Whether the other side doesn't know such an operation, or such a service.
fn is_unknown(error: &CallError) -> bool {
    match error {
        CallError::Refused { code, .. } => matches!(
            code.as_str(),
            "InvalidAction" | "NotImplemented" | "UnknownOperation" | "UnknownOperationException" | "UnknownService"
        ),
        // No answer of AWS's own lacks a code.
        CallError::MaybeActed { why } => {
            ["AWS answered 4", "AWS answered 501"].iter().any(|front| why.starts_with(front))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_nobody_knows_is_told_from_one_that_is_denied() {
        let refused = |code: &str| CallError::Refused { code: code.into(), message: String::new(), request_id: None };
        let acted = |why: &str| CallError::MaybeActed { why: why.into() };
        let table = [
            (refused("UnknownService"), true),
            (refused("InvalidAction"), true),
            (refused("AccessDenied"), false),
            (acted("AWS answered 404"), true),
            (acted("AWS answered 501 NotImplemented"), true),
            (acted("AWS answered 503 ServiceUnavailable"), false),
            (acted("timed out"), false),
            (CallError::Throttled { why: "Throttling: slow down".into() }, false),
        ];
        for (error, unknown) in table {
            assert_eq!(is_unknown(&error), unknown, "{error:?}");
            let result: Result<(), ReadError> = Err(ReadError { action: "rds:DescribeIntegrations", error });
            let open = known(result).expect("not about credentials");
            let plain = "this endpoint doesn't know the question";
            assert_eq!(matches!(&open, Checked::NotChecked { why, .. } if why == plain), unknown, "{open:?}");
        }
    }
}
