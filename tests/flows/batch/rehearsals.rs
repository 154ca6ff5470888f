//! A batch that is only played: what it says, from an account and from a file, and that it touches nothing.

use serde_json::Value;

use super::{databases, last, made};
use crate::stage::{Stage, assert_heard};

#[tokio::test]
async fn of_the_account() {
    let stage = Stage::of(&super::mixed());
    let heard = stage.run("batch --rehearse --sandbox").await;
    assert_heard!("rehearsal", heard);
    assert_eq!(made(&stage).await.1, Vec::<String>::new());
    assert!(stage.state_file("shop").is_none());
}

#[tokio::test]
async fn of_a_file_without_any_account() {
    let stage = Stage::of(&databases(30));
    let scan = stage.run("scan --sandbox --output json").await;
    let file = stage.folder().join("scan.json");
    std::fs::write(&file, &scan.stdout).unwrap();
    let words =
        format!("batch --rehearse --from {} --concurrency 4 --quota DBInstances=47 --output json", file.display());
    let heard = stage.run(&words).await;
    let played: Value = last(&heard);
    assert_eq!((played["done"].as_u64(), played["databases"].as_u64()), (Some(17), Some(30)), "{heard}");
    let pinched = &played["pinch_points"][0]["by"]["room"]["quota"];
    assert_eq!(pinched, "DBInstances", "{heard}");
    assert_eq!(played["timeline"].as_array().unwrap().len(), 17);
    let (took, bound) = (played["seconds"].as_u64().unwrap(), played["lower_bound_seconds"].as_u64().unwrap());
    assert!(took >= bound && bound > 0, "{took} {bound}");
    assert!(played["calls"]["DescribeDBInstances"].as_u64().unwrap() > 0);
}
