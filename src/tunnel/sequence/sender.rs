//! What was sent and isn't acknowledged yet.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

use super::{Timing, Window};
use crate::tunnel::Moment;

/// The newest message is never further from the oldest unacknowledged one: receivers keep 10,000 out of order.
const LONGEST_SPAN: u64 = 8192;
/// While the agent is said to be unreachable, the oldest message asks this often whether it still is.
const PROBE: Duration = Duration::from_secs(10);

/// A message under way.
#[derive(Debug)]
struct Pending {
    bytes: Bytes,
    sent: Moment,
    /// Whether its acknowledgement measures nothing: it was sent again, or may have been held back.
    repeated: bool,
    /// Whether it waits to be sent again.
    queued: bool,
}

/// The sending side of one direction.
#[derive(Debug, Default)]
pub struct Sender {
    next: u64,
    /// The number of the first entry in `pending`.
    base: u64,
    pending: VecDeque<Option<Pending>>,
    unacknowledged: usize,
    /// Each sending, oldest first; those of messages that were acknowledged or sent again since don't count any more.
    sendings: VecDeque<(Moment, u64)>,
    again: VecDeque<u64>,
    timing: Timing,
    window: Window,
    /// Messages sent before this are no reason to halve the window: it was halved for them already.
    halved: Option<Moment>,
    /// How many may be repeated until when.
    allowance: (usize, Moment),
    /// When an acknowledgement came last, or waiting began.
    progress: Moment,
    paused: Option<Moment>,
}

impl Sender {
    /// The number of the next message.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// How many messages wait for their acknowledgement.
    #[must_use]
    pub const fn unacknowledged(&self) -> usize {
        self.unacknowledged
    }

    /// How many may.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.window.size()
    }

    /// How long the next message waits until it is sent again.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timing.timeout()
    }

    /// Whether one more message may be sent.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.paused.is_none()
            && self.unacknowledged < self.window.size()
            && self.next.saturating_sub(self.base) < LONGEST_SPAN
    }

    /// Keeps the message with the number [`Sender::next`]. Called *before* it is written, so that nothing is lost where
    /// writing fails.
    pub fn keep(&mut self, bytes: Bytes, now: Moment) {
        if self.unacknowledged == 0 {
            self.progress = now;
        }
        self.pending.push_back(Some(Pending { bytes, sent: now, repeated: false, queued: false }));
        self.sendings.push_back((now, self.next));
        self.next = self.next.saturating_add(1);
        self.unacknowledged = self.unacknowledged.saturating_add(1);
    }

    /// An acknowledgement came. Says whether it was for something that waited for one.
    pub fn acknowledge(&mut self, sequence: u64, now: Moment) -> bool {
        let was_full = self.unacknowledged.saturating_mul(2) >= self.window.size();
        let Some(pending) = self.entry(sequence).and_then(Option::take) else { return false };
        self.unacknowledged = self.unacknowledged.saturating_sub(1);
        self.progress = now;
        if !pending.repeated {
            let sample = now.saturating_sub(pending.sent);
            self.timing.measured(sample);
            self.window.measured(sample, was_full);
        }
        while let Some(None) = self.pending.front() {
            self.pending.pop_front();
            self.base = self.base.saturating_add(1);
        }
        self.forget_old_sendings();
        true
    }

    /// Whether `sequence` was sent and isn't acknowledged.
    #[must_use]
    pub fn is_pending(&self, sequence: u64) -> bool {
        let at = sequence.checked_sub(self.base).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.pending.get(at)).is_some_and(Option::is_some)
    }

    fn entry(&mut self, sequence: u64) -> Option<&mut Option<Pending>> {
        let at = usize::try_from(sequence.checked_sub(self.base)?).ok()?;
        self.pending.get_mut(at)
    }

    /// When [`Sender::expire`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        if let Some(probed) = self.paused {
            return (self.unacknowledged > 0).then(|| probed.saturating_add(PROBE));
        }
        let (sent, _) = self.sendings.front()?;
        Some(sent.saturating_add(self.timing.timeout()))
    }

    /// Queues again what has waited for too long.
    pub fn expire(&mut self, now: Moment) {
        if let Some(probed) = self.paused {
            if probed.saturating_add(PROBE) <= now {
                self.paused = Some(now);
                self.queue_again(self.base);
            }
            return;
        }
        // Doubling it for the first one must not spare the others that are due.
        let timeout = self.timing.timeout();
        while let Some(&(sent, sequence)) = self.sendings.front() {
            if sent.saturating_add(timeout) > now {
                return;
            }
            self.sendings.pop_front();
            self.overdue(sequence, sent, now);
            self.forget_old_sendings();
        }
    }

    fn overdue(&mut self, sequence: u64, sent: Moment, now: Moment) {
        if self.halved.is_none_or(|halved| sent >= halved) {
            self.halved = Some(now);
            self.window.missed();
            self.timing.missed();
        }
        if now >= self.allowance.1 {
            self.allowance = (self.window.size(), now.saturating_add(self.timing.timeout()));
        }
        let Some(Some(pending)) = self.entry(sequence) else { return };
        pending.repeated = true;
        // An agent that takes nothing at all must not get all of it again each time: the rest waits one turn more.
        if self.allowance.0 == 0 {
            if let Some(Some(pending)) = self.entry(sequence) {
                pending.sent = now;
            }
            self.sendings.push_back((now, sequence));
            return;
        }
        self.allowance.0 = self.allowance.0.saturating_sub(1);
        self.queue_again(sequence);
    }

    fn queue_again(&mut self, sequence: u64) {
        let Some(Some(pending)) = self.entry(sequence) else { return };
        if !pending.queued {
            pending.queued = true;
            pending.repeated = true;
            self.again.push_back(sequence);
        }
    }

    /// The next message that is to be sent again, as it was.
    pub fn next_again(&mut self, now: Moment) -> Option<Bytes> {
        while let Some(sequence) = self.again.pop_front() {
            let Some(Some(pending)) = self.entry(sequence) else { continue };
            pending.queued = false;
            pending.sent = now;
            let bytes = pending.bytes.clone();
            self.sendings.push_back((now, sequence));
            return Some(bytes);
        }
        None
    }

    /// A new web socket, or the agent is back: everything that is unacknowledged goes again, in order and at once.
    pub fn repeat_everything(&mut self, now: Moment) {
        self.paused = None;
        self.progress = now;
        self.halved = Some(now);
        self.again.clear();
        self.sendings.clear();
        let waiting = self.pending.iter_mut().enumerate();
        for (at, pending) in waiting.filter_map(|(at, pending)| Some((at, pending.as_mut()?))) {
            pending.queued = true;
            pending.repeated = true;
            self.again.push_back(self.base.saturating_add(u64::try_from(at).unwrap_or(u64::MAX)));
        }
    }

    /// The agent can't be reached: nothing new is taken, and the time doesn't count.
    pub fn pause(&mut self, now: Moment) {
        self.paused = Some(now);
        self.again.clear();
        self.pending.iter_mut().flatten().for_each(|pending| pending.queued = false);
    }

    /// Whether the agent is said to be unreachable.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Since when something waits and nothing is acknowledged.
    #[must_use]
    pub fn silent_since(&self) -> Option<Moment> {
        (self.unacknowledged > 0 && self.paused.is_none()).then_some(self.progress)
    }

    /// Keeps the oldest sending that still counts in front.
    fn forget_old_sendings(&mut self) {
        while let Some(&(sent, sequence)) = self.sendings.front() {
            let at = sequence.checked_sub(self.base).and_then(|at| usize::try_from(at).ok());
            let pending = at.and_then(|at| self.pending.get(at)).and_then(Option::as_ref);
            if pending.is_some_and(|pending| pending.sent == sent && !pending.queued) {
                return;
            }
            self.sendings.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(milliseconds: u64) -> Moment {
        Duration::from_millis(milliseconds)
    }

    fn sent(count: u64, when: u64) -> Sender {
        let mut sender = Sender::default();
        for number in 0..count {
            sender.keep(Bytes::from(number.to_string()), at(when));
        }
        sender
    }

    fn again(sender: &mut Sender, when: u64) -> Vec<String> {
        sender.expire(at(when));
        let next = || sender.next_again(at(when));
        std::iter::from_fn(next).map(|bytes| String::from_utf8(bytes.to_vec()).expect("text")).collect()
    }

    #[test]
    fn each_message_is_timed_on_its_own() {
        let mut sender = sent(2, 0);
        sender.keep(Bytes::from("late"), at(150));
        assert!(again(&mut sender, 199).is_empty());
        assert_eq!(again(&mut sender, 200), ["0", "1"]);
        assert_eq!(sender.deadline(), Some(at(550)), "the timeout has doubled");
        assert_eq!(again(&mut sender, 550), ["late"]);
    }

    #[test]
    fn an_acknowledgement_in_between_ends_only_its_own() {
        let mut sender = sent(3, 0);
        assert!(sender.acknowledge(1, at(100)));
        assert!(!sender.acknowledge(1, at(101)), "a second one is for nothing");
        assert!(!sender.acknowledge(99, at(101)));
        assert_eq!(again(&mut sender, 110), ["0", "2"]);
        assert_eq!(sender.unacknowledged(), 2);
    }

    #[test]
    fn a_repeated_message_measures_nothing() {
        let mut sender = sent(1, 0);
        assert_eq!(again(&mut sender, 200), ["0"]);
        sender.acknowledge(0, at(201));
        assert_eq!(sender.timeout(), at(400), "still doubled");
        sender.keep(Bytes::from("1"), at(300));
        sender.acknowledge(1, at(400));
        assert_eq!(sender.timeout(), at(110));
    }

    #[test]
    fn the_window_is_a_limit_and_halves_once_for_one_loss() {
        let mut sender = sent(64, 0);
        assert!(!sender.has_room());
        sender.expire(at(200));
        assert_eq!(sender.limit(), 32);
        sender.acknowledge(5, at(200));
        assert!(!sender.has_room(), "63 of 32");
    }

    #[test]
    fn an_agent_that_takes_nothing_gets_less_and_less_again() {
        let mut sender = sent(64, 0);
        let counts: Vec<usize> = [200, 600, 1400, 2400, 3400].map(|when| again(&mut sender, when).len()).into();
        assert_eq!(counts, [32, 16, 16, 16, 16]);
    }

    #[test]
    fn everything_goes_again_in_order_after_a_new_socket() {
        let mut sender = sent(5, 0);
        sender.acknowledge(2, at(10));
        sender.expire(at(300));
        sender.repeat_everything(at(300));
        assert_eq!(again(&mut sender, 300), ["0", "1", "3", "4"]);
        assert!(again(&mut sender, 301).is_empty());
    }

    #[test]
    fn a_pause_stops_the_clock_and_only_asks_now_and_then() {
        let mut sender = sent(3, 0);
        sender.pause(at(50));
        assert!(!sender.has_room());
        assert_eq!(sender.silent_since(), None);
        assert!(again(&mut sender, 10_049).is_empty());
        assert_eq!(again(&mut sender, 10_050), ["0"]);
        sender.repeat_everything(at(600_000));
        assert_eq!(again(&mut sender, 600_000), ["0", "1", "2"]);
        assert_eq!(sender.silent_since(), Some(at(600_000)));
    }

    #[test]
    fn the_newest_is_never_far_from_the_oldest() {
        let mut sender = Sender::default();
        sender.keep(Bytes::new(), at(0));
        while sender.has_room() {
            sender.keep(Bytes::new(), at(0));
            sender.acknowledge(sender.next() - 1, at(0));
        }
        assert_eq!(sender.next(), LONGEST_SPAN);
    }
}
