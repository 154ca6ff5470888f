//! Batches in `status`, and the page that `status --html` writes.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use serde_json::{Value, json};

use rds_encrypt::sandbox::How;

use crate::{
    batch::database,
    end::MIGRATE,
    stage::{Stage, assert_heard},
};

/// The newest batch of a stage, as `status` takes it.
fn batch(stage: &Stage) -> String {
    let folder = stage.folder().join("sandbox/000000000000/eu-west-2/batches");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    names.sort();
    names.pop().unwrap().file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Two that come to their end, one whose copy fails, one that is refused, and two that are left out.
async fn of_several_kinds() -> Stage {
    let stage = Stage::of(&[
        database("blog", 5),
        database("shop", 40),
        database("ledger", 20),
        json!({"DBInstanceIdentifier": "asleep", "DBInstanceStatus": "stopped"}),
        json!({"DBInstanceIdentifier": "museum", "EngineVersion": "9.6.24", "AllocatedStorage": 10,
            "DBParameterGroups": [{"DBParameterGroupName": "default.postgres9.6", "ParameterApplyStatus": "in-sync"}],
            "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-9-6", "Status": "in-sync"}]}),
    ]);
    stage.order("CopyDBSnapshot", 1, 1, How::EndsAs { status: "failed".into() });
    let heard = stage.run("batch --sandbox").await;
    assert_eq!(heard.code, 9, "{heard}");
    stage
}

async fn report(stage: &Stage, words: &str) -> Value {
    let heard = stage.run(&format!("{words} --sandbox --output json")).await;
    assert_eq!(heard.code, 0, "{heard}");
    let document: Value = serde_json::from_str(&heard.stdout).unwrap();
    document["report"].clone()
}

fn standings(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = report["databases"].as_array().unwrap();
    rows.iter().map(|row| (text(&row["name"]), text(&row["standing"]))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_several_kinds() {
    let stage = of_several_kinds().await;
    let name = batch(&stage);
    assert_heard!("list_with_a_batch", stage.run("status --sandbox").await);
    assert_heard!("status_of_a_batch", stage.run(&format!("status {name} --sandbox")).await);
    let found = report(&stage, &format!("status {name}")).await;
    let row = |name: &str, standing: &str| (name.to_owned(), standing.to_owned());
    let mut of = standings(&found);
    of.sort();
    assert_eq!(of, [row("blog", "done"), row("ledger", "failed"), row("museum", "refused"), row("shop", "done")]);
    assert_eq!(
        found["counts"],
        json!({"all": 4, "done": 2, "running": 0, "failed": 2, "parked": 0, "waiting": 0, "skipped": 0})
    );
    let needs = found["needs"].as_array().unwrap();
    let of = |name: &str| needs.iter().find(|need| need["databases"] == json!([name])).unwrap();
    assert!(of("museum")["why"].as_str().unwrap().contains("9.6 is deprecated"), "{needs:?}");
    assert!(of("ledger")["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{needs:?}");
    assert!(
        of("ledger")["commands"][0].as_str().unwrap().starts_with("rds-encrypt resume ledger --sandbox"),
        "{needs:?}"
    );
    let whole = report(&stage, "status").await;
    assert_eq!(whole["counts"], found["counts"], "all that there is, is that batch");
    let unknown = stage.run("status 20200101T000000Z --sandbox").await;
    assert!(unknown.code == 2 && unknown.stderr.contains(&name), "{unknown}");
    assert_eq!(stage.run(&format!("status {name} --log --sandbox")).await.code, 2);

    // What goes on is told as it stands then.
    assert_eq!(stage.run("resume ledger --retry --sandbox").await.code, 0);
    let later = report(&stage, &format!("status {name}")).await;
    assert_eq!((&later["counts"]["done"], &later["counts"]["failed"]), (&json!(3), &json!(1)));
}

/// Who waits for room, and for which quota, is known after the run, too.
#[tokio::test(start_paused = true)]
async fn what_is_parked_and_what_waits() {
    let switches = rds_encrypt::sandbox::Switches { most_instances: 5, ..Default::default() };
    let stage = Stage::of_with(&[database("blog", 5), database("shop", 40), database("ledger", 20)], switches);
    let heard = stage.run("batch --sandbox --wait-for-room 10").await;
    assert_eq!(heard.code, 9, "{heard}");
    let found = report(&stage, &format!("status {}", batch(&stage))).await;
    let parked: Vec<_> = standings(&found).into_iter().filter(|(_, standing)| standing == "parked").collect();
    assert!(!parked.is_empty(), "{heard}\n{found:#}");
    let why = found["needs"][0]["why"].as_str().unwrap();
    assert!(why.contains("DBInstances") || why.contains("instances"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_migration_as_a_page_and_as_json() {
    let stage = Stage::small();
    assert_eq!(stage.run(MIGRATE).await.code, 0);
    let path = stage.folder().join("report.html");
    let heard = stage.arguments(&["status", "orders", "--sandbox", "--html", path.to_str().unwrap()]).run().await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("written: [STATE]/report.html"), "{heard}");
    assert!(heard.stdout.contains("finished: encrypted and verified"), "the text is told as well: {heard}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let page = fs::read_to_string(&path).unwrap();
    let kept = stage.state("orders");
    let key = kept["plan"]["key_arn"].as_str().unwrap();
    let request = kept["journal"][0]["outcome"]["request_id"].as_str().unwrap();
    for wanted in [
        "orders",
        key,
        request,
        "CreateDBSnapshot",
        "settle and verify",
        "BackupRetentionPeriod",
        "Found before it began",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(!page.contains("Not kept in this file"), "findings are kept from the beginning on");
    let found = report(&stage, "status orders").await;
    assert_eq!(
        found["databases"][0]["migration"]["calls"].as_array().unwrap().len(),
        kept["journal"].as_array().unwrap().len()
    );
    assert_eq!(found["databases"][0]["migration"]["verified"], kept["summary"]["verified"]);

    let asked = stage.run("status orders --refresh --html - --sandbox").await;
    assert!(asked.stdout.starts_with("<!doctype html>"), "{asked}");
    assert!(asked.stdout.contains("What AWS shows now, and bills"), "{asked}");
    assert!(asked.stdout.trim_end().ends_with("</html>"), "nothing else is on stdout");
}

/// Only an earlier report gives way, and nothing is left half.
#[tokio::test(start_paused = true)]
async fn what_is_there_already_stays() {
    let stage = Stage::small();
    assert_eq!(stage.run(MIGRATE).await.code, 0);
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("notes.html"), "<!doctype html>\n<p>mine</p>").unwrap();
    fs::write(at("empty.html"), "").unwrap();
    fs::create_dir(at("folder")).unwrap();
    std::os::unix::fs::symlink(at("elsewhere"), at("link")).unwrap();
    for (name, code) in [
        ("new.html", 0),
        ("new.html", 0),
        ("notes.html", 3),
        ("empty.html", 3),
        ("folder", 3),
        ("link", 3),
        ("nowhere/report.html", 3),
    ] {
        let path = at(name);
        let heard = stage.arguments(&["status", "--sandbox", "--html", path.to_str().unwrap()]).run().await;
        assert_eq!(heard.code, code, "{name}: {heard}");
    }
    assert_eq!(fs::read_to_string(at("notes.html")).unwrap(), "<!doctype html>\n<p>mine</p>");
    assert!(!at("elsewhere").exists());
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["empty.html", "folder", "link", "new.html", "notes.html"], "no leftovers");
    let both = stage.run("status --sandbox --html - --output json").await;
    assert_eq!(both.code, 2, "{both}");
}

/// A file that can't be used costs a row, never the page.
#[tokio::test(start_paused = true)]
async fn a_broken_file_costs_a_row() {
    let stage = Stage::of(&[database("blog", 5), database("shop", 5)]);
    assert_eq!(stage.run("batch --sandbox").await.code, 0);
    fs::write(stage.state_file("shop").unwrap(), "{\"format\": 1").unwrap();
    let name = batch(&stage);
    let broken = stage.folder().join("sandbox/000000000000/eu-west-2/batches/20200101T000000Z.json");
    fs::write(&broken, "[]").unwrap();
    let all = stage.run("status --sandbox --html -").await;
    assert_eq!(all.code, 0, "{all}");
    for wanted in ["its file can", "Its file can", "blog", "EOF while parsing", "Batch 20200101T000000Z"] {
        assert!(all.stdout.contains(wanted), "{wanted}: {all}");
    }
    let found = report(&stage, "status").await;
    assert_eq!(found["counts"]["failed"], 1, "{found:#}");
    assert_heard!("broken_batch", stage.run(&format!("status {name} --sandbox")).await);
    // One that is named and broken is told as before, and its page is written all the same.
    let path = stage.folder().join("shop.html");
    let one = stage.arguments(&["status", "shop", "--sandbox", "--html", path.to_str().unwrap()]).run().await;
    assert_eq!(one.code, 4, "{one}");
    assert!(fs::read_to_string(path).unwrap().contains("EOF while parsing"));
}
