//! One whole migration of each engine, as it prints and as it ends.

use std::collections::BTreeMap;

use crate::{
    end::{instance, row, target_of},
    stage::{Heard, Stage, assert_heard},
};

type Differing = BTreeMap<&'static str, (String, String)>;

/// Migrates a database, and names the members in which the copy isn't like its source.
async fn migrated(stage: &Stage, database: &str) -> (Heard, Differing) {
    let heard = stage.run(&format!("migrate {database} --sandbox")).await;
    let target = target_of(stage, database);
    let (source, copy) = (row(&instance(stage, database).await), row(&instance(stage, &target).await));
    let differ = source.into_iter().filter_map(|(member, value)| {
        let copied = copy[member].clone();
        (copied != value).then_some((member, (value, copied)))
    });
    (heard, differ.collect())
}

#[tokio::test(start_paused = true)]
async fn each_engine() {
    for database in ["orders", "shop", "erp-sql", "hr-oracle", "billing", "inventory", "legacy-crm"] {
        let begun = std::time::Instant::now();
        let stage = Stage::new();
        let (heard, differ) = migrated(&stage, database).await;
        assert_heard!(database, heard);
        eprintln!("{database} {differ:?} {:?}", begun.elapsed());
    }
}
