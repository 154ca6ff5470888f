//! From times to places: a timeline is rectangles on an axis, in percent of its width.

use std::fmt;

use super::timeline::{Span, removes};
use crate::{model::AwsTime, steps::Step};

/// What is shorter than this couldn't be seen.
const LEAST: f64 = 0.6;

/// Seconds between two ticks.
const EVERY: [i64; 16] =
    [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 31_536_000];

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) from: AwsTime,
    pub(super) to: AwsTime,
}

/// A place on the axis, or a length.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Percent(pub(super) f64);

/// A step on the axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) x: Percent,
    pub(super) width: Percent,
    /// The class that colours it.
    pub(super) class: &'static str,
    /// Whether its end isn't known.
    pub(super) open: bool,
    /// Whether it stopped there.
    pub(super) stopped: bool,
}

/// A time on the axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) x: Percent,
    pub(super) label: String,
    /// How the label stands to its place.
    pub(super) anchor: &'static str,
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        write!(f, "{rounded}%")
    }
}

impl Axis {
    /// The axis on which all of these have room; nothing where there are none. What is removed later is no part of the
    /// way, and may be months later.
    pub(super) fn of<'a>(spans: impl IntoIterator<Item = &'a Span>, until: AwsTime) -> Option<Self> {
        let ends = spans.into_iter().filter(|span| !removes(span.step));
        let ends = ends.map(|span| (span.began, span.ended.unwrap_or_else(|| until.max(span.began))));
        ends.map(|(from, to)| Self { from, to })
            .reduce(|one, other| Self { from: one.from.min(other.from), to: one.to.max(other.to) })
    }

    /// Its days, in words: `25 Nov 2026`, `25 to 27 Nov 2026`.
    pub(super) fn days(self) -> String {
        let last = self.to.strftime("%-d %b %Y").to_string();
        let form = match (self.from.strftime("%Y-%m").to_string(), self.to.strftime("%Y-%m").to_string()) {
            _ if self.from.strftime("%F").to_string() == self.to.strftime("%F").to_string() => return last,
            (from, to) if from == to => "%-d",
            (from, to) if from.get(..4) == to.get(..4) => "%-d %b",
            _ => "%-d %b %Y",
        };
        format!("{} to {last}", self.from.strftime(form))
    }

    fn seconds(self) -> f64 {
        self.to.duration_since(self.from).as_secs_f64().max(1.0)
    }

    fn place(self, at: AwsTime) -> f64 {
        (at.duration_since(self.from).as_secs_f64() / self.seconds() * 100.0).clamp(0.0, 100.0)
    }

    /// A step on it; nothing where it is beyond it.
    pub(super) fn bar(self, span: &Span) -> Option<Bar> {
        if span.began > self.to || removes(span.step) {
            return None;
        }
        let (from, to) = (self.place(span.began), self.place(span.ended.unwrap_or(self.to)));
        let width = (to - from).max(LEAST);
        let x = from.min(100.0 - width);
        Some(Bar {
            x: Percent(x),
            width: Percent(width),
            class: class(span.step),
            open: span.ended.is_none(),
            stopped: span.stopped,
        })
    }

    /// Round times on it, so many at most between its ends.
    pub(super) fn ticks(self, most: i64) -> Vec<Tick> {
        let (from, to) = (self.from.as_second(), self.to.as_second());
        let span = to.saturating_sub(from).max(1);
        let every = EVERY.into_iter().find(|every| span / every <= most).unwrap_or(i64::MAX / 2);
        let first = from.div_euclid(every).saturating_add(i64::from(from.rem_euclid(every) != 0)).saturating_mul(every);
        let times = (0..=most).map(|number| first.saturating_add(number.saturating_mul(every)));
        times.take_while(|second| *second <= to).filter_map(|second| self.tick(second, every)).collect()
    }

    fn tick(self, second: i64, every: i64) -> Option<Tick> {
        let at = AwsTime::from_second(second).ok()?;
        let is_midnight = second.rem_euclid(86_400) == 0;
        let form = if is_midnight || every >= 86_400 { "%-d %b" } else { "%H:%M" };
        let x = self.place(at);
        let anchor = match x {
            x if x < 5.0 => "start",
            x if x > 95.0 => "end",
            _ => "middle",
        };
        Some(Tick { x: Percent(x), label: at.strftime(form).to_string(), anchor })
    }
}

/// The class that colours a step.
pub(super) fn class(step: Step) -> &'static str {
    match step {
        Step::Isolate => "s-iso",
        Step::TakeSnapshot => "s-snap",
        Step::EncryptCopy => "s-copy",
        Step::Upgrade => "s-up",
        Step::Restore => "s-rest",
        Step::Settle | Step::Verify => "s-set",
        Step::StopTarget | Step::RemoveTarget | Step::RemoveCopy | Step::RemoveSnapshot | Step::RemoveSecurityGroup => {
            "s-gone"
        }
    }
}
