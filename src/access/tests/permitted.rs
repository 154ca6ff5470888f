//! What the caller may do of what a tunnel asks for, by IAM's simulation.

use super::{
    found,
    network::{good, known},
    of_check,
};
use crate::{access::Facts, model::Simulated};

const CHECK: &str = "tunnel-permitted";

/// The good network, with other words on an action.
fn with(action: &str, decision: &str, missing: &[&str]) -> Facts {
    let mut facts = good();
    let rows = known(&mut facts.permitted).iter_mut().filter(|row| row.action == action);
    let change = |row: &mut Simulated| {
        row.decision = decision.to_owned();
        row.missing = missing.iter().map(|key| (*key).to_owned()).collect();
    };
    assert_ne!(rows.map(change).count(), 0, "{action}");
    facts
}

#[test]
fn what_is_denied_is_named_with_the_policy_that_mends_it() {
    for decision in ["implicitDeny", "explicitDeny"] {
        let facts = with("ssm:TerminateSession", decision, &[]);
        assert_eq!(found(&facts), (vec![CHECK], vec![]));
        let (seen, commands) = of_check(&facts, CHECK);
        let session = "arn:aws:ssm:*:*:session/alice-0123456789abcdef0";
        assert_eq!(seen, [format!("ssm:TerminateSession on {session}: {decision}")]);
        assert_eq!(commands, ["rds-encrypt policy tunnel --bastion i-bastion"]);
    }
}

/// A real request brings values of its own: what hangs on them is neither allowed nor denied here.
#[test]
fn what_hangs_on_an_unknown_condition_is_not_judged() {
    // A denial of requests from elsewhere is passed over where nothing says whence they come.
    let facts = with("ssm:StartSession", "allowed", &["aws:SourceIp"]);
    assert_eq!(found(&facts), (vec![], vec![CHECK]));
    let facts = with("ssm:StartSession", "implicitDeny", &["aws:MultiFactorAuthPresent"]);
    assert_eq!(found(&facts), (vec![], vec![CHECK]));
    let (why, _) = of_check(&facts, CHECK);
    assert!(why[0].contains("ssm:StartSession") && why[0].contains("aws:MultiFactorAuthPresent"), "{why:?}");
    // Another action that is denied for certain outweighs it.
    let mut facts = facts;
    for row in known(&mut facts.permitted).iter_mut().filter(|row| row.action == "ec2:DescribeInstances") {
        row.decision = "explicitDeny".into();
    }
    assert_eq!(found(&facts), (vec![CHECK], vec![]));
}

#[test]
fn an_answer_that_leaves_an_action_out_is_not_taken_for_fine() {
    let mut facts = good();
    known(&mut facts.permitted).retain(|row| row.action != "ssmmessages:OpenDataChannel");
    let (why, _) = of_check(&facts, CHECK);
    assert_eq!(found(&facts), (vec![], vec![CHECK]));
    assert_eq!(why, ["no simulation tells whether ssmmessages:OpenDataChannel is allowed"]);
    known(&mut facts.permitted).clear();
    assert_eq!(found(&facts), (vec![], vec![CHECK]));
}
