//! One observer for many migrations: whoever wants to look joins the next common look.
//!
//! AWS takes up to a hundred names in one question, so that the calls grow with the migrations under way ÷ 50 and not
//! with the account. All share one pace: a throttled look slows every one of them down, and is nobody's failure.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

use super::{
    Clock,
    look::{Subject, look, look_together},
    pace::{self, Slowness},
    sight::{RETRY, renewed},
};
use crate::{
    aws::{Aws, ReadError},
    model::{AwsTime, name::GenerationNames},
    steps::{Seen, Wait},
};

/// Each migration asks for two instances and two snapshots, and AWS takes a hundred names in one filter.
const IN_ONE_LOOK: usize = 50;

/// A common look follows the one before it no sooner than so, while few look.
const SHORTEST: Duration = Duration::from_secs(5);

/// The more migrations are under way, the further apart common looks are, up to so long.
const LONGEST: Duration = Duration::from_secs(30);

/// Who foresees changes looks so often for what is over without one.
const BY_ITSELF: Duration = Duration::from_secs(15);

/// How often a waiting screen may move, in our own time.
pub(super) const TICK: Duration = Duration::from_millis(200);

/// How a migration looks at AWS.
#[derive(Clone, Debug)]
pub enum Eyes {
    /// By itself.
    Own,
    /// Together with others.
    Shared(Observer),
    /// By itself, in a world that tells when the next thing happens: the time until then is left out.
    Foreseeing(Foresight),
}

/// Tells when a world next changes what a migration looks at; nothing when no change of it is planned.
#[derive(Clone)]
pub struct Foresight(Arc<Foresee>);

type Foresee = dyn Fn(&GenerationNames) -> Option<AwsTime> + Send + Sync;

impl Foresight {
    /// A world's foresight.
    pub fn new(next: impl Fn(&GenerationNames) -> Option<AwsTime> + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }
}

impl fmt::Debug for Foresight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Foresight")
    }
}

impl Eyes {
    /// For how long it may sleep at a stretch: who is alone moves a screen meanwhile.
    pub(super) fn slice(&self, left: Duration) -> Duration {
        match self {
            Self::Own => left.min(TICK),
            Self::Shared(_) | Self::Foreseeing(_) => left,
        }
    }

    /// For how long to wait if a look is due after so long. Those who look together wait for one beat, so that one look
    /// serves them all; who foresees the next change waits until it.
    pub(super) fn until_next_look(
        &self,
        due: Duration,
        wait: &Wait,
        names: &GenerationNames,
        clock: &Clock,
        now: AwsTime,
    ) -> Duration {
        match self {
            Self::Own => due,
            Self::Shared(_) => pace::on_the_beat(due, clock.now()),
            Self::Foreseeing(next) => {
                let next = (next.0)(names).map_or(due, |next| clock.between(now, next));
                // Anything but a status word may be over without any change.
                due.max(if wait.is_for_a_status() { next } else { next.min(BY_ITSELF) })
            }
        }
    }

    /// Looks once.
    pub(super) async fn look(&self, aws: &Aws, source: &str, names: &GenerationNames) -> Result<Seen, ReadError> {
        let shared = match self {
            Self::Own | Self::Foreseeing(_) => None,
            Self::Shared(observer) => observer.look(source, names).await,
        };
        match shared {
            Some(seen) => seen,
            None => look(aws, source, names).await,
        }
    }
}

/// What one migration wants to see.
struct Ask {
    source: String,
    names: GenerationNames,
    answer: oneshot::Sender<Result<Seen, ReadError>>,
}

/// A migration's way to look together with others. Clones ask the same observer.
#[derive(Clone, Debug)]
pub struct Observer(mpsc::UnboundedSender<Ask>);

/// The observer's other end: it looks, and has to be kept going by whoever runs the migrations.
pub struct Watch {
    aws: Aws,
    /// The account that all of it is about: renewed credentials must be of it.
    account: String,
    clock: Clock,
    asks: mpsc::UnboundedReceiver<Ask>,
    slowness: Slowness,
    last: Option<Duration>,
}

impl Observer {
    /// An observer, and what keeps it going.
    #[must_use]
    pub fn new(aws: Aws, account: String, clock: Clock) -> (Self, Watch) {
        let (sender, asks) = mpsc::unbounded_channel();
        (Self(sender), Watch { aws, account, clock, asks, slowness: Slowness::default(), last: None })
    }

    /// Joins the next common look. Nothing when nobody looks any more.
    async fn look(&self, source: &str, names: &GenerationNames) -> Option<Result<Seen, ReadError>> {
        let (answer, seen) = oneshot::channel();
        self.0.send(Ask { source: source.to_owned(), names: names.clone(), answer }).ok()?;
        seen.await.ok()
    }
}

impl Watch {
    /// Looks for whoever asks, until nobody can ask any more.
    pub async fn keep_looking(&mut self) {
        let mut waiting = Vec::new();
        while let Some(first) = self.asks.recv().await {
            waiting.push(first);
            self.let_others_join(&mut waiting).await;
            while !waiting.is_empty() {
                let rest = waiting.split_off(waiting.len().min(IN_ONE_LOOK));
                self.look_for(waiting).await;
                waiting = rest;
            }
        }
    }

    /// How far apart common looks are: as far as the calls of so many would be, if each looked alone now and then.
    fn apart(&self) -> Duration {
        let many = u32::try_from(self.asks.sender_strong_count()).unwrap_or(u32::MAX);
        (SHORTEST / 2).saturating_mul(many).clamp(SHORTEST, LONGEST)
    }

    /// Waits until the next common look is due, and takes in whoever asks meanwhile.
    async fn let_others_join(&mut self, waiting: &mut Vec<Ask>) {
        loop {
            while let Ok(ask) = self.asks.try_recv() {
                waiting.push(ask);
            }
            let Some(last) = self.last else { break };
            let due = last + self.slowness.of(self.apart());
            let left = due.saturating_sub(self.clock.now());
            if left.is_zero() {
                break;
            }
            tokio::select! {
                () = sleep(self.clock.here(left)) => {}
                Some(ask) = self.asks.recv() => waiting.push(ask),
            }
        }
    }

    /// One look for all of them; a throttled one is repeated, more slowly, before anybody hears of it.
    async fn look_for(&mut self, waiting: Vec<Ask>) {
        // Who was interrupted meanwhile wants nothing any more.
        let waiting: Vec<Ask> = waiting.into_iter().filter(|ask| !ask.answer.is_closed()).collect();
        if waiting.is_empty() {
            return;
        }
        let subjects: Vec<Subject<'_>> =
            waiting.iter().map(|ask| Subject { source: &ask.source, names: &ask.names }).collect();
        let answer = loop {
            let answer = look_together(&self.aws, &subjects).await;
            self.last = Some(self.clock.now());
            match answer {
                Err(error) if error.error.is_throttled() => {
                    tracing::warn!(%error, "a common look was throttled");
                    self.slowness.throttled();
                    sleep(self.clock.here(self.slowness.of(RETRY))).await;
                }
                answer => break answer,
            }
        };
        drop(subjects);
        match answer {
            Ok(seen) => {
                self.slowness.ease();
                for (ask, seen) in waiting.into_iter().zip(seen) {
                    drop(ask.answer.send(Ok(seen)));
                }
            }
            Err(error) => {
                if error.error.is_about_credentials() {
                    self.renew().await;
                }
                for ask in waiting {
                    drop(ask.answer.send(Err(error.clone())));
                }
            }
        }
    }

    /// Reads the provider chain afresh, for the next look.
    async fn renew(&mut self) {
        match renewed(&self.aws, &self.account).await {
            Ok(aws) => self.aws = aws,
            Err(why) => tracing::warn!(why, "the credentials aren't renewed"),
        }
    }
}
