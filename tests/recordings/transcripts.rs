//! What `--record` wrote down is an answer again.

use std::fs;

use rds_encrypt::sandbox::{Options, Sandbox};
use serde_json::Value;

use super::{
    planned::heard,
    shapes::Shapes,
    shown::ask,
    tape::{region, seeded},
};

#[tokio::test(start_paused = true)]
async fn a_recorded_answer_is_served_again_as_it_was() {
    let sandbox = Sandbox::open(Options::default()).expect("a world");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("transcript");
    let words = ["scan", "--sandbox", "--record", path.to_str().expect("a path")];
    let (code, _, said) = heard(Some(&sandbox), &words).await;
    assert_eq!(code, 0, "{said}");
    let text = fs::read_to_string(&path).expect("a transcript");
    let calls = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let call = calls.into_iter().find(|call| call["operation"] == "DescribeDBInstances").expect("a look");
    let shapes = Shapes::load();
    let answer = shapes.decode("DescribeDBInstances", call["answer"].as_str().expect("XML"));
    let rows = answer["DBInstances"].as_array().expect("rows");
    assert!(!rows.is_empty() && !answer.to_string().contains("000000000000"));
    let region = region(rows);
    let (status, xml) = ask(&seeded(&answer, &region), &region, "DescribeDBInstances").await;
    assert_eq!(status, 200, "{xml}");
    assert_eq!(shapes.decode("DescribeDBInstances", &xml)["DBInstances"], answer["DBInstances"]);
}
