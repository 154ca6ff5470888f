//! `rds-encrypt plan DB`

use std::path::Path;

use super::{
    Failure, Surroundings,
    arguments::{Global, PlanOne, PriceArguments},
    facts, keys,
    migrate::{connection, given_flags, meant_here, plan_of, refusal},
    place::Place,
    resume, unless_interrupted,
};
use crate::{
    aws::Aws,
    model::{KeyReference, quoted},
    plan::{Facts, Judgement, cost::Prices, judge},
    state::{PlanFile, with_flags},
    ui::{confirm, json, planned},
};

pub(super) async fn run(global: &Global, asked: &PlanOne, around: &mut Surroundings) -> Result<u8, Failure> {
    asked.choices.check()?;
    let prices = prices(&asked.prices)?;
    let place = Place::find(global)?;
    let aws = Aws::connect(&connection(&place, global, &asked.database, around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await?.map_err(Failure::NothingBegun)?;
    meant_here(&asked.database, &aws, &caller)?;
    let generation = match resume::begun(&place.states, &aws, &caller, &asked.database) {
        resume::Begun::Never => 1,
        resume::Begun::AndAbandoned { last } => last.saturating_add(1),
        resume::Begun::At(_) => {
            let status = with_flags(&format!("rds-encrypt status {}", asked.database), &given_flags(global, &place));
            return Err(Failure::Refused(format!("it is planned already, and begun: {status}")));
        }
    };
    let chosen = keys::chosen(asked.kms_key.as_ref(), place.is_sandbox());
    if asked.out.is_some() && chosen.is_none() {
        return Err(Failure::Usage("a plan that can be carried out needs a key: give --kms-key with --out".into()));
    }
    let key = chosen.as_ref().map_or(facts::Key::NotChosen, facts::Key::Unmade);
    let what = facts::For {
        database: &asked.database,
        key,
        target: asked.target.as_deref(),
        generation,
        chosen: &asked.choices,
        approved: None,
        around: true,
    };
    let read = Box::pin(facts::read(&aws, &caller, what));
    let facts = unless_interrupted(around, read).await?.map_err(Failure::NothingBegun)?;
    let snapshots = unless_interrupted(around, facts::snapshots(&aws, &facts)).await?;
    let judgement = judge(&facts);
    let shown = planned::Planned {
        facts: &facts,
        judgement: &judgement,
        place: confirm::Place {
            account: &facts.account,
            region: &facts.region,
            endpoint: global.endpoint_url.as_deref(),
        },
        begin: with_flags(&begin(asked, chosen.is_some()), &given_flags(global, &place)),
        exit_code: exit_code(&facts, &judgement, asked.strict),
        snapshots: &snapshots,
        prices: &prices,
    };
    if around.json {
        around.result(&json::line(&planned::json(&shown)))?;
    } else {
        let page = around.output.stdout_page;
        around.result(&planned::text(&shown, page))?;
    }
    let exit_code = shown.exit_code;
    if let (Some(path), Some(key)) = (&asked.out, &chosen) {
        if refusal(&facts, &judgement).is_some() {
            around.output.problem(&format!("{} wasn't written: there is nothing to carry out\n", path.display()));
            return Ok(exit_code);
        }
        write(path, &facts, key, asked.target.clone(), generation)?;
        around.output.say(&format!("written: {}\n", path.display()));
    }
    Ok(exit_code)
}

/// The prices of the file, and over them those of the command line.
pub(super) fn prices(asked: &PriceArguments) -> Result<Prices, Failure> {
    let mut prices = match &asked.prices {
        Some(path) => {
            let strange = |why: &dyn std::fmt::Display| Failure::Usage(format!("prices of {}: {why}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| strange(&error))?;
            serde_json::from_str(&text).map_err(|error| strange(&error))?
        }
        None => Prices::default(),
    };
    for price in &asked.price {
        prices.set(price.clone());
    }
    Ok(prices)
}

/// Writes the plan for approval.
fn write(
    path: &Path,
    facts: &Facts,
    key: &KeyReference,
    target: Option<String>,
    generation: u32,
) -> Result<(), Failure> {
    if facts.key.is_none() {
        return Err(Failure::Refused(format!(
            "{} wasn't written: the account has no {key} yet, so that nobody knows which key would be used. Choose a key \
             of your own",
            path.display()
        )));
    }
    let plan = plan_of(facts, key, target)?;
    let file = PlanFile::new(&facts.account, &facts.region, generation, plan);
    file.write(path).map_err(|error| Failure::Refused(error.to_string()))
}

/// As a migration would be refused; with `--strict` also where not everything was looked at.
fn exit_code(facts: &Facts, judgement: &Judgement, strict: bool) -> u8 {
    let incomplete = if strict && !judgement.is_complete() { 3 } else { 0 };
    refusal(facts, judgement).unwrap_or(incomplete)
}

/// The command that begins this plan.
fn begin(asked: &PlanOne, is_chosen: bool) -> String {
    if let Some(path) = &asked.out {
        return format!("rds-encrypt migrate --plan {}", quoted(&path.to_string_lossy()));
    }
    let key = match &asked.kms_key {
        Some(key) => format!(" --kms-key {}", quoted(&key.to_string())),
        // The sandbox has a key of its own.
        None if is_chosen => String::new(),
        None => " --kms-key KEY".to_owned(),
    };
    let target = asked.target.as_ref().map(|target| format!(" --target {target}")).unwrap_or_default();
    format!("rds-encrypt migrate {}{key}{target}{}", asked.database, asked.choices.flags())
}
