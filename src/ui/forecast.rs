//! How long a migration may take and what it costs, before it begins. Assumptions are called so, and without prices
//! there are quantities only.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{text::Text, time};
use crate::{
    plan::{
        cost::{Cost, Line, Money, Thing},
        estimate::{Basis, Estimate, Span, assumed},
    },
    steps::Step,
};

/// Below this a time isn't worth more words.
const MINUTE: Duration = Duration::from_mins(1);

/// The times, under their heading.
pub(super) fn times(text: &mut Text, database: &str, basis: &Basis) {
    let estimate = Estimate::of(basis);
    text.heading("Time, estimated");
    let row = |word: &str, span: Span, why: String| [word.to_owned(), in_words(span), why];
    let mut rows: Vec<[String; 3]> = steps(&estimate)
        .into_iter()
        .map(|(step, span)| {
            let why = match step {
                Step::TakeSnapshot if basis.begun => "it is there already".to_owned(),
                Step::TakeSnapshot if basis.has_backups || basis.snapshot.is_some() => {
                    "at the least what has changed since the last one".to_owned()
                }
                Step::Settle => changes(basis),
                _ => String::new(),
            };
            row(super::step_word(step), span, why)
        })
        .collect();
    rows.push(row("in all", estimate.total(), String::new()));
    text.rows(&rows);
    let size = match &basis.snapshot {
        Some((name, _)) => format!("{} GiB, the full size of its snapshot {name},", basis.mebibytes().div_ceil(1024)),
        None => format!("{} GiB, as if all that is allocated were used,", basis.allocated),
    };
    let rate = |(slowest, fastest): (u64, u64)| format!("{slowest} to {fastest} MiB/s");
    text.inside(&format!(
        "It rests on {size} and on rates that are assumed: {} for a snapshot, {} for an encrypting copy. AWS publishes none; \
         the first run measures this database's own.",
        rate(assumed::SNAPSHOT_RATE),
        rate(assumed::COPY_RATE)
    ));
    text.inside(&format!(
        "A cutover later freezes the writes of {database} for as long: it takes a generation of its own, whose copy is \
         full again."
    ));
}

fn steps(estimate: &Estimate) -> Vec<(Step, Span)> {
    [
        Some((Step::TakeSnapshot, estimate.snapshot)),
        Some((Step::EncryptCopy, estimate.copy)),
        estimate.upgrade.map(|span| (Step::Upgrade, span)),
        Some((Step::Restore, estimate.restore)),
        Some((Step::Settle, estimate.settle)),
        Some((Step::Verify, estimate.verify)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn changes(basis: &Basis) -> String {
    let reboot = if basis.reboot { " and a reboot" } else { "" };
    match basis.changes {
        0 if basis.reboot => "a reboot".to_owned(),
        0 => String::new(),
        1 => format!("1 change{reboot}"),
        count => format!("up to {count} changes{reboot}"),
    }
}

fn in_words(Span { least, most }: Span) -> String {
    if most <= MINUTE {
        return "a minute at the most".to_owned();
    }
    let (least, most) = (time::words(least), time::words(most));
    // 2 to 10 min, but 55 min to 2 h.
    match (least.rsplit_once(' '), most.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other && !number.contains(' ') && !most.contains("h ") => {
            format!("{number} to {most}")
        }
        _ => format!("{least} to {most}"),
    }
}

/// What is billed, under its heading.
pub(super) fn costs(text: &mut Text, cost: &Cost) {
    text.heading("Billed for as long as it exists, the instance from the restore on");
    let money = |month: Option<Money>| month.map(|month| in_money(month, cost.currency.as_deref()));
    let mut rows: Vec<[String; 3]> = cost
        .lines
        .iter()
        .map(|Line { what, month }| {
            let (word, quantity) = quantity(what);
            [word.to_owned(), quantity, money(*month).unwrap_or_default()]
        })
        .collect();
    let sum = money(cost.month());
    if let Some(sum) = &sum {
        let partial = if cost.is_partial() { "of what has a price" } else { "of all of it" };
        rows.push(["sum".to_owned(), partial.to_owned(), sum.clone()]);
    }
    text.rows(&rows);
    text.inside(
        "Snapshots are free as far as the Region's backups are smaller than all that its databases have allocated. Requests \
         to KMS and traffic between zones are not in it.",
    );
    match sum {
        Some(_) if cost.is_partial() => text.inside("Partial: what has no amount has no price in --prices or --price."),
        Some(_) => {}
        None => text.inside("No amounts without prices: --prices FILE, or --price NAME=VALUE."),
    }
}

fn in_money(month: Money, currency: Option<&str>) -> String {
    let currency = currency.map(|currency| format!(" {currency}")).unwrap_or_default();
    format!("{month}{currency} a month, {} an hour", month.an_hour())
}

fn quantity(thing: &Thing) -> (&'static str, String) {
    let twice = |standby: &bool| if *standby { "2 × " } else { "" };
    let beside = |standby: &bool| if *standby { ", with a standby" } else { "" };
    match thing {
        Thing::Instance { class, standby } => ("instance", format!("{}{class}{}", twice(standby), beside(standby))),
        Thing::Storage { size, kind, standby } => {
            let kind = kind.as_ref().map(|kind| format!(" {kind}")).unwrap_or_default();
            ("storage", format!("{}{size} GiB{kind}", twice(standby)))
        }
        Thing::Iops { count, kind, standby } if kind == "gp3" => {
            ("IOPS", format!("{}{count} of gp3, as far as it doesn't include them", twice(standby)))
        }
        Thing::Iops { count, kind, standby } => ("IOPS", format!("{}{count} of {kind}", twice(standby))),
        Thing::ExtendedSupport => ("support", "Extended Support, by vCPU and hour".to_owned()),
        Thing::Snapshots { size, count } => ("snapshots", format!("{count} × up to {size} GiB")),
        Thing::Key => ("key", "your own, if it is a new one".to_owned()),
    }
}

/// The times, for machines: seconds, mebibytes.
pub(super) fn json_times(basis: &Basis) -> Json {
    let estimate = Estimate::of(basis);
    let span = |span: Span| json!({"least": span.least.as_secs(), "most": span.most.as_secs()});
    let rate = |(slowest, fastest): (u64, u64)| json!({"least": slowest, "most": fastest});
    let step =
        |(step, time): (Step, Span)| json!({"step": step, "least": time.least.as_secs(), "most": time.most.as_secs()});
    let steps: Vec<Json> = steps(&estimate).into_iter().map(step).collect();
    json!({
        "steps": steps, "total": span(estimate.total()), "frozen_at_a_cutover": span(estimate.total()),
        "rests_on": {
            "allocated_gib": basis.allocated, "snapshot": basis.snapshot.as_ref().map(|(name, _)| name),
            "mebibytes": basis.mebibytes(),
            "assumed_mebibytes_a_second": {"snapshot": rate(assumed::SNAPSHOT_RATE), "copy": rate(assumed::COPY_RATE)},
        },
    })
}

/// What is billed, for machines.
pub(super) fn json_costs(cost: &Cost) -> Json {
    let money = |money: Money| json!({"least": money.least, "most": money.most});
    let line = |Line { what, month }: &Line| {
        let mut line = match what {
            Thing::Instance { class, standby } => json!({"what": "instance", "class": class, "standby": standby}),
            Thing::Storage { size, kind, standby } => {
                json!({"what": "storage", "gib": size, "type": kind, "standby": standby})
            }
            Thing::Iops { count, kind, standby } => {
                json!({"what": "iops", "count": count, "type": kind, "standby": standby})
            }
            Thing::ExtendedSupport => json!({"what": "extended-support"}),
            Thing::Snapshots { size, count } => json!({"what": "snapshots", "count": count, "gib_each_at_most": size}),
            Thing::Key => json!({"what": "key"}),
        };
        if let Some(line) = line.as_object_mut() {
            line.insert("month".to_owned(), json!(month.map(money)));
            line.insert("hour".to_owned(), json!(month.map(|month| money(month.an_hour()))));
        }
        line
    };
    let sum = cost.month();
    json!({
        "currency": cost.currency, "lines": cost.lines.iter().map(line).collect::<Vec<_>>(),
        "month": sum.map(money), "hour": sum.map(|sum| money(sum.an_hour())), "partial": cost.is_partial(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_say_them() {
        let table = [
            (0, 60, "a minute at the most"),
            (120, 600, "2 to 10 min"),
            (3300, 7200, "55 min to 2 h"),
            (3600, 7500, "1 h to 2 h 5 min"),
            (3600, 7200, "1 to 2 h"),
            (30, 600, "30 s to 10 min"),
            (5000, 400_000, "1 h 23 min to 4 d 15 h"),
        ];
        for (least, most, expected) in table {
            let span = Span { least: Duration::from_secs(least), most: Duration::from_secs(most) };
            assert_eq!(in_words(span), expected, "{least} {most}");
        }
    }
}
