//! A batch as JSON, one event a line: those of each migration with the database that they are about, and its own.

use std::io::Write;

use serde_json::{Value, json};

use super::{
    super::json::{FORMAT, line, of_event},
    Month, Row,
    end::End,
    overview::Overview,
};
use crate::engine::batch::{BatchEvent, BatchReporter, Ended};

/// Writes each event as a line.
pub struct Json<W> {
    to: W,
    rows: Vec<Row>,
}

impl<W: Write> Json<W> {
    /// Writes to `to`.
    pub fn new(to: W, rows: Vec<Row>) -> Self {
        Self { to, rows }
    }

    fn name(&self, index: usize) -> &str {
        self.rows.get(index).map_or("?", |row| row.name.as_str())
    }

    fn value(&self, event: &BatchEvent<'_>) -> Option<Value> {
        Some(match event {
            BatchEvent::Begun { pace, now } => json!({
                "format": FORMAT, "event": "batch_begun", "databases": self.rows.len(), "time": now,
                "sandbox_speed": (*pace > 1).then_some(pace),
            }),
            BatchEvent::Started { index } => {
                json!({"format": FORMAT, "event": "database_started", "database": self.name(*index)})
            }
            BatchEvent::Item { index, event } => with(of_event(event)?, &[("database", self.name(*index).into())]),
            BatchEvent::Ended { index, ended } => {
                let about = [("event", "database_ended".into()), ("database", self.name(*index).into())];
                with(with(of_ended(ended), &[("format", FORMAT.into())]), &about)
            }
            BatchEvent::Held(hold) => json!({"format": FORMAT, "event": "held", "by": hold}),
            BatchEvent::Slots(count) => json!({"format": FORMAT, "event": "slots", "count": count}),
            BatchEvent::Tick { .. } | BatchEvent::Interrupted | BatchEvent::Over => return None,
        })
    }
}

impl<W: Write> BatchReporter for Json<W> {
    fn report(&mut self, event: &BatchEvent<'_>) {
        let Some(value) = self.value(event) else { return };
        // A batch must not end because nobody reads any more.
        let _ = self.to.write_all(line(&value).as_bytes());
        let _ = self.to.flush();
    }
}

/// An object with more members.
pub(super) fn with(mut value: Value, members: &[(&str, Value)]) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    value
}

/// How one ended.
pub(super) fn of_ended(ended: &Ended) -> Value {
    match ended {
        Ended::Done { target, afterwards } => json!({"result": "done", "target": target, "not_done": afterwards}),
        Ended::Refused { why } => json!({"result": "refused", "why": why}),
        Ended::Skipped { why } => json!({"result": "skipped", "why": why}),
        Ended::Stopped(stop) if ended.waits_for_room() => json!({"result": "parked", "why": stop.reason}),
        Ended::Stopped(stop) => json!({"result": "stopped", "why": stop.reason, "remedy": stop.remedy}),
        Ended::Broken { why } => json!({"result": "broken", "why": why}),
        Ended::Interrupted => json!({"result": "interrupted"}),
    }
}

/// What a batch would do.
#[must_use]
pub fn overview(overview: &Overview<'_>) -> Value {
    json!({
        "format": FORMAT, "event": "batch_planned", "account": overview.account, "region": overview.region,
        "kms_key_arn": overview.key, "counts": overview.counts, "room": overview.room, "need": overview.need(),
        "addresses": overview.addresses,
        "databases": overview.new.iter().map(of_row).collect::<Vec<_>>(),
        "begun_before": overview.begun.iter().map(of_row).collect::<Vec<_>>(), "done_before": overview.done,
        "left_out": overview.left_out.iter().map(|(name, why)| json!({"name": name, "why": why})).collect::<Vec<_>>(),
        "incomplete": overview.incomplete, "month": overview.month.as_ref().map(Month::as_json),
    })
}

fn of_row(row: &Row) -> Value {
    json!({"name": row.name, "gibibytes": row.gibibytes})
}

/// The last line.
#[must_use]
pub fn ended(end: &End<'_>) -> Value {
    let ended = end.ended.iter().map(|(name, ended)| with(of_ended(ended), &[("database", (*name).into())]));
    json!({
        "format": FORMAT, "event": "batch_ended", "exit_code": end.exit_code, "done_before": end.done_before,
        "databases": ended.collect::<Vec<_>>(), "not_begun": end.waiting, "held": end.held,
        "interrupted": end.interrupted, "next": end.next,
    })
}
