//! What comes next: from one look and from what was asked for, as pure as a migration's decisions.

use std::time::Duration;

use super::{GroupReference, Part, Recipe, Seen, Standing};
use crate::model::{AccessCall, AccessIntent, Denial, Outcome, Peer, SecurityRule};

/// AWS can be slow to show what it has taken (rule 5).
const SHOWN_BY: Duration = Duration::from_mins(5);
/// A call whose answer was lost is asked for again only after so long without evidence (rule 3).
const EVIDENCE_BY: Duration = Duration::from_mins(1);
/// Between two attempts at what AWS refuses for the moment.
const AGAIN: Duration = Duration::from_secs(10);
/// A refusal that passes when AWS's parts have heard of each other has passed by then.
const HEARD_BY: Duration = Duration::from_mins(5);
/// What AWS releases slowly it has released by then.
const RELEASED_BY: Duration = Duration::from_hours(2);
/// An agent that registers has done so by then; the machine boots in the first of these minutes.
const REGISTERED_BY: Duration = Duration::from_mins(20);
/// The same call so often at the most in one run, where its answers are lost or what it made vanishes.
const ATTEMPTS: usize = 2;

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// All parts stand.
    Make,
    /// All of them are gone that the setup made.
    Remove,
}

/// An intent, with its age.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What was asked for, and what became of it.
    pub intent: &'a AccessIntent,
    /// How long ago, in AWS's time.
    pub age: Duration,
    /// Whether by this run.
    pub this_run: bool,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Ask for this.
    Act {
        /// Which part it is for.
        part: usize,
        /// The call.
        call: AccessCall,
    },
    /// Wait, and look again.
    Wait {
        /// For what, in words.
        why: String,
    },
    /// Only a person can help.
    Stop(Stop),
    /// It is reached.
    Done,
}

/// Why only a person can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// What was seen.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// Whether AWS denied it.
    pub is_denied: bool,
}

/// Decides. `run` marks what is made now, and `nonce` makes its tokens.
#[must_use]
pub fn decide(recipe: &Recipe, seen: &Seen, journal: &[Asked<'_>], goal: Goal, run: &str) -> Decision {
    let work = Work { recipe, seen, journal, run, goal };
    let mut waits = None;
    for part in work.order() {
        match work.of(part) {
            Next::Reached | Next::Blocked => {}
            Next::Act(call) => return Decision::Act { part, call },
            Next::Wait(why) => {
                waits.get_or_insert(why);
            }
            Next::Stop(stop) => return Decision::Stop(stop),
        }
    }
    match waits {
        Some(why) => Decision::Wait { why },
        None => Decision::Done,
    }
}

/// What comes next for one part.
enum Next {
    Reached,
    /// Something else comes first.
    Blocked,
    Act(AccessCall),
    Wait(String),
    Stop(Stop),
}

struct Work<'a> {
    recipe: &'a Recipe,
    seen: &'a Seen,
    journal: &'a [Asked<'a>],
    run: &'a str,
    goal: Goal,
}

impl Work<'_> {
    fn order(&self) -> Vec<usize> {
        let all = 0..self.recipe.parts.len();
        match self.goal {
            Goal::Make => all.collect(),
            Goal::Remove => all.rev().collect(),
        }
    }

    fn of(&self, index: usize) -> Next {
        let Some(part) = self.recipe.parts.get(index) else { return Next::Reached };
        let standing = part.standing(self.recipe, self.seen);
        match self.goal {
            Goal::Make => self.make(index, part, standing),
            Goal::Remove => self.remove(index, part, &standing),
        }
    }

    fn make(&self, index: usize, part: &Part, standing: Standing) -> Next {
        match standing {
            Standing::There => return Next::Reached,
            Standing::Foreign(what) => return Next::Stop(in_the_way(part, &what)),
            Standing::Underway(_) if *part == Part::Agent => return self.registering(standing),
            Standing::Underway(word) => return Next::Wait(format!("{part}: {word}")),
            Standing::Absent => {}
        }
        let rests_on = self.recipe.parts.iter().filter(|other| part.needs(other));
        if rests_on.into_iter().any(|other| other.standing(self.recipe, self.seen) != Standing::There) {
            return Next::Blocked;
        }
        let Some(call) = part.made_by(self.recipe, self.seen, self.run, &self.token(index)) else {
            return Next::Blocked;
        };
        self.ask(part, call)
    }

    fn remove(&self, index: usize, part: &Part, standing: &Standing) -> Next {
        match standing {
            // What isn't ours stays.
            Standing::Absent | Standing::Foreign(_) => return Next::Reached,
            Standing::Underway(word) if is_going(word) => return Next::Wait(format!("{part}: {word}")),
            Standing::Underway(_) | Standing::There => {}
        }
        if !self.is_ours(index, part) {
            return Next::Reached;
        }
        let Some(call) = part.removed_by(self.recipe, self.seen) else { return Next::Reached };
        let still = self.recipe.parts.iter().enumerate().filter(|(_, other)| other.needs(part));
        let still = still.into_iter().any(|(number, other)| {
            !matches!(other.standing(self.recipe, self.seen), Standing::Absent | Standing::Foreign(_))
                && other.removed_by(self.recipe, self.seen).is_some()
                && self.is_ours(number, other)
        });
        if still { Next::Blocked } else { self.ask(part, call) }
    }

    /// What has tags says by itself whose it is. Of what has none, only what this setup asked for is taken away, and an
    /// attribute of the VPC stays as long as somebody else's endpoint rests on it. A rule that names a group of the setup's
    /// goes with that group, whoever asked for it.
    fn is_ours(&self, index: usize, part: &Part) -> bool {
        let asked = || {
            self.journal.iter().any(|asked| {
                asked.intent.part == index && asked.intent.outcome.may_have_acted() && part.is_what(&asked.intent.call)
            })
        };
        match part {
            Part::DnsAttribute { .. } => {
                let others = self.seen.endpoints.iter();
                let mut others = others.filter(|it| it.private_dns == Some(true) && !self.recipe.owns(&it.tags));
                asked() && others.next().is_none()
            }
            Part::Rule { peer: GroupReference::Own(_), .. } => true,
            Part::Rule { group: GroupReference::There(_), .. } | Part::AclEntry { .. } => asked(),
            _ => true,
        }
    }

    /// The same for the same attempt, so that AWS makes one of two: what was made and is gone gets another.
    fn token(&self, index: usize) -> String {
        let made = self.journal.iter().filter(|asked| {
            asked.intent.part == index
                && asked.intent.outcome.is_accepted()
                && matches!(asked.intent.call, AccessCall::RunInstance { .. } | AccessCall::CreateVpcEndpoint { .. })
                && asked.age >= SHOWN_BY
        });
        let nonce = self.run.split(' ').next().unwrap_or_default();
        format!("{}-{nonce}-{index}-{}", self.recipe.base(), made.count())
    }

    /// Whether a call may be made now.
    fn ask(&self, part: &Part, call: AccessCall) -> Next {
        let earlier: Vec<&Asked<'_>> = self.journal.iter().filter(|asked| asked.intent.call == call).collect();
        let Some(last) = earlier.last() else { return Next::Act(call) };
        let too_often = earlier.iter().filter(|asked| asked.this_run).count() >= ATTEMPTS;
        match &last.intent.outcome {
            Outcome::NotSent { .. } => Next::Act(call),
            Outcome::Sent | Outcome::Unknown { .. } if last.age < EVIDENCE_BY => {
                Next::Wait(format!("{part}: whether AWS took {call} isn't known"))
            }
            Outcome::Accepted { .. } | Outcome::Found { .. } | Outcome::Gone { .. } if last.age < SHOWN_BY => {
                Next::Wait(format!("{part}: AWS has taken it, and doesn't show it yet"))
            }
            Outcome::Refused { code, message, .. } => self.refused(part, call, &earlier, last, (code, message)),
            _ if too_often => Next::Stop(vanished(part, &call)),
            _ => Next::Act(call),
        }
    }

    fn refused(
        &self,
        part: &Part,
        call: AccessCall,
        earlier: &[&Asked<'_>],
        last: &Asked<'_>,
        (code, message): (&str, &str),
    ) -> Next {
        // Somebody may have mended it since.
        if !last.this_run {
            return Next::Act(call);
        }
        let first = earlier.iter().find(|asked| asked.this_run);
        let since = first.map_or(last.age, |asked| asked.age);
        // Ever more rarely: each attempt is kept.
        let attempts = earlier.iter().filter(|asked| asked.this_run).count();
        let again = AGAIN.saturating_mul(u32::try_from(attempts.min(6)).unwrap_or(1));
        if self.goal == Goal::Remove
            && is_in_use(code)
            && let Some(stop) = self.named_by_others(part)
        {
            return Next::Stop(stop);
        }
        let passes = match self.goal {
            // An interface of what is gone can linger for long: nothing is lost by waiting.
            Goal::Remove => is_in_use(code) && since < RELEASED_BY,
            Goal::Make => has_not_heard(code, message) && since < HEARD_BY,
        };
        if passes && last.age < again {
            let passing = match self.goal {
                Goal::Remove => "still in use, and asked again until AWS releases it",
                Goal::Make => "what it rests on isn't known everywhere in AWS yet, and it is asked again",
            };
            return Next::Wait(format!("{part}: {passing} ({})", in_words(code, message)));
        }
        if passes {
            return Next::Act(call);
        }
        if is_there_already(code) && last.age < EVIDENCE_BY {
            return Next::Wait(format!("{part}: AWS says that it is there already, and doesn't show it yet"));
        }
        Next::Stop(Stop {
            reason: format!("AWS refused {call} with {}", in_words(code, message)),
            remedy: match Denial::of(message).how_to_allow(call.action()) {
                allow if is_denied(code) => {
                    format!("{allow}; what was made so far stays and is known: then run the same command again")
                }
                _ => "what was made so far stays and is known; mend it and run the same command again".into(),
            },
            is_denied: is_denied(code),
        })
    }

    /// A group stays as long as a rule of somebody else's group names it, and that doesn't pass.
    fn named_by_others(&self, part: &Part) -> Option<Stop> {
        let Part::Group { group } = part else { return None };
        let own = self.seen.group(self.recipe, &GroupReference::Own(*group))?;
        let names_it = |rule: &SecurityRule| rule.peer == Peer::Group(own.id.clone());
        let other = self
            .seen
            .groups
            .iter()
            .find(|other| other.id != own.id && other.ingress.iter().chain(&other.egress).any(names_it))?;
        Some(Stop {
            reason: format!("{} ({part}) is named by a rule of {}, which isn't this setup's", own.id, other.id),
            remedy: "nothing of others is changed: take that rule away, then run the same command again".into(),
            is_denied: false,
        })
    }

    fn registering(&self, standing: Standing) -> Next {
        let Standing::Underway(word) = standing else { return Next::Blocked };
        let made = self.journal.iter().rev().find(|asked| matches!(asked.intent.call, AccessCall::RunInstance { .. }));
        if made.is_none_or(|made| made.age < REGISTERED_BY) {
            return Next::Wait(format!("the bastion: {word}"));
        }
        let minutes = REGISTERED_BY.as_secs() / 60;
        Next::Stop(Stop {
            reason: format!("the bastion was made more than {minutes} minutes ago, and {word}"),
            remedy: format!("the audit says what is in its way: rds-encrypt access audit {}", self.recipe.database),
            is_denied: false,
        })
    }
}

impl Part {
    /// Whether a call was for making this part.
    fn is_what(&self, call: &AccessCall) -> bool {
        matches!(
            (self, call),
            (Self::DnsAttribute { .. }, AccessCall::ModifyVpcAttribute { value: true, .. })
                | (Self::Rule { .. }, AccessCall::Authorize { .. })
                | (Self::AclEntry { .. }, AccessCall::CreateNetworkAclEntry { .. })
        )
    }
}

fn in_the_way(what: &Part, found: &str) -> Stop {
    Stop {
        reason: format!("{found} is in the place of the {what}, and isn't marked as this setup's"),
        remedy: "nothing of others is taken or changed: rename or remove it, then run the same command again".into(),
        is_denied: false,
    }
}

fn vanished(what: &Part, call: &AccessCall) -> Stop {
    Stop {
        reason: format!("{call} was asked for twice, and AWS doesn't show what it does ({what})"),
        remedy: "look whether somebody else changes it at the same time, then run the same command again".into(),
        is_denied: false,
    }
}

fn is_going(state: &str) -> bool {
    matches!(state, "deleting" | "shutting-down" | "stopping")
}

fn in_words(code: &str, message: &str) -> String {
    if message.is_empty() { code.to_owned() } else { format!("{code}: {}", message.trim_end_matches('.')) }
}

fn is_denied(code: &str) -> bool {
    matches!(code, "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "UnauthorizedAccess")
}

/// EC2 and IAM don't hear of each other, or of themselves, at once.
fn has_not_heard(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    matches!(code, "NoSuchEntity" | "NoSuchEntityException")
        || code.ends_with(".NotFound")
        || (code == "InvalidParameterValue" && message.contains("instance profile"))
        || code == "IncorrectState"
}

fn is_in_use(code: &str) -> bool {
    matches!(code, "DependencyViolation" | "DeleteConflict" | "InvalidGroup.InUse" | "IncorrectState" | "ResourceInUse")
}

fn is_there_already(code: &str) -> bool {
    matches!(
        code,
        "EntityAlreadyExists"
            | "InvalidGroup.Duplicate"
            | "InvalidPermission.Duplicate"
            | "NetworkAclEntryAlreadyExists"
            | "DBSubnetGroupAlreadyExists"
            | "InvalidSubnet.Conflict"
            | "DocumentAlreadyExists"
            | "LimitExceeded"
    )
}
