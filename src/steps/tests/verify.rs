//! Verify: it only reads, and names every difference.

use super::{
    Expect, World, check,
    world::{KEY, OTHER_KEY, group, plain, under},
};
use crate::{
    model::{DbInstance, Encryption, Setting, Value},
    steps::{Decision, Difference, Evidence, Step, Stop, StopKind, differences},
};

#[test]
fn differences_are_listed_with_both_values() {
    type Change = fn(&mut DbInstance);
    let table: [(&str, Change, Expect); 9] = [
        (
            "class",
            |it| it.class = Some("db.t3.micro".into()),
            Expect::Difference(&["db.t3.micro, wanted is db.m5.large"]),
        ),
        ("port", |it| it.endpoint_port = Some(5433), Expect::Difference(&["Port is 5433, wanted is 5432"])),
        ("not shown", |it| it.endpoint_port = None, Expect::Difference(&["Port is nothing, wanted is 5432"])),
        ("standby", |it| it.multi_az = Some(true), Expect::Difference(&["MultiAZ is yes, wanted is no"])),
        ("public", |it| it.publicly_accessible = Some(true), Expect::Difference(&["PubliclyAccessible is yes"])),
        (
            "parameter group",
            |it| it.parameter_groups = Some(vec![group("default.postgres14", "in-sync")]),
            Expect::Difference(&["DBParameterGroupName is default.postgres14, wanted is orders-pg"]),
        ),
        (
            "two at once",
            |it| (it.class, it.endpoint_port) = (Some("db.t3.micro".into()), Some(5433)),
            Expect::Difference(&["DBInstanceClass is db.t3.micro", "Port is 5433", "encrypted under the key"]),
        ),
        (
            "a tag with another value",
            |it| {
                it.tags.get_or_insert_default().insert("team".into(), "b".into());
            },
            Expect::Difference(&["Tags is team=b, wanted is team=a"]),
        ),
        (
            "a tag that the account adds by itself",
            |it| {
                it.tags.get_or_insert_default().insert("cost".into(), "1".into());
            },
            Expect::Done,
        ),
    ];
    for (case, change, expected) in table {
        let mut world = World::settled().with_target(change);
        // Long enough for tags that lag.
        world.steady = 600;
        check(case, &world, Step::Verify, expected);
    }
}

#[test]
fn a_difference_keeps_its_values() {
    let world = World::settled().with_target(|target| target.endpoint_port = None);
    let expected = Difference { setting: Setting::Port, wanted: Value::Number(5432), shown: None };
    let Decision::Stop(Stop { kind: StopKind::Difference(found), .. }) = world.standing().decision else {
        panic!("no difference")
    };
    assert_eq!(found, [expected]);
    assert_eq!(differences(&world.plan, world.seen.target.as_ref().expect("a target"), None), found);
}

#[test]
fn all_settings_of_the_plan_are_compared() {
    let world = World::settled();
    let Decision::Done(Evidence::Verified { compared }) = world.standing().decision else { panic!("not verified") };
    assert_eq!(compared, world.plan.settings.len());
    assert!(compared > 15, "{compared}");
}

#[test]
fn a_public_source_gets_a_private_copy() {
    let world = World::restored_from(|source| source.publicly_accessible = Some(true));
    let wanted = world.plan.settings.iter().find(|planned| planned.setting == Setting::PubliclyAccessible);
    assert_eq!(wanted.map(|planned| &planned.wanted), Some(&Value::Flag(false)));
    let target = world.seen.target.expect("a target");
    assert!(differences(&world.plan, &target, None).iter().all(|it| it.setting != Setting::PubliclyAccessible));
}

#[test]
fn another_key_is_no_difference_but_a_stop() {
    let table = [
        ("under the key", under(KEY), true),
        ("under another key", under(OTHER_KEY), false),
        ("not encrypted", plain(), false),
        ("silent", Encryption::default(), false),
    ];
    for (case, encryption, fine) in table {
        let world = World::settled().with_target(|target| target.encryption = encryption);
        match world.judged_by(|situation| Step::Verify.decide(situation, crate::steps::Goal::Migrate)) {
            Decision::Done(_) => assert!(fine, "{case}"),
            Decision::Stop(stop) => {
                assert!(!fine, "{case}");
                assert!(stop.kind.is_failed(), "{case}");
                assert!(stop.reason.contains(KEY) && stop.remedy.contains("don't use it"), "{case}: {stop:?}");
            }
            other => panic!("{case}: {other:?}"),
        }
    }
}

#[test]
fn a_target_that_is_not_shown_is_waited_for() {
    let world = World::settled().with_seen(|seen| seen.target = None);
    for step in [Step::Settle, Step::Verify] {
        assert!(
            matches!(
                world.judged_by(|situation| step.decide(situation, crate::steps::Goal::Migrate)),
                Decision::Wait(_)
            ),
            "{step:?}"
        );
    }
}
