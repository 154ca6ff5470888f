//! What comes next: from one look and from what was asked for, as pure as a migration's decisions.

use std::time::Duration;

use super::{
    GroupReference, Part, Recipe, Seen, Standing, Stop,
    others::{carries_others_policies, named_by_others},
    refusal::{has_not_heard, in_words, is_denied, is_in_use, is_there_already},
    stop::{in_the_way, rests_on_what_is_gone, stuck, vanished},
};
use crate::model::{AccessCall, AccessIntent, Denial, Outcome};

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

/// Decides. `run` marks what is made now, and its nonce makes tokens; `elapsed` is for how long this run has worked.
#[must_use]
pub fn decide(
    recipe: &Recipe,
    seen: &Seen,
    journal: &[Asked<'_>],
    (goal, elapsed): (Goal, Duration),
    run: &str,
) -> Decision {
    let work = Work { recipe, seen, journal, run, goal, elapsed };
    if goal == Goal::Remove
        && let Some(stop) = recipe.parts.iter().find_map(|part| named_by_others(recipe, seen, part))
    {
        return Decision::Stop(stop);
    }
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
        None => work.end(),
    }
}

/// What a removal would take away now.
#[must_use]
pub fn removable<'a>(recipe: &'a Recipe, seen: &Seen, journal: &[Asked<'_>]) -> Vec<&'a Part> {
    let work = Work { recipe, seen, journal, run: "", goal: Goal::Remove, elapsed: Duration::ZERO };
    let goes = |(index, part): &(usize, &Part)| {
        matches!(part.standing(recipe, seen), Standing::There | Standing::Underway(_))
            && part.removed_by(recipe, seen).is_some()
            && work.is_ours(*index, part)
    };
    recipe.parts.iter().enumerate().filter(goes).map(|(_, part)| part).collect()
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
    elapsed: Duration,
}

impl Work<'_> {
    /// Nothing is left to ask or wait for: what doesn't stand yet never will.
    fn end(&self) -> Decision {
        let stands = |part: &&Part| part.standing(self.recipe, self.seen) == Standing::There;
        match self.recipe.parts.iter().find(|part| self.goal == Goal::Make && !stands(part)) {
            None => Decision::Done,
            Some(part) => Decision::Stop(rests_on_what_is_gone(part)),
        }
    }

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
            Standing::Underway(word) if stays(&word) => return Next::Stop(stuck(part, &word)),
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
            // What was asked for a moment ago may show yet (rule 5): removed is only what has had its time.
            Standing::Absent if self.may_show_yet(index) && part.is_removed_by_itself() => {
                return Next::Wait(format!("{part}: it was asked for a moment ago, and may show yet"));
            }
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

    /// Whether the last that AWS may have done for a part was to make it, and not long ago.
    fn may_show_yet(&self, index: usize) -> bool {
        let last = self.journal.iter().rev().find(|it| it.intent.part == index && it.intent.outcome.may_have_acted());
        last.is_some_and(|it| it.intent.call.makes() && it.age < SHOWN_BY)
    }

    /// What has tags says by itself whose it is. Of what has none, only what this setup asked for is taken away, and an
    /// attribute of the VPC stays as long as somebody else's endpoint rests on it. A rule that names a group of the setup's
    /// goes with that group, whoever asked for it.
    fn is_ours(&self, index: usize, part: &Part) -> bool {
        // What was taken away is made by others, if it is there again.
        let of_part = self.journal.iter().rev().map(|asked| asked.intent).filter(|intent| intent.part == index);
        let asked = || {
            let mut told = of_part
                .filter(|it| if it.call.makes() { it.outcome.may_have_acted() } else { it.outcome.is_accepted() });
            told.next().is_some_and(|intent| intent.call.makes())
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
        let earlier: Vec<&Asked<'_>> = self.journal.iter().filter(|it| it.intent.call.is_again(&call)).collect();
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
            outcome if too_often => Next::Stop(vanished(part, &call, outcome)),
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
        if self.goal == Goal::Remove
            && code == "DeleteConflict"
            && let Some(stop) = carries_others_policies(self.recipe, self.seen, part)
        {
            return Next::Stop(stop);
        }
        let first = earlier.iter().find(|asked| asked.this_run);
        let since = first.map_or(last.age, |asked| asked.age);
        // Ever more rarely: each attempt is kept.
        let attempts = earlier.iter().filter(|asked| asked.this_run).count();
        let again = AGAIN.saturating_mul(u32::try_from(attempts.min(6)).unwrap_or(1));
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
                _ => format!(
                    "what was made so far stays and is known; mend it and run the same command again{}",
                    if self.goal == Goal::Make { ", or remove it and set up with other choices" } else { "" }
                ),
            },
            is_denied: is_denied(code),
        })
    }

    fn registering(&self, standing: Standing) -> Next {
        let Standing::Underway(word) = standing else { return Next::Blocked };
        let made = self.journal.iter().rev().find(|asked| matches!(asked.intent.call, AccessCall::RunInstance { .. }));
        // Who takes over a bastion waits for as long.
        if made.map_or(self.elapsed, |made| made.age) < REGISTERED_BY {
            return Next::Wait(format!("the bastion: {word}"));
        }
        let minutes = REGISTERED_BY.as_secs() / 60;
        Next::Stop(Stop {
            reason: format!("the bastion is there for more than {minutes} minutes, and {word}"),
            remedy: format!("the audit says what is in its way: rds-encrypt access audit {}", self.recipe.database),
            is_denied: false,
        })
    }
}

impl Part {
    /// Whether it is taken away by a call of its own.
    fn is_removed_by_itself(&self) -> bool {
        !matches!(self, Self::NoEgress { .. } | Self::Door { .. } | Self::Agent)
    }
}

/// States that nothing leaves by itself.
fn stays(state: &str) -> bool {
    matches!(state, "failed" | "rejected" | "expired" | "stopping" | "stopped")
}

fn is_going(state: &str) -> bool {
    matches!(state, "deleting" | "shutting-down" | "stopping")
}
