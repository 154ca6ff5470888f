//! How long AWS supports the version's major, and what Extended Support costs.

use super::{Catalogue, Checked, Ended, Severity};
use crate::model::{AwsTime, DbInstance, MajorVersion};

/// The row of a version's major: the longest number that the version begins with.
fn of_version<'a>(majors: &'a [MajorVersion], version: &str) -> Option<&'a MajorVersion> {
    let is_of = |major: &&MajorVersion| {
        version == major.number || version.strip_prefix(&major.number).is_some_and(|rest| rest.starts_with('.'))
    };
    majors.iter().filter(is_of).max_by_key(|major| major.number.len())
}

/// Whether a version's major is in standard support at this time; nothing where AWS names no end of it.
#[must_use]
pub fn in_standard_support(majors: &[MajorVersion], version: &str, now: AwsTime) -> Option<bool> {
    Some(now <= of_version(majors, version)?.standard_until?)
}

/// Whether AWS supports the major still, in standard or Extended Support.
pub(super) fn is_covered(catalogue: &Catalogue) -> bool {
    let (Some(Checked::Known(majors)), Some(now)) = (&catalogue.majors, catalogue.now) else { return false };
    let row = of_version(majors, &catalogue.order.version);
    row.is_some_and(|row| row.standard_until.max(row.extended_until).is_some_and(|until| now <= until))
}

/// Nothing where the engine has no Extended Support.
pub(super) fn judge(source: &DbInstance, catalogue: &Catalogue) -> Option<Ended> {
    let majors = catalogue.majors.as_ref()?;
    let order = &catalogue.order;
    let row = match majors {
        Checked::Known(majors) => of_version(majors, &order.version),
        Checked::NotChecked { .. } => None,
    };
    if let (Some(row), Some(now)) = (row, catalogue.now)
        && let Some(standard) = row.standard_until
    {
        let major = format!("{} {}", order.engine, row.number);
        return Some(match row.extended_until {
            _ if now <= standard => Ended::default(),
            Some(extended) if now > extended => over(source, &major, extended),
            extended => past(source, &major, standard, extended),
        });
    }
    let unknown = match majors {
        Checked::Known(_) => Ended::open(format!("AWS shows no support dates of {} {}", order.engine, order.version)),
        unasked @ Checked::NotChecked { .. } => Ended::unasked(unasked),
    };
    let found = if source.leaves_extended_support() { not_enrolled(source).found } else { Vec::new() };
    Some(Ended { found, ..unknown })
}

/// AWS supports it in no way any more.
fn over(source: &DbInstance, major: &str, until: AwsTime) -> Ended {
    Ended::found(
        Severity::Warning,
        format!("Extended Support of {major} ended on {}, after standard support", day(until)),
        &format!(
            "AWS gives such instances another major version by itself, when it likes: upgrade {} before that",
            source.identifier
        ),
        "R-LIFE-2",
    )
}

/// The copy is billed from its first hour on, and the source goes on being billed.
fn past(source: &DbInstance, major: &str, standard: AwsTime, extended: Option<AwsTime>) -> Ended {
    let database = &source.identifier;
    let ended = format!("standard support of {major} ended on {}", day(standard));
    let until = extended.map(|until| format!(", until {}", day(until))).unwrap_or_default();
    let billed = format!("by vCPU and hour, on top of class and storage, from its first hour on{until}");
    if source.leaves_extended_support() {
        return Ended::found(
            Severity::Warning,
            format!("{ended}: {database} isn't enrolled in Extended Support; the copy will be, and is billed for it"),
            &format!(
                "{billed}. Otherwise AWS would give the copy another major version, at once or in a window. It stays \
                 enrolled: decide at the cutover, when another major version is tried"
            ),
            "R-LIFE-2",
        );
    }
    Ended::found(
        Severity::Warning,
        format!("{ended}: the copy is billed for Extended Support, too, as {database} is"),
        &format!("{billed}; twice as long as both exist. An upgrade of the major version ends it"),
        "R-REST-11",
    )
}

/// Where nobody knows the dates, the copy stays enrolled.
fn not_enrolled(source: &DbInstance) -> Ended {
    Ended::found(
        Severity::Warning,
        format!("{} isn't enrolled in Extended Support; the copy will be", source.identifier),
        "otherwise AWS might upgrade its major version at once. It costs nothing before standard support ends, and is \
         billed by vCPU and hour from then on. To leave, once that is known not to have ended: aws rds \
         modify-db-instance --engine-lifecycle-support open-source-rds-extended-support-disabled",
        "R-REST-11",
    )
}

fn day(time: AwsTime) -> String {
    time.strftime("%Y-%m-%d").to_string()
}
