//! A setup and its removal, with every answer lost once, in a small AWS.

mod ends;
mod world;

use std::{collections::BTreeMap, time::Duration};

use super::network::{entry, good, known};
use crate::{
    access::{
        Facts, Read, audit,
        recipe::{Asked, Choices, Decision, Goal, Part, Planned, Recipe, Stop, decide, plan},
    },
    model::{
        AccessCall, AccessIntent, AwsTime, Outcome, Peer, PreferencesDocument, SecurityRule, SessionPreferences, Tags,
    },
};
use world::World;

const RUN: &str = "0123456789abcdef someone@somewhere";

/// The good network before anybody made anything: a database in two private subnets, and nothing else.
fn bare() -> Facts {
    let mut facts = good();
    facts.database.resource_id = Some("db-ABCDEFGHIJKLMNOPQRSTUVWXYZ".into());
    known(&mut facts.subnets).truncate(2);
    known(&mut facts.endpoints).clear();
    known(&mut facts.machines).clear();
    known(&mut facts.agents).clear();
    known(&mut facts.profiles).clear();
    known(&mut facts.roles).clear();
    known(&mut facts.vpcs)[0].dns_hostnames = Some(false);
    let acls = known(&mut facts.network_acls);
    acls.truncate(1);
    acls[0].entries =
        ["100 allow -1 0.0.0.0/0", "32767 deny -1 0.0.0.0/0", ">100 allow -1 0.0.0.0/0"].map(entry).into();
    let groups = known(&mut facts.security_groups);
    groups.truncate(1);
    groups[0].ingress.retain(|rule| rule.peer.to_string() == "sg-application");
    facts
}

fn choices(subnets: &[&str]) -> Choices {
    Choices {
        subnet_cidrs: subnets.iter().map(|cidr| (*cidr).to_owned()).collect(),
        instance_type: "t4g.nano".into(),
        image_id: "ami-1".into(),
        log_group: None,
        keep_network_acls: false,
    }
}

fn planned(facts: &Facts, subnets: &[&str]) -> Recipe {
    plan(facts, "eu-west-2", &choices(subnets)).expect("a plan").recipe
}

/// In an account where nobody has ever saved preferences for sessions.
fn unlogged() -> Facts {
    Facts { preferences: Read::Known(None), ..bare() }
}

/// With new subnets, and shells logged.
fn all_planned(facts: &Facts) -> Recipe {
    let choices = Choices { log_group: Some("/sessions".into()), ..choices(&["10.0.8.0/24", "10.0.9.0/24"]) };
    plan(facts, "eu-west-2", &choices).expect("a plan").recipe
}

/// What goes wrong at one call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// AWS took it, and the answer was lost.
    AnswerLost,
    /// It never arrived, and nobody knows.
    CallLost,
    /// AWS took it, and the process died before it heard.
    Killed,
    /// The process died after it noted the call down.
    KilledBefore,
}

/// What was asked for so far, in a world whose time runs in ticks of twenty seconds.
struct Driver {
    world: World,
    recipe: Recipe,
    journal: Vec<(AccessIntent, u32, bool)>,
    tick: u32,
}

impl Driver {
    fn new(facts: &Facts, recipe: Recipe) -> Self {
        Self { world: World::of(facts), recipe, journal: Vec::new(), tick: 0 }
    }

    fn decide(&self, goal: Goal) -> Decision {
        let asked = |(intent, tick, this_run): &'_ (AccessIntent, u32, bool)| (intent.clone(), *tick, *this_run);
        let all: Vec<_> = self.journal.iter().map(asked).collect();
        let journal: Vec<Asked<'_>> = all
            .iter()
            .map(|(intent, tick, this_run)| Asked {
                intent,
                age: Duration::from_secs(u64::from(20 * (self.tick - tick))),
                this_run: *this_run,
            })
            .collect();
        let elapsed = Duration::from_secs(u64::from(20 * self.tick));
        decide(&self.recipe, &self.world.seen, &journal, (goal, elapsed), RUN)
    }

    /// Until it is done, or a person is needed; at the `nth` call something goes wrong.
    fn run(&mut self, goal: Goal, wrong: Option<(usize, Fate)>) -> Result<usize, Stop> {
        let mut calls = 0;
        for _ in 0..2000 {
            match self.decide(goal) {
                Decision::Done => return Ok(calls),
                Decision::Stop(stop) => return Err(stop),
                Decision::Wait { .. } => {}
                Decision::Act { part, call } => {
                    let fate = wrong.filter(|(nth, _)| *nth == calls).map(|(_, fate)| fate);
                    calls += 1;
                    self.act(part, call, fate);
                }
            }
            self.tick += 1;
            self.world.tick();
        }
        panic!("it never ends: {:?}", self.decide(goal));
    }

    fn act(&mut self, part: usize, call: AccessCall, fate: Option<Fate>) {
        let arrives = !matches!(fate, Some(Fate::CallLost | Fate::KilledBefore));
        let answer = if arrives { self.world.take(&call) } else { Ok(()) };
        let outcome = match (fate, answer) {
            (Some(Fate::Killed | Fate::KilledBefore), _) => Outcome::Sent,
            (Some(_), _) => Outcome::Unknown { why: "no answer".into() },
            (None, Ok(())) => Outcome::Accepted { request_id: None, resource_id: None },
            (None, Err(code)) => Outcome::Refused { code: code.into(), message: String::new(), request_id: None },
        };
        let number = u32::try_from(self.journal.len()).unwrap();
        let sent_at: AwsTime = "2026-11-28T12:00:00Z".parse().unwrap();
        self.journal.push((AccessIntent { number, part, sent_at, outcome, call }, self.tick, true));
        if matches!(fate, Some(Fate::Killed | Fate::KilledBefore)) {
            self.journal.iter_mut().for_each(|(_, _, this_run)| *this_run = false);
        }
    }
}

/// What fails in the audit of the world.
fn failing(driver: &Driver, facts: &Facts) -> Vec<&'static str> {
    let report = audit(&driver.world.facts(facts));
    report.checks.iter().filter(|check| check.verdict != crate::access::Verdict::Pass).map(|check| check.id).collect()
}

#[test]
fn a_bare_network_lacks_all_and_a_setup_makes_every_check_pass() {
    let facts = bare();
    assert!(audit(&facts).counts().1 >= 5, "{:?}", audit(&facts));
    for subnets in [&[][..], &["10.0.8.0/24", "10.0.9.0/24"][..]] {
        let mut driver = Driver::new(&facts, planned(&facts, subnets));
        driver.run(Goal::Make, None).expect("it is made");
        assert_eq!(failing(&driver, &facts), [""; 0], "{subnets:?}");
    }
}

#[test]
fn nothing_is_planned_where_all_is_there() {
    let mut facts = good();
    facts.database.resource_id = Some("db-A".into());
    assert_eq!(planned(&facts, &[]).parts, []);
}

#[test]
fn a_removal_leaves_exactly_what_was_there() {
    for subnets in [&[][..], &["10.0.8.0/24", "10.0.9.0/24"][..]] {
        let facts = bare();
        let before = World::of(&facts);
        let mut driver = Driver::new(&facts, planned(&facts, subnets));
        driver.run(Goal::Make, None).expect("it is made");
        driver.run(Goal::Remove, None).expect("it is removed");
        assert_left_as(&driver, &before);
    }
}

/// Everything but machines that AWS still shows as terminated, and their agents.
fn assert_left_as(driver: &Driver, before: &World) {
    let mut left = driver.world.seen.clone();
    left.machines.retain(|machine| machine.state.as_deref() != Some("terminated"));
    left.agents = Ok(BTreeMap::default());
    assert_eq!(left, before.seen);
}

/// Each call of a setup and of its removal, each of the ways to lose it: the end is the same, and nothing is made twice.
#[test]
fn a_lost_call_or_answer_or_process_changes_nothing_at_the_end() {
    let facts = unlogged();
    let recipe = all_planned(&facts);
    let before = World::of(&facts);
    let mut whole = Driver::new(&facts, recipe.clone());
    let made = whole.run(Goal::Make, None).expect("it is made");
    let (groups, machines) = (whole.world.seen.groups.len(), whole.world.seen.machines.len());
    let removed = whole.run(Goal::Remove, None).expect("it is removed");
    assert!(made > 28 && removed > 26, "{made} {removed}");
    for fate in [Fate::AnswerLost, Fate::CallLost, Fate::Killed, Fate::KilledBefore] {
        for nth in 0..made {
            let mut driver = Driver::new(&facts, recipe.clone());
            driver.run(Goal::Make, Some((nth, fate))).unwrap_or_else(|stop| panic!("{fate:?} at {nth}: {stop:?}"));
            assert_eq!(failing(&driver, &facts), [""; 0], "{fate:?} at {nth}");
            let seen = &driver.world.seen;
            assert_eq!((seen.groups.len(), seen.machines.len()), (groups, machines), "{fate:?} at {nth}");
            driver.run(Goal::Remove, None).unwrap_or_else(|stop| panic!("{fate:?} at {nth}: {stop:?}"));
            assert_left_as(&driver, &before);
        }
        for nth in 0..removed {
            let mut driver = Driver::new(&facts, recipe.clone());
            driver.run(Goal::Make, None).expect("it is made");
            driver.run(Goal::Remove, Some((nth, fate))).unwrap_or_else(|stop| panic!("{fate:?} at {nth}: {stop:?}"));
            assert_left_as(&driver, &before);
        }
    }
}

/// A setup that was cut anywhere is removed as well.
#[test]
fn what_was_made_so_far_is_removed() {
    let facts = unlogged();
    let before = World::of(&facts);
    for nth in 0..35 {
        let mut driver = Driver::new(&facts, all_planned(&facts));
        for _ in 0..nth {
            if let Decision::Act { part, call } = driver.decide(Goal::Make) {
                driver.act(part, call, None);
            }
            driver.tick += 1;
            driver.world.tick();
        }
        driver.run(Goal::Remove, None).unwrap_or_else(|stop| panic!("after {nth}: {stop:?}"));
        assert_left_as(&driver, &before);
    }
}

/// What others made under the same name or number is neither taken nor removed.
#[test]
fn what_is_not_ours_is_in_the_way_and_stays() {
    let facts = bare();
    let recipe = planned(&facts, &[]);
    let mut driver = Driver::new(&facts, recipe.clone());
    let name = recipe.name("bastion");
    driver.world.seen.groups.push(crate::model::SecurityGroup { id: "sg-x".into(), name, ..Default::default() });
    let stop = driver.run(Goal::Make, None).expect_err("somebody's group has its name");
    assert!(stop.reason.contains("sg-x"), "{stop:?}");
    driver.run(Goal::Remove, None).expect("what is ours goes");
    assert!(driver.world.seen.groups.iter().any(|group| group.id == "sg-x"));

    let mut driver = Driver::new(&facts, recipe);
    let number = driver.recipe.parts.iter().find_map(|part| match part {
        Part::AclEntry { entry, .. } => Some(entry.number),
        _ => None,
    });
    let theirs = entry(&format!("{} allow 6 10.9.0.0/16 22-22", number.expect("an entry")));
    driver.world.seen.network_acls[0].entries.push(theirs.clone());
    let stop = driver.run(Goal::Make, None).expect_err("somebody's rule has its number");
    assert!(stop.reason.contains("10.9.0.0/16"), "{stop:?}");
    driver.run(Goal::Remove, None).expect("what is ours goes");
    assert!(driver.world.seen.network_acls[0].entries.contains(&theirs));
}

/// A rule that somebody else had made before the setup asked for it was never the setup's to take away.
#[test]
fn a_rule_that_others_made_meanwhile_stays() {
    let facts = bare();
    let mut driver = Driver::new(&facts, planned(&facts, &[]));
    let ours = driver.recipe.parts.iter().find_map(|part| match part {
        Part::AclEntry { entry, .. } => Some(entry.clone()),
        _ => None,
    });
    let ours = ours.expect("an entry");
    driver.world.seen.network_acls[0].entries.push(ours.clone());
    driver.run(Goal::Make, None).expect("it stands already");
    driver.run(Goal::Remove, None).expect("it is removed");
    assert!(driver.world.seen.network_acls[0].entries.contains(&ours));
}

/// Shells of the whole account are logged only where that was asked for, and where nobody else has said anything.
#[test]
fn preferences_of_others_are_never_changed() {
    let facts = unlogged();
    assert!(!planned(&facts, &[]).sets_preferences());
    for told in [
        SessionPreferences::default(),
        SessionPreferences { log_group: Some("/other".into()), ..SessionPreferences::default() },
        SessionPreferences { bucket: Some("logs".into()), ..SessionPreferences::default() },
    ] {
        let facts = Facts { preferences: Read::Known(Some(told)), ..bare() };
        let asked = Choices { log_group: Some("/sessions".into()), ..choices(&[]) };
        let why = plan(&facts, "eu-west-2", &asked).expect_err("they are somebody's");
        assert!(why.contains("not this setup's to change"), "{why}");
    }
    // What somebody has changed since, in whatever it is, or has only prepared, is theirs now.
    let changes: [fn(&mut PreferencesDocument); 2] =
        [|it| it.content["inputs"]["idleSessionTimeout"] = "60".into(), |it| it.version = "2".into()];
    for change in changes {
        let mut driver = Driver::new(&facts, all_planned(&facts));
        driver.run(Goal::Make, None).expect("it is made");
        assert_eq!(failing(&driver, &facts), [""; 0]);
        change(driver.world.seen.preferences.as_mut().expect("they are there"));
        driver.run(Goal::Remove, None).expect("it is removed");
        assert!(driver.world.seen.preferences.is_some());
    }
    // So is what somebody made before us.
    let mut driver = Driver::new(&facts, all_planned(&facts));
    driver.world.seen.preferences = Some(PreferencesDocument::made("/sessions", Tags::default()));
    let stop = driver.run(Goal::Make, None).expect_err("somebody was faster");
    assert!(stop.reason.contains("SSM-SessionManagerRunShell"), "{stop:?}");
}

/// From another machine, or after its file was lost: all that carries marks is this one's, too, and what is gone is not told.
#[test]
fn an_earlier_setup_is_taken_over_whole() {
    let facts = bare();
    let first = planned(&facts, &[]);
    let mut driver = Driver::new(&facts, first.clone());
    let again = |driver: &Driver| plan(&driver.world.facts(&facts), "eu-west-2", &choices(&[])).expect("planned");
    let is_told = |planned: &Planned| planned.notes.iter().any(|note| note.contains("an earlier setup"));
    driver.run(Goal::Make, None).expect("it is made");
    let taken_over = again(&driver);
    let is_marked = |part: &&Part| !matches!(part, Part::DnsAttribute { .. } | Part::AclEntry { .. });
    assert_eq!(taken_over.recipe.parts, first.parts.iter().filter(is_marked).cloned().collect::<Vec<_>>());
    assert!(is_told(&taken_over), "{:?}", taken_over.notes);
    driver.run(Goal::Remove, None).expect("it is removed");
    let anew = again(&driver);
    assert_eq!(anew.recipe.parts, first.parts);
    assert!(!is_told(&anew), "{:?}", anew.notes);
}

/// AWS keeps a group for as long, and nothing is lost by telling at once.
#[test]
fn a_group_that_somebody_elses_rule_names_is_not_waited_for() {
    let facts = bare();
    let mut driver = Driver::new(&facts, planned(&facts, &[]));
    driver.run(Goal::Make, None).expect("it is made");
    let groups = &mut driver.world.seen.groups;
    let own = groups.iter().find(|group| group.name.ends_with("-bastion")).expect("it is there").id.clone();
    let rule = SecurityRule { protocol: "tcp".into(), ports: Some((9000, 9000)), peer: Peer::Group(own.clone()) };
    let theirs = groups.iter_mut().find(|group| group.tags.is_empty()).expect("it is there");
    theirs.ingress.insert(rule.clone());
    let theirs = theirs.id.clone();
    let asked = driver.journal.len();
    let stop = driver.run(Goal::Remove, None).expect_err("it is in use");
    assert!(stop.reason.contains(&format!("is named by a rule of {theirs}")), "{stop:?}");
    assert_eq!(driver.journal.len(), asked, "whoever rests on it keeps the way");
    let groups = &mut driver.world.seen.groups;
    groups.iter_mut().find(|group| group.id == theirs).expect("it is there").ingress.remove(&rule);
    driver.run(Goal::Remove, None).expect("it is removed");
}

#[test]
fn an_attribute_stays_on_where_others_rest_on_it() {
    let facts = bare();
    let mut driver = Driver::new(&facts, planned(&facts, &[]));
    driver.run(Goal::Make, None).expect("it is made");
    let theirs = known(&mut good().endpoints)[0].clone();
    driver.world.seen.endpoints.push(theirs);
    driver.run(Goal::Remove, None).expect("it is removed");
    assert_eq!(driver.world.seen.vpc.as_ref().and_then(|vpc| vpc.dns_hostnames), Some(true));
}

#[test]
fn subnets_that_do_not_fit_are_refused_before_anything_is_made() {
    for (cidrs, expected) in [
        (["10.0.1.0/24", "10.0.9.0/24"], "overlaps with 10.0.1.0/24 of subnet-1"),
        (["10.0.8.0/24", "10.0.8.128/25"], "overlaps with the other one"),
        (["192.168.0.0/24", "10.0.9.0/24"], "outside of the VPC"),
        (["10.0.8.0/30", "10.0.9.0/24"], "/16 to /28"),
        (["rubbish", "10.0.9.0/24"], "isn't the IPv4 addresses"),
    ] {
        let why = plan(&bare(), "eu-west-2", &choices(&cidrs)).expect_err(expected);
        assert!(why.contains(expected), "{why}");
    }
}
