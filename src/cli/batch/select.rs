//! Which databases of an account a batch is about, and how each of them stands.

use std::collections::BTreeMap;

use crate::{
    engine::batch::After,
    plan::inventory::{Found, Inventory, Selection, Standing, Survey, survey},
    state::{BatchItem, Phase, Record},
    steps::{
        Step,
        schedule::{Candidate, in_order},
    },
};

/// How an item stands when a run of the batch begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing of it was made.
    New,
    /// An earlier migration of it was given up: the next one has another generation.
    Abandoned(u32),
    /// An earlier run began it, and came to this step.
    Begun(Option<Step>),
    /// It is encrypted and verified.
    Done,
    /// It is begun, and not as this batch would: under another key, or with other choices.
    Another(String),
}

/// What a batch found.
pub(super) struct Selected {
    /// What there is.
    pub(super) survey: Survey,
    /// What may be migrated.
    pub(super) items: Vec<BatchItem>,
    /// What is meant and can't be, each with why.
    pub(super) left_out: Vec<(String, String)>,
}

/// Selects what is meant, and of that what may be migrated.
pub(super) fn select(inventory: &Inventory, selection: &Selection) -> Selected {
    let survey = survey(std::slice::from_ref(inventory), selection);
    let (mut items, mut left_out) = (Vec::new(), Vec::new());
    for found in survey.unencrypted() {
        match (&found.standing, &found.resource_id) {
            (Standing::Eligible, Some(resource_id)) => items.push(item(found, resource_id)),
            (Standing::Eligible, None) => {
                left_out.push((found.identifier.clone(), "AWS shows no DbiResourceId of it".to_owned()));
            }
            (standing, _) => {
                left_out.push((found.identifier.clone(), standing.why().unwrap_or("it is encrypted").to_owned()));
            }
        }
    }
    Selected { survey, items, left_out }
}

fn item(found: &Found, resource_id: &str) -> BatchItem {
    BatchItem {
        name: found.identifier.clone(),
        resource_id: resource_id.to_owned(),
        gibibytes: found.storage.unwrap_or_default(),
        single_az: found.multi_az != Some(true),
    }
}

/// Leaves out what is done, and puts the rest in order: what was begun, the canaries, and then the longest first.
pub(super) fn arrange(items: Vec<BatchItem>, before: Vec<Before>, canaries: usize) -> (Vec<BatchItem>, Vec<Before>) {
    let all: Vec<(BatchItem, Before)> = items.into_iter().zip(before).collect();
    let is_begun = |before: &Before| matches!(before, Before::Begun(_));
    let begun = all.iter().filter(|(_, before)| is_begun(before)).cloned();
    let new = all.iter().enumerate().filter(|(_, (_, before))| !is_begun(before) && *before != Before::Done);
    let ordered = in_order(new.map(|(index, (item, _))| candidate(index, item, None)).collect(), canaries);
    begun.chain(ordered.iter().filter_map(|candidate| all.get(candidate.index).cloned())).unzip()
}

/// An item as the schedule knows it.
pub(super) fn candidate(index: usize, item: &BatchItem, step: Option<Step>) -> Candidate {
    Candidate {
        index,
        name: item.name.clone(),
        gibibytes: item.gibibytes,
        single_az: item.single_az,
        step,
        not_before: None,
    }
}

/// Those that go first and alone, by name.
pub(super) fn canaries(items: &[BatchItem], before: &[Before], count: usize) -> Vec<String> {
    let new = items.iter().zip(before).filter(|(_, before)| !matches!(before, Before::Begun(_)));
    new.take(count).map(|(item, _)| item.name.clone()).collect()
}

/// The migrations of an account and Region that are remembered here, by name and identity of their sources.
pub(super) fn by_source(records: impl Iterator<Item = Box<Record>>) -> BTreeMap<(String, String), Vec<Record>> {
    let mut found: BTreeMap<(String, String), Vec<Record>> = BTreeMap::new();
    for record in records {
        let source = (record.migration.name.clone(), record.migration.resource_id.clone());
        found.entry(source).or_default().push(*record);
    }
    found
}

/// How an item stands, by what is remembered of it.
pub(super) fn before(
    records: Option<&Vec<Record>>,
    key: &str,
    after: After,
    agrees: impl Fn(&Record) -> bool,
) -> Before {
    let records = records.map(Vec::as_slice).unwrap_or_default();
    let current = records.iter().find(|record| record.summary.phase != Phase::Abandoned);
    let Some(record) = current else {
        let last = records.iter().filter_map(|record| Some(record.generation()?.n)).max();
        return last.map_or(Before::New, Before::Abandoned);
    };
    let is_that_key = record.plan.key_asked == key || record.plan.key_arn == key;
    match record.summary.phase {
        Phase::Finished if after.goals().into_iter().all(|goal| record.is_done_with(goal)) => Before::Done,
        Phase::Finished => Before::Begun(record.summary.step),
        Phase::Abandoning => Before::Another("its migration was given up, and is being removed".into()),
        _ if !is_that_key => {
            Before::Another(format!("a migration of it under key {} exists already", record.plan.key_asked))
        }
        _ if !agrees(record) => Before::Another("a migration of it with other choices exists already".into()),
        _ => Before::Begun(record.summary.step),
    }
}
