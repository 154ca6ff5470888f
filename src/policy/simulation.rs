//! A command's policy as questions to IAM: on one resource each, which is how the answers are told apart.

use super::{Command, Document, Scope, policy};
use crate::model::Question;

/// What opening a tunnel asks for, for a caller whose sessions' names begin with `name` and whom IAM calls `user_id`.
#[must_use]
pub fn tunnel(scope: &Scope, name: &str, user_id: &str) -> Vec<Question> {
    questions(&policy(Command::Tunnel, &[], scope), name, user_id)
}

fn questions(document: &Document, name: &str, user_id: &str) -> Vec<Question> {
    let context = [
        ("ssm:SessionDocumentAccessCheck".to_owned(), "true".to_owned()),
        ("ssm:resourceTag/aws:ssmmessages:session-id".to_owned(), user_id.to_owned()),
        ("aws:userid".to_owned(), user_id.to_owned()),
    ];
    let mut all: Vec<Question> = Vec::new();
    for one in &document.statement {
        for arn in &one.resource {
            let resource = concrete(arn, name);
            match all.iter_mut().find(|question| question.resource == resource) {
                Some(question) => question.actions.extend(one.action.iter().cloned()),
                None => all.push(Question { resource, actions: one.action.clone(), context: context.to_vec() }),
            }
        }
    }
    for question in &mut all {
        question.actions.sort();
        question.actions.dedup();
    }
    all
}

/// One resource that the pattern is meant for.
fn concrete(arn: &str, name: &str) -> String {
    match arn {
        "*" => arn.to_owned(),
        // AWS's own documents belong to no account.
        document if document.contains(":*:document/") => document.replace(":*:document/", "::document/"),
        session => session.replace(":session/*", &format!(":session/{name}-0123456789abcdef0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resource_is_asked_about_once_and_by_name() {
        let scope = Scope {
            region: Some("eu-west-2".into()),
            account: Some("111122223333".into()),
            bastion: Some("i-1".into()),
            ..Scope::default()
        };
        let all = tunnel(&scope, "alice", "AIDA1");
        let rows: Vec<String> = all.iter().map(|it| format!("{} {}", it.resource, it.actions.join(" "))).collect();
        assert_eq!(
            rows,
            [
                "* ec2:DescribeInstances ec2:DescribeSecurityGroups rds:DescribeDBInstances \
                 ssm:DescribeInstanceInformation ssmmessages:OpenDataChannel",
                "arn:aws:ec2:eu-west-2:111122223333:instance/i-1 ssm:GetConnectionStatus ssm:StartSession",
                "arn:aws:ssm:eu-west-2::document/AWS-StartPortForwardingSessionToRemoteHost ssm:StartSession",
                "arn:aws:ssm:eu-west-2:111122223333:session/alice-0123456789abcdef0 ssm:ResumeSession \
                 ssm:TerminateSession",
            ]
        );
        assert!(all.iter().all(|it| it.context.iter().any(|(_, value)| value == "AIDA1")));
    }
}
