//! A report as one page of HTML: it loads nothing, runs nothing, and can be printed.
//!
//! The template is checked when this is compiled, and escapes whatever it is given: names, tags and sentences are
//! AWS's or a file's, and may hold anything.

use askama::Template;

use super::{
    super::{time, words},
    gantt::{Axis, Bar, Tick},
    model::{Database, Migration, Report},
    settings::SettingRow,
    standing::Group,
    timeline::{Span, removes},
};
use crate::{model::AwsTime, plan::Severity};

/// How each such page begins: what doesn't isn't overwritten.
pub const BEGINS: &str = "<!doctype html>\n<!-- a report of rds-encrypt -->\n";

/// Up to so many databases are all unfolded.
const FEW: usize = 1;

#[derive(Template)]
#[template(path = "report.html", config = "src/ui/askama.toml")]
struct Page<'a> {
    begins: &'static str,
    style: &'static str,
    report: &'a Report,
    groups: [Group; 6],
    axis: Option<(Axis, Vec<Tick>)>,
    legend: Vec<(&'static str, &'static str)>,
    rows: Vec<Row<'a>>,
    /// How many are folded when it is printed.
    folded: usize,
}

/// One database.
struct Row<'a> {
    index: usize,
    of: &'a Database,
    bars: Vec<Bar>,
    /// The timeline for those who don't see it.
    spoken: String,
    took: String,
    detail: Option<Detail<'a>>,
    unfolded: bool,
    matters: bool,
}

/// One migration, unfolded.
struct Detail<'a> {
    of: &'a Migration,
    ticks: Vec<Tick>,
    steps: Vec<StepRow<'a>>,
    on_purpose: Vec<&'a SettingRow>,
    took: String,
}

/// A step of one migration.
struct StepRow<'a> {
    of: &'a Span,
    attempt: String,
    bar: Option<Bar>,
    took: String,
}

/// The page.
///
/// # Errors
/// None that is known: writing to a string can't fail.
pub fn html(report: &Report) -> Result<String, askama::Error> {
    let until = report.as_of.unwrap_or(report.written);
    let spans = report.databases.iter().filter_map(|it| it.migration.as_ref()).flat_map(|it| &it.timeline);
    let axis = Axis::of(spans.clone(), until);
    let few = report.databases.len() <= FEW;
    let rows: Vec<Row<'_>> = report.databases.iter().enumerate().map(|(index, of)| row(index, of, axis, few)).collect();
    Page {
        begins: BEGINS,
        style: include_str!("style.css"),
        report,
        groups: Group::ALL,
        axis: axis.map(|axis| (axis, axis.ticks(3))),
        legend: legend(spans),
        folded: rows.iter().filter(|row| row.detail.is_some() && !row.matters).count(),
        rows,
    }
    .render()
}

fn row(index: usize, of: &Database, axis: Option<Axis>, few: bool) -> Row<'_> {
    let spans = of.migration.iter().flat_map(|migration| &migration.timeline);
    let bars = spans.clone().filter_map(|span| axis.and_then(|axis| axis.bar(span))).collect();
    let spoken: Vec<String> =
        spans.filter(|span| !removes(span.step)).map(|span| format!("{} {}", span.words, took(span))).collect();
    let matters = few || matches!(of.counts_as, Group::Failed | Group::Parked);
    let detail = of.migration.as_deref().map(detail);
    Row {
        index,
        of,
        bars,
        spoken: spoken.join(", "),
        took: detail.as_ref().map(|detail| detail.took.clone()).unwrap_or_default(),
        detail,
        unfolded: few,
        matters,
    }
}

fn detail(of: &Migration) -> Detail<'_> {
    let axis = Axis::of(&of.timeline, of.updated);
    let several = of.timeline.iter().any(|span| span.generation > 1);
    let steps = of.timeline.iter().map(|span| StepRow {
        of: span,
        attempt: if several { format!("attempt {}", span.generation) } else { String::new() },
        bar: axis.and_then(|axis| axis.bar(span)),
        took: took(span),
    });
    Detail {
        of,
        ticks: axis.map(|axis| axis.ticks(6)).unwrap_or_default(),
        steps: steps.collect(),
        on_purpose: of.settings.iter().filter(|row| row.why.is_some()).collect(),
        took: of.verified.map(|verified| time::words(words::between(of.begun, verified))).unwrap_or_default(),
    }
}

/// How long a step took, in words.
fn took(span: &Span) -> String {
    match span.ended {
        Some(ended) => time::words(words::between(span.began, ended)),
        None => "not over".to_owned(),
    }
}

/// The steps that there are, in their order.
fn legend<'a>(spans: impl Iterator<Item = &'a Span>) -> Vec<(&'static str, &'static str)> {
    let mut steps: Vec<_> = spans.filter(|span| !removes(span.step)).map(|span| (span.step, span.words)).collect();
    steps.sort_unstable_by_key(|(step, _)| *step);
    steps.dedup();
    steps.into_iter().map(|(step, words)| (super::gantt::class(step), words)).collect()
}

/// A moment to the minute; its zone is named once on the page.
fn minute(at: &AwsTime) -> String {
    time::minute(*at)
}

/// A moment to the second.
fn second(at: &AwsTime) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// How much a finding weighed, in a word.
fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "In the way:",
        Severity::Warning => "Warning:",
        Severity::Note => "Note:",
    }
}

/// Why a setting is to differ.
fn why(row: &SettingRow) -> &'static str {
    row.why.unwrap_or_default()
}
