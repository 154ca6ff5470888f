//! Plays a sequence in a world of its own.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::OnceLock,
    time::Duration,
};

use rds_encrypt::{engine::Interrupter, sandbox::How};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::{
    ledger::Ledger,
    others::{Names, Others},
    sequence::{Act, Ask, Turn, What, When, Which, passes_by_itself},
};
use crate::{
    end::{End, MIGRATE, end, rds},
    stage::{Heard, Stage},
    sweep::{
        course::is_mutating,
        moments::{Moment, Then, watched},
        parallel::in_time_of_its_own,
    },
};

/// The exit codes of a run that ended well, or can go on.
const EXPECTED: [u8; 7] = [0, 3, 4, 5, 6, 7, 8];

/// Nothing is waited for as long as this, in the runtime's time.
const FOREVER: Duration = Duration::from_hours(6);

/// What came of a sequence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Played {
    /// What didn't hold.
    pub(crate) broken: Vec<String>,
    /// What happened.
    pub(crate) story: Vec<String>,
    /// The exit codes of its commands; nothing for one whose process ended.
    pub(crate) codes: Vec<Option<u8>>,
}

/// What an uninterrupted run comes to.
pub(crate) struct Usual {
    names: Names,
    end: End,
}

static USUAL: OnceLock<Usual> = OnceLock::new();

fn usual() -> &'static Usual {
    USUAL.get_or_init(|| {
        in_time_of_its_own(async {
            let stage = Stage::small();
            // Watched, and everything asked for once: what the SDK logs of an operation is heard only if it does so for
            // the first time while somebody listens, and nobody does while others act.
            let run = |words: &'static str| watched(stage.run(words), |_| Then::GoOn);
            assert_eq!(run(MIGRATE).await.unwrap().code, 0);
            let names = Names::of(&stage.state("orders"));
            let end = end(&stage, &names.target).await;
            assert_eq!(run("cleanup orders --abandon --sandbox").await.unwrap().code, 0);
            Usual { names, end }
        })
    })
}

/// Minutes of AWS's.
fn minutes(stage: &Stage, minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes).div_f64(stage.sandbox.options().speed)
}

/// Plays it; a panic is a finding like any other.
pub(crate) fn play(sequence: &[Turn]) -> Played {
    let usual = usual();
    let story: Rc<RefCell<Option<Rc<RefCell<Ledger>>>>> = Rc::default();
    let kept = Rc::clone(&story);
    let codes: Rc<RefCell<Vec<Option<u8>>>> = Rc::default();
    let noted = Rc::clone(&codes);
    let done = catch_unwind(AssertUnwindSafe(|| {
        in_time_of_its_own(async move {
            let stage = Rc::new(Stage::small());
            let others = Others::on(&stage, usual.names.clone()).await;
            let ledger = Rc::new(RefCell::new(Ledger::new(stage.sandbox.clone(), others)));
            *kept.borrow_mut() = Some(Rc::clone(&ledger));
            ledger.borrow().keep_the_past();
            let game = Game { stage, ledger, codes: noted, usual };
            game.play(sequence).await;
        });
    }));
    let ledger = story.take();
    let (mut broken, story) = ledger.map_or_else(Default::default, |ledger| {
        let ledger = ledger.try_borrow();
        ledger.map_or_else(|_| Default::default(), |ledger| (ledger.broken.clone(), ledger.story.clone()))
    });
    if let Err(payload) = done {
        let words = payload.downcast_ref::<String>().cloned();
        let words = words.or_else(|| payload.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        broken.push(format!("a panic: {}", words.unwrap_or_default()));
    }
    Played { broken, story, codes: codes.take() }
}

struct Game {
    stage: Rc<Stage>,
    ledger: Rc<RefCell<Ledger>>,
    codes: Rc<RefCell<Vec<Option<u8>>>>,
    usual: &'static Usual,
}

impl Game {
    async fn play(&self, sequence: &[Turn]) {
        for turn in sequence {
            match turn {
                Turn::Run { ask, meanwhile } => drop(self.run(*ask, meanwhile).await),
                Turn::Others(acts) => {
                    for act in acts {
                        self.ledger.borrow_mut().act(*act);
                        sleep(minutes(&self.stage, 5)).await;
                    }
                }
                Turn::Pass(time) => sleep(minutes(&self.stage, *time)).await,
            }
        }
        if passes_by_itself(sequence) { self.must_end_well().await } else { self.may_end_well().await }
    }

    /// Runs a command; nothing where its process ended.
    async fn run(&self, ask: Ask, meanwhile: &[(When, What)]) -> Option<Heard> {
        let begun = self.stage.state_file("orders").is_some();
        let words = match ask {
            Ask::GoOn if begun => "resume orders --sandbox",
            Ask::Retry if begun => "resume orders --retry --sandbox",
            Ask::Abandon if begun => "cleanup orders --abandon --sandbox",
            Ask::DropSnapshots if begun => "cleanup orders --snapshots --sandbox",
            _ => MIGRATE,
        };
        let whole = !begun || ask.is_for_the_whole();
        let (interrupter, interrupt) = Interrupter::new();
        {
            let mut ledger = self.ledger.borrow_mut();
            ledger.command(words, meanwhile);
            ledger.interrupter = Some(interrupter);
        }
        let finished_before = self.finished();
        let (ledger, stage) = (Rc::clone(&self.ledger), Rc::clone(&self.stage));
        let hook = move |moment: &Moment| {
            let mutating = matches!(moment, Moment::Sending(operation) if is_mutating(operation));
            let on_disk = mutating.then(|| saved(&stage)).flatten();
            ledger.borrow_mut().pass(moment, on_disk.as_ref())
        };
        let command = self.stage.command(words).interrupted_by(interrupt).run();
        let heard = timeout(FOREVER, watched(command, hook)).await;
        let mut ledger = self.ledger.borrow_mut();
        ledger.over();
        let Ok(heard) = heard else {
            ledger.broke("endless: it waits, and nothing is left to wait for");
            return None;
        };
        self.codes.borrow_mut().push(heard.as_ref().map(|heard| heard.code));
        let finished = self.finished();
        if let Some(state) = saved(&self.stage) {
            // A retry goes on under other names.
            ledger.others.names = Names::of(&state);
        }
        if whole && (finished && !finished_before || heard.as_ref().is_some_and(|heard| heard.code == 0)) {
            ledger.check_done();
        }
        if let Some(heard) = &heard {
            let said = heard.stdout.lines().chain(heard.stderr.lines().rev()).find(|line| !line.is_empty());
            ledger.tell(&format!("exit {}: {}", heard.code, said.unwrap_or_default()));
            if !EXPECTED.contains(&heard.code) {
                ledger.broke(&format!("exit {}", heard.code));
            }
            if whole && heard.code == 0 && !finished {
                ledger.broke("exit 0, and the state file isn't finished");
            }
        }
        heard
    }

    fn finished(&self) -> bool {
        saved(&self.stage).is_some_and(|state| state["summary"]["phase"] == "finished")
    }

    /// Nothing happened that doesn't pass: soon it ends as if nothing had happened at all.
    async fn must_end_well(&self) {
        for _ in 0..4 {
            let Some(heard) = self.run(Ask::GoOn, &[]).await else { return };
            if heard.code == 0 {
                return self.compare().await;
            }
            // Lines break where the words fall.
            let said = heard.unbroken();
            if said.contains("RebootDBInstance") && said.contains("by hand") {
                self.ledger.borrow_mut().tell("a person reboots the target");
                let target = &self.usual.names.target;
                let reboot = rds(&self.stage.sandbox).await.reboot_db_instance().db_instance_identifier(target);
                if let Err(error) = reboot.send().await {
                    self.ledger.borrow_mut().broke(&format!("AWS refuses the reboot by hand: {error:?}"));
                }
            }
            sleep(minutes(&self.stage, 15)).await;
        }
        self.ledger.borrow_mut().broke("all that was wrong has passed, and it doesn't come to its end");
    }

    async fn compare(&self) {
        let found = end(&self.stage, &self.usual.names.target).await;
        let usual = &self.usual.end;
        if found.target != usual.target || found.instances != usual.instances || found.snapshots != usual.snapshots {
            self.ledger.borrow_mut().broke(&format!("another end: {found:#?}\nusual is {usual:#?}"));
        }
    }

    /// A person mends what can be mended, and tries; that it ends well isn't sure, but that it ends is.
    async fn may_end_well(&self) {
        for act in [Act::EnableKey, Act::Start(Which::Source), Act::Start(Which::Target)] {
            self.ledger.borrow_mut().act(act);
        }
        sleep(minutes(&self.stage, 30)).await;
        for _ in 0..2 {
            if self.run(Ask::GoOn, &[]).await.is_none_or(|heard| heard.code == 0) {
                return;
            }
            sleep(minutes(&self.stage, 15)).await;
        }
    }
}

fn saved(stage: &Stage) -> Option<Value> {
    stage.state_file("orders").map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

/// Whether a sequence holds a stale look, for the statistics.
pub(crate) fn has_stale(sequence: &[Turn]) -> bool {
    sequence.iter().any(|turn| match turn {
        Turn::Run { meanwhile, .. } => meanwhile.iter().any(|(_, what)| matches!(what, What::Wrong(How::Stale, _))),
        _ => false,
    })
}
