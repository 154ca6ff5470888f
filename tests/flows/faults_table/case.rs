//! One kind of error at one call, and what came of it.

use std::{cell::RefCell, collections::BTreeSet, fmt, rc::Rc, time::Duration};

use rds_encrypt::sandbox::Misbehaviour;
use tokio::time::{sleep, timeout};

use super::kinds::{Call, Kind};
use crate::{
    end::{End, MIGRATE, end, target_of},
    stage::{Heard, Stage},
    sweep::{
        course::is_mutating,
        moments::{Moment, Then, watched},
    },
};

/// The program may wait for an end of what is wrong, but not as long as this.
const FOREVER: Duration = Duration::from_hours(6);

/// What came of an error.
pub(super) struct Cell {
    code: Option<u8>,
    seen: String,
    made: String,
    resumed: Option<(Option<u8>, String)>,
    finally: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |code: Option<u8>| code.map_or_else(|| "never ends".to_owned(), |code| code.to_string());
        let resumed = match &self.resumed {
            None => String::new(),
            Some((Some(0), _)) => "0".into(),
            Some((other, seen)) => format!("{}: {seen}", code(*other)),
        };
        write!(f, "| {} | {} | {} | {resumed} | {} |", code(self.code), self.seen, self.made, self.finally)
    }
}

/// A migration to which nothing happens.
pub(super) struct Usual {
    pub(super) lines: BTreeSet<String>,
    target: String,
    end: End,
    calls: Vec<String>,
}

pub(super) async fn usual() -> Usual {
    let stage = Stage::small();
    let (heard, calls) = run(&stage, MIGRATE, None).await;
    let heard = heard.expect("it ends");
    assert_eq!(heard.code, 0, "{heard}");
    let target = target_of(&stage, "orders");
    let end = end(&stage, &target).await;
    Usual { lines: heard.stderr.lines().map(bare).collect(), target, end, calls }
}

/// A line without times, percentages and ids.
pub(super) fn bare(line: &str) -> String {
    let words = line.split_once("] ").map_or(line, |(_, words)| words);
    words.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

pub(super) async fn try_cell(call: &Call, kind: &Kind, usual: &Usual) -> Cell {
    let stage = Stage::small();
    let (heard, mut calls) = run(&stage, MIGRATE, Some((call, kind))).await;
    stage.sandbox.behave();
    let code = heard.as_ref().map(|heard| heard.code);
    let seen = heard.as_ref().map_or_else(String::new, |heard| first_sentence(heard, usual));
    let made = made(&stage, usual).await;
    let mut resumed = None;
    if code.is_some_and(|code| code != 0) {
        sleep(Duration::from_mins(30).div_f64(stage.sandbox.options().speed)).await;
        let words = if stage.state_file("orders").is_some() { "resume orders --sandbox" } else { MIGRATE };
        let (heard, more) = run(&stage, words, None).await;
        calls.extend(more);
        resumed = Some((
            heard.as_ref().map(|heard| heard.code),
            heard.map_or_else(String::new, |heard| first_sentence(&heard, usual)),
        ));
    }
    let finally = finally(&stage, usual, &calls).await;
    Cell { code, seen, made, resumed, finally }
}

/// Runs a command; what it sent that changes something and that AWS acted on.
async fn run(stage: &Stage, words: &str, wrong: Option<(&Call, &Kind)>) -> (Option<Heard>, Vec<String>) {
    let calls: Rc<RefCell<Vec<String>>> = Rc::default();
    let sending = Rc::clone(&calls);
    let sandbox = stage.sandbox.clone();
    let mut seen = 0;
    let wrong = wrong.map(|(call, kind)| {
        let how = (kind.how)(call.operation).expect("only what fits is tried");
        (call.operation, call.after, kind.times.number(), how)
    });
    let hook = move |moment: &Moment| {
        let Moment::Sending(operation) = moment else { return Then::GoOn };
        let mut acts = is_mutating(operation);
        if let Some((named, after, times, how)) = &wrong
            && named == operation
        {
            seen += 1;
            if seen > *after && seen <= after + times {
                acts &= is_acting(how);
                let operation = Some(operation.clone());
                sandbox.misbehave(Misbehaviour { operation, after: 0, times: 1, how: how.clone() });
            }
        }
        if acts {
            sending.borrow_mut().push(operation.clone());
        }
        Then::GoOn
    };
    let heard = timeout(FOREVER, watched(stage.run(words), hook)).await.ok().flatten();
    (heard, calls.take())
}

fn is_acting(how: &rds_encrypt::sandbox::How) -> bool {
    use rds_encrypt::sandbox::How;
    matches!(how, How::DropAnswer | How::ErrAfterwards { .. } | How::Stall { .. } | How::EndsAs { .. })
}

/// The first sentence of how it ended; of a run that ended well, the first line that isn't said as ever.
fn first_sentence(heard: &Heard, usual: &Usual) -> String {
    let lines: Vec<&str> = heard.stdout.lines().chain(heard.stderr.lines()).collect();
    let line = if heard.code == 0 {
        heard.stderr.lines().find(|line| !usual.is_usual(line)).unwrap_or("nothing unusual")
    } else if heard.stdout.trim().is_empty() {
        // What stops it is said last, and begins where the progress ends.
        let said: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('[') && !line.is_empty()).collect();
        said.iter().find(|line| line.starts_with("error") || line.contains('✗')).or(said.first()).copied().unwrap_or("")
    } else {
        lines.iter().copied().find(|line| !line.is_empty()).unwrap_or("")
    };
    let words = line.split_once("] ").filter(|_| line.starts_with('[')).map_or(line, |(_, words)| words);
    without_ids(words).replace('|', "\\|")
}

/// Without AWS's ids of requests.
fn without_ids(words: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4;
    let words = words.trim().split(' ').map(|word| {
        let bare = word.trim_end_matches([')', '.', ',', ';']);
        if is_id(bare) { word.replace(bare, "…") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What there is of the migration.
async fn made(stage: &Stage, usual: &Usual) -> String {
    let found = end(stage, &usual.target).await;
    let copy = |name: &&String| name.ends_with("-encrypted");
    let snapshots = found.snapshots.iter().filter(|name| name.starts_with(&usual.target));
    let (copies, snapshots): (Vec<_>, Vec<_>) = snapshots.partition(copy);
    let target = found.instances.contains(&usual.target);
    let mut made = Vec::new();
    made.extend((!snapshots.is_empty()).then_some("snapshot"));
    made.extend((!copies.is_empty()).then_some("copy"));
    made.extend(target.then_some("target"));
    if made.is_empty() { "nothing".into() } else { made.join(", ") }
}

async fn finally(stage: &Stage, usual: &Usual, calls: &[String]) -> String {
    let found = end(stage, &usual.target).await;
    let same = found.target == usual.end.target
        && found.instances == usual.end.instances
        && found.snapshots == usual.end.snapshots;
    let mut twice: Vec<&String> = calls.iter().collect();
    for call in &usual.calls {
        if let Some(at) = twice.iter().position(|other| *other == call) {
            twice.remove(at);
        }
    }
    match (same, twice.as_slice()) {
        (true, []) => "as ever".into(),
        (true, twice) => format!("as ever, but {twice:?} more than once"),
        (false, []) => made(stage, usual).await,
        (false, twice) => format!("{}; {twice:?} more than once", made(stage, usual).await),
    }
}
