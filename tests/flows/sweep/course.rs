//! An uninterrupted run, moment by moment, and which moments lie right before and right after each write and call.

use std::{cell::RefCell, os::unix::fs::MetadataExt, path::Path, rc::Rc};

use serde_json::Value;

use super::{
    moments::{DRY_RUN, Moment, Then, watched},
    worlds::World,
};
use crate::{
    end::{End, end, target_of},
    stage::Stage,
};

/// What a run did.
pub(crate) struct Course {
    pub(crate) moments: Vec<Moment>,
    /// The mutating calls that were sent, in order.
    pub(crate) calls: Vec<String>,
    pub(crate) writes: Vec<Write>,
    pub(crate) end: End,
}

/// One write of the state file: nothing else happened between these two moments.
pub(crate) struct Write {
    /// The last moment before it.
    pub(crate) before: usize,
    /// What was written.
    pub(crate) what: String,
}

/// Whether an operation changes something in AWS.
pub(crate) fn is_mutating(operation: &str) -> bool {
    let reads = ["Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb));
    !reads && operation != DRY_RUN
}

#[derive(Default)]
struct Seen {
    moments: Vec<Moment>,
    calls: Vec<String>,
    writes: Vec<Write>,
    /// The state file as it was at the last moment: its inode, which each write changes, and its content.
    file: Option<(u64, Value)>,
}

impl Seen {
    fn look(&mut self, stage: &Stage, moment: &Moment) {
        if let Some(path) = stage.state_file("orders") {
            let inode = std::fs::metadata(&path).unwrap().ino();
            if self.file.as_ref().is_none_or(|(known, _)| *known != inode) {
                let content = read(&path);
                let what = change(self.file.as_ref().map(|(_, content)| content), &content);
                self.writes.push(Write { before: self.moments.len() - 1, what });
                self.file = Some((inode, content));
            }
        }
        if let Moment::Sending(operation) = moment
            && is_mutating(operation)
        {
            let (_, content) = self.file.as_ref().expect("a call is sent that no state file holds");
            let last = content["journal"].as_array().and_then(|journal| journal.last()).expect("an intent");
            assert_eq!(last["call"]["action"], operation.as_str(), "the call that is sent isn't the one on disk");
            assert_eq!(last["outcome"]["outcome"], "sent", "{last}");
            self.calls.push(operation.clone());
        }
        self.moments.push(moment.clone());
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The one thing that a write changed. Two would mean that two writes lie between the same two moments.
fn change(before: Option<&Value>, after: &Value) -> String {
    let Some(before) = before else { return "begun".into() };
    let journal = |content: &Value| content["journal"].as_array().unwrap().clone();
    let (old, new) = (journal(before), journal(after));
    let action = |intent: &Value| intent["call"]["action"].as_str().unwrap().to_owned();
    let changed: Vec<String> =
        old.iter().zip(&new).filter(|(old, new)| old != new).map(|(_, new)| action(new)).collect();
    let stands = |content: &Value| [content["summary"]["phase"].clone(), content["summary"]["step"].clone()];
    match (new.len() - old.len(), changed.as_slice()) {
        (1, []) if stands(before) == stands(after) => format!("intent of {}", action(new.last().unwrap())),
        (0, [action]) if stands(before) == stands(after) => format!("outcome of {action}"),
        (0, []) => format!("standing at {}", after["summary"]["step"]),
        _ => panic!("more than one write between two moments: {before:#}\n{after:#}"),
    }
}

impl Course {
    /// Runs a migration in this world to its end.
    pub(crate) async fn of(world: &World) -> Self {
        let stage = Rc::new(world.stage());
        let seen = Rc::new(RefCell::new(Seen::default()));
        let (looking, at) = (Rc::clone(&seen), Rc::clone(&stage));
        let hook = move |moment: &Moment| {
            looking.borrow_mut().look(&at, moment);
            Then::GoOn
        };
        let heard = watched(stage.run(&world.command()), hook).await.unwrap();
        assert_eq!(heard.code, 0, "{}: {heard}", world.name);
        let end = end(&stage, &target_of(&stage, "orders")).await;
        let Seen { moments, calls, writes, .. } = seen.take();
        Self { moments, calls, writes, end }
    }

    /// The points right before and right after each write and each mutating call.
    pub(crate) fn edges(&self) -> Vec<usize> {
        let calls = self.moments.iter().enumerate().filter_map(|(at, moment)| match moment {
            Moment::Sending(operation) | Moment::Answered(operation) if is_mutating(operation) => Some(at),
            _ => None,
        });
        let writes = self.writes.iter().flat_map(|write| [write.before, write.before + 1]);
        let mut edges: Vec<usize> = calls.chain(writes).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The edges, and one point between any two requests: what happens in between is the same program's work.
    pub(crate) fn points(&self) -> Vec<usize> {
        let requests = self.moments.iter().enumerate();
        let requests = requests.filter(|(_, moment)| matches!(moment, Moment::Sending(_))).map(|(at, _)| at);
        let mut points: Vec<usize> = self.edges().into_iter().chain(requests).collect();
        points.push(self.moments.len() - 1);
        points.sort_unstable();
        points.dedup();
        points
    }

    /// Whether a reboot's intent is saved at this moment, and the reboot isn't sent.
    pub(crate) fn is_in_a_lost_reboot(&self, point: usize) -> bool {
        self.writes.iter().filter(|write| write.what == "intent of RebootDBInstance").any(|write| {
            let sent = self
                .moments
                .iter()
                .skip(write.before)
                .position(|moment| matches!(moment, Moment::Sending(operation) if operation == "RebootDBInstance"));
            (write.before + 1..=write.before + sent.expect("it is sent")).contains(&point)
        })
    }
}
