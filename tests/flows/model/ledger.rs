//! What must hold at each moment, and the story of how it came to the moment when it didn't.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::types::{DbInstance, DbSnapshot};
use rds_encrypt::sandbox::{How, Misbehaviour, Sandbox};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    others::Others,
    sequence::{Act, HIDDEN_COPY, HIDDEN_SNAPSHOT, HIDDEN_TARGET, What, When},
};
use crate::sweep::{
    course::is_mutating,
    moments::{Moment, Then},
};

/// No command takes so many moments, unless it would never end.
const ENDLESS: usize = 4000;

/// A call that was sent, and what AWS showed right before.
struct Sent {
    action: String,
    instances: Vec<DbInstance>,
    snapshots: Vec<DbSnapshot>,
}

/// Everything that is known of a sequence so far.
pub(crate) struct Ledger {
    sandbox: Sandbox,
    pub(crate) others: Others,
    begun: Instant,
    /// The instances that our restores made.
    ours: BTreeSet<String>,
    /// How often each name was made by us, and removed by anybody.
    made: BTreeMap<String, usize>,
    removed: BTreeMap<String, usize>,
    reboots: BTreeMap<String, usize>,
    sent: Option<Sent>,
    /// What is to happen during the present command.
    due: Vec<(When, What)>,
    /// What goes wrong from now on: operation, how, how often.
    wrong: Vec<(String, How, usize)>,
    counted: Counted,
    /// Others gave a name to another instance: since then looks aren't stale, or no call by name would be safe.
    names_moved: bool,
    /// The present look at the instances is a stale one.
    looks_back: bool,
    pub(crate) interrupter: Option<rds_encrypt::engine::Interrupter>,
    pub(crate) broken: Vec<String>,
    pub(crate) story: Vec<String>,
}

/// How far a command is.
#[derive(Default)]
struct Counted {
    moments: usize,
    calls: usize,
    looks: usize,
    requests: usize,
    lines: usize,
}

impl Ledger {
    pub(crate) fn new(sandbox: Sandbox, others: Others) -> Self {
        Self {
            sandbox,
            others,
            begun: Instant::now(),
            ours: BTreeSet::new(),
            made: BTreeMap::new(),
            removed: BTreeMap::new(),
            reboots: BTreeMap::new(),
            sent: None,
            due: Vec::new(),
            wrong: Vec::new(),
            counted: Counted::default(),
            names_moved: false,
            looks_back: false,
            interrupter: None,
            broken: Vec::new(),
            story: Vec::new(),
        }
    }

    pub(crate) fn tell(&mut self, what: &str) {
        let seconds = self.begun.elapsed().as_secs_f64() * self.sandbox.options().speed;
        let minutes = seconds / 60.0;
        self.story.push(format!("{minutes:8.1} min  {what}"));
    }

    pub(crate) fn broke(&mut self, what: &str) {
        self.tell(&format!("BROKEN: {what}"));
        self.broken.push(what.to_owned());
    }

    /// A command begins, and this is to happen meanwhile.
    pub(crate) fn command(&mut self, words: &str, meanwhile: &[(When, What)]) {
        self.counted = Counted::default();
        self.due = meanwhile.to_vec();
        self.wrong.clear();
        self.tell(&format!("> {words}"));
    }

    /// It is over, one way or another.
    pub(crate) fn over(&mut self) {
        self.settle();
        self.sandbox.behave();
        self.keep_the_past();
        self.interrupter = None;
    }

    /// Stale looks show the Region before its last change, which is kept while one is on order: one that never comes.
    pub(crate) fn keep_the_past(&self) {
        self.sandbox.misbehave(Misbehaviour {
            operation: Some("DescribeAccountAttributes".into()),
            after: 1_000_000,
            times: 1,
            how: How::Stale,
        });
    }

    pub(crate) fn act(&mut self, act: Act) {
        let answer = self.others.act(act);
        let words = answer.as_ref().map_or_else(|why| format!("AWS refuses: {why}"), |()| "done".to_owned());
        self.tell(&format!("others: {act:?}: {words}"));
        if answer.is_err() {
            return;
        }
        match act {
            Act::DeleteSnapshot(of) => {
                *self.removed.entry(a_snapshot(self.others.snapshot_of(of))).or_default() += 1;
            }
            Act::Delete(which) | Act::RenameAway(which) => {
                self.names_moved = true;
                *self.removed.entry(an_instance(self.others.name_of(which))).or_default() += 1;
            }
            Act::MakeAnother(_) | Act::MakeAnotherSnapshot(_) => self.names_moved = true,
            _ => {}
        }
    }

    /// A moment of the command: all that must hold is looked at, and what is due happens.
    pub(crate) fn pass(&mut self, moment: &Moment, state: Option<&Value>) -> Then {
        self.settle();
        self.counted.moments += 1;
        if self.counted.moments > ENDLESS {
            let target = self.others.instance(&self.others.names.target);
            let word = target.and_then(|target| target.db_instance_status().map(str::to_owned)).unwrap_or_default();
            let takes_changes = ["", "available", "backing-up", "modifying", "storage-optimization"].contains(&&*word);
            self.broke(if takes_changes {
                "endless: it goes on looking although nothing is left to wait for"
            } else {
                "endless: it waits for a target that takes no changes as long as nobody mends it"
            });
            return Then::End;
        }
        let at = self.count(moment);
        let mut then = Then::GoOn;
        let due: Vec<What> =
            self.due.iter().filter(|(when, _)| at.contains(when)).map(|(_, what)| what.clone()).collect();
        for what in due {
            match what {
                What::Crash => then = Then::End,
                What::Interrupt => {
                    self.tell(&format!("Ctrl-C {moment}"));
                    self.interrupter.iter().for_each(rds_encrypt::engine::Interrupter::interrupt);
                }
                What::Others(act) if at.iter().any(|when| matches!(when, When::Look(_))) => self.act(act),
                What::Others(_) => {}
                What::Wrong(how, times) => {
                    if let Moment::Sending(operation) = moment {
                        self.wrong.push((operation.clone(), how, times));
                    }
                }
            }
        }
        if then == Then::End {
            self.tell(&format!("the process ends {moment}"));
        } else if let Moment::Sending(operation) = moment {
            if is_mutating(operation) {
                self.about_to_send(operation, state);
            }
            self.go_wrong(operation);
        }
        then
    }

    /// Which of the counted moments this one is.
    fn count(&mut self, moment: &Moment) -> Vec<When> {
        let counted = &mut self.counted;
        let next = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        match moment {
            Moment::Printed => vec![When::Line(next(&mut counted.lines))],
            Moment::Sending(operation) => {
                let mut at = vec![When::Request(next(&mut counted.requests))];
                if is_mutating(operation) {
                    at.push(When::BeforeCall(next(&mut counted.calls)));
                } else if operation == "DescribeDBInstances" {
                    at.push(When::Look(next(&mut counted.looks)));
                }
                at
            }
            Moment::Answered(operation) if is_mutating(operation) => vec![When::AfterCall(counted.calls - 1)],
            Moment::Answered(_) | Moment::Logged(_) => Vec::new(),
        }
    }

    fn go_wrong(&mut self, operation: &str) {
        if operation == "DescribeDBInstances" {
            self.looks_back = false;
        }
        let Some(at) = self.wrong.iter().position(|(named, _, _)| named == operation) else { return };
        let (_, how, left) = &mut self.wrong[at];
        let how = match how {
            // Snapshots know no other failure.
            How::EndsAs { .. } if operation.ends_with("Snapshot") && !operation.starts_with("Restore") => {
                How::EndsAs { status: "failed".into() }
            }
            How::Hides { name } => How::Hides {
                name: match name.as_str() {
                    HIDDEN_TARGET => self.others.names.target.clone(),
                    HIDDEN_SNAPSHOT => self.others.names.snapshot.clone(),
                    HIDDEN_COPY => self.others.names.copy.clone(),
                    name => name.to_owned(),
                },
            },
            // Only a copy can come out otherwise.
            How::ComesOutPlain | How::ComesOutUnder { .. } if operation != "CopyDBSnapshot" => return,
            how => how.clone(),
        };
        *left -= 1;
        if *left == 0 {
            self.wrong.remove(at);
        }
        if how == How::Stale && self.names_moved {
            return;
        }
        self.looks_back |= how == How::Stale;
        self.tell(&format!("{operation} goes wrong: {how:?}"));
        self.sandbox.misbehave(Misbehaviour { operation: Some(operation.to_owned()), after: 0, times: 1, how });
    }

    /// A mutating call is about to be sent: it is on disk, and what it reaches is ours.
    fn about_to_send(&mut self, action: &str, state: Option<&Value>) {
        let (instances, snapshots) = (self.others.instances(), self.others.snapshots());
        let intent = state.and_then(|state| state["journal"].as_array()?.last().cloned()).unwrap_or_default();
        let call = intent["call"].clone();
        self.tell(&format!("sends {action}"));
        if call["action"] != action || intent["outcome"]["outcome"] != "sent" {
            self.broke(&format!("{action} is sent, and the last intent on disk is {intent}"));
        }
        let text = |member: &str| call[member].as_str().unwrap_or_default().to_owned();
        let under = |name: &str| {
            let found = instances.iter().find(|instance| instance.db_instance_identifier() == Some(name));
            found.and_then(|instance| instance.dbi_resource_id()).map(str::to_owned)
        };
        let run = state.map(|state| state["run"]["nonce"].as_str().unwrap_or_default().to_owned()).unwrap_or_default();
        let has_our_tag = |name: &str| {
            let found = snapshots.iter().find(|snapshot| snapshot.db_snapshot_identifier() == Some(name));
            found.is_none_or(|it| it.tag_list().iter().any(|tag| tag.value().is_some_and(|tag| tag.starts_with(&run))))
        };
        match action {
            "CreateDBSnapshot" => {
                if under(&text("instance")).is_some_and(|id| id != text("resource_id")) {
                    self.broke("the snapshot is taken of another instance than planned");
                }
            }
            "CopyDBSnapshot" if !has_our_tag(&text("source")) => self.broke("a snapshot is copied that isn't ours"),
            "RestoreDBInstanceFromDBSnapshot" if !has_our_tag(&text("snapshot")) => {
                self.broke("a snapshot is restored that isn't ours");
            }
            "CopyDBSnapshot" | "RestoreDBInstanceFromDBSnapshot" => {}
            "DeleteDBSnapshot" if !has_our_tag(&text("snapshot")) => {
                self.broke("a snapshot is removed that isn't ours");
            }
            "DeleteDBSnapshot" => *self.removed.entry(a_snapshot(&text("snapshot"))).or_default() += 1,
            "ModifyDBInstance" | "RebootDBInstance" | "DeleteDBInstance" => {
                if action == "DeleteDBInstance" {
                    *self.removed.entry(an_instance(&text("instance"))).or_default() += 1;
                }
                if under(&text("instance")).is_some_and(|id| !self.ours.contains(&id)) {
                    self.broke(&format!("{action} reaches an instance that isn't ours"));
                }
            }
            other => self.broke(&format!("{other} is no call of a migration")),
        }
        self.sent = Some(Sent { action: action.to_owned(), instances, snapshots });
    }

    /// What came of the call that was sent last.
    fn settle(&mut self) {
        let Some(Sent { action, instances, snapshots }) = self.sent.take() else { return };
        match action.as_str() {
            "CreateDBSnapshot" | "CopyDBSnapshot" => {
                let arn = |snapshot: &DbSnapshot| snapshot.db_snapshot_arn().map(str::to_owned);
                let before: BTreeSet<_> = snapshots.iter().map(arn).collect();
                for snapshot in self.others.snapshots().iter().filter(|snapshot| !before.contains(&arn(snapshot))) {
                    self.made_one(&a_snapshot(snapshot.db_snapshot_identifier().unwrap_or_default()));
                }
            }
            "RestoreDBInstanceFromDBSnapshot" => {
                let before: BTreeSet<_> = instances.iter().map(DbInstance::dbi_resource_id).collect();
                for instance in self.others.instances().iter().filter(|it| !before.contains(&it.dbi_resource_id())) {
                    self.ours.insert(instance.dbi_resource_id().unwrap_or_default().to_owned());
                    self.made_one(&an_instance(instance.db_instance_identifier().unwrap_or_default()));
                }
            }
            "RebootDBInstance" => {
                let rebooting = |all: &[DbInstance]| -> BTreeSet<String> {
                    let rebooting = all.iter().filter(|it| it.db_instance_status() == Some("rebooting"));
                    rebooting.filter_map(|it| it.dbi_resource_id().map(str::to_owned)).collect()
                };
                let before = rebooting(&instances);
                for id in rebooting(&self.others.instances()).difference(&before) {
                    let count = self.reboots.entry(id.clone()).or_default();
                    *count += 1;
                    if *count > 1 {
                        let why = if self.looks_back { ", decided on a stale look" } else { "" };
                        self.broke(&format!("a second reboot{why}"));
                    }
                }
            }
            _ => {}
        }
    }

    fn made_one(&mut self, name: &str) {
        let count = self.made.entry(name.to_owned()).or_default();
        *count += 1;
        if *count > 1 + self.removed.get(name).copied().unwrap_or_default() {
            self.broke(&format!("a second {name} was made"));
        }
    }

    /// A command says that all is done: AWS must show it.
    pub(crate) fn check_done(&mut self) {
        let names = self.others.names.clone();
        let Some(target) = self.others.instance(&names.target) else {
            return self.broke("done, and AWS shows no target");
        };
        if target.storage_encrypted() != Some(true) || target.kms_key_id() != Some(names.key.as_str()) {
            self.broke(&format!("done, and the target is under {:?}", target.kms_key_id()));
        }
        if !target.dbi_resource_id().is_some_and(|id| self.ours.contains(id)) {
            self.broke("done, and the target isn't what our restore made");
        }
    }
}

fn a_snapshot(name: &str) -> String {
    format!("snapshot {name}")
}

fn an_instance(name: &str) -> String {
    format!("instance {name}")
}
