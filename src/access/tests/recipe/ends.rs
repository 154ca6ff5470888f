//! What never comes, what others have or make, and what AWS shows late.

use super::*;

fn made(facts: &Facts) -> Driver {
    let mut driver = Driver::new(facts, planned(facts, &[]));
    driver.run(Goal::Make, None).expect("it is made");
    driver
}

fn sent(driver: &Driver, name: &str) -> usize {
    driver.journal.iter().filter(|(intent, ..)| intent.call.action().ends_with(name)).count()
}

/// A key that its volume can't be opened with, or a robot that ends machines: not started for ever.
#[test]
fn a_machine_that_ends_as_it_begins_is_started_twice_at_the_most() {
    let facts = bare();
    let mut driver = Driver::new(&facts, planned(&facts, &[]));
    driver.world.machines_end = true;
    let stop = driver.run(Goal::Make, None).expect_err("it never runs");
    assert!(stop.remedy.contains("StateReason"), "{stop:?}");
    assert_eq!(sent(&driver, ":RunInstances"), 2);
}

#[test]
fn what_does_not_pass_by_itself_is_told() {
    let facts = bare();
    let mut driver = made(&facts);
    driver.world.seen.machines.last_mut().expect("the bastion").state = Some("stopped".into());
    let Decision::Stop(stop) = driver.decide(Goal::Make) else { panic!("{:?}", driver.decide(Goal::Make)) };
    assert!(stop.reason.contains("stopped"), "{stop:?}");
    let mut driver = made(&facts);
    driver.world.seen.endpoints.last_mut().expect("an endpoint").state = Some("Failed".into());
    let Decision::Stop(stop) = driver.decide(Goal::Make) else { panic!("{:?}", driver.decide(Goal::Make)) };
    assert!(stop.reason.contains("failed"), "{stop:?}");
}

/// It isn't in the journal of who takes a bastion over, and is waited for as long as for a new one.
#[test]
fn an_agent_that_never_comes_is_given_up_by_whoever_took_it_over() {
    let facts = bare();
    let mut driver = made(&facts);
    driver.journal.clear();
    driver.world.seen.agents = Ok(BTreeMap::new());
    driver.tick = 0;
    assert!(matches!(driver.decide(Goal::Make), Decision::Wait { .. }));
    driver.tick = 61;
    assert!(matches!(driver.decide(Goal::Make), Decision::Stop(_)), "{:?}", driver.decide(Goal::Make));
}

/// The database's group was replaced and is gone: that isn't a setup that stands.
#[test]
fn what_it_rests_on_may_be_gone() {
    let facts = bare();
    let mut driver = made(&facts);
    driver.world.seen.groups.retain(|group| !group.tags.is_empty());
    let Decision::Stop(stop) = driver.decide(Goal::Make) else { panic!("{:?}", driver.decide(Goal::Make)) };
    assert!(stop.reason.contains("isn't there any more"), "{stop:?}");
}

/// What AWS has taken a moment ago, and doesn't show yet, is taken away all the same.
#[test]
fn a_removal_waits_for_what_may_show_yet() {
    let facts = bare();
    let before = World::of(&facts);
    let mut driver = Driver::new(&facts, planned(&facts, &[]));
    while driver.world.seen.network_acls == before.seen.network_acls {
        if let Decision::Act { part, call } = driver.decide(Goal::Make) {
            driver.act(part, call, None);
        }
        driver.tick += 1;
        driver.world.tick();
    }
    let shown = std::mem::replace(&mut driver.world.seen.network_acls, before.seen.network_acls.clone());
    for _ in 0..14 {
        match driver.decide(Goal::Remove) {
            Decision::Act { part, call } => driver.act(part, call, None),
            Decision::Wait { .. } => {}
            other => panic!("{other:?}"),
        }
        driver.tick += 1;
        driver.world.tick();
    }
    driver.world.seen.network_acls = shown;
    driver.run(Goal::Remove, None).expect("it is removed");
    assert_left_as(&driver, &before);
}

/// Whoever makes again what a removal has taken away owns it.
#[test]
fn what_others_made_after_a_removal_is_theirs() {
    let facts = bare();
    let mut driver = made(&facts);
    let with = driver.world.seen.network_acls.clone();
    driver.run(Goal::Remove, None).expect("it is removed");
    driver.world.seen.network_acls.clone_from(&with);
    driver.world.seen.vpc.as_mut().expect("it is there").dns_hostnames = Some(true);
    assert_eq!(driver.run(Goal::Remove, None), Ok(0));
    assert_eq!(driver.world.seen.network_acls, with);
    assert_eq!(driver.world.seen.vpc.as_ref().and_then(|vpc| vpc.dns_hostnames), Some(true));
}

/// A role and a profile of our names without our mark: whoever made them keeps them whole.
#[test]
fn roles_of_others_keep_what_they_carry() {
    let facts = bare();
    let mut driver = made(&facts);
    driver.world.seen.role.as_mut().expect("it is there").tags.clear();
    driver.world.seen.profile.as_mut().expect("it is there").tags.clear();
    let (role, profile) = (driver.world.seen.role.clone(), driver.world.seen.profile.clone());
    driver.run(Goal::Remove, None).expect("the rest is removed");
    assert_eq!((driver.world.seen.role.clone(), driver.world.seen.profile.clone()), (role, profile));
}

/// AWS keeps the role for as long as it carries what somebody has attached.
#[test]
fn a_role_that_carries_more_is_not_waited_for() {
    let facts = bare();
    let mut driver = made(&facts);
    driver.world.seen.role.as_mut().expect("it is there").inline.push("theirs".into());
    let stop = driver.run(Goal::Remove, None).expect_err("it can't be deleted");
    assert!(stop.reason.contains("carries theirs"), "{stop:?}");
}

/// The services' names lead to the endpoints for everybody in the VPC from then on.
#[test]
fn everybody_in_the_vpc_is_let_in_at_the_endpoints() {
    let facts = bare();
    let driver = made(&facts);
    let group = driver.world.seen.groups.iter().find(|group| group.name.ends_with("-endpoints")).expect("it is there");
    for cidr in &driver.world.seen.vpc.as_ref().expect("it is there").cidrs {
        let rule = |rule: &SecurityRule| rule.ports == Some((443, 443)) && rule.peer.to_string() == *cidr;
        assert!(group.ingress.iter().any(rule), "{cidr}: {group:?}");
    }
    let notes = plan(&facts, "eu-west-2", &choices(&[])).expect("a plan").notes;
    assert!(notes.iter().any(|note| note.contains("for everybody in vpc-1")), "{notes:?}");
}

#[test]
fn new_groups_of_a_vpc_with_ipv6_let_nothing_out_either() {
    let facts = bare();
    let mut driver = Driver::new(&facts, planned(&facts, &[]));
    driver.world.has_ipv6 = true;
    driver.run(Goal::Make, None).expect("it is made");
    for group in driver.world.seen.groups.iter().filter(|group| !group.tags.is_empty()) {
        assert!(group.egress.iter().all(|rule| rule.protocol != "-1"), "{group:?}");
    }
}

/// A lost answer can leave two tables: one of them is used, and both go.
#[test]
fn twins_of_a_table_confuse_nobody() {
    let facts = bare();
    for reversed in [false, true] {
        let mut driver = Driver::new(&facts, planned(&facts, &["10.0.8.0/24", "10.0.9.0/24"]));
        driver.run(Goal::Make, None).expect("it is made");
        let tables = &mut driver.world.seen.route_tables;
        let own = tables.iter().find(|table| !table.tags.is_empty()).expect("it is there").clone();
        tables.push(crate::model::RouteTable { id: "rtb-0".into(), associations: Vec::new(), ..own });
        if reversed {
            tables.reverse();
        }
        assert_eq!(driver.decide(Goal::Make), Decision::Done);
        driver.run(Goal::Remove, None).expect("it is removed");
        assert!(driver.world.seen.route_tables.iter().all(|table| table.tags.is_empty()));
    }
}

#[test]
fn plans_that_cannot_succeed_are_not_begun() {
    // AWS's own last rules count.
    let mut facts = bare();
    let acl = &mut known(&mut facts.network_acls)[0];
    acl.entries.extend((200..216).map(|number| entry(&format!("{number} deny 6 192.0.2.0/24 22-22"))));
    let count = acl.entries.iter().filter(|it| !it.egress).count();
    let with = planned(&facts, &[]).parts.iter().filter(|part| matches!(part, Part::AclEntry { .. })).count();
    assert!(count + with <= 20, "{count} and {with}");
    // Agents don't find an endpoint that their names don't lead to.
    let mut facts = bare();
    let mut endpoint = known(&mut good().endpoints)[0].clone();
    endpoint.private_dns = Some(false);
    known(&mut facts.endpoints).push(endpoint);
    let why = plan(&facts, "eu-west-2", &choices(&[])).expect_err("it is of no use");
    assert!(why.contains("has no private DNS"), "{why}");
    // A Local Zone is no Availability Zone.
    let mut facts = bare();
    let mut local = known(&mut facts.subnets)[0].clone();
    (local.id, local.zone) = ("subnet-local".into(), Some("eu-west-2-lcy-1a".into()));
    local.cidrs = vec!["10.0.200.0/24".into()];
    known(&mut facts.subnets).insert(0, local);
    let parts = planned(&facts, &["10.0.8.0/24", "10.0.9.0/24"]).parts;
    assert!(parts.iter().all(|part| !part.to_string().contains("lcy")), "{parts:?}");
}
