//! What was chosen for the copy: its own security group, an existing snapshot, an upgrade.

use super::{
    Expect, World, check,
    world::{SOURCE_ID, accepted, at, plain},
};
use crate::{
    model::{Call, DbSnapshot, Outcome, Peer, RUN_TAG, SecurityGroup, SecurityRule, Setting, Value},
    plan::{Choices, ExistingSnapshot, Network, Reason, Upgrade},
    steps::{Decision, Evidence, Goal, Step, differences},
};

const BASTION: &str = "sg-bastion";

fn quarantine() -> Choices {
    let network = Network::Quarantine {
        bastion_group: Some(BASTION.into()),
        vpc_id: "vpc-1".into(),
        port: 5432,
        egress: [].into(),
    };
    Choices { network, ..Choices::default() }
}

fn everywhere() -> SecurityRule {
    SecurityRule { protocol: "-1".into(), ports: None, peer: Peer::Ipv4("0.0.0.0/0".into()) }
}

/// A new group, as EC2 makes it.
fn new_group(world: &World) -> SecurityGroup {
    SecurityGroup {
        id: "sg-ours".into(),
        name: world.generation.names.security_group.clone(),
        vpc_id: Some("vpc-1".into()),
        ingress: [].into(),
        egress: [everywhere()].into(),
        tags: [(RUN_TAG.to_owned(), super::world::RUN.to_owned())].into(),
    }
}

fn made() -> Outcome {
    Outcome::Accepted { request_id: None, resource_id: Some("sg-ours".into()) }
}

/// Carries out whatever is asked of EC2, as it does, until something else is due.
fn built() -> (World, Vec<&'static str>) {
    let mut world = World::choosing(&quarantine());
    let mut asked = Vec::new();
    loop {
        let Decision::Act(call) = world.standing().decision else { return (world, asked) };
        let outcome = if call.makes().is_some() { made() } else { accepted() };
        let mut group = world.seen.security_group.clone().unwrap_or_else(|| new_group(&world));
        match &call {
            Call::CreateSecurityGroup { .. } => {}
            Call::RevokeSecurityGroupEgress { rules, .. } => group.egress.retain(|rule| !rules.contains(rule)),
            Call::AuthorizeSecurityGroupIngress { rules, .. } => group.ingress.extend(rules.clone()),
            _ => return (world, asked),
        }
        asked.push(call.action());
        world = world.asked(&call, outcome, 0).with_seen(|seen| seen.security_group = Some(group));
    }
}

#[test]
fn the_group_is_closed_before_anything_is_let_in() {
    let (world, asked) = built();
    assert_eq!(asked, ["CreateSecurityGroup", "RevokeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"]);
    let standing = world.standing();
    assert_eq!(standing.step, Step::TakeSnapshot, "and then it goes on");
    let group = world.seen.security_group.as_ref().expect("a group");
    assert_eq!(group.ingress, [SecurityRule::from_group(BASTION, 5432)].into());
    assert!(group.egress.is_empty());
}

#[test]
fn what_others_let_in_is_never_overlooked() {
    let (world, _) = built();
    let open = world.with_seen(|seen| {
        seen.security_group.as_mut().expect("a group").ingress.insert(everywhere());
    });
    check("before the restore", &open, Step::Isolate, Expect::Stop(&["somebody lets more into"]));
}

#[test]
fn a_group_that_is_not_ours_is_left() {
    let world = World::choosing(&quarantine());
    let stranger = |tags: &[(&str, &str)]| {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let group = SecurityGroup { tags, ..new_group(&world) };
        world.clone().with_seen(|seen| seen.security_group = Some(group))
    };
    check("never asked for", &stranger(&[]), Step::Isolate, Expect::Foreign(&["security group"]));
    let call = world.due();
    let lost = Outcome::Unknown { why: "timeout".into() };
    let asked = |tags: &[(&str, &str)], age| stranger(tags).asked(&call, lost.clone(), age);
    check(
        "another run's",
        &asked(&[(RUN_TAG, "other")], 5),
        Step::Isolate,
        Expect::Foreign(&["names another run, other"]),
    );
    check("no tag yet", &asked(&[], 5), Step::Isolate, Expect::Wait(&["waiting for its tags"]));
    check("no tag ever", &asked(&[], 3600), Step::Isolate, Expect::Foreign(&["has no tag"]));
}

#[test]
fn the_copy_is_restored_into_its_own_group_only() {
    let plan = World::choosing(&quarantine()).plan;
    let planned = plan.settings.iter().find(|it| it.setting == Setting::VpcSecurityGroupIds).expect("planned");
    assert_eq!(planned.reason, Some(Reason::Quarantined));
    let (world, _) = built();
    let world = world.with_snapshot_and_copy();
    let Call::RestoreDBInstanceFromDBSnapshot { settings, .. } = world.due() else { panic!("a restore is due") };
    assert_eq!(settings.get(&Setting::VpcSecurityGroupIds), Some(&Value::List(vec!["sg-ours".into()])));
    let gone = world.with_seen(|seen| seen.security_group = None);
    check("its group is gone", &gone, Step::Restore, Expect::Wait(&["doesn't show", "yet"]));
}

#[test]
fn verify_names_a_breach() {
    let (world, _) = built();
    let group = world.seen.security_group.clone().expect("a group");
    let mut target = world.seen.source.clone().expect("a source");
    target.security_groups = Some(vec![super::world::group("sg-ours", "active")]);
    let of_groups = |group: &SecurityGroup| {
        let all = differences(&world.plan, &target, Some(group));
        all.into_iter().find(|it| it.setting == Setting::VpcSecurityGroupIds)
    };
    assert_eq!(of_groups(&group), None);
    let open = SecurityGroup { egress: [everywhere()].into(), ..group };
    let found = of_groups(&open).expect("a breach");
    assert!(found.shown.expect("shown").to_string().contains("1 way(s) out"));
}

#[test]
fn the_group_goes_last_and_only_ours() {
    let (mut world, _) = built();
    world.goal = Goal::Abandon;
    let Call::DeleteSecurityGroup { group_id, .. } = world.due() else { panic!("it is to be deleted") };
    assert_eq!(group_id, "sg-ours");
    let reached = world.standing().reached;
    assert_eq!(reached.len(), 3, "instance, copy and snapshot are gone first: {reached:?}");
    let foreign = world.with_seen(|seen| {
        let group = seen.security_group.as_mut().expect("a group");
        group.tags.insert(RUN_TAG.to_owned(), "other".to_owned());
    });
    let left = foreign.standing().decision;
    assert!(matches!(left, Decision::Done(Evidence::Left { .. })), "{left:?}");
}

fn from() -> Choices {
    let from = ExistingSnapshot {
        identifier: "rds:orders-2026-11-25-02-00".into(),
        taken: at("02:00:00"),
        engine_version: Some("14.9".into()),
    };
    Choices { from: Some(from), ..Choices::default() }
}

fn automated() -> DbSnapshot {
    DbSnapshot {
        identifier: "rds:orders-2026-11-25-02-00".into(),
        resource_id: Some(SOURCE_ID.into()),
        status: Some("available".into()),
        snapshot_create_time: Some(at("02:00:00")),
        original_snapshot_create_time: Some(at("02:00:00")),
        encryption: plain(),
        ..DbSnapshot::default()
    }
}

/// Makes a snapshot another.
type Change = fn(&mut DbSnapshot);

#[test]
fn an_existing_snapshot_is_copied_and_never_made_or_removed() {
    let shown = |change: fn(&mut DbSnapshot)| {
        let mut snapshot = automated();
        change(&mut snapshot);
        World::choosing(&from()).with_seen(|seen| seen.snapshot = Some(snapshot))
    };
    let Call::CopyDBSnapshot { source, .. } = shown(|_| {}).due() else { panic!("a copy is due") };
    assert_eq!(source, "rds:orders-2026-11-25-02-00");
    let gone = World::choosing(&from());
    check("gone", &gone, Step::TakeSnapshot, Expect::Stop(&["isn't there any more", "Abandon"]));
    let table: [(&str, Change, Expect); 4] = [
        ("another database's", |it| it.resource_id = Some("db-OTHER".into()), Expect::Stop(&["comes from db-OTHER"])),
        ("another moment's", |it| it.original_snapshot_create_time = Some(at("03:00:00")), Expect::Stop(&["taken at"])),
        ("failed", |it| it.status = Some("failed".into()), Expect::Stop(&["is failed"])),
        ("passing", |it| it.status = Some("creating".into()), Expect::Wait(&["creating"])),
    ];
    for (case, change, expect) in table {
        check(case, &shown(change), Step::TakeSnapshot, expect);
    }
    let plan = World::choosing(&from()).plan;
    for goal in [Goal::Abandon, Goal::DropSnapshots] {
        assert!(!goal.pipeline(&plan).contains(&Step::RemoveSnapshot), "{goal:?}");
    }
}

fn upgrade() -> Choices {
    Choices { upgrade: Some(Upgrade { hops: vec!["14.12".into(), "16.3".into()], major: true }), ..Choices::default() }
}

#[test]
fn the_copy_is_upgraded_hop_by_hop_before_it_is_restored() {
    let at_version = |version: &str| {
        let world = World::choosing(&upgrade()).with_snapshot_and_copy();
        world.with_copy(|copy| copy.engine_version = Some(version.into()))
    };
    for (version, next) in [("14.9", "14.12"), ("14.12", "16.3")] {
        let Call::ModifyDBSnapshot { engine_version, .. } = at_version(version).due() else { panic!("an upgrade") };
        assert_eq!(engine_version, next, "from {version}");
    }
    let upgraded = at_version("16.3").standing();
    assert_eq!(upgraded.step, Step::Restore);
    let busy = at_version("14.9").with_copy(|copy| copy.status = Some("upgrading".into()));
    check("upgrading", &busy, Step::Upgrade, Expect::Wait(&["upgrading"]));
    check("a stranger's version", &at_version("15.1"), Step::Upgrade, Expect::Stop(&["which the plan doesn't know"]));
    let failed = at_version("14.9").with_copy(|copy| copy.status = Some("failed".into()));
    check("failed", &failed, Step::EncryptCopy, Expect::Failed(&["is failed"]));
    let plan = World::choosing(&upgrade()).plan;
    let version = plan.settings.iter().find(|it| it.setting == Setting::EngineVersion).expect("planned");
    assert_eq!((version.reason, version.wanted.to_string().as_str()), (Some(Reason::Asked), "16.3"));
    assert!(plan.settings.iter().all(|it| it.setting != Setting::OptionGroupName), "the old default is none there");
}

/// AWS may upgrade what it restores. Whoever resumes has read it: then it goes on, and Verify names the difference.
#[test]
fn a_version_that_changed_by_itself_stops_once() {
    let changed = World::settled().with_target(|target| target.engine_version = Some("14.10".into()));
    check("shown", &changed, Step::Restore, Expect::Stop(&["is of version 14.10", "is of 14.9", "--upgrade-snapshot"]));
    let upgrading = World::settled().with_target(|target| target.status = Some("upgrading".into()));
    check("under way", &upgrading, Step::Restore, Expect::Stop(&["is being upgraded from 14.9"]));
    let mut resumed = changed;
    for (_, _, this_run) in &mut resumed.journal {
        *this_run = false;
    }
    check("resumed", &resumed, Step::Verify, Expect::Difference(&["14.10, wanted is 14.9"]));
}
