//! What the caller may do, by IAM's own simulation: nothing is done by it.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult, ResourceSpecificResult};

use super::{Aws, CallError, ReadError};
use crate::model::{Principal, Question, Simulated};

const CALLER: &str = "sts:GetCallerIdentity";
const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

impl Aws {
    /// Who asks, for a simulation: the caller, the account, and the id that IAM calls the caller by.
    pub async fn principal(&self) -> Result<(Principal, String, String), ReadError> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| ReadError { action: CALLER, error: CallError::of(&error) })?;
        let arn = answer.arn.unwrap_or_default();
        Ok((Principal::of(&arn), answer.account.unwrap_or_default(), answer.user_id.unwrap_or_default()))
    }

    /// A role's ARN with its path, if it may be read.
    pub async fn role_arn(&self, role: &str) -> Option<String> {
        let answer = self.iam.get_role().role_name(role).send().await.ok()?;
        answer.role.map(|role| role.arn)
    }

    /// Asks IAM whether somebody may, by the policies, boundaries and organization's policies that bind them.
    pub async fn simulated(&self, arn: &str, questions: &[Question]) -> Result<Vec<Simulated>, ReadError> {
        let mut found = Vec::new();
        for question in questions {
            let call = self.iam.simulate_principal_policy().policy_source_arn(arn);
            let call = call.set_action_names(Some(question.actions.clone())).resource_arns(&question.resource);
            let call = call.set_context_entries(Some(question.context.iter().map(entry).collect()));
            let mut pages = call.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| ReadError { action: SIMULATE, error: CallError::of(&error) })?;
                let rows = page.evaluation_results.unwrap_or_default();
                found.extend(rows.into_iter().map(|row| simulated(row, &question.resource)));
            }
        }
        Ok(found)
    }
}

fn entry((key, value): &(String, String)) -> ContextEntry {
    let entry = ContextEntry::builder().context_key_name(key).context_key_values(value);
    entry.context_key_type(ContextKeyTypeEnum::String).build()
}

fn simulated(row: EvaluationResult, resource: &str) -> Simulated {
    // Where a resource was named, IAM tells what it had no values for with the resource, and not with the action.
    let of_resources = row.resource_specific_results().iter().flat_map(ResourceSpecificResult::missing_context_values);
    let missing: BTreeSet<String> = row.missing_context_values().iter().chain(of_resources).cloned().collect();
    Simulated {
        missing: missing.into_iter().collect(),
        action: row.eval_action_name,
        resource: row.eval_resource_name.unwrap_or_else(|| resource.to_owned()),
        decision: row.eval_decision.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::PolicyEvaluationDecisionType::ImplicitDeny;

    use super::*;

    #[test]
    fn what_is_missing_is_found_with_the_action_and_with_each_resource() {
        let of_resource = |key: &str| {
            let result = ResourceSpecificResult::builder().eval_resource_name("*").eval_resource_decision(ImplicitDeny);
            result.missing_context_values(key).build().unwrap()
        };
        let row = EvaluationResult::builder().eval_action_name("ssm:StartSession").eval_decision(ImplicitDeny);
        let row = row.missing_context_values("aws:SourceIp");
        let row = row.resource_specific_results(of_resource("aws:SourceVpc"));
        let row = row.resource_specific_results(of_resource("aws:SourceIp"));
        assert_eq!(simulated(row.build().unwrap(), "*").missing, ["aws:SourceIp", "aws:SourceVpc"]);
    }
}
