//! `rds-encrypt access audit DB`

use super::{arguments::Audit, folder, live};
use crate::{
    access::{self, Facts, Report},
    aws::Aws,
    cli::{Failure, Surroundings, arguments::Global, place::Place, unless_interrupted},
    ui::{access as shown, json},
};

/// Judges what AWS shows, or saved answers of it. Changes nothing.
pub(in crate::cli) async fn audit(global: &Global, asked: &Audit, around: &mut Surroundings) -> Result<u8, Failure> {
    let facts = match &asked.from {
        Some(folder) => Facts { bastion: asked.bastion.clone(), ..folder::facts(folder, &asked.database)? },
        None => read(global, asked, around).await?,
    };
    show(&Facts { named_groups: asked.group.clone(), ..facts }, around)
}

/// Judges facts and shows that.
pub(super) fn show(facts: &Facts, around: &mut Surroundings) -> Result<u8, Failure> {
    let report = access::audit(facts);
    let code = exit_code(&report);
    let text = if around.json {
        json::line(&shown::json(&report, code))
    } else {
        shown::text(&report, around.output.stdout_page)
    };
    around.result(&text)?;
    Ok(code)
}

async fn read(global: &Global, asked: &Audit, around: &mut Surroundings) -> Result<Facts, Failure> {
    let place = Place::find(global)?;
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    let facts = live::facts(&aws, &asked.database, asked.bastion.as_deref());
    Box::pin(unless_interrupted(around, facts)).await?
}

/// Whatever failed outweighs what wasn't checked, and that is never taken for fine.
fn exit_code(report: &Report) -> u8 {
    match report.counts() {
        (_, 0, 0) => 0,
        (_, 0, _) => 9,
        _ => 7,
    }
}
