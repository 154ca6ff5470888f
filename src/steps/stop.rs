//! Stop: a verified copy that nobody uses yet costs only its storage while it is stopped.

use super::{
    Decision, Evidence, Situation, Stop, Wait, ask,
    lineage::{self, Ours},
};
use crate::model::{Call, InstanceState};

/// Decides the next move toward a stopped target. AWS starts it again after seven days (R-STOP-1).
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let name = &situation.names().target;
    let Some(target) = &situation.seen.target else {
        return Stop::for_person(
            format!("AWS doesn't show {name}, so that it can't be stopped"),
            "somebody removed it",
        );
    };
    match lineage::of_target(situation, target) {
        Ours::Yes => {}
        Ours::NotYet(why) => return Wait::in_status(target.status_word(), why),
        Ours::No(why) => {
            return Stop::foreign(format!("{name} isn't this migration's: {why}"), "it was left as it is");
        }
    }
    match target.state() {
        InstanceState::Stopped if target.status_word() == "stopped" => {
            Decision::Done(Evidence::Stopped { name: name.clone() })
        }
        InstanceState::Usable => {
            let (instance, resource_id) = (name.clone(), target.resource_id.clone().unwrap_or_default());
            ask::for_change(situation, Call::StopDBInstance { instance, resource_id }, true)
        }
        InstanceState::NeedsPerson | InstanceState::Deleting => Stop::for_person(
            format!("{name} is {}, so that it can't be stopped", target.status_word()),
            "it was verified before; look at it",
        ),
        _ => Wait::on(target.status_word(), None),
    }
}
