//! Whether AWS still takes the version itself.

use super::{Catalogue, Checked, Ended, EngineVersion, Severity, snapshots_can_be_upgraded, support};

/// What a restore of a version that AWS left behind comes to (R-REST-10).
const RULE: &str = "R-REST-10";

/// AWS's own pages contradict each other, so all three are possible.
const MAY_HAPPEN: &str = "a restore may be refused (it then stops there, and keeps the encrypted copy), be upgraded at \
                          once (it stops as soon as that shows, and names both versions), or be upgraded in a coming \
                          maintenance window, whatever AutoMinorVersionUpgrade says (rds-encrypt verify shows it later)";

pub(super) fn judge(database: &str, catalogue: &Catalogue) -> Ended {
    let order = &catalogue.order;
    let version = match &catalogue.version {
        Checked::Known(version) => version,
        unasked @ Checked::NotChecked { .. } => return Ended::unasked(unasked),
    };
    let engine = catalogue.engine.as_ref();
    match (version, engine) {
        (Some(version), _) if version.is_available() => Ended::default(),
        (Some(version), Some(Checked::Known(engine))) if version.is_deprecated() => {
            let is_minor = engine.iter().any(|other| other.is_available() && same_major(version, other) != Some(false));
            if is_minor { minor(database, catalogue, version, engine) } else { major(database, catalogue, version) }
        }
        (Some(version), engine) if version.is_deprecated() => {
            let open = engine.and_then(|unasked| Ended::unasked(unasked).open);
            Ended { open, ..minor(database, catalogue, version, &[]) }
        }
        (Some(version), _) => {
            let word = version.status.as_deref().unwrap_or("nothing");
            Ended::open(format!("AWS says {word} of the status of {} {}", order.engine, order.version))
        }
        (None, Some(Checked::Known(engine))) if !engine.is_empty() => unlisted(database, catalogue, engine),
        (None, Some(unasked @ Checked::NotChecked { .. })) => Ended::unasked(unasked),
        (None, _) => Ended::open(format!("AWS lists no version of {} here", order.engine)),
    }
}

/// Whether two versions are of one major; nothing where AWS doesn't say.
pub(super) fn same_major(one: &EngineVersion, other: &EngineVersion) -> Option<bool> {
    let same = |one: Option<&String>, other: Option<&String>| Some(one? == other?);
    same(one.major.as_ref(), other.major.as_ref()).or_else(|| same(one.family.as_ref(), other.family.as_ref()))
}

fn minor(database: &str, catalogue: &Catalogue, version: &EngineVersion, engine: &[EngineVersion]) -> Ended {
    let order = &catalogue.order;
    let newest = version.targets.iter().rfind(|target| !target.is_major && !is_deprecated(engine, &target.number));
    let way_out = match newest {
        Some(target) => format!(". To keep out of it: {}", upgrade(database, &order.engine, &target.number)),
        None => String::new(),
    };
    Ended::found(
        Severity::Warning,
        format!("{} {} is deprecated: AWS takes no new instances of it", order.engine, order.version),
        &format!("AWS's pages contradict each other: {MAY_HAPPEN}{way_out}"),
        RULE,
    )
}

fn major(database: &str, catalogue: &Catalogue, version: &EngineVersion) -> Ended {
    let order = &catalogue.order;
    let name = version.major.as_deref().unwrap_or(&order.version);
    let whole = format!("all of {} {name} is deprecated, {} with it", order.engine, order.version);
    if support::is_covered(catalogue) {
        return Ended::found(Severity::Warning, format!("{whole}; Extended Support still covers it"), MAY_HAPPEN, RULE);
    }
    let choices = match newest_of_each_major(version, catalogue) {
        targets if targets.is_empty() => format!("upgrade {database} to a version that AWS takes first"),
        targets => {
            let reachable = targets.join(", ");
            let copy = if snapshots_can_be_upgraded(&order.engine) {
                ", or the encrypted copy alone: --upgrade-snapshot VERSION, with parameter and option groups of the new \
                 version"
            } else {
                ""
            };
            format!(
                "upgrade {database} first (aws rds modify-db-instance --engine-version VERSION \
                 --allow-major-version-upgrade: an outage, and there is no way back){copy}. Reachable at once, the newest \
                 of each major: {reachable}"
            )
        }
    };
    let what = format!(
        "{whole}, and no Extended Support covers it: AWS may refuse the restore, or give the copy another major version"
    );
    let mut ended = Ended::found(Severity::Blocker, what, &choices, RULE);
    // Without dates nobody knows whether Extended Support covers it.
    if let Some(unasked @ Checked::NotChecked { .. }) = &catalogue.majors {
        ended = Ended::found(Severity::Warning, whole, &format!("{MAY_HAPPEN}. To keep out of it, {choices}"), RULE);
        ended.open = Ended::unasked(unasked).open;
    }
    ended
}

fn unlisted(database: &str, catalogue: &Catalogue, engine: &[EngineVersion]) -> Ended {
    let order = &catalogue.order;
    let newest = engine.iter().rfind(|version| version.is_available());
    let newest = newest.map(|version| format!(" (its newest: {})", version.number)).unwrap_or_default();
    Ended::found(
        Severity::Warning,
        format!(
            "AWS doesn't list {} {} any more, though it lists others of {}",
            order.engine, order.version, order.engine
        ),
        &format!(
            "take it for deprecated: {MAY_HAPPEN}. To keep out of it, upgrade {database} to one that is listed{newest}"
        ),
        RULE,
    )
}

fn upgrade(database: &str, engine: &str, to: &str) -> String {
    let copy = if snapshots_can_be_upgraded(engine) {
        format!(", or the encrypted copy alone: --upgrade-snapshot {to}")
    } else {
        String::new()
    };
    format!("upgrade {database} to {to} first{copy}")
}

fn is_deprecated(engine: &[EngineVersion], number: &str) -> bool {
    engine.iter().any(|version| version.number == number && version.is_deprecated())
}

/// The versions to which AWS upgrades this one at once, the newest of each major: AWS lists the oldest first.
fn newest_of_each_major<'a>(version: &'a EngineVersion, catalogue: &Catalogue) -> Vec<&'a str> {
    let Some(Checked::Known(engine)) = &catalogue.engine else { return Vec::new() };
    let mut found: Vec<(&str, Option<&EngineVersion>)> = Vec::new();
    for target in version.targets.iter().filter(|target| !is_deprecated(engine, &target.number)) {
        let row = engine.iter().find(|other| other.number == target.number);
        let same = |(_, earlier): &&mut (&str, Option<&EngineVersion>)| match (row, *earlier) {
            (Some(row), Some(earlier)) => same_major(row, earlier) == Some(true),
            _ => false,
        };
        match found.iter_mut().find(same) {
            Some(entry) => *entry = (&target.number, row),
            None => found.push((&target.number, row)),
        }
    }
    found.into_iter().map(|(number, _)| number).collect()
}
