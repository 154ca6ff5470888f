//! `rds-encrypt scan`

mod arguments;
pub(super) mod gather;

pub(super) use arguments::{Scan, tag, tags};

use super::{
    Failure, Surroundings,
    arguments::{Format, Global},
    place::Place,
    plan::prices,
    unless_interrupted,
};
use crate::{
    model::AwsTime,
    plan::inventory::{self, Inventory, Survey, survey},
    ui::{inventory as shown, json},
};

/// What was looked at, and when it was so.
pub(super) struct Looked {
    pub(super) inventories: Vec<Inventory>,
    pub(super) now: AwsTime,
}

pub(super) async fn run(global: &Global, asked: &Scan, around: &mut Surroundings) -> Result<u8, Failure> {
    let selection = asked.which.selection()?;
    let prices = prices(&asked.prices)?;
    let looked = if asked.from.is_empty() {
        let connection = Place::find(global)?.connection(global, None, around)?;
        let gather = Box::pin(gather::from_aws(connection, asked));
        unless_interrupted(around, gather).await??
    } else {
        gather::from_files(&asked.from)?
    };
    let survey = survey(&looked.inventories, &selection);
    let exit_code = exit_code(asked, &looked.inventories, &survey);
    let result = shown::Scanned {
        inventories: &looked.inventories,
        survey: &survey,
        selection: &selection,
        snapshots: asked.which.snapshots,
        prices: &prices,
        now: looked.now,
        exit_code,
    };
    show(asked.output, &result, around)?;
    Ok(exit_code)
}

fn show(format: Format, result: &shown::Scanned<'_>, around: &mut Surroundings) -> Result<(), Failure> {
    let page = around.output.stdout_page;
    match format {
        Format::Text => around.result(&shown::text(result, page))?,
        Format::Json => around.result(&json::line(&shown::json(result)))?,
        Format::Csv => {
            let text = shown::csv(result).map_err(|error| Failure::Ours(format!("can't write the table: {error}")))?;
            around.result(&text)?;
        }
    }
    let page = around.output.stderr_page;
    if format == Format::Csv {
        around.output.say(&shown::summary(result, page));
    }
    if !result.survey.is_complete() {
        around.output.problem(&shown::incomplete(result.survey, page));
    }
    Ok(())
}

/// With `--fail-if-unencrypted` only what is known to be encrypted passes.
fn exit_code(asked: &Scan, inventories: &[Inventory], survey: &Survey) -> u8 {
    if asked.fail_if_unencrypted {
        let counts = survey.counts;
        let is_found = survey.unencrypted().next().is_some() || counts.unencrypted_snapshots > 0;
        let is_sure = survey.is_complete() && survey.unknown().next().is_none() && counts.undated == 0;
        return match (is_found, is_sure) {
            (true, _) => 7,
            (false, true) => 0,
            (false, false) => 9,
        };
    }
    match nothing_read(inventories) {
        Some(true) => 8,
        Some(false) => 4,
        None => 0,
    }
}

/// Where not one list could be read there is no result; whether that is for want of a permission.
fn nothing_read(inventories: &[Inventory]) -> Option<bool> {
    let is_missing = |it: &Inventory, what: &str| it.incomplete.iter().any(|missing| missing.what == what);
    let is_blind = |it: &Inventory| {
        is_missing(it, inventory::ACCOUNT)
            || is_missing(it, inventory::INSTANCES) && is_missing(it, inventory::CLUSTERS)
    };
    let is_denied = |it: &Inventory| it.incomplete.iter().any(|missing| missing.permission.is_some());
    let all = !inventories.is_empty() && inventories.iter().all(is_blind);
    all.then(|| inventories.iter().any(is_denied))
}
