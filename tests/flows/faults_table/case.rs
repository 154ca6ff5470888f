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
    said: Said,
    made: String,
    resumed: Option<(Option<u8>, Said)>,
    finally: String,
}

/// What a person reads.
#[derive(Default)]
struct Said {
    seen: String,
    advice: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |code: Option<u8>| code.map_or_else(|| "never ends".to_owned(), |code| code.to_string());
        let resumed = match &self.resumed {
            None => String::new(),
            Some((Some(0), _)) => "0".into(),
            Some((other, said)) => format!("{}: {}", code(*other), said.seen),
        };
        let Said { seen, advice } = &self.said;
        write!(f, "| {} | {seen} | {advice} | {} | {resumed} | {} |", code(self.code), self.made, self.finally)
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
    // How long a step took depends on how long the SDK waited before it asked again, which is drawn.
    let words = words.split_once(" done in ").map_or(words, |(step, _)| step);
    let words = words.split_once(", ~").map_or(words, |(status, _)| status);
    words.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

pub(super) async fn try_cell(call: &Call, kind: &Kind, usual: &Usual) -> Cell {
    let stage = kind.stage();
    let (heard, mut calls) = run(&stage, MIGRATE, Some((call, kind))).await;
    stage.sandbox.behave();
    let code = heard.as_ref().map(|heard| heard.code);
    let words = heard.as_ref().map(|heard| said(heard, usual)).unwrap_or_default();
    let made = made(&stage, usual).await;
    let mut resumed = None;
    if code.is_some_and(|code| code != 0) {
        sleep(Duration::from_mins(30).div_f64(stage.sandbox.options().speed)).await;
        let words = if stage.state_file("orders").is_some() { "resume orders --sandbox" } else { MIGRATE };
        let (heard, more) = run(&stage, words, None).await;
        calls.extend(more);
        resumed =
            Some((heard.as_ref().map(|heard| heard.code), heard.map(|heard| said(&heard, usual)).unwrap_or_default()));
    }
    let finally = finally(&stage, usual, &calls).await;
    Cell { code, said: words, made, resumed, finally }
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

/// What is said of how it ended: what was seen, and what to do. Of a run that ended well, the first line that isn't
/// said as ever.
fn said(heard: &Heard, usual: &Usual) -> Said {
    if heard.code == 0 {
        let mut unusual = heard.stderr.lines().skip_while(|line| usual.is_usual(line));
        let first = unusual.next().unwrap_or_default();
        // Findings of the checks have a heading; of the progress one line is enough.
        let seen = match first.split_once("] ") {
            Some((_, words)) if first.starts_with('[') => shown([words].into_iter()),
            _ => shown(unusual.take_while(|line| !line.is_empty() && !line.starts_with('['))),
        };
        return Said { seen, advice: String::new() };
    }
    let under = |heading: &str| {
        let lines = heard.stdout.lines().skip_while(|line| *line != heading).skip(1);
        shown(lines.take_while(|line| !line.is_empty()))
    };
    let seen = under("What was seen");
    if !seen.is_empty() {
        return Said { seen, advice: under("What it means, and what to do") };
    }
    let blocks: Vec<&str> = heard.stderr.split("\n\n").collect();
    let block = blocks.iter().find(|block| block.contains("error: ") || block.contains("can't be migrated"));
    let lines: Vec<&str> = block.copied().unwrap_or(&heard.stderr).lines().collect();
    // Advice is indented further than what it is about.
    let depth = |line: &str| line.len() - line.trim_start().len();
    let deepest = if lines.first().is_some_and(|line| line.starts_with("error: ")) { 2 } else { 6 };
    let (advice, seen): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| depth(line) >= deepest);
    Said { seen: shown(seen.into_iter()), advice: shown(advice.into_iter()) }
}

/// Lines as one, for a table's cell.
fn shown<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = lines.map(str::trim).collect();
    without_ids(&words.join(" ")).replace('|', "\\|")
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
