//! Every instance that AWS was seen to have can be planned: no crash, and no member that nobody classified.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::{Arc, Mutex},
};

use rds_encrypt::{
    cli::{self, Surroundings},
    engine::Interrupter,
    plan::carry::MEMBERS,
    sandbox::Sandbox,
    ui::{Output, Page, Volume},
};
use serde_json::Value;

use super::tape::{Recorded, recorded, region, seeded};

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("a lock").clone()).expect("text")
    }
}

/// Plans one database; returns the exit code and the document.
async fn plan(sandbox: &Sandbox, region: &str, name: &str) -> (u8, Value, String) {
    heard(Some(sandbox), &["plan", name, "--sandbox", "--output", "json", "--region", region]).await
}

/// Runs a command; returns the exit code, the document on stdout, and what it said.
pub(super) async fn heard(sandbox: Option<&Sandbox>, words: &[&str]) -> (u8, Value, String) {
    let (stdout, stderr) = (Buffer::default(), Buffer::default());
    let folder = tempfile::tempdir().expect("a folder");
    let around = Surroundings {
        output: Output {
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            stdout_page: Page::default(),
            stderr_page: Page::default(),
            volume: Volume::default(),
        },
        bars: None,
        ask: None,
        attended: false,
        pace: None,
        json: false,
        sandbox: sandbox.cloned(),
        interrupt: Interrupter::new().1,
    };
    let state = folder.path().to_str().expect("a path");
    let words = [&["rds-encrypt"], words, &["--state-dir", state]].concat();
    let code = cli::run(words.into_iter().map(Into::into).collect(), around).await;
    (code, serde_json::from_str(&stdout.text()).unwrap_or(Value::Null), stderr.text())
}

#[tokio::test(start_paused = true)]
async fn each_recorded_instance_can_be_planned() {
    let (mut planned, mut could) = (0, 0);
    let mut kinds = BTreeSet::new();
    for Recorded { from, answer } in recorded("DescribeDBInstances") {
        let Some(rows) = answer["DBInstances"].as_array() else { continue };
        let region = region(rows);
        let sandbox = seeded(&answer, &region);
        for row in rows {
            let name = row["DBInstanceIdentifier"].as_str().expect("a name");
            for member in row.as_object().expect("a row").keys() {
                assert!(MEMBERS.iter().any(|known| known.name == member), "{from}: {member} is not classified");
            }
            let (code, document, said) = plan(&sandbox, &region, name).await;
            assert!(matches!(code, 0 | 3), "{from}: {name}: exit {code}: {said}");
            assert_eq!(document["exit_code"], code, "{from}: {name}: {said}");
            let settings = document["settings"].as_array().expect("settings");
            assert!(code != 0 || !settings.is_empty() || !document["nothing_to_do"].is_null(), "{from}: {name}");
            for setting in settings {
                assert!(row.get(setting["member"].as_str().expect("a member")).is_some() || is_silence(setting));
            }
            for finding in document["findings"].as_array().expect("findings") {
                kinds.insert(kind(finding, row));
            }
            for setting in settings {
                if !setting["reason"].is_null() {
                    kinds.insert(format!("{}: {}", setting["setting"], setting["reason"]));
                }
            }
            planned += 1;
            could += usize::from(code == 0);
        }
    }
    if planned > 0 {
        let kinds: Vec<String> = kinds.into_iter().collect();
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("kinds", kinds.join("\n")) });
    }
    println!("{planned} recorded instances planned, {could} of them could be migrated");
}

/// A finding without what is the account's own: whatever has its name or a number in it, and the values of its tags.
fn kind(finding: &Value, row: &Value) -> String {
    let members = ["DBInstanceIdentifier", "DBClusterIdentifier", "ReadReplicaSourceDBInstanceIdentifier"];
    let names: Vec<&str> = members.iter().filter_map(|member| row[member].as_str()).collect();
    let text = |member: &str| {
        let all = finding[member].as_str().unwrap_or_default();
        let said = all.split_once("by its tags:").map_or(all, |(said, _)| said);
        let own = |word: &&str| {
            names.iter().any(|name| word.contains(name)) || word.contains(|letter: char| letter.is_ascii_digit())
        };
        let words = said.split_whitespace().map(|word| if own(&word) { "…" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    format!(
        "{} {}: {} → {}",
        text("severity"),
        finding["rule"].as_str().unwrap_or_default(),
        text("what"),
        text("remedy")
    )
}

/// An instance that exports no logs shows no list.
fn is_silence(setting: &Value) -> bool {
    setting["setting"] == "EnableCloudwatchLogsExports" && setting["source"] == serde_json::json!([])
}
