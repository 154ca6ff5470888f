//! Whether what is wanted can be ordered, and if not, which member is the cause.

use std::collections::BTreeSet;

use super::{Catalogue, Checked, Ended, OrderableOption, Severity, Wider, classes};
use crate::plan::{Finding, Order};

/// What can't be ordered isn't in AWS's list.
const RULE: &str = "R-CAT-3";

type Rows = [OrderableOption];

/// Judges it; `is_told` where a finding on the version says already that AWS left it behind.
pub(super) fn judge(catalogue: &Catalogue, is_told: bool, class_fails: bool) -> Ended {
    let Catalogue { order, offer, .. } = catalogue;
    let exact = match &offer.exact {
        Checked::Known(rows) => rows,
        unasked @ Checked::NotChecked { .. } => return Ended::unasked(unasked),
    };
    match &offer.wider {
        _ if !exact.is_empty() => Ended { found: members(order, exact, &with_version(order)), open: None },
        None => Ended::open(format!("AWS lists nothing that can be ordered of {}", order.engine)),
        Some(wider) => beyond(order, wider, is_told, class_fails),
    }
}

/// Nothing fits exactly. Each of the wider answers says more only where it came.
fn beyond(order: &Order, wider: &Wider, is_told: bool, class_fails: bool) -> Ended {
    let (of_version, of_class) = match (&wider.of_version, &wider.of_class) {
        (Checked::Known(of_version), Checked::Known(of_class)) => (of_version, of_class),
        (unasked @ Checked::NotChecked { .. }, _) | (_, unasked) => return Ended::unasked(unasked),
    };
    if !of_version.is_empty() {
        let same: Vec<_> = of_version.iter().filter(|row| row.class.as_ref() == Some(&order.class)).cloned().collect();
        let found = match same.as_slice() {
            [] if class_fails => Vec::new(),
            [] => vec![class(order, of_class, of_version)],
            same => combined(order, same, &with_version(order)),
        };
        return Ended { found, open: None };
    }
    // Nothing at all of this version: the rest is judged by what AWS offers of the others.
    let sibling = match &wider.of_sibling {
        Some(Checked::Known(rows)) => rows.as_slice(),
        Some(unasked @ Checked::NotChecked { .. }) if of_class.is_empty() => return Ended::unasked(unasked),
        _ => &[],
    };
    let mut found = Vec::new();
    if of_class.is_empty() && sibling.is_empty() {
        match &wider.of_engine {
            Some(Checked::Known(rows)) if !rows.is_empty() => {}
            Some(unasked @ Checked::NotChecked { .. }) => return Ended::unasked(unasked),
            _ => return Ended::open(format!("AWS lists nothing that can be ordered of {}", order.engine)),
        }
    }
    if !is_told {
        found.push(version(order));
    }
    if of_class.is_empty() {
        if !class_fails {
            found.push(class(order, &[], sibling));
        }
    } else {
        found.extend(combined(order, of_class, " with any version"));
    }
    Ended { found, open: None }
}

/// The licence, and under it the other members.
fn combined(order: &Order, rows: &Rows, with: &str) -> Vec<Finding> {
    let licensed = license(order, rows, with);
    if !licensed.is_empty() {
        return licensed;
    }
    let fitting: Vec<_> = rows.iter().filter(|row| is_licensed(order, row)).cloned().collect();
    members(order, &fitting, with)
}

/// Whether a row has the licence, where one is asked for.
fn is_licensed(order: &Order, row: &OrderableOption) -> bool {
    order.license.is_none() || row.license.is_none() || row.license == order.license
}

fn with_version(order: &Order) -> String {
    format!(" with {} {}", order.engine, order.version)
}

fn block(what: String, remedy: &str, rule: &'static str) -> Finding {
    Finding::new(Severity::Blocker, what, remedy, rule)
}

/// Nothing of the version can be ordered, though of the engine: what that means for a restore nobody says.
fn version(order: &Order) -> Finding {
    Finding::new(
        Severity::Warning,
        format!("AWS offers {} {} with no class any more", order.engine, order.version),
        "a restore may be refused; it then stops there, and keeps the encrypted copy",
        RULE,
    )
}

/// The class is what fails: with this version, or with all.
fn class(order: &Order, elsewhere: &Rows, instead: &Rows) -> Finding {
    let Order { engine, class, .. } = order;
    let what = if elsewhere.is_empty() {
        format!("AWS offers class {class} for no version of {engine} any more")
    } else {
        format!("AWS doesn't offer class {class} for {engine} {}", order.version)
    };
    let usable = |row: &&OrderableOption| {
        row.encryption != Some(false)
            && is_licensed(order, row)
            && (order.storage_type.is_none() || row.storage_type.is_none() || row.storage_type == order.storage_type)
            && (!order.multi_az || row.multi_az != Some(false))
    };
    let offered: Vec<&str> = instead.iter().filter(usable).filter_map(|row| row.class.as_deref()).collect();
    let choice = match classes::nearest(class, &offered) {
        Some(nearest) => format!("choose another with --instance-class: {nearest}"),
        None => format!(
            "choose another with --instance-class (aws rds describe-orderable-db-instance-options --engine {engine} lists \
             them)"
        ),
    };
    block(what, &choice, RULE)
}

/// Class and version are offered, but not under this licence.
fn license(order: &Order, rows: &Rows, with: &str) -> Vec<Finding> {
    let Some(asked) = &order.license else { return Vec::new() };
    let offered: BTreeSet<&str> = rows.iter().filter_map(|row| row.license.as_deref()).collect();
    if offered.is_empty() || offered.contains(asked.as_str()) {
        return Vec::new();
    }
    vec![block(
        format!("AWS doesn't offer {}{with} under the licence {asked}", order.class),
        &format!(
            "it offers {}: change the licence of the source first (aws rds modify-db-instance --license-model), or choose \
             another class with --instance-class",
            listed(&offered)
        ),
        RULE,
    )]
}

/// Class, version and licence are offered: encryption, storage and standby are looked at one by one.
fn members(order: &Order, rows: &Rows, with: &str) -> Vec<Finding> {
    let class = &order.class;
    let same_storage = |row: &&OrderableOption| order.storage_type.is_none() || row.storage_type == order.storage_type;
    let mut rows: Vec<&OrderableOption> = rows.iter().collect();
    if let Some(storage) = &order.storage_type {
        let offered: BTreeSet<&str> = rows.iter().filter_map(|row| row.storage_type.as_deref()).collect();
        if !offered.is_empty() && !offered.contains(storage.as_str()) {
            return vec![block(
                format!("AWS doesn't offer {class}{with} on storage of type {storage}"),
                &format!("choose one with --storage-type: {}", listed(&offered)),
                RULE,
            )];
        }
        if !offered.is_empty() {
            rows.retain(same_storage);
        }
    }
    let all = |is: fn(&OrderableOption) -> bool| !rows.is_empty() && rows.iter().all(|row| is(row));
    let mut found = Vec::new();
    if all(|row| row.encryption == Some(false)) {
        found.push(block(
            format!("{class}{with} can't hold an encrypted database, AWS says (SupportsStorageEncryption)"),
            "choose a class that can with --instance-class",
            "R-ENC-1",
        ));
    }
    if order.multi_az && all(|row| row.multi_az == Some(false)) {
        found.push(block(
            format!("AWS offers no standby for {class}{with} (MultiAZCapable)"),
            "choose another class with --instance-class, or do without a standby (--multi-az)",
            RULE,
        ));
    }
    found.extend(amounts(order, &rows));
    found
}

/// Amounts outside of what AWS names. The source has them, so that AWS took them once.
fn amounts(order: &Order, rows: &[&OrderableOption]) -> Vec<Finding> {
    let outside = |asked: Option<i64>, holds: &dyn Fn(&OrderableOption, i64) -> bool| {
        asked.filter(|asked| !rows.is_empty() && rows.iter().all(|row| !holds(row, *asked)))
    };
    let warn = |what: String| {
        let remedy = "a restore may be refused; it then stops there, and keeps the encrypted copy";
        Finding::new(Severity::Warning, what, remedy, RULE)
    };
    let class = &order.class;
    let storage = outside(order.storage, &|row, asked| row.storage.holds(asked));
    let iops = outside(order.iops, &|row, asked| row.iops.holds(asked));
    let mut found = Vec::new();
    if let (Some(asked), Some(row)) = (storage, rows.first()) {
        found.push(warn(format!("{asked} GiB are outside of what AWS offers for {class}: {}", span(row.storage))));
    }
    if let (Some(asked), Some(row)) = (iops, rows.first()) {
        found.push(warn(format!("{asked} IOPS are outside of what AWS offers for {class}: {}", span(row.iops))));
    }
    found
}

fn span(range: crate::model::Range) -> String {
    match (range.least, range.most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("from {least} on"),
        (None, Some(most)) => format!("up to {most}"),
        (None, None) => "any".to_owned(),
    }
}

fn listed(words: &BTreeSet<&str>) -> String {
    words.iter().copied().collect::<Vec<_>>().join(", ")
}
