//! A batch that is killed at any moment goes on with the same limits: all of it is done once, and nothing twice.

use std::{env, time::Duration};

use fastrand::Rng;

use super::{databases, made};
use crate::{stage::Stage, sweep::number};

/// So many databases and kills, unless `BATCH_SIZE` and `BATCH_KILLS` say otherwise.
const SIZE: u64 = 24;
const KILLS: u64 = 8;
const SEED: u64 = 20_261_127;

#[tokio::test(start_paused = true)]
async fn all_of_it_is_done_once() {
    let size = usize::try_from(number("BATCH_SIZE").unwrap_or(SIZE)).unwrap();
    let mut rng = Rng::with_seed(number("BATCH_SEED").unwrap_or(SEED));
    let stage = Stage::of_with(
        &databases(size),
        rds_encrypt::sandbox::Switches {
            most_manual_snapshots: 2 * size,
            most_instances: 3 * size,
            ..Default::default()
        },
    );
    let mut command = "batch --sandbox --concurrency 10";
    for kill in 0..number("BATCH_KILLS").unwrap_or(KILLS) {
        let time = Duration::from_millis(rng.u64(1..=if kill % 3 == 0 { 500 } else { 8000 }));
        if let Some(heard) = stage.kill_after(command, time).await {
            // It came to its end, or was killed before its file was written.
            assert_eq!(heard.code, 0, "{heard}");
            break;
        }
        let begun = !glob(&stage).is_empty();
        command = if begun { "resume --all --sandbox" } else { command };
    }
    if !glob(&stage).is_empty() {
        let heard = stage.run("resume --all --sandbox").await;
        assert!(heard.code == 0 || heard.code == 2, "{heard}");
    }
    let (encrypted, snapshots) = made(&stage).await;
    assert_eq!((encrypted.len(), snapshots.len()), (size, 2 * size), "{:?}", env::var("BATCH_SEED"));
}

/// The files of batches.
fn glob(stage: &Stage) -> Vec<std::path::PathBuf> {
    let folder = stage.folder().join("sandbox/000000000000/eu-west-2/batches");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}
