//! What the caller may do, by IAM's own simulation: nothing is done by it.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult};

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
    Simulated {
        action: row.eval_action_name,
        resource: row.eval_resource_name.unwrap_or_else(|| resource.to_owned()),
        decision: row.eval_decision.as_str().to_owned(),
        missing: row.missing_context_values.unwrap_or_default(),
    }
}
