//! `SimulatePrincipalPolicy`: what it says is what the next call meets.

use std::collections::HashMap;

use aws_sdk_iam::operation::simulate_principal_policy::builders::SimulatePrincipalPolicyFluentBuilder;
use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, OrganizationsDecisionDetail, ResourceSpecificResult,
};
use rds_encrypt::sandbox::{How, Misbehaviour, Options, Switches};

use crate::access::recipe::TRUST;
use crate::help::{Cloud, assumed, cloud, code, message, with};

pub(crate) const OPERATOR: &str = "arn:aws:iam::000000000000:user/sandbox-operator";
pub(crate) const DATABASE: &str = "arn:aws:rds:eu-west-2:000000000000:db:orders";
pub(crate) const SNAPSHOT: &str = "arn:aws:rds:eu-west-2:000000000000:snapshot:a";
const TAKE: &str = "rds:CreateDBSnapshot";
const LOOK: &str = "rds:DescribeDBInstances";

fn asked(cloud: &Cloud, who: &str, actions: &[&str]) -> SimulatePrincipalPolicyFluentBuilder {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    cloud.iam.simulate_principal_policy().policy_source_arn(who).set_action_names(Some(actions))
}

async fn results(cloud: &Cloud, actions: &[&str], on: &[&str]) -> Vec<EvaluationResult> {
    let on = (!on.is_empty()).then(|| on.iter().map(|arn| (*arn).to_owned()).collect());
    let answer = asked(cloud, OPERATOR, actions).set_resource_arns(on).send().await.unwrap();
    assert!(!answer.is_truncated());
    answer.evaluation_results.unwrap()
}

/// The decisions of these actions, in their order.
async fn decisions(cloud: &Cloud, actions: &[&str]) -> Vec<String> {
    let results = results(cloud, actions, &[]).await;
    assert_eq!(results.iter().map(EvaluationResult::eval_action_name).collect::<Vec<_>>(), actions);
    results.iter().map(|result| result.eval_decision().as_str().to_owned()).collect()
}

fn switched(change: impl FnOnce(&mut Switches)) -> Options {
    let mut switches = Switches::default();
    change(&mut switches);
    Options { switches, ..Options::default() }
}

#[tokio::test(start_paused = true)]
async fn what_is_simulated_is_what_calls_meet() {
    let refusal = |code: &str, message: &str| How::Refuse { code: code.into(), message: message.into(), status: 403 };
    let by_policy = "not authorized to perform: rds:CreateDBSnapshot with an explicit deny in an identity-based policy";
    let by_organization = "not authorized with an explicit deny in a service control policy";
    for (how, wanted, met) in [
        (How::Deny, "implicitDeny", "AccessDenied"),
        (How::DenyByOrganization, "implicitDeny", "AccessDenied"),
        (refusal("AccessDenied", "You may not."), "implicitDeny", "AccessDenied"),
        (refusal("AccessDenied", by_policy), "explicitDeny", "AccessDenied"),
        (refusal("AccessDenied", by_organization), "implicitDeny", "AccessDenied"),
        (refusal("SnapshotQuotaExceeded", "Too many."), "allowed", "SnapshotQuotaExceeded"),
        (How::Throttle, "allowed", "Throttling"),
        (How::For { seconds: 600, how: Box::new(How::Deny) }, "implicitDeny", "AccessDenied"),
    ] {
        let cloud = cloud().await;
        assert_eq!(decisions(&cloud, &[TAKE, LOOK]).await, ["allowed", "allowed"]);
        cloud.order("CreateDBSnapshot", how.clone());
        // A simulation changes nothing, nor does the second.
        for _ in 0..2 {
            let seen = decisions(&cloud, &["rds:createdbsnapshot", LOOK, "ec2:RunInstances"]).await;
            assert_eq!(seen, [wanted, "allowed", "allowed"], "{how:?}");
        }
        assert_eq!(cloud.take("orders", "a").await, met, "{how:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn simulations_are_about_the_next_call() {
    let cloud = cloud().await;
    let order = Misbehaviour { operation: Some("CreateDBSnapshot".into()), after: 1, times: 1, how: How::Deny };
    cloud.sandbox.misbehave(order);
    // The snapshot is there the third time: only who may is told by it.
    for wanted in ["accepted", "AccessDenied", "DBSnapshotAlreadyExists"] {
        let simulated = decisions(&cloud, &[TAKE]).await;
        let met = cloud.take("orders", "a").await;
        assert_eq!((simulated[0] == "allowed", met.as_str()), (wanted != "AccessDenied", wanted));
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_with_an_end_ends() {
    let cloud = cloud().await;
    cloud.order("CreateDBSnapshot", How::For { seconds: 600, how: Box::new(How::Deny) });
    assert_eq!(cloud.take("orders", "a").await, "AccessDenied");
    assert_eq!(decisions(&cloud, &[TAKE]).await, ["implicitDeny"]);
    cloud.minutes(11).await;
    assert_eq!(decisions(&cloud, &[TAKE]).await, ["allowed"]);
}

#[tokio::test(start_paused = true)]
async fn simulations_can_be_denied_themselves() {
    let cloud = cloud().await;
    cloud.order("SimulatePrincipalPolicy", How::Deny);
    let refused = message(asked(&cloud, OPERATOR, &[TAKE]).send().await);
    assert!(refused.contains("is not authorized to perform: iam:SimulatePrincipalPolicy on resource: "), "{refused}");
    assert!(refused.contains(OPERATOR), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn one_result_holds_those_of_all_resources() {
    let cloud = cloud().await;
    cloud.order("CreateDBSnapshot", How::Deny);
    let found = results(&cloud, &[TAKE, LOOK], &[DATABASE, SNAPSHOT, "*"]).await;
    let rows: Vec<_> = found
        .iter()
        .map(|result| {
            let own = result.resource_specific_results().iter();
            let own = own.map(|own| (own.eval_resource_name(), own.eval_resource_decision().as_str()));
            (result.eval_resource_name().unwrap(), result.eval_decision().as_str(), own.collect::<Vec<_>>())
        })
        .collect();
    let template = "arn:${Partition}:rds:${Region}:${Account}:db:${ResourceName}";
    let of = |decision| vec![(DATABASE, decision), (SNAPSHOT, decision), ("*", decision)];
    assert_eq!(rows, [(template, "implicitDeny", of("implicitDeny")), (template, "allowed", of("allowed"))]);
    assert!(found.iter().all(|result| result.matched_statements().is_empty()));
    assert_eq!(found[0].eval_decision_details().map(HashMap::len), Some(0));
    // All resources are meant where none is named.
    for on in [&[][..], &["*"]] {
        let found = results(&cloud, &[LOOK], on).await;
        assert_eq!((found.len(), found[0].eval_resource_name()), (1, Some("*")));
        assert_eq!((found[0].resource_specific_results().len(), found[0].eval_decision_details()), (0, None));
    }
}

#[tokio::test(start_paused = true)]
async fn there_was_a_result_for_each_resource() {
    let cloud = with(switched(|switches| switches.simulations_repeat = true)).await;
    cloud.order("CopyDBSnapshot", How::DenyByOrganization);
    let found = results(&cloud, &[TAKE, "rds:CopyDBSnapshot"], &[DATABASE, SNAPSHOT]).await;
    let rows: Vec<_> = found
        .iter()
        .map(|result| {
            let own = result.resource_specific_results().iter().map(ResourceSpecificResult::eval_resource_name);
            (result.eval_action_name(), result.eval_resource_name().unwrap(), own.collect::<Vec<_>>())
        })
        .collect();
    let (take, copy) = (TAKE, "rds:CopyDBSnapshot");
    assert_eq!(
        rows,
        [
            (take, DATABASE, vec![DATABASE]),
            (take, SNAPSHOT, vec![SNAPSHOT]),
            (copy, DATABASE, vec![]),
            (copy, SNAPSHOT, vec![])
        ]
    );
    assert_eq!(results(&cloud, &[TAKE], &[]).await[0].eval_resource_name(), Some("*"));
}

#[tokio::test(start_paused = true)]
async fn organizations_deny_in_their_own_way() {
    for (explicitly, wanted) in [(false, "implicitDeny"), (true, "explicitDeny")] {
        let cloud = with(switched(|switches| switches.organizations_deny_explicitly = explicitly)).await;
        cloud.order("CreateDBSnapshot", How::DenyByOrganization);
        cloud.order("CopyDBSnapshot", How::Deny);
        let found = results(&cloud, &[TAKE, "rds:CopyDBSnapshot"], &[DATABASE]).await;
        assert_eq!(found[0].eval_decision().as_str(), wanted);
        assert_eq!(found[1].eval_decision().as_str(), "implicitDeny");
        let allowed = |result: &EvaluationResult| {
            result.organizations_decision_detail().map(OrganizationsDecisionDetail::allowed_by_organizations)
        };
        assert_eq!((allowed(&found[0]), allowed(&found[1])), (Some(false), None));
        assert_eq!(found[0].eval_decision_details(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_can_be_simulated() {
    let cloud = cloud().await;
    let role = "arn:aws:iam::000000000000:role/admin";
    assert_eq!(code(asked(&cloud, role, &[LOOK]).send().await), "NoSuchEntity");
    for (account, role) in [("000000000000", role), ("111122223333", "arn:aws:iam::111122223333:role/admin")] {
        let other = assumed(&cloud, role).await;
        let own = format!("arn:aws:iam::{account}:role/admin");
        assert_eq!(code(asked(&other, &own, &[LOOK]).send().await), "accepted", "{account}");
        let session = other.sts.get_caller_identity().send().await.unwrap().arn.unwrap();
        let refused = message(asked(&other, &session, &[LOOK]).send().await);
        let wanted = format!("Invalid Entity Arn: {session} does not clearly define entity type and name.");
        assert_eq!(refused, wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_there_is_not_simulated() {
    let cloud = cloud().await;
    for (who, wanted) in [
        (OPERATOR, "accepted"),
        ("arn:aws:iam::000000000000:user/team/sandbox-operator", "NoSuchEntity"),
        ("arn:aws:iam::000000000000:user/somebody", "NoSuchEntity"),
        ("arn:aws:iam::000000000000:group/admins", "NoSuchEntity"),
        ("arn:aws:iam::000000000000:role/nobody", "NoSuchEntity"),
        ("arn:aws:iam::000000000000:root", "InvalidInput"),
        ("arn:aws:iam::000000000000:policy/readers", "InvalidInput"),
        ("arn:aws:iam::000000000000:role/", "InvalidInput"),
        ("arn:aws:iam::111122223333:user/sandbox-operator", "InvalidInput"),
    ] {
        assert_eq!(code(asked(&cloud, who, &[LOOK]).send().await), wanted, "{who}");
    }
}

#[tokio::test(start_paused = true)]
async fn roles_have_their_path() {
    let (own, bare) = ("arn:aws:iam::000000000000:role/team/a/reader", "arn:aws:iam::000000000000:role/reader");
    for (passed_over, wanted) in [(false, "NoSuchEntity"), (true, "accepted")] {
        let cloud = with(switched(|switches| switches.simulated_paths_are_passed_over = passed_over)).await;
        let made = cloud.iam.create_role().role_name("reader").path("/team/a/").assume_role_policy_document(TRUST);
        made.send().await.unwrap();
        assert_eq!(code(asked(&cloud, own, &[LOOK]).send().await), "accepted");
        assert_eq!(code(asked(&cloud, bare, &[LOOK]).send().await), wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn many_actions_come_in_pages() {
    let cloud = cloud().await;
    let actions: Vec<String> = (0..205).map(|number| format!("rds:Action{number}")).collect();
    let all = || asked(&cloud, OPERATOR, &actions.iter().map(String::as_str).collect::<Vec<_>>());
    for (most, wanted) in [(None, vec![100, 100, 5]), (Some(1000), vec![205]), (Some(205), vec![205])] {
        let (mut sizes, mut names, mut marker) = (Vec::new(), Vec::new(), None);
        loop {
            let page = all().set_max_items(most).set_marker(marker).send().await.unwrap();
            sizes.push(page.evaluation_results().len());
            names.extend(page.evaluation_results().iter().map(|result| result.eval_action_name().to_owned()));
            assert_eq!(page.is_truncated(), page.marker().is_some());
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!((sizes, &names), (wanted, &actions));
    }
    for strange in ["205", "after-205", "after-x"] {
        assert_eq!(code(all().marker(strange).send().await), "InvalidInput", "{strange}");
    }
    assert_eq!(code(all().max_items(1001).send().await), "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn what_would_need_policies_is_said() {
    let cloud = cloud().await;
    let policy = |effect: &str| {
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"rds:*","Resource":"*"}}]}}"#)
    };
    let entry = ContextEntry::builder()
        .context_key_name("aws:RequestedRegion")
        .context_key_values("eu-west-2")
        .context_key_type(ContextKeyTypeEnum::String)
        .build();
    let plain = || asked(&cloud, OPERATOR, &[TAKE]);
    for (request, wanted) in [
        (plain().context_entries(entry), "accepted"),
        (plain().policy_input_list(policy("Allow")), "accepted"),
        (plain().policy_input_list(policy("Deny")), "NotImplemented"),
        (plain().policy_input_list("{"), "InvalidInput"),
        (plain().caller_arn(OPERATOR), "NotImplemented"),
        (plain().resource_policy(policy("Allow")), "NotImplemented"),
        (plain().permissions_boundary_policy_input_list(policy("Allow")), "NotImplemented"),
    ] {
        assert_eq!(code(request.send().await), wanted);
    }
}
