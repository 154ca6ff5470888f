//! What files hold, in all the forms that they may have.

use serde_json::{Value, json};

use super::{cluster, instance, inventories};
use crate::plan::inventory::{Inventory, inventories_of, written};

#[test]
fn files_have_many_forms() {
    let (one, two) = (instance("one", &json!({})), instance("two", &json!({})));
    let row = cluster("cl", &json!({}));
    let both = json!({"DBInstances": [one, two], "DBClusters": [row]});
    let forms = [
        vec![both.to_string()],
        vec![format!("\u{feff}{both}")],
        vec![json!({"DBInstances": [one, two]}).to_string(), json!({"DBClusters": [row]}).to_string()],
        vec![format!("{}\n{}", json!({"DBInstances": [one, two]}), json!({"DBClusters": [row]}))],
        vec![json!([one, two, row]).to_string()],
        vec![json!([{"from": "a test", "answer": both}, {"answer": {"Error": {"Code": "X"}}}]).to_string()],
        vec![json!({"inventories": written(&inventories(&both))}).to_string()],
    ];
    for form in forms {
        let read = inventories_of(form.iter().map(String::as_str)).expect("an inventory");
        assert_eq!(read, inventories(&both), "{form:?}");
        let [inventory] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!((inventory.account.as_str(), inventory.region.as_str()), ("111122223333", "eu-west-2"));
        assert_eq!((inventory.instances.len(), inventory.clusters.len()), (2, 1));
        assert!(inventory.incomplete.is_empty(), "{:?}", inventory.incomplete);
    }
}

#[test]
fn what_is_no_inventory_is_refused() {
    for (text, words) in [
        ("", "neither"),
        ("{}", "neither"),
        ("{\"DBInstance\": {}}", "neither"),
        ("\"orders\"", "neither"),
        ("orders", "isn't JSON"),
        ("{\"DBInstances\": [", "isn't JSON"),
    ] {
        let empty = "{\"DBInstances\": []}";
        let (number, error) = inventories_of([empty, text]).expect_err(text);
        assert_eq!(number, 1, "{text}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
    assert!(inventories_of(["[]"]).is_ok_and(|read| read.iter().all(|it| it.instances.is_empty())));
}

/// What AWS or the file says is missing is told.
#[test]
fn gaps_are_told() {
    let row = instance("one", &json!({}));
    let member = instance("member", &json!({"DBClusterIdentifier": "cl"}));
    let table: [(Value, &[&str]); 7] = [
        (json!({"DBInstances": [row]}), &[]),
        (json!({"DBInstances": [row], "NextToken": "e30="}), &["further pages"]),
        (json!({"DBInstances": [row], "Marker": ""}), &[]),
        (json!({"DBClusters": [cluster("cl", &json!({}))]}), &["instances"]),
        (json!({"DBInstances": [member]}), &["clusters"]),
        (json!({"DBInstances": [instance("one", &json!({"AllocatedStorage": "much"}))]}), &["AllocatedStorage of one"]),
        (json!({"DBInstances": [instance("one", &json!({"TagList": {}})), 7]}), &["TagList of one"]),
    ];
    for (document, expected) in table {
        let read = inventories(&document);
        let missing = |it: &Inventory| it.incomplete.iter().map(|missing| missing.what.clone()).collect::<Vec<_>>();
        let missing: Vec<String> = read.iter().flat_map(missing).collect();
        assert_eq!(missing, expected, "{document}");
        let again = inventories(&json!({"inventories": written(&read)}));
        assert_eq!(again, read, "what is missing stays missing: {document}");
    }
}

#[test]
fn rows_are_sorted_by_account_and_region() {
    let elsewhere = json!({"DBInstanceArn": "arn:aws:rds:us-east-1:444455556666:db:far"});
    let read = inventories(&json!({"DBInstances": [instance("far", &elsewhere), instance("near", &json!({}))]}));
    let places: Vec<_> = read.iter().map(|it| (it.account.as_str(), it.region.as_str())).collect();
    assert_eq!(places, [("111122223333", "eu-west-2"), ("444455556666", "us-east-1")]);
    let nowhere = inventories(&json!({"DBInstances": [instance("lost", &json!({"DBInstanceArn": null}))]}));
    assert_eq!((nowhere[0].region.as_str(), nowhere[0].instances.len()), ("", 1));
}
